/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words after "reps": how many, in which style, how fast, how far. Called by the
 * script.
 */
#ifndef RH_SIM_REPS_H
#define RH_SIM_REPS_H

#include <stddef.h>

#include "person.h"

/*
 * Reads N [style S] [pace LIFT/HOLD/LOWER/REST] [bottom D] [top D] [side
 * left|right|both] [load NM] into `plan`. Without "load" the person expects nothing and
 * follows what the legs feel; with it they are the reference person, who expects
 * exactly that. 0, or -EINVAL with the reason in `error`.
 */
int rh_reps_parse(rh_plan_t *plan, char *const *words, int count, char *error,
                  size_t error_size);

#endif
