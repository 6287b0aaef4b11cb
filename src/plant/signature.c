/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measures the cells of the table of signatures. Called by tests and the simulator's
 * bench, outside the hot path.
 */
#include "signature.h"
#include "plant_math.h"

#define MOVING_DPS 5.0
#define SLACK_FRAC 0.35
#define FALLING_DPS (-150.0)
#define FALLING_SLACK_N 10.0

void rh_signature_init(rh_signature_meter_t *meter)
{
    *meter = (rh_signature_meter_t){0};
}

static void see_first(rh_signature_meter_t *meter, const rh_plant_truth_t *truth,
                      double force_n)
{
    meter->seen = (rh_signature_t){.bottom_deg = truth->arm_angle_deg,
                                   .top_deg = truth->arm_angle_deg,
                                   .force_min_n = 1e9,
                                   .force_max_n = -1e9};
    meter->old_force_n = force_n;
    meter->started = true;
}

static void see_moving(rh_signature_meter_t *meter, const rh_plant_truth_t *truth,
                       double force_n, double dt_s)
{
    rh_signature_t *seen = &meter->seen;

    seen->force_min_n = fmin(seen->force_min_n, force_n);
    seen->force_max_n = fmax(seen->force_max_n, force_n);
    meter->moving_s += dt_s;
    meter->impulse_ns += force_n * dt_s;
    meter->left_ns += truth->force_n[RH_LEFT] * dt_s;
    if (truth->arm_rate_dps > 0.0) {
        const double rate_rps = truth->arm_rate_dps * RH_DEG;

        meter->up_s += dt_s;
        meter->up_rad += rate_rps * dt_s;
        meter->up_work_j += force_n * truth->strap_radius_m * rate_rps * dt_s;
        meter->bin_s[(int)rh_clamp(force_n, 0.0, RH_SIGNATURE_BINS - 1.0)] += dt_s;
    }
}

static void see_falling(rh_signature_meter_t *meter, const rh_plant_truth_t *truth,
                        double force_n, double dt_s)
{
    const bool slack = force_n < FALLING_SLACK_N && truth->arm_rate_dps < FALLING_DPS;

    meter->slack_run_s = slack ? meter->slack_run_s + dt_s : 0.0;
    meter->seen.falling_slack_s = fmax(meter->seen.falling_slack_s, meter->slack_run_s);
}

void rh_signature_step(rh_signature_meter_t *meter, const rh_plant_truth_t *truth,
                       double dt_s)
{
    rh_signature_t *seen = &meter->seen;
    const double force_n = truth->force_n[RH_LEFT] + truth->force_n[RH_RIGHT];
    const double hip_nm =
        truth->hip_torque_nm[RH_LEFT] + truth->hip_torque_nm[RH_RIGHT];

    if (!meter->started) {
        see_first(meter, truth, force_n);
    }
    seen->bottom_deg = fmin(seen->bottom_deg, truth->arm_angle_deg);
    seen->top_deg = fmax(seen->top_deg, truth->arm_angle_deg);
    seen->up_dps = fmax(seen->up_dps, truth->arm_rate_dps);
    seen->down_dps = fmin(seen->down_dps, truth->arm_rate_dps);
    seen->hip_peak_nm = fmax(seen->hip_peak_nm, hip_nm);
    seen->force_rate_kn_s =
        fmax(seen->force_rate_kn_s, fabs(force_n - meter->old_force_n) / dt_s / 1000.0);
    meter->old_force_n = force_n;
    if (fabs(truth->arm_rate_dps) > MOVING_DPS) {
        see_moving(meter, truth, force_n, dt_s);
    }
    see_falling(meter, truth, force_n, dt_s);
}

/* Share of the up-stroke's time in the bins below 35 % of the mean. */
static double slack_share(const rh_signature_meter_t *meter, double mean_n)
{
    const int end = (int)rh_clamp(SLACK_FRAC * mean_n, 0.0, RH_SIGNATURE_BINS - 1.0);
    double slack_s = 0.0;

    for (int i = 0; i < end; i++) {
        slack_s += meter->bin_s[i];
    }
    return meter->up_s > 0.0 ? slack_s / meter->up_s : 0.0;
}

rh_signature_t rh_signature_read(const rh_signature_meter_t *meter, double set_nm)
{
    rh_signature_t read = meter->seen;

    if (meter->moving_s > 0.0) {
        read.force_mean_n = meter->impulse_ns / meter->moving_s;
    }
    if (read.force_mean_n > 0.0) {
        read.peak_to_mean = read.force_max_n / read.force_mean_n;
        read.left_share = meter->left_ns / meter->impulse_ns;
        read.slack_share = slack_share(meter, read.force_mean_n);
    }
    if (meter->up_rad > 0.0 && set_nm > 0.0) {
        read.work_ratio = meter->up_work_j / (set_nm * meter->up_rad);
    }
    return read;
}
