/* SPDX-License-Identifier: Apache-2.0 */
/* A message of the stream as one line for people; for `watch`. */
#ifndef RH_CTL_MESSAGE_H
#define RH_CTL_MESSAGE_H

#include <jansson.h>

#include "options.h"
#include "rh/wire.h"

/* Prints "HH:MM:SS.mmm topic …" on stdout and flushes. */
void rh_message_print(rh_topic_t topic, const json_t *message, rh_units_t units);

#endif
