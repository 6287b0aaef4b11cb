/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Servo drive, motor and gear of the simulated machine: fences, first-order torque lag,
 * backlash, efficiency, the passive brake of shorted phases, the DC bus. Called by the
 * plant's step alone.
 */
#include "plant_math.h"
#include "plant_parts.h"

/* The drive's speed loop in torque mode: N m per rad/s above the limit, at the arm.
 * With the 2 ms lag and the arm alone (2.4 kg m2) its damping ratio is 0.7. */
#define SPEED_LIMIT_NMS 500.0
/* A drive whose speed limit does not brake fades driving torque out over this. */
#define SPEED_FADE_RPS 0.1

#define BUS_V 311.0 /* 220 V mains, rectified */
#define BUS_FARAD 1.5e-3
#define BUS_CHOPPER_V 380.0 /* the brake resistor holds the bus here */
#define BUS_STANDBY_W 15.0
#define MOTOR_COPPER_W 60.0 /* loss at rated torque */

/* Both fences, and the motor's peak; a limit of 0 closes its direction. */
static double within_fences(const rh_plant_t *plant, const rh_plant_input_t *input,
                            double torque_nm)
{
    const double up_nm = rh_clamp(input->torque_limit_up_nm, 0.0, plant->peak_nm);
    const double down_nm = rh_clamp(input->torque_limit_down_nm, 0.0, plant->peak_nm);

    return rh_clamp(torque_nm, -down_nm, up_nm);
}

static double within_speed_limit(const rh_plant_t *plant, const rh_plant_input_t *input,
                                 double torque_nm)
{
    const double limit_rps = input->rate_limit_dps * RH_DEG;
    const double over_rps = fabs(plant->arm_rps) - limit_rps;
    const double direction = plant->arm_rps > 0.0 ? 1.0 : -1.0;

    if (limit_rps <= 0.0 || over_rps <= 0.0) {
        return torque_nm;
    }
    if (plant->config.speed_limit_brakes) {
        return torque_nm - direction * SPEED_LIMIT_NMS * over_rps;
    }
    if (torque_nm * direction <= 0.0) {
        return torque_nm;
    }
    return torque_nm * rh_clamp(1.0 - over_rps / SPEED_FADE_RPS, 0.0, 1.0);
}

/* The motor's torque with power on: the command through limits and lag. Without power
 * the current is gone within a step. */
static void run_motor(rh_plant_t *plant, const rh_plant_input_t *input, double dt_s)
{
    double target_nm = 0.0;

    if (!input->servo_on || !input->sto_closed) {
        plant->motor_nm = 0.0;
        plant->off_s += dt_s;
        return;
    }
    plant->off_s = 0.0;
    target_nm = within_fences(plant, input, input->torque_command_nm);
    target_nm = within_speed_limit(plant, input, target_nm);
    target_nm = within_fences(plant, input, target_nm);
    plant->motor_nm += plant->gains.lag_gain * (target_nm - plant->motor_nm);
}

/* The rotor moves in the play of the gear; no torque arrives while it crosses. Friction
 * drags it to the trailing flank when the motor is without torque. */
static double through_play(rh_plant_t *plant, double friction_frac, double dt_s)
{
    const double drag_nm = 0.5 * plant->config.friction_nm * friction_frac;

    if (plant->half_gap_rad <= 0.0) {
        return plant->motor_nm;
    }
    plant->play_rps += dt_s * (plant->motor_nm - drag_nm) * plant->rotor_per_kgm2;
    plant->play_rad += dt_s * plant->play_rps;
    if (fabs(plant->play_rad) < plant->half_gap_rad) {
        return 0.0;
    }
    plant->play_rad =
        plant->play_rad > 0.0 ? plant->half_gap_rad : -plant->half_gap_rad;
    plant->play_rps = 0.0;
    return plant->motor_nm;
}

/* Driving torque loses in the gear, driven torque gains; blended over the same band of
 * speed as the friction, so that standing still is not a knife's edge. */
static double through_gear(const rh_plant_t *plant, double torque_nm,
                           double friction_frac)
{
    const double efficiency = plant->config.gear_efficiency;
    const double sign = torque_nm > 0.0 ? friction_frac : -friction_frac;

    if (sign > 0.0) {
        return torque_nm * (1.0 - sign * (1.0 - efficiency));
    }
    return torque_nm * (1.0 - sign * (1.0 / efficiency - 1.0));
}

static double passive_brake(const rh_plant_t *plant)
{
    double x = 0.0;

    if (plant->off_s <= 0.0 || plant->off_s < plant->config.brake_delay_s) {
        return 0.0;
    }
    x = plant->arm_rps * plant->brake_per_rps;
    return -2.0 * plant->config.brake_peak_nm * x / (1.0 + x * x);
}

static void charge_bus(rh_plant_t *plant, double dt_s)
{
    const double full_j =
        0.5 * BUS_FARAD * (BUS_CHOPPER_V * BUS_CHOPPER_V - BUS_V * BUS_V);
    const double load = plant->motor_nm * plant->rated_per_nm;
    const double power_w = -plant->motor_nm * plant->arm_rps -
                           MOTOR_COPPER_W * load * load - BUS_STANDBY_W;

    plant->regen_j = rh_clamp(plant->regen_j + power_w * dt_s, 0.0, full_j);
}

double rh_drive_bus_v(const rh_plant_t *plant)
{
    return sqrt(BUS_V * BUS_V + 2.0 * plant->regen_j / BUS_FARAD);
}

double rh_drive_step(rh_plant_t *plant, const rh_plant_input_t *input,
                     double friction_frac, double dt_s)
{
    run_motor(plant, input, dt_s);
    charge_bus(plant, dt_s);
    plant->gear_nm =
        through_gear(plant, through_play(plant, friction_frac, dt_s), friction_frac);
    plant->brake_nm = passive_brake(plant);
    return plant->gear_nm + plant->brake_nm;
}
