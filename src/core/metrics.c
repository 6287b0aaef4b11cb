/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From marks to the numbers of a rep, by the definitions of "A rep" in the document on
 * training. Called by the session when a rep closes.
 */
#include "metrics.h"

#include <math.h>

#include "rh/state.h"
#include "rh/units.h"
#include "sample.h"
#include "swing.h"

#define CONTACT_N 10.0    /* less than this is no load that could be shared */
#define TORQUE_MIN_NM 1.0 /* a ratio to less than this says nothing */
#define BLIND_MAX_S 0.0   /* a phase with any hole in its force has no force figures */

static double per(double amount, double by)
{
    return by > 0.0 ? amount / by : RH_UNKNOWN;
}

static double known(double value)
{
    return isfinite(value) ? value : RH_UNKNOWN;
}

static void fill_motion(rh_rep_t *rep, const rh_stroke_t *stroke,
                        const rh_metrics_context_t *context)
{
    rep->t_start_ns = stroke->start.t_ns;
    rep->t_end_ns = stroke->end.t_ns;
    rep->rest_s = rh_mark_seconds(&stroke->start, &stroke->lift);
    rep->lift_s = rh_mark_seconds(&stroke->lift, &stroke->top);
    rep->hold_s = rh_mark_seconds(&stroke->top, &stroke->lower);
    rep->lower_s = rh_mark_seconds(&stroke->lower, &stroke->end);
    rep->angle_bottom_deg = stroke->bottom_deg;
    rep->angle_top_deg = stroke->top_deg;
    rep->range_deg = stroke->top_deg - stroke->bottom_deg;
    rep->creep_bottom_deg = stroke->bottom_deg - context->rom_bottom_deg;
    rep->creep_top_deg = stroke->top_deg - context->rom_top_deg;
    rep->lift_rate_mean_dps =
        per(stroke->top.angle_deg - stroke->lift.angle_deg, rep->lift_s);
    rep->lift_rate_peak_dps = stroke->lift_rate_peak_dps;
    rep->lower_rate_mean_dps =
        per(stroke->end.angle_deg - stroke->lower.angle_deg, rep->lower_s);
    rep->lower_rate_peak_dps = stroke->lower_rate_peak_dps;
    rep->rate_loss_frac = context->best_rate_dps > rep->lift_rate_mean_dps
                              ? 1.0 - rep->lift_rate_mean_dps / context->best_rate_dps
                              : 0.0;
}

/* Force, torque, power and work of lift and lowering. */
static void fill_effort(rh_rep_t *rep, const rh_stroke_t *stroke, double radius_m)
{
    const double lower_n_s = stroke->end.impulse_n_s - stroke->lower.impulse_n_s;

    rep->impulse_n_s = stroke->top.impulse_n_s - stroke->lift.impulse_n_s;
    rep->force_mean_n = per(rep->impulse_n_s, rep->lift_s);
    rep->force_peak_n = known(stroke->force_peak_n);
    rep->torque_lift_mean_nm = radius_m * rep->force_mean_n;
    rep->torque_lift_peak_nm = radius_m * known(stroke->lift_peaks.force_n);
    rep->torque_lower_mean_nm = radius_m * per(lower_n_s, rep->lower_s);
    rep->torque_lower_peak_nm = radius_m * known(stroke->lower_peaks.force_n);
    rep->work_lift_j = stroke->top.work_j - stroke->lift.work_j;
    rep->work_lower_j = stroke->end.work_j - stroke->lower.work_j;
    rep->power_lift_mean_w = per(rep->work_lift_j, rep->lift_s);
    rep->power_lift_peak_w = known(stroke->lift_peaks.power_w);
    rep->eccentric_frac = rep->torque_lift_mean_nm > TORQUE_MIN_NM
                              ? rep->torque_lower_mean_nm / rep->torque_lift_mean_nm
                              : RH_UNKNOWN;
}

/* The load commanded plus the mean by which the strap's torque was off the law, over
 * lift and lowering: so it compares with load_kg in every mode. */
static void fill_load(rh_rep_t *rep, const rh_stroke_t *stroke, double radius_m)
{
    const double moving_s = rep->lift_s + rep->lower_s;
    const double nm_per_kg = RH_GRAVITY_MPS2 * radius_m;
    const double error_nm_s = stroke->top.error_nm_s - stroke->lift.error_nm_s +
                              stroke->end.error_nm_s - stroke->lower.error_nm_s;
    const double error2_nm2_s = stroke->top.error2_nm2_s - stroke->lift.error2_nm2_s +
                                stroke->end.error2_nm2_s - stroke->lower.error2_nm2_s;

    rep->load_kg = stroke->top.applied_kg;
    rep->load_measured_kg = rep->load_kg + per(error_nm_s, moving_s * nm_per_kg);
    rep->load_error_rms_kg = sqrt(fmax(0.0, per(error2_nm2_s, moving_s))) / nm_per_kg;
}

