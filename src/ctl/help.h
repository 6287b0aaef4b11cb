/* SPDX-License-Identifier: Apache-2.0 */
/* The help, made from the tables of verbs, options and exit codes. */
#ifndef RH_CTL_HELP_H
#define RH_CTL_HELP_H

#include <stdio.h>

#include "verbs.h"

/* Everything, one line per verb; with an object only its verbs. */
void rh_help_all(FILE *out, const char *object);

/* One verb: its words, what they mean, what there is to know. */
void rh_help_verb(FILE *out, const rh_verb_t *verb);

/* True if some verb belongs to this object and it needs one. */
int rh_help_has_object(const char *object);

#endif
