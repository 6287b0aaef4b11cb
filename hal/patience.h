/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a sick device may cost its neighbours. Each failed attempt is charged to the
 * device with the time that it took the bus; the debt is paid off with a fixed share of
 * the time that passes, and a device in debt waits. So one that is dead, and one that
 * fails now and then, cost the same bounded share, and one failure costs no wait at
 * all. Pure. For the HAL only.
 */
#ifndef RH_HAL_PATIENCE_H
#define RH_HAL_PATIENCE_H

#include <stdint.h>

typedef struct {
    int64_t debt_ns, at_ns; /* the debt as it was then */
    int sick;               /* how many share the share */
    int64_t until_ns;       /* not asked before, but for a changed safety output */
} rh_patience_t;

/* A failed attempt took the bus for `cost_ns`. `sick` is the number of devices of the
 * bus, this one included, that now wait: they share the share. */
void rh_patience_charge(rh_patience_t *patience, int64_t cost_ns, int sick,
                        int64_t now_ns);

#endif
