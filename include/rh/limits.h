/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate's limits, in the scaled integers it computes with. Made once at start by
 * src/config from the settings (all roots, divisions and floating point happen there);
 * the ceilings below are compile-time and no configuration can exceed them.
 */
#ifndef RH_LIMITS_H
#define RH_LIMITS_H

#include <stdint.h>

/* Ceilings. SAFETY.md's table of limits and HARDWARE.md's motors are their source. */
#define RH_CEILING_TORQUE_MNM 250000  /* largest motor class, 250 N m at the arm */
#define RH_CEILING_SOFT_TOP_MDEG 3000 /* soft limit top */
#define RH_CEILING_TRIP_TOP_MDEG 8000 /* trip top */
#define RH_FLOOR_TRIP_BOTTOM_MDEG (-102000) /* trip bottom */
#define RH_CEILING_SINK_MDPS 60000          /* controlled lowering */

/* Persons by pad weight: arm alone, then the five rows of the table of persons. */
#define RH_BODY_ROWS 6

typedef struct {
    int32_t pad_min_mn;          /* the row holds from this pad force on */
    int32_t damping_mnm_per_dps; /* B of SAFE-1 and FLOAT for this body, N m per deg/s,
                                    milli */
    int32_t stop_q16_mdeg;       /* brake distance: mdeg per (deg/s)^2, times 65536 */
    int32_t leg_gravity_mnm;     /* both legs at horizontal */
} rh_body_row_t;

typedef struct {
    /* angles; a test configuration may open these to the mechanical stops only through
       `[test] open_limits`, which arms nothing but a simulated machine */
    int32_t soft_top_mdeg, soft_bottom_mdeg; /* while no range is taught */
    int32_t rom_soft_bottom_mdeg;            /* soft bottom = taught bottom - this */
    int32_t trip_over_top_mdeg, trip_over_bottom_mdeg; /* trip = soft +- this */
    int32_t trip_top_mdeg, trip_bottom_mdeg;           /* never beyond */
    int32_t rest_mdeg;      /* at or below: the arm is at the bottom (-80 deg) */
    int32_t rest_rate_mdps; /* |rate| below: still (3 deg/s) */
    /* torque */
    int32_t resist_max_mnm;        /* magnitude, lowering direction */
    int32_t lift_max_mnm;          /* lifting direction: what assistance needs + 10 % */
    int32_t slew_load_mnm_per_s;   /* away from zero */
    int32_t slew_safe_mnm_per_s;   /* towards zero, wall, damping */
    int32_t window_ms, window_mnm; /* growth in a window of real time */
    int32_t wall_mnm_per_deg, wall_max_mnm;
    int32_t funnel_delay_us; /* 1.5 T + drive lag */
    int32_t arm_gravity_mnm; /* arm alone, at horizontal */
    int32_t friction_mnm;    /* of arm and gear */
    int32_t sink_mdps;       /* SAFE-1 speed limit */
    int32_t rate_limit_mdps; /* drive's speed limit while armed */
    rh_body_row_t body[RH_BODY_ROWS];
    /* plausibility */
    int32_t runaway_mnm, runaway_permille; /* 10 N m + 15 % */
    int32_t mismatch_mdeg;                 /* 3 deg */
    int32_t cell_max_mn;                   /* impossible force */
    int32_t contact_mn;                    /* 10 N */
    int32_t pad_empty_mn;                  /* below: nobody there */
    int32_t zero_max_mn;                   /* largest tare of a cell */
    /* times */
    int32_t age_max_us[4]; /* drive, encoder, strap cells, inputs: stale beyond */
    int32_t age_cut_us;    /* still stale: SAFE-3 */
    int32_t period_us;     /* of the tick */
    int32_t late_count_us, late_safe1_us, late_safe3_us;
    int32_t grip_open_ms, reset_hold_ms, reset_stuck_ms, rest_hold_ms;
    int32_t comfort_ramp_ms, comfort_confirm_ms, unload_ramp_ms, safe1_ramp_ms;
    int32_t safe1_timeout_ms, safe2_servo_ms, arm_dwell_ms, run_timeout_ms;
    int32_t recover_mnm_per_s;            /* 20 N m/s from zero after arming */
    int32_t comfort_mn, comfort_permille; /* max(20 N, 10 % of the former load) */
    int32_t strap_radius_mm;
    int32_t relay_ms;           /* the heartbeat relay's time */
    int32_t speed_limit_brakes; /* 1: the drive's speed limit brakes at zero command */
    int32_t is_commissioned;    /* 1: commissioned with the wiring in force, or exempt;
                                   else nothing arms */
} rh_limits_t;

#endif
