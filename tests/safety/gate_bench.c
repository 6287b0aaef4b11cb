/* SPDX-License-Identifier: Apache-2.0 */
/* The gate's bench. */
#include "gate_bench.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "config.h"

#define RELAY_NS 60000000

static bool is_silent[RH_SIGNAL_COUNT];

static void set_value(gate_bench_t *bench, int signal, double value)
{
    rh_sample_t *sample = &bench->input.signal[signal];
    sample->milli = (int32_t)lround(value * 1000.0);
    sample->raw = sample->milli;
}

void gate_bench_value(gate_bench_t *bench, int signal, double value)
{
    bench->straps_follow = bench->straps_follow && signal != RH_SIGNAL_STRAP_LEFT &&
                           signal != RH_SIGNAL_STRAP_RIGHT;
    set_value(bench, signal, value);
}

void gate_bench_flag(gate_bench_t *bench, int signal, bool value)
{
    bench->input.signal[signal].raw = value;
    bench->input.signal[signal].milli = value ? 1000 : 0;
}

void gate_bench_pad(gate_bench_t *bench, double mass_kg)
{
    double pad_n = mass_kg * (1.0 - 0.322) * 9.81;
    gate_bench_value(bench, RH_SIGNAL_PAD_FRONT, pad_n / 2);
    gate_bench_value(bench, RH_SIGNAL_PAD_REAR, pad_n / 2);
}

void gate_bench_place(gate_bench_t *bench, double angle_deg)
{
    bench->angle_deg = angle_deg;
    bench->safety.moved_mdeg = (int32_t)lround(angle_deg * 1000.0);
}

void gate_bench_init(gate_bench_t *bench)
{
    char error[256] = "";
    rh_settings_t settings;
    memset(bench, 0, sizeof(*bench));
    memset(is_silent, 0, sizeof(is_silent));
    rh_config_defaults(&settings);
    assert_int_equal(rh_config_limits(&settings, &bench->limits, error, sizeof(error)),
                     0);
    bench->limits.is_commissioned = 1;
    for (int signal = 0; signal < RH_SIGNAL_COUNT; signal++) {
        bench->input.signal[signal].quality = RH_QUALITY_GOOD;
    }
    static const int closed[] = {RH_SIGNAL_ESTOP_A, RH_SIGNAL_ESTOP_B,
                                 RH_SIGNAL_LIMIT_TOP, RH_SIGNAL_LIMIT_BOTTOM};
    for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++) {
        gate_bench_flag(bench, closed[i], true);
    }
    bench->input.signal[RH_SIGNAL_DRIVE_STATUS].raw = RH_DRIVE_READY;
    bench->input.now_ns = 1000000000;
    bench->input.console_present = true;
    bench->angle_deg = -90.0;
    bench->drive_follows = true;
    bench->straps_follow = true;
}

static void move(gate_bench_t *bench)
{
    bench->angle_deg += bench->rate_dps * BENCH_TICK_NS * 1e-9;
    if (!bench->motor_frozen) {
        gate_bench_value(bench, RH_SIGNAL_MOTOR_ANGLE, bench->angle_deg);
        gate_bench_value(bench, RH_SIGNAL_MOTOR_RATE, bench->rate_dps);
    }
    if (!bench->arm_frozen) {
        gate_bench_value(bench, RH_SIGNAL_ARM_ANGLE, bench->angle_deg);
    }
}

static void follow(gate_bench_t *bench)
{
    if (!bench->drive_follows) {
        return;
    }
    bench->beat_ns = bench->grant.beat ? bench->input.now_ns : bench->beat_ns;
    bool is_closed = bench->input.now_ns - bench->beat_ns < RELAY_NS;
    bool runs = bench->grant.servo_on && is_closed;
    double torque_nm = runs ? bench->grant.torque_mnm / 1000.0 : 0.0;
    gate_bench_value(bench, RH_SIGNAL_DRIVE_TORQUE, torque_nm);
    gate_bench_value(bench, RH_SIGNAL_TORQUE_CONFIRMED, torque_nm);
    bench->input.signal[RH_SIGNAL_DRIVE_STATUS].raw =
        RH_DRIVE_READY | (runs ? RH_DRIVE_RUN : 0);
}

