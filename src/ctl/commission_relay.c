/* SPDX-License-Identifier: Apache-2.0 */
/* The first step in which the gate switches the drive on: relay and polarity. */
#include "commission_parts.h"

static int run_probes(rh_commission_t *bench, double *relay_ms, double *rose_deg)
{
    int result = rh_commission_prove_relay(bench, relay_ms);
    result = result != 0 ? result
                         : rh_commission_confirm(
                               bench, "The motor will lift the arm by about one degree "
                                      "with at most 20 N m. Is everybody out of its "
                                      "way?");
    result = result != 0 ? result : rh_commission_await_rest(bench);
    return result != 0 ? result
                       : rh_commission_probe(bench, "polarity.test", "polarity_deg",
                                             "the polarity was not proven", rose_deg);
}

int rh_commission_relay(rh_commission_t *bench)
{
    double relay_ms = 0;
    double rose_deg = 0;
    int result = rh_commission_take_power(bench);
    result = result != 0 ? result : run_probes(bench, &relay_ms, &rose_deg);
    return result != 0
               ? result
               : rh_commission_note(
                     bench,
                     "drive off %.0f ms after the heartbeat ended "
                     "(relay_ms = %.0f); a small torque lifted the arm "
                     "by %.1f deg",
                     relay_ms, rh_commission_setting(bench, "[machine]", "relay_ms"),
                     rose_deg);
}
