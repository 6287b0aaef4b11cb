/* SPDX-License-Identifier: Apache-2.0 */
/* What the plant's tests share; see rig.h. */
#include "rig.h"

#include <math.h>

#define RADIANS_PER_DEG 0.017453292519943295

rh_plant_config_t rig_config(void)
{
    rh_plant_config_t config;

    rh_plant_defaults(&config);
    return config;
}

rh_plant_config_t rig_config_without_losses(void)
{
    rh_plant_config_t config = rig_config();

    config.friction_nm = 0.0;
    config.viscous_nms = 0.0;
    config.hip_viscous_nms = 0.0;
    config.gear_efficiency = 1.0;
    config.gear_backlash_deg = 0.0;
    config.coupling_gap_m = 0.0;
    config.coupling_ns_per_m = 0.0;
    config.brake_peak_nm = 0.0;
    return config;
}

void rig_init(rig_t *rig, double mass_kg, const rh_plant_config_t *config,
              uint64_t seed)
{
    const rh_plant_config_t defaults = rig_config();

    *rig = (rig_t){.input = {.torque_limit_up_nm = 300.0,
                             .torque_limit_down_nm = 300.0,
                             .servo_on = true,
                             .sto_closed = true}};
    rh_plant_init(&rig->plant, config != NULL ? config : &defaults,
                  rh_person_of_mass(mass_kg), seed);
}

rh_plant_truth_t rig_step(rig_t *rig)
{
    const rh_plant_t *plant = &rig->plant;

    rig->input.torque_command_nm =
        plant->arm_gravity_nm * plant->arm_cos - rig->load_nm;
    rh_plant_step(&rig->plant, &rig->input, RIG_STEP_S);
    return rh_plant_truth(plant);
}

void rig_run(rig_t *rig, double seconds)
{
    const int steps = (int)lround(seconds / RIG_STEP_S);

    for (int i = 0; i < steps; i++) {
        (void)rig_step(rig);
    }
}

void rig_place(rig_t *rig, double angle_deg)
{
    rh_plant_t *plant = &rig->plant;
    const double angle_rad = angle_deg * RADIANS_PER_DEG;

    plant->arm_rad = angle_rad;
    plant->arm_cos = cos(angle_rad);
    plant->arm_rps = 0.0;
    for (int leg = 0; leg < RH_LEGS; leg++) {
        plant->leg_rad[leg] = angle_rad;
        plant->leg_rps[leg] = 0.0;
    }
}

rh_truth_sample_t rig_sample(const rh_plant_truth_t *truth)
{
    return (rh_truth_sample_t){
        .time_s = truth->time_s,
        .angle_deg = truth->arm_angle_deg,
        .rate_dps = truth->arm_rate_dps,
        .force_n = truth->force_n[RH_LEFT] + truth->force_n[RH_RIGHT],
        .radius_m = truth->strap_radius_m,
    };
}

void rig_assert_between(const char *what, double measured, double low, double high,
                        const char *file, int line)
{
    if (!(measured >= low && measured <= high)) {
        print_error("%s = %.6g, expected %.6g .. %.6g\n", what, measured, low, high);
        _fail(file, line);
    }
}

void rig_assert_near(const char *what, double measured, double expected,
                     double tolerance, const char *file, int line)
{
    rig_assert_between(what, measured, expected - tolerance, expected + tolerance, file,
                       line);
}
