/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts true reps from noise-free samples: it follows the highest point of a lift and
 * the lowest point of a lowering and asks how far the way back has come. Called by the
 * simulator and tests.
 */
#include "truth.h"

#include <math.h>

#define MOVING_DPS 5.0
#define TURN_DEG 3.0
#define CONFIRM_S 0.0395 /* 40 ms, with half a sample's tolerance for sums of steps */
#define HOME_DEG 10.0
#define FULL_DEG 30.0
#define FULL_FRAC 0.6
#define PARTIAL_FRAC 0.3
#define PARTIAL_DEG 15.0
#define RADIANS_PER_DEG 0.017453292519943295

void rh_truth_init(rh_truth_t *truth, double reference_deg)
{
    *truth = (rh_truth_t){.reference_deg = reference_deg, .still_s = -1.0};
}

void rh_truth_set_reference(rh_truth_t *truth, double reference_deg)
{
    truth->reference_deg = reference_deg;
}

void rh_truth_set_edge(rh_truth_t *truth, double edge_deg, double edge_s)
{
    truth->edge_deg = edge_deg;
    truth->edge_s = edge_s;
}

static double partial_deg(const rh_truth_t *truth)
{
    return truth->edge_deg + (truth->reference_deg > 0.0
                                  ? PARTIAL_FRAC * truth->reference_deg
                                  : PARTIAL_DEG);
}

static bool is_turn(const rh_truth_t *truth, double back_deg)
{
    return back_deg >= TURN_DEG + truth->edge_deg &&
           truth->now.time_s - truth->turn_s >= CONFIRM_S + truth->edge_s;
}

static double home_deg(const rh_truth_t *truth)
{
    return truth->bottom_deg + HOME_DEG - truth->edge_deg;
}

static double full_deg(const rh_truth_t *truth)
{
    return fmax(FULL_DEG, FULL_FRAC * truth->reference_deg);
}

static bool at_home(const rh_truth_t *truth)
{
    return truth->now.angle_deg <= home_deg(truth);
}

static void begin_from_bottom(rh_truth_t *truth)
{
    truth->lowering = false;
    truth->lifted = false;
    truth->lowered = false;
    truth->bottom_deg = truth->now.angle_deg;
    truth->high_deg = truth->now.angle_deg;
    truth->turn_s = truth->now.time_s;
    truth->lift_peak_dps = 0.0;
    truth->lower_peak_dps = 0.0;
}

/* Work and impulse up to this sample (trapezoids over angle and time). */
static void integrate(rh_truth_t *truth, const rh_truth_sample_t *sample)
{
    const double torque_nm = sample->force_n * sample->radius_m;
    const double step_deg = sample->angle_deg - truth->now.angle_deg;
    const double step_s = sample->time_s - truth->now.time_s;

    if (truth->started) {
        truth->now.work_j +=
            0.5 * (torque_nm + truth->old_torque_nm) * step_deg * RADIANS_PER_DEG;
        truth->now.impulse_ns += sample->force_n * step_s;
    }
    truth->old_torque_nm = torque_nm;
    truth->now.time_s = sample->time_s;
    truth->now.angle_deg = sample->angle_deg;
}

static void note_motion(rh_truth_t *truth, double rate_dps)
{
    if (rate_dps > MOVING_DPS) {
        truth->last_up = truth->now;
    } else if (rate_dps < -MOVING_DPS) {
        truth->last_down = truth->now;
    }
    if (fabs(rate_dps) >= MOVING_DPS) {
        truth->still_s = -1.0;
    } else if (truth->still_s < 0.0) {
        truth->still_s = truth->now.time_s;
    }
}

static bool stands(const rh_truth_t *truth)
{
    return truth->still_s >= 0.0 &&
           truth->now.time_s - truth->still_s >= CONFIRM_S + truth->edge_s;
}

/* What went up so far was no rep: the legs sank lower, came back home or rest. */
static bool starts_again(rh_truth_t *truth, double rate_dps)
{
    const double angle_deg = truth->now.angle_deg;
    const bool too_little = truth->high_deg - truth->bottom_deg < partial_deg(truth);
    const bool back_home = at_home(truth) && rate_dps < -MOVING_DPS;

    const bool stopped = truth->lifted && stands(truth);

    if (angle_deg >= truth->bottom_deg && !(too_little && (back_home || stopped))) {
        return false;
    }
    if (angle_deg < truth->bottom_deg || stopped) {
        truth->bottom_deg = angle_deg;
    }
    truth->high_deg = angle_deg;
    truth->lifted = false;
    truth->lowered = false;
    return true;
}

/* Bottom to confirmed top. */
static void follow_lift(rh_truth_t *truth, double rate_dps)
{
    const double angle_deg = truth->now.angle_deg;

    if (starts_again(truth, rate_dps)) {
        return;
    }
    if (rate_dps > MOVING_DPS && !truth->lifted) {
        truth->lifted = true;
        truth->lift = truth->now;
        truth->lift_peak_dps = 0.0;
    }
    truth->lift_peak_dps = fmax(truth->lift_peak_dps, rate_dps);
    if (angle_deg >= truth->high_deg) {
        truth->high_deg = angle_deg;
        truth->top = truth->last_up;
        truth->turn_s = truth->now.time_s;
        truth->lowered = false;
        truth->lower_peak_dps = 0.0;
        return;
    }
    if (rate_dps < -MOVING_DPS && !truth->lowered) {
        truth->lowered = true;
        truth->lower = truth->now;
    }
    truth->lower_peak_dps = fmin(truth->lower_peak_dps, rate_dps);
}

