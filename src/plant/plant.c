/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dynamics of the simulated machine: legs, arm, coupling, friction, stops and pads,
 * stepped by semi-implicit Euler (velocities first). Called by the simulator and tests.
 */
#include "plant_math.h"
#include "plant_parts.h"

#define STEP_S 1e-3
#define HANG_RAD (-RH_PI / 2.0)
#define FRICTION_BAND_RPS 0.05

/* Stops and passive range (plant equations). */
#define STOP_NM_PER_RAD 2e4
#define STOP_NMS 100.0
#define LEGS_LOW_NM_PER_RAD 1500.0
#define LEGS_LOW_NMS 60.0
#define LEGS_HIGH_NM_PER_RAD 500.0
#define LEGS_HIGH_NMS 10.0

#define ROCKING_RPS (2.0 * RH_PI * 8.0)

void rh_plant_defaults(rh_plant_config_t *config)
{
    *config = (rh_plant_config_t){
        .coupling = RH_COUPLING_ROLLER,
        .arm_kg = 9.0,
        .arm_length_m = 0.86,
        .arm_com_m = 0.45,
        .strap_radius_frac = 0.97,
        .coupling_n_per_m = 12e3,
        .coupling_ns_per_m = 300.0,
        .coupling_gap_m = 6e-3,
        .friction_nm = 4.0,
        .viscous_nms = 0.6,
        .hip_viscous_nms = 0.8,
        .gear_ratio = 35.0,
        .gear_efficiency = 0.92, /* 77 of 83.7 N m continuous */
        .gear_backlash_deg = 0.1,
        .rotor_kgm2 = 1.13e-4,
        .motor_lag_s = 2e-3,
        .speed_limit_brakes = true,
        .brake_peak_nm = 90.0,
        .brake_peak_dps = 70.0,
        .brake_delay_s = 10e-3,
        .stop_top_deg = 15.0,
        .stop_bottom_deg = -105.0,
        .legs_top_deg = 12.0,
        .legs_bottom_deg = -100.0,
        .limit_top_deg = 10.0,
        .limit_bottom_deg = -103.0,
        .pad_spacing_m = 0.5,
        .pad_rear_share = 0.6,
        .arm_zero_counts = RH_ARM_COUNTS / 2,
        .arm_nonlinearity_deg = 0.1,
        .cell_noise_n = 0.3,
        .cell_drift_n = 0.5,
        .cell_creep_frac = 3e-4,
        .cell_hysteresis_frac = 1e-3,
        .cell_filter_s = 10e-3,
        .cell_zero_n = 2.0,
        .hardware_n = 10.0,
        .torque_noise_frac = 2e-3,
    };
}

static void derive(rh_plant_t *plant)
{
    const rh_plant_config_t *config = &plant->config;
    const double ratio = config->gear_ratio;
    const double rotor_kgm2 = ratio * ratio * config->rotor_kgm2;

    plant->body = rh_person_body(plant->person);
    plant->arm_kgm2 =
        config->arm_kg * config->arm_length_m * config->arm_length_m / 3.0 +
        rotor_kgm2 + config->gear_kgm2;
    plant->arm_gravity_nm = config->arm_kg * RH_GRAVITY_MPS2 * config->arm_com_m;
    plant->strap_radius_m = config->strap_radius_frac * plant->body.leg_length_m;
    plant->peak_nm = RH_MOTOR_PEAK_NM * ratio;
    plant->stop_top_rad = config->stop_top_deg * RH_DEG;
    plant->stop_bottom_rad = config->stop_bottom_deg * RH_DEG;
    plant->legs_top_rad = config->legs_top_deg * RH_DEG;
    plant->legs_bottom_rad = config->legs_bottom_deg * RH_DEG;
    plant->arm_per_kgm2 = 1.0 / plant->arm_kgm2;
    plant->leg_per_kgm2 = 2.0 / plant->body.inertia_kgm2;
    plant->rotor_per_kgm2 = 1.0 / rotor_kgm2;
    plant->rated_per_nm = 1.0 / (RH_MOTOR_RATED_NM * ratio);
    plant->pad_per_m = 1.0 / config->pad_spacing_m;
    plant->brake_per_rps = 1.0 / (config->brake_peak_dps * RH_DEG);
    plant->half_gap_rad = 0.5 * config->gear_backlash_deg * RH_DEG;
}

void rh_plant_init(rh_plant_t *plant, const rh_plant_config_t *config,
                   rh_person_t person, uint64_t seed)
{
    *plant = (rh_plant_t){.config = *config, .person = person};
    derive(plant);
    plant->arm_rad = HANG_RAD;
    plant->arm_cos = rh_cos(HANG_RAD);
    plant->off_s = config->brake_delay_s;
    plant->random = rh_seed(seed);
    rh_person_init(plant, ~seed);
    rh_sensors_init(plant);
    rh_person_lie_down(plant, 0.0);
}

