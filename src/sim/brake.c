/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the passive brake alone promises: an integration of its equation for one rigid
 * body, written apart from the plant so that the two can be compared. The bench reports
 * it beside the measured sink.
 */
#include "bench.h"

#include <math.h>

#define DEG_PER_RAD (180.0 / 3.14159265358979323846)
#define STEP_S 0.5e-3
#define HORIZON_S 4.0
#define HANG_RAD (-90.0 / DEG_PER_RAD)
#define GRAVITY_MPS2 9.81

typedef struct {
    double inertia_kgm2;
    double gravity_nm; /* at 0 deg */
} body_t;

static body_t body_of(const rh_plant_t *plant)
{
    const rh_plant_config_t *config = &plant->config;
    const rh_person_body_t legs = rh_person_body(plant->person);
    const double ratio = config->gear_ratio;

    return (body_t){
        .inertia_kgm2 =
            legs.inertia_kgm2 +
            config->arm_kg * config->arm_length_m * config->arm_length_m / 3.0 +
            ratio * ratio * config->rotor_kgm2 + config->gear_kgm2,
        .gravity_nm =
            legs.gravity_nm + config->arm_kg * GRAVITY_MPS2 * config->arm_com_m,
    };
}

static double brake_nm(const rh_plant_config_t *config, double rate_rps)
{
    const double x = rate_rps * DEG_PER_RAD / config->brake_peak_dps;

    return -2.0 * config->brake_peak_nm * x / (1.0 + x * x);
}

double rh_brake_peak_sink_dps(const rh_plant_t *plant, double angle_deg,
                              double rate_dps)
{
    const rh_plant_config_t *config = &plant->config;
    const body_t body = body_of(plant);
    double angle_rad = angle_deg / DEG_PER_RAD;
    double rate_rps = rate_dps / DEG_PER_RAD;
    double lowest_rps = rate_rps < 0.0 ? rate_rps : 0.0;

    for (double t = 0.0; t < HORIZON_S && angle_rad > HANG_RAD; t += STEP_S) {
        double torque_nm = -body.gravity_nm * cos(angle_rad) -
                           config->friction_nm * tanh(rate_rps / 0.05) -
                           (config->viscous_nms + config->hip_viscous_nms) * rate_rps;

        if (t >= config->brake_delay_s) {
            torque_nm += brake_nm(config, rate_rps);
        }
        rate_rps += STEP_S * torque_nm / body.inertia_kgm2;
        angle_rad += STEP_S * rate_rps;
        lowest_rps = fmin(lowest_rps, rate_rps);
    }
    return -lowest_rps * DEG_PER_RAD;
}