static bool top_is_confirmed(const rh_truth_t *truth)
{
    const double back_deg = truth->high_deg - truth->now.angle_deg;

    return truth->lifted && truth->lowered && is_turn(truth, back_deg) &&
           truth->high_deg - truth->bottom_deg >= partial_deg(truth) &&
           (back_deg >= partial_deg(truth) || at_home(truth));
}

/* Confirmed top to bottom. */
static void follow_lowering(rh_truth_t *truth, double rate_dps)
{
    truth->lower_peak_dps = fmin(truth->lower_peak_dps, rate_dps);
    if (truth->now.angle_deg <= truth->low_deg) {
        truth->low_deg = truth->now.angle_deg;
        truth->end = truth->last_down;
        truth->turn_s = truth->now.time_s;
        truth->risen = false;
        truth->rise_peak_dps = 0.0;
    } else if (rate_dps > MOVING_DPS && !truth->risen) {
        truth->risen = true;
        truth->rise = truth->now;
    }
    truth->rise_peak_dps = fmax(truth->rise_peak_dps, rate_dps);
}

static bool rep_is_over(const rh_truth_t *truth)
{
    const double back_deg = truth->now.angle_deg - truth->low_deg;
    const bool low_is_home = truth->low_deg <= home_deg(truth);

    if (at_home(truth) && stands(truth)) {
        return true;
    }
    return is_turn(truth, back_deg) && (low_is_home || back_deg >= partial_deg(truth));
}

static double mean_rate(const rh_truth_mark_t *from, const rh_truth_mark_t *to)
{
    const double length_s = to->time_s - from->time_s;

    return length_s > 0.0 ? (to->angle_deg - from->angle_deg) / length_s : 0.0;
}

static double mean_force(const rh_truth_t *truth)
{
    const double impulse_ns = truth->top.impulse_ns - truth->lift.impulse_ns +
                              truth->end.impulse_ns - truth->lower.impulse_ns;
    const double length_s = truth->top.time_s - truth->lift.time_s + truth->end.time_s -
                            truth->lower.time_s;

    return length_s > 0.0 ? impulse_ns / length_s : 0.0;
}

static void close_rep(rh_truth_t *truth, rh_truth_rep_t *out)
{
    *out = (rh_truth_rep_t){
        .full = truth->high_deg - truth->bottom_deg >= full_deg(truth),
        .t_start_s = truth->start.time_s,
        .t_lift_s = truth->lift.time_s,
        .t_top_s = truth->top.time_s,
        .t_lower_s = truth->lower.time_s,
        .t_end_s = truth->end.time_s,
        .bottom_deg = truth->bottom_deg,
        .top_deg = truth->high_deg,
        .end_deg = truth->low_deg,
        .lift_mean_dps = mean_rate(&truth->lift, &truth->top),
        .lift_peak_dps = truth->lift_peak_dps,
        .lower_mean_dps = mean_rate(&truth->lower, &truth->end),
        .lower_peak_dps = truth->lower_peak_dps,
        .mean_force_n = mean_force(truth),
        .lift_work_j = truth->top.work_j - truth->lift.work_j,
        .lower_work_j = truth->end.work_j - truth->lower.work_j,
    };
    truth->full_count += out->full ? 1 : 0;
    truth->partial_count += out->full ? 0 : 1;
    truth->start = truth->end;
}

/* The next rep starts at the lowest point; its lift may have begun before this sample
 * (a turn is confirmed only 3 deg and 40 ms later), from the first sample that rose. */
static void begin_after(rh_truth_t *truth)
{
    begin_from_bottom(truth);
    truth->bottom_deg = truth->low_deg;
    truth->lifted = truth->risen;
    truth->lift = truth->rise;
    truth->lift_peak_dps = truth->rise_peak_dps;
    truth->top = truth->last_up;
}

bool rh_truth_step(rh_truth_t *truth, const rh_truth_sample_t *sample,
                   rh_truth_rep_t *out)
{
    integrate(truth, sample);
    if (!truth->started) {
        truth->started = true;
        truth->start = truth->now;
        begin_from_bottom(truth);
    }
    note_motion(truth, sample->rate_dps);
    if (!truth->lowering) {
        follow_lift(truth, sample->rate_dps);
        if (!top_is_confirmed(truth)) {
            return false;
        }
        truth->lowering = true;
        truth->risen = false;
        truth->low_deg = truth->now.angle_deg;
        truth->end = truth->last_down;
        truth->turn_s = truth->now.time_s;
        return false;
    }
    follow_lowering(truth, sample->rate_dps);
    if (!rep_is_over(truth)) {
        return false;
    }
    close_rep(truth, out);
    begin_after(truth);
    return true;
}
