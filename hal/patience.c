/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Back-off by debt. Pure.
 */
#include "patience.h"

#define NS_PER_MS INT64_C(1000000)
#define SHARE_PERCENT 7 /* of the bus's time, for all its sick devices together */
#define PERCENT 100
/* Three failures of a wire's worst, 16 ms each, are needed at once to know that a
 * device is lost. */
#define CREDIT_NS (50 * NS_PER_MS)
/* A device that is well again is heard within a second, start-up included. */
#define WAIT_MAX_NS (600 * NS_PER_MS)

void rh_patience_charge(rh_patience_t *patience, int64_t cost_ns, int sick,
                        int64_t now_ns)
{
    int former = patience->sick > 0 ? patience->sick : 1;
    int64_t paid_ns = (now_ns - patience->at_ns) * SHARE_PERCENT / PERCENT / former;
    int64_t debt_ns = patience->debt_ns > paid_ns ? patience->debt_ns - paid_ns : 0;

    debt_ns += cost_ns;
    int64_t over_ns = debt_ns - CREDIT_NS;
    int64_t wait_ns = over_ns > 0 ? over_ns * PERCENT / SHARE_PERCENT * sick : 0;
    if (wait_ns > WAIT_MAX_NS) {
        wait_ns = WAIT_MAX_NS;
        debt_ns = CREDIT_NS + WAIT_MAX_NS * SHARE_PERCENT / PERCENT / sick;
    }
    patience->debt_ns = debt_ns;
    patience->at_ns = now_ns;
    patience->sick = sick;
    if (now_ns + wait_ns > patience->until_ns) {
        patience->until_ns = now_ns + wait_ns;
    }
}
