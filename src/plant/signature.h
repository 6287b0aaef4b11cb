/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cells of the table of signatures (HARDWARE.md 8.2), measured on the noise-free
 * plant: what a style looks like in angle, speed and force. Tests of the plant hold the
 * styles to the table with it; tests of the coach may know a style by it.
 */
#ifndef RH_SIGNATURE_H
#define RH_SIGNATURE_H

#include "plant.h"

#define RH_SIGNATURE_BINS 400 /* of 1 N, for the share of slack in the up-stroke */

typedef struct {
    double bottom_deg, top_deg;
    double up_dps, down_dps;         /* peak rates; down is negative */
    double force_min_n, force_max_n; /* while the arm moves faster than 5 deg/s */
    double force_mean_n;
    double peak_to_mean;
    double slack_share;     /* of the up-stroke, below 35 % of the mean force */
    double force_rate_kn_s; /* steepest change over 1 ms */
    double left_share;      /* of the coupling's impulse */
    double hip_peak_nm;     /* both legs */
    double falling_slack_s; /* longest run with F < 10 N and rate < -150 deg/s */
    double work_ratio;      /* coupling's work in the up-strokes / (set x travel) */
} rh_signature_t;

/* Caller-owned; zeroed by rh_signature_init. Private. */
typedef struct {
    rh_signature_t seen;
    double moving_s, impulse_ns, left_ns;
    double up_s, up_work_j, up_rad;
    double bin_s[RH_SIGNATURE_BINS];
    double old_force_n, slack_run_s;
    bool started;
} rh_signature_meter_t;

void rh_signature_init(rh_signature_meter_t *meter);
/* After each step of `dt_s`. */
void rh_signature_step(rh_signature_meter_t *meter, const rh_plant_truth_t *truth,
                       double dt_s);
/* `set_nm`: the resistance that was set, for the work ratio. */
rh_signature_t rh_signature_read(const rh_signature_meter_t *meter, double set_nm);

#endif
