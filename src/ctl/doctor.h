/* SPDX-License-Identifier: Apache-2.0 */
/* `doctor`: what is wrong with this installation, and what to do about it. */
#ifndef RH_CTL_DOCTOR_H
#define RH_CTL_DOCTOR_H

#include "verbs.h"

/* One line per check; 1 when any fails, else 0. */
int rh_doctor_run(const rh_call_t *call, rh_problem_t *problem);

#endif
