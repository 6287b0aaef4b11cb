/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What open refuses, and that it says what, where and the remedy. Nothing is started.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench.h"
#include "link.h"
#include "modbus_hal.h"

static int set_up(void **state)
{
    rh_hal_settings_t *settings = calloc(1, sizeof(*settings));
    if (settings == NULL) {
        return -1;
    }
    bench_rtu(settings, "/tmp");
    bench_add_drive(settings, 1);
    *state = settings;
    return 0;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

static void expect_refusal(const rh_hal_settings_t *settings, const char *first,
                           const char *second)
{
    char error[RH_HAL_TEXT] = "";
    rh_hal_t *hal = NULL;
    assert_int_equal(rh_hal_modbus.open(&hal, settings, error, sizeof(error)), -EINVAL);
    assert_null(hal);
    if (strstr(error, first) == NULL || strstr(error, second) == NULL) {
        fail_msg("'%s' says neither '%s' nor '%s'", error, first, second);
    }
}

static void a_rate_that_the_driver_would_take_for_9600_is_refused_by_name(void **state)
{
    rh_hal_settings_t *settings = *state;
    settings->buses[0].baud = 250000;
    expect_refusal(settings, "bus wire", "250000");
}

static void a_rate_that_a_profile_does_not_list_is_refused_by_name(void **state)
{
    rh_hal_settings_t *settings = *state;
    settings->buses[0].baud = 230400;
    expect_refusal(settings, "device drive", "230400");
}

static void every_rate_of_the_driver_is_known_and_its_neighbours_are_not(void **state)
{
    (void)state;
    assert_true(rh_link_baud_is_known(9600));
    assert_true(rh_link_baud_is_known(115200));
    assert_true(rh_link_baud_is_known(4000000));
    assert_false(rh_link_baud_is_known(115201));
    assert_false(rh_link_baud_is_known(0));
    assert_false(rh_link_baud_is_known(250000));
}

static void a_frame_format_is_three_known_letters(void **state)
{
    rh_hal_settings_t *settings = *state;
    (void)snprintf(settings->buses[0].format, sizeof(settings->buses[0].format), "8X1");
    expect_refusal(settings, "bus wire", "8X1");
}

static void two_devices_with_one_id_on_a_bus_are_refused_by_name(void **state)
{
    rh_hal_settings_t *settings = *state;
    bench_add_cell(settings, 1, 0);
    expect_refusal(settings, "drive", "cell");
}

static void a_signal_bound_twice_is_refused(void **state)
{
    rh_hal_settings_t *settings = *state;
    bench_bind(settings, 0, RH_SIGNAL_MOTOR_RATE, false, "rate");
    expect_refusal(settings, "bound twice", "rate");
}

static void a_role_that_the_profile_does_not_have_is_refused_by_name(void **state)
{
    rh_hal_settings_t *settings = *state;
    bench_bind(settings, 0, RH_SIGNAL_PAD_FRONT, false, "temperature");
    expect_refusal(settings, "device drive", "temperature");
}

static void a_role_that_no_block_reads_is_refused_by_name(void **state)
{
    rh_hal_settings_t *settings = *state;
    bench_bind(settings, 0, RH_SIGNAL_PAD_FRONT, false, "mode");
    expect_refusal(settings, "device drive", "mode");
}

static void a_scale_of_zero_is_refused(void **state)
{
    rh_hal_settings_t *settings = *state;
    settings->bindings[0].scale = 0.0;
    expect_refusal(settings, "torque_command", "scale");
}

static void a_drive_without_its_fences_numbers_is_refused(void **state)
{
    rh_hal_settings_t *settings = *state;
    settings->devices[0].torque_limit_nm = 0.0;
    expect_refusal(settings, "device drive", "torque_limit_nm");
}

static void a_profile_that_claims_fences_must_write_and_read_them_back(void **state)
{
    rh_hal_settings_t *settings = *state;
    settings->devices[0].profile.startup[1].readback = false;
    settings->devices[0].profile.startup[2].readback = false;
    expect_refusal(settings, "fences = yes", "torque_limit");
}

static void a_fence_that_its_register_cannot_hold_is_refused(void **state)
{
    rh_hal_settings_t *settings = *state;
    settings->devices[0].torque_limit_nm = 1e6;
    expect_refusal(settings, "device drive", "torque_limit_pos");
}

static void a_host_that_would_have_to_be_looked_up_is_refused(void **state)
{
    rh_hal_settings_t *settings = *state;
    bench_tcp(settings, 502);
    (void)snprintf(settings->buses[0].host, RH_HAL_NAME, "drive.local");
    expect_refusal(settings, "bus wire", "drive.local");
}

/* ---- profiles that lie ------------------------------------------------- */

static rh_register_t *register_of(rh_hal_settings_t *settings, const char *role)
{
    rh_profile_t *profile = &settings->devices[0].profile;
    for (int i = 0; i < profile->register_count; i++) {
        if (strcmp(profile->registers[i].role, role) == 0) {
            return &profile->registers[i];
        }
    }
    fail_msg("no role %s", role);
    return NULL;
}

static void two_registers_at_one_place_are_refused(void **state)
{
    rh_hal_settings_t *settings = *state;
    register_of(settings, "speed_limit")->address =
        register_of(settings, "torque_limit_neg")->address;
    expect_refusal(settings, "'torque_limit_neg' and 'speed_limit'", "own address");
}

/* [startup 1] to [startup 4] are the fences: torque +, torque -, speed +, speed -. */
static void a_fence_to_a_register_of_another_kind_is_refused(void **state)
{
    rh_hal_settings_t *settings = *state;
    (void)snprintf(settings->devices[0].profile.startup[4].fence, RH_HAL_NAME,
                   "torque_limit");
    expect_refusal(settings, "fences = yes", "to its own register");
}

static void a_fence_of_one_direction_alone_is_refused(void **state)
{
    rh_hal_settings_t *settings = *state;
    settings->devices[0].profile.startup_count--;
    expect_refusal(settings, "fences = yes", "each torque_limit and speed_limit");
}

static void a_fence_that_is_written_over_is_refused(void **state)
{
    rh_hal_settings_t *settings = *state;
    rh_profile_t *profile = &settings->devices[0].profile;
    rh_startup_t *row = &profile->startup[profile->startup_count++];
    *row = profile->startup[1];
    row->fence[0] = '\0';
    expect_refusal(settings, "fences = yes", "once");
}

static void a_drive_whose_fault_nobody_sees_is_refused(void **state)
{
    rh_hal_settings_t *settings = *state;
    settings->devices[0].profile.bits[2].mask = 0;
    expect_refusal(settings, "device drive", "no status bits for fault");
}

static void a_torque_to_what_says_it_is_no_drive_is_refused(void **state)
{
    rh_hal_settings_t *settings = *state;
    (void)snprintf(settings->devices[0].profile.kind, RH_HAL_NAME, "cell");
    expect_refusal(settings, "device drive", "is no drive");
}

/* ---- one measurement is not two ---------------------------------------- */

/* A count that feeds the signal; nothing is opened before the wiring is looked at. */
static void count(rh_hal_settings_t *settings, int signal, int encoder,
                  const char *role)
{
    bench_bind(settings, encoder, signal, false, role);
    settings->bindings[settings->binding_count - 1].kind = RH_SOURCE_QUADRATURE;
}

static void unbind(rh_hal_settings_t *settings, int signal)
{
    for (int i = 0; i < settings->binding_count; i++) {
        rh_binding_t *binding = &settings->bindings[i];
        if (!binding->is_output && binding->signal == signal) {
            *binding = settings->bindings[--settings->binding_count];
            return;
        }
    }
    fail_msg("signal %d is not bound", signal);
}

static void name_encoders(rh_hal_settings_t *settings)
{
    settings->quadrature_count = 2;
    (void)snprintf(settings->quadratures[0].name, RH_HAL_NAME, "axis");
    (void)snprintf(settings->quadratures[1].name, RH_HAL_NAME, "shaft");
}

static void one_count_for_arm_and_motor_is_refused(void **state)
{
    rh_hal_settings_t *settings = *state;
    name_encoders(settings);
    unbind(settings, RH_SIGNAL_MOTOR_ANGLE);
    count(settings, RH_SIGNAL_ARM_ANGLE, 0, "position");
    count(settings, RH_SIGNAL_MOTOR_ANGLE, 0, "position");
    expect_refusal(settings, "axis", "role 'position' feeds two signals");
}

static void a_motors_rate_from_the_arms_count_is_refused(void **state)
{
    rh_hal_settings_t *settings = *state;
    name_encoders(settings);
    unbind(settings, RH_SIGNAL_MOTOR_RATE);
    count(settings, RH_SIGNAL_ARM_ANGLE, 0, "position");
    count(settings, RH_SIGNAL_MOTOR_RATE, 0, "rate");
    expect_refusal(settings, "axis", "feeds arm_angle and the motor");
}

static void two_counts_are_refused_for_want_of_an_absolute_angle(void **state)
{
    rh_hal_settings_t *settings = *state;
    name_encoders(settings);
    unbind(settings, RH_SIGNAL_MOTOR_ANGLE);
    count(settings, RH_SIGNAL_ARM_ANGLE, 0, "position");
    count(settings, RH_SIGNAL_MOTOR_ANGLE, 1, "position");
    expect_refusal(settings, "axis", "shaft");
}

static void a_drives_position_for_the_arms_angle_is_refused(void **state)
{
    rh_hal_settings_t *settings = *state;
    bench_bind(settings, 0, RH_SIGNAL_ARM_ANGLE, false, "mode");
    expect_refusal(settings, "drive", "feeds arm_angle and the motor");
}

/* A module that loses its master lets its outputs fall: that must be off. */
static void an_inverted_servo_on_of_a_module_is_refused(void **state)
{
    rh_hal_settings_t *settings = *state;
    bench_add_io(settings, 2);
    for (int i = 0; i < settings->binding_count; i++) {
        rh_binding_t *binding = &settings->bindings[i];
        binding->invert = binding->is_output && binding->signal == RH_OUTPUT_SERVO_ON;
    }
    expect_refusal(settings, "device io", "invert");
}

#define refusal_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        refusal_test(two_registers_at_one_place_are_refused),
        refusal_test(a_fence_to_a_register_of_another_kind_is_refused),
        refusal_test(a_fence_of_one_direction_alone_is_refused),
        refusal_test(a_fence_that_is_written_over_is_refused),
        refusal_test(a_drive_whose_fault_nobody_sees_is_refused),
        refusal_test(a_torque_to_what_says_it_is_no_drive_is_refused),
        refusal_test(one_count_for_arm_and_motor_is_refused),
        refusal_test(a_motors_rate_from_the_arms_count_is_refused),
        refusal_test(two_counts_are_refused_for_want_of_an_absolute_angle),
        refusal_test(a_drives_position_for_the_arms_angle_is_refused),
        refusal_test(a_rate_that_the_driver_would_take_for_9600_is_refused_by_name),
        refusal_test(a_rate_that_a_profile_does_not_list_is_refused_by_name),
        cmocka_unit_test(every_rate_of_the_driver_is_known_and_its_neighbours_are_not),
        refusal_test(a_frame_format_is_three_known_letters),
        refusal_test(two_devices_with_one_id_on_a_bus_are_refused_by_name),
        refusal_test(a_signal_bound_twice_is_refused),
        refusal_test(a_role_that_the_profile_does_not_have_is_refused_by_name),
        refusal_test(a_role_that_no_block_reads_is_refused_by_name),
        refusal_test(an_inverted_servo_on_of_a_module_is_refused),
        refusal_test(a_scale_of_zero_is_refused),
        refusal_test(a_drive_without_its_fences_numbers_is_refused),
        refusal_test(a_profile_that_claims_fences_must_write_and_read_them_back),
        refusal_test(a_fence_that_its_register_cannot_hold_is_refused),
        refusal_test(a_host_that_would_have_to_be_looked_up_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
