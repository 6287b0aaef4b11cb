/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a tick is due and how late it began: arithmetic on moments of CLOCK_MONOTONIC
 * that the loop measures. Pure.
 */
#ifndef RH_PLAN_H
#define RH_PLAN_H

#include <stdint.h>

typedef struct {
    int64_t period_ns;
    int64_t planned_ns; /* when the next tick is due, or the running one was */
    int64_t began_ns;   /* when the last one began */
} rh_plan_t;

/* The first tick is due one period from now. */
void rh_plan_start(rh_plan_t *plan, int64_t now_ns, int64_t period_ns);

/* How late a tick is that begins now; 0 = on time. A tick that took long moves the plan
 * on, so the plan alone would hide it: the time since the tick before counts too. */
int64_t rh_plan_late_ns(const rh_plan_t *plan, int64_t now_ns);

/* A tick began at began_ns and is over now. Late by more than a period: the missed
 * ticks are not made up for, time goes on. */
void rh_plan_next(rh_plan_t *plan, int64_t began_ns, int64_t now_ns);

#endif
