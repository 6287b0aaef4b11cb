/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The drive between its registers and its motor: who has power, and which torque its
 * loops ask for. The same for every make; the makes differ in their registers. Stepped
 * by the bench.
 */
#include <math.h>

#include "bench.h"

#define STEP_S 1e-3
#define RPS_PER_RPM (2.0 * 3.14159265358979323846 / 60.0)

/* CiA 402, as the enable input writes it. */
#define CONTROL_ON 0x0f
#define CONTROL_OFF 0x06
#define CONTROL_MASK 0x8f /* without the bits of a mode, with the reset */

/* The speed loop, at the arm: stiff enough to hold a person, slow enough for a step of
 * 1 ms and a lag of 2 ms. */
#define SPEED_NMS 60.0
#define SPEED_NM 600.0

/* An enable input writes the control word when it changes, as Modbus may afterwards. */
static void follow_input(rh_bench_drive_t *drive, bool servo_on)
{
    if (servo_on != drive->was_servo_on) {
        drive->control = servo_on ? CONTROL_ON : CONTROL_OFF;
    }
    drive->was_servo_on = servo_on;
}

static double clamp(double value, double low, double high)
{
    return value < low ? low : fmin(value, high);
}

/* Proportional and integral; the integral rests while the torque is at its limit. */
static int speed_loop(rh_bench_t *bench)
{
    const rh_plant_config_t *config = &bench->plant.config;
    rh_bench_drive_t *drive = &bench->drive;
    const double nm_per_permille = 1e-3 * RH_MOTOR_RATED_NM * config->gear_ratio;
    const double high_nm = drive->limit_permille[0] * nm_per_permille;
    const double low_nm = -drive->limit_permille[1] * nm_per_permille;
    const double target_rpm =
        clamp(drive->target_rpm, -drive->speed_rpm[1], drive->speed_rpm[0]);
    const double arm_rps =
        bench->wiring.motor_reversed ? -bench->plant.arm_rps : bench->plant.arm_rps;
    const double error_rps = target_rpm * RPS_PER_RPM / config->gear_ratio - arm_rps;
    const double wanted_nm = SPEED_NMS * error_rps + drive->integral_nm;
    const double torque_nm = clamp(wanted_nm, low_nm, high_nm);

    drive->at_limit = torque_nm != wanted_nm;
    if (!drive->at_limit) {
        drive->integral_nm += SPEED_NM * error_rps * STEP_S;
    }
    return (int)lround(torque_nm / nm_per_permille);
}

static int torque_asked_for(rh_bench_t *bench)
{
    rh_bench_drive_t *drive = &bench->drive;
    const int torque = drive->torque_permille;

    switch (drive->mode) {
    case RH_DRIVE_SPEED:
        return speed_loop(bench);
    case RH_DRIVE_TORQUE:
        drive->integral_nm = 0.0;
        drive->at_limit =
            torque > drive->limit_permille[0] || -torque > drive->limit_permille[1];
        return torque;
    default:
        return 0;
    }
}

void rh_bench_drive_step(rh_bench_t *bench, const rh_fault_set_t *faults)
{
    rh_bench_drive_t *drive = &bench->drive;
    const rh_hardware_t *hardware = &bench->hardware;

    if (rh_fault_in(faults, RH_FAULT_TRIP)) {
        drive->tripped = true;
    }
    follow_input(drive, hardware->servo_on);
    bench->running =
        hardware->sto_closed && hardware->servo_on && !drive->tripped &&
        !drive->stopped &&
        (!drive->has_control || (drive->control & CONTROL_MASK) == CONTROL_ON);
    if (!bench->running || rh_fault_in(faults, RH_FAULT_IGNORES_TORQUE)) {
        drive->active_permille = 0;
        drive->integral_nm = 0.0;
        drive->at_limit = false;
    } else if (!rh_fault_in(faults, RH_FAULT_KEEPS_TORQUE)) {
        drive->active_permille = torque_asked_for(bench);
    }
}
