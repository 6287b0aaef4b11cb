/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One repetition as it is measured, stored and published. One row per quantity: the
 * struct's field, the JSON key, the SQL column and the id on the page all come from it.
 *
 * RH_REP_NUMBERS: X(name, unit, decimals, help), all double; not-a-number means "not
 * measured" and becomes null on the wire and NULL in the database.
 */
#ifndef RH_REP_H
#define RH_REP_H

#include <stdbool.h>
#include <stdint.h>

#define RH_REP_NUMBERS(X)                                                              \
    X(lift_s, "s", 3, "duration of the lift (concentric)")                             \
    X(hold_s, "s", 3, "duration of the top hold")                                      \
    X(lower_s, "s", 3, "duration of the lowering (eccentric)")                         \
    X(rest_s, "s", 3, "bottom rest before the lift")                                   \
    X(angle_bottom_deg, "deg", 2, "angle at the bottom before the lift")               \
    X(angle_top_deg, "deg", 2, "highest angle")                                        \
    X(range_deg, "deg", 2, "top minus bottom")                                         \
    X(creep_bottom_deg, "deg", 2, "bottom against the taught bottom")                  \
    X(creep_top_deg, "deg", 2, "top against the taught top")                           \
    X(lift_rate_mean_dps, "dps", 2, "mean rate of the lift")                           \
    X(lift_rate_peak_dps, "dps", 2, "peak rate of the lift, 10 Hz zero phase")         \
    X(lower_rate_mean_dps, "dps", 2, "mean rate of the lowering, negative")            \
    X(lower_rate_peak_dps, "dps", 2, "peak rate of the lowering, negative")            \
    X(force_mean_n, "n", 1, "mean strap force of the lift, compensated")               \
    X(force_peak_n, "n", 1, "peak strap force of the rep, compensated")                \
    X(torque_lift_mean_nm, "nm", 2, "mean of force times strap radius while lifting")  \
    X(torque_lift_peak_nm, "nm", 2, "peak of it while lifting")                        \
    X(torque_lower_mean_nm, "nm", 2, "mean of it while lowering")                      \
    X(torque_lower_peak_nm, "nm", 2, "peak of it while lowering")                      \
    X(power_lift_mean_w, "w", 1, "mean of torque times rate while lifting")            \
    X(power_lift_peak_w, "w", 1, "peak of it")                                         \
    X(work_lift_j, "j", 2, "integral of torque over angle, lifting")                   \
    X(work_lower_j, "j", 2, "integral of torque over angle, lowering; negative")       \
    X(impulse_n_s, "n s", 1, "integral of force over time of the lift")                \
    X(load_kg, "kg", 2, "load commanded")                                              \
    X(load_measured_kg, "kg", 2, "mean load measured at the strap")                    \
    X(load_error_rms_kg, "kg", 2, "RMS of measured minus commanded load")              \
    X(calibration_age_s, "s", 0, "since the load cells were zeroed")                   \
    X(swing_frac, "", 3,                                                               \
      "share of the lift's energy that arrived as speed, not torque")                  \
    X(hold_tremor_nm, "nm", 2, "RMS of the torque about its mean in the hold")         \
    X(share_left_frac, "", 3, "left share of the strap force of the lift")             \
    X(hip_offset_mm, "mm", 0, "pad centre against the bench's edge")                   \
    X(rate_loss_frac, "", 3, "(best - this) / best mean lift rate of the set")         \
    X(eccentric_frac, "", 2, "lowering load over lifting load")                        \
    X(assist_frac, "", 2, "share of the leg weight carried by the motor")

/* Why a rep is not clean; bits, so that several can be named. X(ID, text). */
#define RH_REP_REASONS(X)                                                              \
    X(PARTIAL, "partial")                                                              \
    X(NO_HOLD, "no_hold")                                                              \
    X(TOO_FAST, "too_fast")                                                            \
    X(SWING, "swing")                                                                  \
    X(SLACK, "slack")                                                                  \
    X(IMPACT, "impact")                                                                \
    X(OVER_TOP, "over_top")                                                            \
    X(ONE_SIDED, "one_sided")

enum {
#define RH_REP_REASON_ID(id, text) RH_REP_REASON_INDEX_##id,
    RH_REP_REASONS(RH_REP_REASON_ID)
#undef RH_REP_REASON_ID
        RH_REP_REASON_COUNT
};
#define RH_REP_REASON_BIT(id) (1u << RH_REP_REASON_INDEX_##id)

/* The thresholds that the verdict used, published with it so that anybody can recount
 * by a rule of their own. X(name, unit, decimals). */
#define RH_REP_THRESHOLDS(X)                                                           \
    X(full_deg, "deg", 2)                                                              \
    X(partial_deg, "deg", 2)                                                           \
    X(hold_min_s, "s", 2)                                                              \
    X(lift_rate_max_dps, "dps", 1)                                                     \
    X(lower_rate_max_dps, "dps", 1)                                                    \
    X(swing_max_frac, "", 2)                                                           \
    X(slack_n, "n", 1)                                                                 \
    X(impact_n, "n", 1)                                                                \
    X(over_top_deg, "deg", 2)                                                          \
    X(asymmetry_max_frac, "", 2)

typedef struct {
#define RH_REP_FIELD(name, unit, decimals) double name;
    RH_REP_THRESHOLDS(RH_REP_FIELD)
#undef RH_REP_FIELD
} rh_rep_thresholds_t;

typedef struct {
    int64_t t_start_ns; /* CLOCK_MONOTONIC: start of the bottom rest before the lift */
    int64_t t_end_ns;   /* end of the lowering */
    int32_t session;    /* counts from 1 within a start of the daemon */
    int32_t set;        /* counts from 1 within the session; 0 = teaching */
    int32_t rep;        /* counts full reps from 1 within the set */
    int32_t partials;   /* partial reps so far in the set, apart */
    int32_t side;       /* rh_side_t */
    int32_t kind;       /* rh_rep_kind_t */
    int32_t mode;       /* rh_mode_t */
    int32_t limit_hits; /* times the funnel or wall acted within the rep */
    uint32_t reasons;   /* RH_REP_REASON_BIT()s */
    bool counted;       /* true for every full rep */
    bool spotter_used;
    rh_rep_thresholds_t thresholds;
#define RH_REP_FIELD(name, unit, decimals, help) double name;
    RH_REP_NUMBERS(RH_REP_FIELD)
#undef RH_REP_FIELD
} rh_rep_t;

#endif
