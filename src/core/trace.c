/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The even grid of rates. Called by the counter.
 */
#include "trace.h"

#include <math.h>
#include <string.h>

#include "rh/units.h"

void rh_trace_init(rh_trace_t *trace)
{
    rh_filter_init(&trace->filter, (double)RH_NS_PER_S / RH_TRACE_STEP_NS);
}

void rh_trace_begin(rh_trace_t *trace, int64_t t_ns)
{
    trace->t_start_ns = t_ns;
    trace->step = 0;
    trace->late_up_dps = 0.0;
    trace->late_down_dps = 0.0;
}

static void put(rh_trace_t *trace, double rate_dps)
{
    if (trace->step < RH_TRACE_SIZE) {
        trace->rate_dps[trace->step] = rate_dps;
    } else {
        if (trace->step == RH_TRACE_SIZE) {
            rh_filter_prime(&trace->filter, &trace->causal, rate_dps);
        }
        const double out_dps =
            rh_filter_causal(&trace->filter, &trace->causal, rate_dps);

        trace->late_up_dps = fmax(trace->late_up_dps, out_dps);
        trace->late_down_dps = fmin(trace->late_down_dps, out_dps);
    }
    trace->step++;
}

void rh_trace_add(rh_trace_t *trace, const rh_point_t *from, const rh_point_t *to)
{
    int64_t t_ns = trace->t_start_ns + trace->step * RH_TRACE_STEP_NS;

    while (t_ns <= to->t_ns) {
        const double share = to->t_ns > from->t_ns ? (double)(t_ns - from->t_ns) /
                                                         (double)(to->t_ns - from->t_ns)
                                                   : 1.0;

        put(trace, from->rate_dps + share * (to->rate_dps - from->rate_dps));
        t_ns += RH_TRACE_STEP_NS;
    }
}

/* The grid step at or after `t_ns`, within what was stored. */
static int step_at(const rh_trace_t *trace, int64_t t_ns)
{
    const int64_t since_ns = t_ns - trace->t_start_ns + RH_TRACE_STEP_NS - 1;
    const int64_t stored = trace->step < RH_TRACE_SIZE ? trace->step : RH_TRACE_SIZE;
    const int64_t step = since_ns > 0 ? since_ns / RH_TRACE_STEP_NS : 0;

    return (int)(step < stored ? step : stored);
}

double rh_trace_peak(rh_trace_t *trace, const rh_mark_t *from, const rh_mark_t *to,
                     bool up)
{
    const int first = step_at(trace, from->t_ns);
    const int count = step_at(trace, to->t_ns) - first;
    const bool overflows =
        to->t_ns > trace->t_start_ns + (int64_t)RH_TRACE_SIZE * RH_TRACE_STEP_NS;
    double peak_dps =
        overflows ? (up ? trace->late_up_dps : trace->late_down_dps) : 0.0;

    rh_filter_zero_phase(&trace->filter,
                         &trace->rate_dps[first < RH_TRACE_SIZE ? first : 0], count);
    for (int i = first; i < first + count; i++) {
        peak_dps = up ? fmax(peak_dps, trace->rate_dps[i])
                      : fmin(peak_dps, trace->rate_dps[i]);
    }
    return peak_dps;
}

void rh_trace_rebase(rh_trace_t *trace, int64_t t_ns)
{
    const int first = step_at(trace, t_ns);
    const int64_t stored = trace->step < RH_TRACE_SIZE ? trace->step : RH_TRACE_SIZE;
    const int64_t kept = stored - first;

    if (kept > 0) {
        memmove(trace->rate_dps, &trace->rate_dps[first],
                (size_t)kept * sizeof(double));
    }
    rh_trace_begin(trace, trace->t_start_ns + (int64_t)first * RH_TRACE_STEP_NS);
    trace->step = kept;
}
