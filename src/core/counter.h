/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turns, reps and their phases, from settled points. The definitions are those of "A
 * rep" in the document on training:
 *
 * - A turn is a change of the rate's sign that 3 deg and 40 ms have confirmed. It ends
 * a stroke where the way back reaches 30 % of the range (15 deg before one is taught)
 * or leads back within 10 deg of the bottom from which the rep started; less than that
 * is a bounce and belongs to the stroke.
 * - A rep closes at the confirmed bottom turn, or once |rate| < 5 deg/s has lasted 40
 * ms within 10 deg of its starting bottom.
 * - What rises less than a partial and then stands for 40 ms, or comes back home, is no
 *   lift: the bottom rest goes on from there.
 * - Full: at least max(30 deg, 60 % of the range); partial: at least 30 % of it.
 * - rest, lift, hold, lower tile the rep: each begins where the one before it ends.
 *
 * Where a rate passes 5 deg/s between two samples, the moment is interpolated: samples
 * 11 ms apart would else move every boundary by half of that on average. Private to
 * src/core.
 */
#ifndef RH_CORE_COUNTER_H
#define RH_CORE_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

#include "mark.h"
#include "trace.h"

#define RH_MOVING_DPS 5.0
#define RH_TURN_DEG 3.0
#define RH_TURN_NS 40000000
#define RH_HOME_DEG 10.0
#define RH_FULL_DEG 30.0
#define RH_FULL_FRAC 0.6
#define RH_PARTIAL_DEG 15.0
#define RH_PARTIAL_FRAC 0.3

typedef struct {
    double force_n, power_w;
} rh_peaks_t;

/* A closed rep, as far as the counter knows it. */
typedef struct {
    rh_mark_t start, lift, top, lower, end;
    double bottom_deg, top_deg, end_deg;
    double full_deg, partial_deg;
    double lift_rate_peak_dps, lower_rate_peak_dps;
    rh_peaks_t lift_peaks, lower_peaks;
    double force_peak_n;
    int32_t limit_hits;
    bool is_full;
    bool was_counted; /* announced at its top already */
    bool slack, impact;
} rh_stroke_t;

typedef struct {
    double range_deg; /* taught; 0 = none yet */
    double radius_m;
    double slack_n, impact_n;
} rh_counter_settings_t;

/* What one feed brought; bits. */
enum { RH_COUNTER_TOP = 1, RH_COUNTER_CLOSED = 2 };

/* Caller-owned; begin before use. */
typedef struct {
    rh_counter_settings_t settings;
    double full_deg, partial_deg;
    bool is_running; /* a point has been fed since begin */
    bool is_falling; /* the top is confirmed */
    bool has_lift, has_lower, has_rise;
    bool is_counted; /* the rep in progress was announced at its top */
    bool is_still;
    bool has_stood; /* |rate| < 5 deg/s has lasted 40 ms */
    rh_point_t last;
    rh_mark_t now, last_up, last_down;
    rh_mark_t start, lift, top, lower, end, rise;
    double bottom_deg, high_deg, low_deg;
    int64_t turn_ns;  /* when the way back from high or low began */
    int64_t still_ns; /* since when |rate| < 5 deg/s, if is_still */
    double slack_s;   /* in one piece */
    bool slack, impact;
    int32_t limit_hits;
    rh_peaks_t lift_peaks, lower_peaks, rise_peaks;
    double force_peak_n, rise_force_peak_n;
    rh_trace_t trace;
    rh_stroke_t done; /* valid after RH_COUNTER_CLOSED, until the next feed */
} rh_counter_t;

void rh_counter_init(rh_counter_t *counter);
/* Forgets the rep in progress and starts at the next point, as at a bottom. */
void rh_counter_begin(rh_counter_t *counter, const rh_counter_settings_t *settings);
/* Takes the next point; points rise in time. Returns RH_COUNTER_* bits. */
int rh_counter_feed(rh_counter_t *counter, const rh_point_t *point);
/* Closes the rep in progress where its bottom turn has lasted 40 ms already, confirmed
 * or not: for the end by a fault. Returns RH_COUNTER_* bits. */
int rh_counter_finish(rh_counter_t *counter);
/* The rep in progress is past its counted top: worth waiting for. */
bool rh_counter_is_past_top(const rh_counter_t *counter);
/* The funnel or wall began to act. */
void rh_counter_hit_limit(rh_counter_t *counter);

#endif