/* Force of one side's coupling: gap, spring and damper, clamped so that it keeps its
 * sign; a strap has no lower branch. */
static double coupling_force(const rh_plant_t *plant, int leg)
{
    const rh_plant_config_t *config = &plant->config;
    const double radius_m = plant->strap_radius_m;
    const double gap_m = config->coupling_gap_m;
    const double d_m =
        radius_m * (plant->leg_rad[leg] - plant->arm_rad) + plant->act.slip_m;
    double force_n = 0.0;

    if (!plant->coupled[leg] || fabs(d_m) <= gap_m) {
        return 0.0;
    }
    force_n = 0.5 * config->coupling_ns_per_m * radius_m *
              (plant->leg_rps[leg] - plant->arm_rps);
    if (d_m > gap_m) {
        force_n += 0.5 * config->coupling_n_per_m * (d_m - gap_m);
        return force_n > 0.0 ? force_n : 0.0;
    }
    force_n += 0.5 * config->coupling_n_per_m * (d_m + gap_m);
    return config->coupling == RH_COUPLING_ROLLER && force_n < 0.0 ? force_n : 0.0;
}

/* Ligaments and soft tissue at the ends of the legs' range, one leg. */
static double passive_torque(const rh_plant_t *plant, int leg)
{
    const double low_rad = plant->legs_bottom_rad - plant->leg_rad[leg];
    const double high_rad = plant->leg_rad[leg] - plant->legs_top_rad;
    double torque_nm = 0.0;

    if (low_rad > 0.0) {
        torque_nm = LEGS_LOW_NM_PER_RAD * low_rad - LEGS_LOW_NMS * plant->leg_rps[leg];
    } else if (high_rad > 0.0) {
        torque_nm =
            -LEGS_HIGH_NM_PER_RAD * high_rad - LEGS_HIGH_NMS * plant->leg_rps[leg];
    }
    return 0.5 * torque_nm;
}

/* Stops push, they never pull. */
static double stop_torque(const rh_plant_t *plant)
{
    const double low_rad = plant->stop_bottom_rad - plant->arm_rad;
    const double high_rad = plant->arm_rad - plant->stop_top_rad;
    double torque_nm = 0.0;

    if (low_rad > 0.0) {
        torque_nm = STOP_NM_PER_RAD * low_rad - STOP_NMS * plant->arm_rps;
        return torque_nm > 0.0 ? torque_nm : 0.0;
    }
    if (high_rad > 0.0) {
        torque_nm = -STOP_NM_PER_RAD * high_rad - STOP_NMS * plant->arm_rps;
        return torque_nm < 0.0 ? torque_nm : 0.0;
    }
    return 0.0;
}

static void move_leg(rh_plant_t *plant, int leg, double dt_s)
{
    const rh_person_body_t *body = &plant->body;
    const double torque_nm = plant->hip_nm[leg] + passive_torque(plant, leg) -
                             0.5 * body->gravity_nm * rh_cos(plant->leg_rad[leg]) -
                             0.5 * plant->config.hip_viscous_nms * plant->leg_rps[leg] -
                             plant->force_n[leg] * plant->strap_radius_m;

    plant->leg_rps[leg] += dt_s * torque_nm * plant->leg_per_kgm2;
    plant->leg_rad[leg] += dt_s * plant->leg_rps[leg];
}

static void move_arm(rh_plant_t *plant, const rh_plant_input_t *input, double dt_s)
{
    const rh_plant_config_t *config = &plant->config;
    const double friction_frac = rh_tanh(plant->arm_rps * (1.0 / FRICTION_BAND_RPS));
    const double force_n = plant->force_n[RH_LEFT] + plant->force_n[RH_RIGHT];
    double torque_nm = rh_drive_step(plant, input, friction_frac, dt_s);

    plant->stop_nm = stop_torque(plant);
    torque_nm += force_n * plant->strap_radius_m + plant->stop_nm + plant->handled_nm -
                 plant->arm_gravity_nm * plant->arm_cos -
                 config->friction_nm * friction_frac -
                 config->viscous_nms * plant->arm_rps;
    plant->arm_rps += dt_s * torque_nm * plant->arm_per_kgm2;
    plant->arm_rad += dt_s * plant->arm_rps;
    plant->arm_cos = rh_cos(plant->arm_rad);
}

/* Shares of (body - legs + coupling reaction) by the hips' offset; rocking tilts the
 * bench towards its front. */
