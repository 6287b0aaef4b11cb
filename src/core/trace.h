/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rep's rates on an even grid of 4 ms, from which its peaks are read through the
 * zero-phase filter. It holds 32 s from the start of the lift; what a longer rep adds
 * goes through the causal twin, whose largest values then stand in. Private to
 * src/core.
 */
#ifndef RH_CORE_TRACE_H
#define RH_CORE_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "filter.h"
#include "mark.h"

#define RH_TRACE_SIZE 8192
#define RH_TRACE_STEP_NS 4000000

typedef struct {
    rh_filter_t filter;
    rh_filter_state_t causal;
    int64_t t_start_ns;
    int64_t step; /* grid steps since the start, also beyond the buffer */
    double late_up_dps, late_down_dps; /* extremes of what did not fit */
    double rate_dps[RH_TRACE_SIZE];
} rh_trace_t;

void rh_trace_init(rh_trace_t *trace);
void rh_trace_begin(rh_trace_t *trace, int64_t t_ns);
/* Adds the grid's moments in (from, to], by straight lines. */
void rh_trace_add(rh_trace_t *trace, const rh_point_t *from, const rh_point_t *to);
/* The largest rate (`up`) or the lowest between two moments. Filters in place: a
 * stretch may be asked for once. */
double rh_trace_peak(rh_trace_t *trace, const rh_mark_t *from, const rh_mark_t *to,
                     bool up);
/* Drops what lies before `t_ns` and begins there with the rest: the next lift may have
 * begun before the last rep was closed. */
void rh_trace_rebase(rh_trace_t *trace, int64_t t_ns);

#endif
