/* SPDX-License-Identifier: Apache-2.0 */
/* `arm`: two steps under one lease, so that no slip of the hand starts the motor. */
#ifndef RH_CTL_ARM_H
#define RH_CTL_ARM_H

#include "verbs.h"

int rh_arm_run(const rh_call_t *call, rh_problem_t *problem);

#endif