/* The arm's equation at rest (HARDWARE 8.1): what the motor does not carry, legs do. */
static void load_straps(gate_bench_t *bench)
{
    double gravity_nm = bench->limits.arm_gravity_mnm / 1000.0 *
                        cos(bench->angle_deg * 3.14159265358979 / 180.0);
    double torque_nm = bench->input.signal[RH_SIGNAL_DRIVE_TORQUE].milli / 1000.0;
    double each_n =
        (gravity_nm - torque_nm) / (bench->limits.strap_radius_mm / 1000.0) / 2;

    if (bench->straps_follow) {
        set_value(bench, RH_SIGNAL_STRAP_LEFT, each_n);
        set_value(bench, RH_SIGNAL_STRAP_RIGHT, each_n);
    }
}

static void freshen(gate_bench_t *bench)
{
    for (int signal = 0; signal < RH_SIGNAL_COUNT; signal++) {
        rh_sample_t *sample = &bench->input.signal[signal];
        if (is_silent[signal]) {
            sample->age_ns += BENCH_TICK_NS;
        } else {
            sample->age_ns = 0;
            sample->count++;
        }
    }
}

static void tick(gate_bench_t *bench)
{
    bench->input.now_ns += BENCH_TICK_NS;
    move(bench);
    follow(bench);
    load_straps(bench);
    freshen(bench);
    rh_safety_step(&bench->safety, &bench->limits, &bench->input, &bench->request,
                   &bench->grant, &bench->report);
    for (uint32_t i = 0; i < bench->report.fault_count; i++) {
        bench->faults_seen |= RH_FAULT_BIT_OF(bench->report.faults[i].id);
    }
}

void gate_bench_ticks(gate_bench_t *bench, int count)
{
    for (int i = 0; i < count; i++) {
        tick(bench);
    }
}

int gate_bench_ticks_to(gate_bench_t *bench, uint32_t state, int most)
{
    for (int i = 1; i <= most; i++) {
        gate_bench_ticks(bench, 1);
        if (bench->safety.state == state) {
            return i;
        }
    }
    fail_msg("state %u not reached within %d ticks; it is %u", state, most,
             bench->safety.state);
    return 0;
}

void gate_bench_command(gate_bench_t *bench, uint32_t kind)
{
    bench->input.command.kind = kind;
    tick(bench);
    bench->input.command.kind = RH_COMMAND_NONE;
}

void gate_bench_reset(gate_bench_t *bench)
{
    gate_bench_flag(bench, RH_SIGNAL_RESET_BUTTON, true);
    gate_bench_ticks(bench, 300);
    gate_bench_flag(bench, RH_SIGNAL_RESET_BUTTON, false);
    gate_bench_ticks(bench, 1);
    for (int i = 0; i < 600 && bench->safety.state == RH_SAFETY_PROBE; i++) {
        gate_bench_ticks(bench, 1);
    }
}

void gate_bench_arm(gate_bench_t *bench)
{
    gate_bench_ticks(bench, 300);
    gate_bench_reset(bench);
    assert_int_equal(bench->safety.state, RH_SAFETY_IDLE);
    gate_bench_pad(bench, 80.0);
    gate_bench_flag(bench, RH_SIGNAL_GRIP_LEFT, true);
    gate_bench_flag(bench, RH_SIGNAL_GRIP_RIGHT, true);
    gate_bench_ticks(bench, 26); /* 52 ms: they are believed */
    gate_bench_command(bench, RH_COMMAND_ARM_BEGIN);
    assert_int_equal(bench->report.refusal, RH_REFUSAL_NONE);
    gate_bench_ticks(bench, 260);
    gate_bench_command(bench, RH_COMMAND_ARM_COMMIT);
    assert_int_equal(bench->report.refusal, RH_REFUSAL_NONE);
    assert_int_equal(bench->safety.state, RH_SAFETY_ARMED);
    bench->faults_seen = 0;
}

void gate_bench_silence(gate_bench_t *bench, int first, int last, bool silent)
{
    (void)bench;
    for (int signal = first; signal <= last; signal++) {
        is_silent[signal] = silent;
    }
}

bool gate_bench_saw(const gate_bench_t *bench, uint32_t fault)
{
    return (bench->faults_seen & RH_FAULT_BIT_OF(fault)) != 0;
}
