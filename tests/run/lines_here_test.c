/* SPDX-License-Identifier: Apache-2.0 */
/* --check-config on GPIO: what is here, what is not, and that nothing is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fake_gpio.h"
#include "lines_here.h"

static rh_hal_settings_t hal;
static char *said;
static size_t said_size;

static void bind(int signal, const char *chip, const char *line)
{
    rh_binding_t *binding = &hal.bindings[hal.binding_count++];
    *binding = (rh_binding_t){.signal = signal, .kind = RH_SOURCE_GPIO, .device = -1};
    (void)snprintf(binding->chip, sizeof(binding->chip), "%s", chip);
    (void)snprintf(binding->role, sizeof(binding->role), "%s", line);
    (void)snprintf(binding->where, sizeof(binding->where), "m.conf:%d: [signal %d]",
                   hal.binding_count, signal);
}

static int set_up(void **state)
{
    (void)state;
    fake_gpio_reset(2);
    memset(&hal, 0, sizeof(hal));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(said);
    said = NULL;
    assert_int_equal(fake_gpio.open_chips, 0);
    for (int i = 0; i < FAKE_LINES; i++) {
        assert_false(fake_gpio.is_taken[i]);
    }
    return 0;
}

static int look(void)
{
    FILE *out = open_memstream(&said, &said_size);
    int wrong = rh_lines_here(&hal, out);
    (void)fclose(out);
    return wrong;
}

static void lines_that_are_here_are_not_spoken_of(void **state)
{
    (void)state;
    bind(RH_SIGNAL_ESTOP_A, "fake", "31");
    bind(RH_SIGNAL_ESTOP_B, "fake", "SEVEN");
    assert_int_equal(look(), 0);
    assert_string_equal(said, "");
}

static void a_line_that_the_chip_does_not_have_is_named_with_its_signal(void **state)
{
    (void)state;
    bind(RH_SIGNAL_ESTOP_A, "fake", "32");
    bind(RH_SIGNAL_GRIP_LEFT, "fake", "EIGHT");
    assert_int_equal(look(), 2);
    assert_ptr_equal(strstr(said, "m.conf:1: [signal "), said);
    assert_non_null(strstr(said, "] source: chip 'fake' has no line 32; "
                                 "it has 0..31\n"));
    assert_non_null(strstr(said, "m.conf:2: [signal "));
}

static void the_lines_of_counters_and_converters_are_looked_up_too(void **state)
{
    (void)state;
    hal.quadrature_count = 1;
    hal.quadratures[0] = (rh_quadrature_settings_t){
        .where = "[quadrature arm]", .chip = "fake", .line_a = "5", .line_b = "99"};
    hal.hx711_count = 1;
    hal.hx711s[0] = (rh_hx711_settings_t){
        .where = "[hx711 seat]", .chip = "fake", .clock = "98", .data = "6"};
    assert_int_equal(look(), 2);
    assert_non_null(
        strstr(said, "[quadrature arm] line_b: chip 'fake' has no line 99"));
    assert_non_null(strstr(said, "[hx711 seat] clock: chip 'fake' has no line 98"));
}

/* The file may be meant for another computer. */
static void a_chip_that_is_not_here_is_said_once_and_is_no_mistake(void **state)
{
    (void)state;
    bind(RH_SIGNAL_ESTOP_A, "pinctrl-none", "1");
    bind(RH_SIGNAL_ESTOP_B, "pinctrl-other", "1");
    bind(RH_SIGNAL_GRIP_LEFT, "pinctrl-none", "2");
    assert_int_equal(look(), 0);
    assert_ptr_equal(strstr(said, "m.conf:1: [signal "), said);
    assert_non_null(strstr(said, "not looked at on this computer: chip 'pinctrl-none' "
                                 "not found"));
    const char *second = strchr(said, '\n') + 1;
    assert_ptr_equal(strstr(second, "m.conf:2: [signal "), second);
    assert_ptr_equal(strchr(second, '\n'), said + said_size - 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(lines_that_are_here_are_not_spoken_of),
        TEST(a_line_that_the_chip_does_not_have_is_named_with_its_signal),
        TEST(the_lines_of_counters_and_converters_are_looked_up_too),
        TEST(a_chip_that_is_not_here_is_said_once_and_is_no_mistake),
    };
    return cmocka_run_group_tests_name("lines here", tests, NULL, NULL);
}