static void fill_quality(rh_rep_t *rep, const rh_stroke_t *stroke,
                         const rh_metrics_context_t *context)
{
    const double radius_m = context->machine->strap_radius_m;
    const double hold_n =
        per(stroke->lower.impulse_n_s - stroke->top.impulse_n_s, rep->hold_s);
    const double hold_n2 =
        per(stroke->lower.force2_n2_s - stroke->top.force2_n2_s, rep->hold_s);
    const double left_n_s =
        stroke->top.impulse_left_n_s - stroke->lift.impulse_left_n_s;
    const rh_swing_t swing = {
        .bottom_deg = stroke->lift.angle_deg,
        .top_deg = stroke->top_deg,
        .rate_peak_dps = stroke->lift_rate_peak_dps,
        .work_j = rep->work_lift_j,
        .arm_inertia_kgm2 = context->machine->arm_inertia_kgm2,
        .pad_n = context->pad_n,
    };

    rep->hold_tremor_nm = rep->hold_s > 0.0
                              ? radius_m * sqrt(fmax(0.0, hold_n2 - hold_n * hold_n))
                              : RH_UNKNOWN;
    rep->share_left_frac =
        rep->force_mean_n > CONTACT_N ? left_n_s / rep->impulse_n_s : RH_UNKNOWN;
    rep->hip_offset_mm =
        (1.0 - context->pad_centre_frac) * context->machine->pad_span_mm;
    rep->calibration_age_s = context->zeroed_s;
    rep->swing_frac = rh_swing_frac(&swing);
    rep->assist_frac = 0.0;
}

/* A hole in the forces leaves every figure made from them unknown. */
static void forget_forces(rh_rep_t *rep)
{
    double *const figures[] = {
        &rep->force_mean_n,         &rep->force_peak_n,
        &rep->torque_lift_mean_nm,  &rep->torque_lift_peak_nm,
        &rep->torque_lower_mean_nm, &rep->torque_lower_peak_nm,
        &rep->power_lift_mean_w,    &rep->power_lift_peak_w,
        &rep->work_lift_j,          &rep->work_lower_j,
        &rep->impulse_n_s,          &rep->load_measured_kg,
        &rep->load_error_rms_kg,    &rep->hold_tremor_nm,
        &rep->share_left_frac,      &rep->eccentric_frac,
        &rep->swing_frac,
    };

    for (unsigned i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        *figures[i] = RH_UNKNOWN;
    }
}

/* Signed asymmetry (right - left) / max(right, left), without its sign. */
static double asymmetry(double share_left_frac)
{
    const double left = share_left_frac, right = 1.0 - share_left_frac;

    return fabs(right - left) / fmax(right, left);
}

static void judge(rh_rep_t *rep, const rh_stroke_t *stroke,
                  const rh_metrics_context_t *context)
{
    const rh_rep_thresholds_t *limit = &rep->thresholds;
    const struct {
        uint32_t bit;
        bool is_so;
    } reasons[] = {
        {RH_REP_REASON_BIT(PARTIAL), !stroke->is_full},
        {RH_REP_REASON_BIT(NO_HOLD), rep->hold_s < limit->hold_min_s},
        {RH_REP_REASON_BIT(TOO_FAST),
         rep->lift_rate_peak_dps > limit->lift_rate_max_dps ||
             rep->lower_rate_peak_dps < -limit->lower_rate_max_dps},
        {RH_REP_REASON_BIT(SWING), rep->swing_frac > limit->swing_max_frac},
        {RH_REP_REASON_BIT(SLACK), stroke->slack},
        {RH_REP_REASON_BIT(IMPACT), stroke->impact},
        {RH_REP_REASON_BIT(OVER_TOP), rep->angle_top_deg > limit->over_top_deg},
        {RH_REP_REASON_BIT(ONE_SIDED),
         context->side == RH_SIDE_BOTH &&
             asymmetry(rep->share_left_frac) > limit->asymmetry_max_frac},
    };

    rep->reasons = 0;
    for (unsigned i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        rep->reasons |= reasons[i].is_so ? reasons[i].bit : 0;
    }
}

void rh_metrics_fill(rh_rep_t *rep, const rh_stroke_t *stroke,
                     const rh_metrics_context_t *context)
{
    const rh_training_settings_t *training = context->training;
    const double radius_m = context->machine->strap_radius_m;

    rep->thresholds = (rh_rep_thresholds_t){
        .full_deg = stroke->full_deg,
        .partial_deg = stroke->partial_deg,
        .hold_min_s = training->hold_min_s,
        .lift_rate_max_dps = training->lift_rate_max_dps,
        .lower_rate_max_dps = training->lower_rate_max_dps,
        .swing_max_frac = training->swing_max_frac,
        .slack_n = training->slack_n,
        .impact_n = training->impact_n,
        .over_top_deg = context->over_top_deg,
        .asymmetry_max_frac = training->asymmetry_max_frac,
    };
    rep->counted = stroke->is_full;
    rep->limit_hits = stroke->limit_hits;
    fill_motion(rep, stroke, context);
    fill_effort(rep, stroke, radius_m);
    fill_load(rep, stroke, radius_m);
    fill_quality(rep, stroke, context);
    if (stroke->end.blind_s - stroke->lift.blind_s > BLIND_MAX_S) {
        forget_forces(rep);
    }
    judge(rep, stroke, context);
}
