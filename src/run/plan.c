/* SPDX-License-Identifier: Apache-2.0 */
/* The plan of ticks. */
#include "plan.h"

void rh_plan_start(rh_plan_t *plan, int64_t now_ns, int64_t period_ns)
{
    *plan = (rh_plan_t){
        .period_ns = period_ns,
        .planned_ns = now_ns + period_ns,
        .began_ns = now_ns, /* as if a tick had: the first one is held to the plan */
    };
}

int64_t rh_plan_late_ns(const rh_plan_t *plan, int64_t now_ns)
{
    int64_t behind_ns = now_ns - plan->planned_ns;
    int64_t stalled_ns = now_ns - plan->began_ns - plan->period_ns;
    int64_t late_ns = behind_ns > stalled_ns ? behind_ns : stalled_ns;
    return late_ns > 0 ? late_ns : 0;
}

void rh_plan_next(rh_plan_t *plan, int64_t began_ns, int64_t now_ns)
{
    plan->began_ns = began_ns;
    plan->planned_ns += plan->period_ns;
    int64_t behind_ns = now_ns - plan->planned_ns;
    if (behind_ns > plan->period_ns) {
        plan->planned_ns += behind_ns / plan->period_ns * plan->period_ns;
    }
}