static void load_pads(rh_plant_t *plant, double dt_s)
{
    const rh_plant_config_t *config = &plant->config;
    const double force_n = plant->force_n[RH_LEFT] + plant->force_n[RH_RIGHT];
    const double trunk_n =
        (plant->person.mass_kg - plant->body.legs_kg) * RH_GRAVITY_MPS2;
    const double offset_m = plant->hip_offset_m + plant->act.slip_m;
    const double rear =
        rh_clamp(config->pad_rear_share + offset_m * plant->pad_per_m, 0.0, 1.0);
    const double sum_n = trunk_n + force_n * plant->arm_cos;

    plant->pad_n[0] = sum_n * (1.0 - rear);
    plant->pad_n[1] = sum_n * rear;
    if (config->rocking_frac > 0.0) {
        plant->rocking_rad += ROCKING_RPS * dt_s;
        if (plant->rocking_rad > RH_PI) {
            plant->rocking_rad -= 2.0 * RH_PI;
        }
        plant->pad_n[0] += config->rocking_frac * sum_n * rh_sin(plant->rocking_rad);
    }
}

static void step_once(rh_plant_t *plant, const rh_plant_input_t *input, double dt_s)
{
    if (plant->act.act != RH_ACT_ABSENT) {
        rh_person_step(plant, dt_s);
        plant->force_n[RH_LEFT] = coupling_force(plant, RH_LEFT);
        plant->force_n[RH_RIGHT] = coupling_force(plant, RH_RIGHT);
        move_leg(plant, RH_LEFT, dt_s);
        move_leg(plant, RH_RIGHT, dt_s);
        load_pads(plant, dt_s);
    }
    move_arm(plant, input, dt_s);
    plant->time_s += dt_s;
    rh_sensors_step(plant, dt_s);
}

/* The exponentials belong to a step length, which hardly ever changes. */
static void derive_gains(rh_plant_t *plant, double dt_s)
{
    plant->gains.dt_s = dt_s;
    plant->gains.lag_gain = 1.0 - exp(-dt_s / plant->config.motor_lag_s);
    plant->gains.cell_gain = 1.0 - exp(-dt_s / plant->config.cell_filter_s);
}

void rh_plant_step(rh_plant_t *plant, const rh_plant_input_t *input, double dt_s)
{
    int parts = 1;

    if (dt_s > STEP_S * 1.000001) {
        parts = (int)ceil(dt_s / STEP_S - 1e-6);
        dt_s /= parts;
    }
    if (dt_s != plant->gains.dt_s) {
        derive_gains(plant, dt_s);
    }
    for (int i = 0; i < parts; i++) {
        step_once(plant, input, dt_s);
    }
}

void rh_plant_handle(rh_plant_t *plant, const double strap_n[RH_LEGS],
                     const double pad_n[2], double arm_nm)
{
    plant->handled_nm = plant->act.act == RH_ACT_ABSENT ? arm_nm : 0.0;
    if (plant->act.act != RH_ACT_ABSENT) {
        return;
    }
    for (int i = 0; i < RH_LEGS; i++) {
        plant->force_n[i] = strap_n[i];
        plant->pad_n[i] = pad_n[i];
    }
}

rh_plant_truth_t rh_plant_truth(const rh_plant_t *plant)
{
    rh_plant_truth_t truth = {
        .time_s = plant->time_s,
        .arm_angle_deg = plant->arm_rad / RH_DEG,
        .arm_rate_dps = plant->arm_rps / RH_DEG,
        .strap_radius_m = plant->strap_radius_m,
        .motor_torque_nm = plant->motor_nm,
        .gear_torque_nm = plant->gear_nm,
        .brake_torque_nm = plant->brake_nm,
        .stop_torque_nm = plant->stop_nm,
        .pad_force_n = {plant->pad_n[0], plant->pad_n[1]},
        .hip_offset_mm = 1000.0 * (plant->hip_offset_m + plant->act.slip_m),
    };

    for (int leg = 0; leg < RH_LEGS; leg++) {
        truth.leg_angle_deg[leg] = plant->leg_rad[leg] / RH_DEG;
        truth.leg_rate_dps[leg] = plant->leg_rps[leg] / RH_DEG;
        truth.force_n[leg] = plant->force_n[leg];
        truth.hip_torque_nm[leg] = plant->hip_nm[leg];
    }
    return truth;
}

double rh_plant_energy_j(const rh_plant_t *plant)
{
    double energy_j = 0.5 * plant->arm_kgm2 * plant->arm_rps * plant->arm_rps +
                      plant->arm_gravity_nm * (1.0 + sin(plant->arm_rad));

    for (int leg = 0; leg < RH_LEGS && plant->act.act != RH_ACT_ABSENT; leg++) {
        const double rate_rps = plant->leg_rps[leg];

        energy_j += 0.25 * plant->body.inertia_kgm2 * rate_rps * rate_rps;
        energy_j += 0.5 * plant->body.gravity_nm * (1.0 + sin(plant->leg_rad[leg]));
    }
    return energy_j;
}
