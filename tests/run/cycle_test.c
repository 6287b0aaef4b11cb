/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cycle that the machine's file assumes against the one that its wiring has: the
 * shipped machines with the HAL's own arithmetic.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config.h"
#include "cycle_check.h"
#include "modbus_hal.h"

static rh_settings_t settings;
static char error[512];

/* A shipped machine, with cycle_ms changed where it is given. */
static void load(const char *machine, const char *cycle_ms)
{
    char path[400];
    char name[100];
    (void)snprintf(path, sizeof path, "%s/config/revhyper.conf",
                   getenv("RH_SOURCE_DIR"));
    (void)snprintf(name, sizeof name, "machines/%s.conf", machine);
    const rh_override_t overrides[] = {{"daemon.machine", name},
                                       {"limits.cycle_ms", cycle_ms}};
    if (rh_config_load(&settings, path, overrides, cycle_ms != NULL ? 2 : 1, error,
                       sizeof error) != 0) {
        fail_msg("%s", error);
    }
}

static int check(void)
{
    error[0] = '\0';
    return rh_cycle_check(&rh_hal_modbus, &settings, error, sizeof error);
}

static void every_shipped_machine_says_the_cycle_that_its_wiring_has(void **state)
{
    const char *machines[] = {"simulated-rtu", "simulated-tcp", "simulated-kinco",
                              "simulated-kinco-speed", "simulated-flintec"};
    (void)state;
    for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++) {
        load(machines[i], NULL);
        assert_int_equal(check(), 0);
    }
}

static void a_cycle_said_to_be_shorter_than_the_wire_takes_is_refused(void **state)
{
    (void)state;
    load("simulated-rtu", "10.5");
    assert_true(check() < 0);
    assert_non_null(
        strstr(error, "[limits] cycle_ms = 10.5, but bus drive needs 11.08"));
    assert_non_null(strstr(error, "write cycle_ms = 11.08"));
}

/* A file that was copied for a drive whose values are scattered. */
static void the_cycle_of_a_faster_drive_is_refused_for_a_slower_one(void **state)
{
    (void)state;
    load("simulated-kinco", "11.08");
    assert_true(check() < 0);
    assert_non_null(strstr(error, "24.4"));
}

static void a_longer_cycle_is_on_the_safe_side(void **state)
{
    (void)state;
    load("simulated-rtu", "14");
    assert_int_equal(check(), 0);
}

static void tcp_has_no_arithmetic_and_is_left_to_doctor(void **state)
{
    (void)state;
    load("simulated-tcp", "2");
    assert_int_equal(check(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shipped_machine_says_the_cycle_that_its_wiring_has),
        cmocka_unit_test(a_cycle_said_to_be_shorter_than_the_wire_takes_is_refused),
        cmocka_unit_test(the_cycle_of_a_faster_drive_is_refused_for_a_slower_one),
        cmocka_unit_test(a_longer_cycle_is_on_the_safe_side),
        cmocka_unit_test(tcp_has_no_arithmetic_and_is_left_to_doctor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
