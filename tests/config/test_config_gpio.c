/* SPDX-License-Identifier: Apache-2.0 */
/* Lines, encoders and converters in a machine's file: what is read, what is refused. */
#include "house.h"

#include <stdio.h>
#include <string.h>

static int set_up(void **state)
{
    int result = house_build(state);
    if (result == 0) {
        house_put_on_gpio(*state);
    }
    return result;
}

static const rh_binding_t *binding_of(const house_t *house, int signal, bool is_output)
{
    const rh_hal_settings_t *hal = &house->settings.hal;
    for (int i = 0; i < hal->binding_count; i++) {
        if (hal->bindings[i].signal == signal &&
            hal->bindings[i].is_output == is_output) {
            return &hal->bindings[i];
        }
    }
    fail_msg("signal %d is not bound", signal);
    return NULL;
}

/* ---- accepted -------------------------------------------------------------------- */

static void lines_are_read_with_bias_debounce_and_inversion(void **state)
{
    house_t *house = *state;
    house_accepts(house);
    const rh_binding_t *a = binding_of(house, RH_SIGNAL_ESTOP_A, false);
    const rh_binding_t *b = binding_of(house, RH_SIGNAL_ESTOP_B, false);
    const rh_binding_t *grip = binding_of(house, RH_SIGNAL_GRIP_LEFT, false);
    const rh_binding_t *beat = binding_of(house, RH_OUTPUT_HEARTBEAT, true);
    assert_int_equal(a->kind, RH_SOURCE_GPIO);
    assert_string_equal(a->chip, "gpio-sim.0-node0");
    assert_non_null(strstr(a->where, "/machine.conf:"));
    assert_string_equal(strstr(a->where, ": [signal "), ": [signal estop_a]");
    assert_string_equal(a->role, "ESTOP_A");
    assert_int_equal(a->bias, RH_BIAS_UP);
    assert_int_equal(a->debounce_ms, 5);
    assert_int_equal(b->bias, RH_BIAS_DOWN);
    assert_int_equal(b->debounce_ms, 0);
    assert_true(grip->invert);
    assert_int_equal(grip->bias, RH_BIAS_NONE);
    assert_int_equal(beat->kind, RH_SOURCE_GPIO);
    assert_string_equal(beat->role, "12");
}

/* A builder copies it: no contact may read as closed by a broken wire, and nothing arms
 * before it is commissioned. */
static void the_shipped_example_fails_open_and_needs_commissioning(void **state)
{
    static rh_settings_t settings;
    char error[512] = "";
    const rh_override_t example[] = {{"daemon.machine", "machines/example-gpio.conf"}};
    (void)state;
    if (rh_config_load(&settings, "config/revhyper.conf", example, 1, error,
                       sizeof(error)) != 0) {
        fail_msg("%s", error);
    }
    assert_true(rh_config_needs_commissioning(&settings));
    int lines = 0;
    for (int i = 0; i < settings.hal.binding_count; i++) {
        const rh_binding_t *binding = &settings.hal.bindings[i];
        if (binding->kind == RH_SOURCE_GPIO && !binding->is_output) {
            assert_int_equal(binding->bias, RH_BIAS_UP);
            assert_true(binding->invert);
            lines++;
        }
    }
    assert_int_equal(lines, 8);
}

static void an_encoder_and_a_converter_are_read(void **state)
{
    house_t *house = *state;
    house_edit(house, "machine.conf", "modbus:encoder/position",
               "quadrature:arm/position");
    house_edit(house, "machine.conf", "scale = 0.02197265625\noffset = -180\n", "");
    house_accepts(house);
    const rh_hal_settings_t *hal = &house->settings.hal;
    assert_int_equal(hal->quadrature_count, 1);
    assert_string_equal(hal->quadratures[0].line_b, "11");
    assert_int_equal(hal->quadratures[0].counts_per_turn, 4096);
    assert_near(hal->quadratures[0].home_deg, -90.0, 0.0);
    assert_int_equal(hal->hx711s[0].gain, 64);
    assert_near(hal->hx711s[0].offset, -3.5, 0.0);
    const rh_binding_t *arm = binding_of(house, RH_SIGNAL_ARM_ANGLE, false);
    assert_int_equal(arm->kind, RH_SOURCE_QUADRATURE);
    assert_int_equal(arm->device, 0);
    assert_int_equal(binding_of(house, RH_SIGNAL_AUX_FORCE, false)->kind,
                     RH_SOURCE_HX711);
}

static void what_is_printed_reads_back_the_same(void **state)
{
    house_t *house = *state;
    static rh_settings_t settings;
    static char text[HOUSE_TEXT];
    house_accepts(house);
    settings = house->settings;
    memset(text, 0, sizeof(text));
    FILE *file = fmemopen(text, sizeof(text) - 1, "w");
    assert_non_null(file);
    assert_int_equal(rh_config_print(&settings, file), 0);
    assert_int_equal(fclose(file), 0);
    assert_non_null(strstr(text, "source = gpio:gpio-sim.0-node0/ESTOP_A\n"));
    assert_non_null(strstr(text, "source = hx711:seat/force\n"));
    house_write(house, "main.conf", text);
    house_accepts(house);
    house_same_settings(&house->settings, &settings);
}

static void neither_buzzer_nor_the_extra_cell_must_be_bound(void **state)
{
    house_t *house = *state;
    house_edit(house, "machine.conf", "[signal aux_force]\nsource = hx711:seat/force\n",
               "");
    house_edit(house, "machine.conf",
               "[signal buzzer]\nsource = gpio:gpio-sim.0-node0/15\n", "");
    house_accepts(house);
}

/* ---- refused --------------------------------------------------------------------- */

static void a_source_that_is_half_written_is_refused(void **state)
{
    static const char *const rows[] = {
        "gpio:gpio-sim.0-node0", "gpio:/5",      "gpio:x/", "gpio",
        "quadrature:arm",        "hx711:/force", ":/x"};
    house_t *house = *state;
    const char *former = "source = gpio:gpio-sim.0-node0/1\n";
    char now[128];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        (void)snprintf(now, sizeof(now), "source = %s\n", rows[i]);
        house_edit(house, "machine.conf", former, now);
        house_refuses(house, "machine.conf", now,
                      "is no source that this daemon can read; permitted");
        house_edit(house, "machine.conf", now, former);
    }
}

static void an_encoder_that_no_section_describes_is_refused(void **state)
{
    machine_refuses(*state, "source = modbus:encoder/position",
                    "source = quadrature:leg/position", "there is no [quadrature leg]");
}

static void a_number_from_a_line_is_refused(void **state)
{
    machine_refuses(*state, "source = modbus:pad_rear/gross",
                    "source = gpio:gpio-sim.0-node0/9",
                    "a line is on or off, the signal is a number");
}

/* SAFETY 8: an HX711's readings are spoilt by whatever else the computer does. */
static void a_converter_that_feeds_the_machine_is_refused(void **state)
{
    machine_refuses(*state, "source = modbus:pad_rear/gross\n\n[signal estop_a]",
                    "source = hx711:seat/force\n\n[signal estop_a]",
                    "\"hx711:seat/force\" cannot feed pad_rear");
}

static void a_position_is_no_rate_and_no_output(void **state)
{
    machine_refuses(*state, "source = modbus:drive/rate\n",
                    "source = quadrature:arm/position\n",
                    "\"quadrature:arm/position\" cannot feed motor_rate");
}

static void a_line_with_two_uses_is_refused(void **state)
{
    machine_refuses(
        *state, "source = gpio:gpio-sim.0-node0/13\n",
        "source = gpio:gpio-sim.0-node0/12\ninvert = no\n",
        "line 12 of gpio-sim.0-node0 is already that of [signal heartbeat]");
}

static void a_servo_on_that_a_low_line_switches_on_is_refused(void **state)
{
    house_t *house = *state;
    house_edit(house, "machine.conf", "source = gpio:gpio-sim.0-node0/13\n",
               "source = gpio:gpio-sim.0-node0/13\ninvert = yes\n");
    house_refuses(house, "machine.conf", NULL,
                  "a line that is low while the computer boots or is dead would "
                  "switch the drive on");
}

static void an_encoders_line_with_two_uses_is_refused(void **state)
{
    house_t *house = *state;
    house_edit(house, "machine.conf", "source = gpio:gpio-sim.0-node0/1\n",
               "source = gpio:gpio-sim.0-node0/11\n");
    house_refuses(house, "machine.conf", "source = gpio:gpio-sim.0-node0/11",
                  "line 11 of gpio-sim.0-node0 is already that of [quadrature arm]");
}

static void keys_that_mean_nothing_there_are_refused(void **state)
{
    static const char *const rows[][3] = {
        {"source = modbus:io/input3\n", "bias = up\n",
         "[signal grip_right] bias: has no"},
        {"source = modbus:io/input3\n", "debounce_ms = 5\n", "debounce_ms: has no"},
        {"source = gpio:gpio-sim.0-node0/12\n", "bias = up\n",
         "heartbeat] bias: has no"},
        {"source = gpio:gpio-sim.0-node0/1\n", "scale = 2\n", "estop_b] scale: has no"},
        {"source = hx711:seat/force\n", "offset = 2\n", "aux_force] offset: has no"},
        {"source = hx711:seat/force\n", "invert = yes\n", "aux_force] invert: has no"},
    };
    house_t *house = *state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char now[160];
        (void)snprintf(now, sizeof(now), "%s%s", rows[i][0], rows[i][1]);
        house_edit(house, "machine.conf", rows[i][0], now);
        house_refuses(house, "machine.conf", NULL, rows[i][2]);
        house_edit(house, "machine.conf", now, rows[i][0]);
    }
}

static void a_debounce_longer_than_a_stop_may_take_is_refused(void **state)
{
    machine_refuses(*state, "debounce_ms = 5", "debounce_ms = 51",
                    "51 is out of range; permitted: 0..50 ms (default 0)");
}

static void an_encoder_without_its_counts_is_refused(void **state)
{
    house_edit(*state, "machine.conf", "counts_per_turn = 4096\n", "");
    house_refuses(*state, "machine.conf", "[quadrature arm]",
                  "[quadrature arm] counts_per_turn: is missing");
}

static void a_simulated_machine_holds_no_real_line(void **state)
{
    house_t *house = *state;
    house_edit(house, "machine.conf", "source = gpio:gpio-sim.0-node0/12",
               "source = gpio:pinctrl-bcm2711/12");
    house_refuses(house, "machine.conf", "source = gpio:pinctrl-bcm2711/12",
                  "chip pinctrl-bcm2711 is not a simulated one (gpio-sim");
}

/* An open line is pulled to its bias: that must not be a closed e-stop. */
static void a_bias_that_hides_a_broken_wire_is_refused(void **state)
{
    static const char *const rows[][3] = {
        {"ESTOP_A\nbias = up\ninvert = yes\n", "ESTOP_A\nbias = up\n",
         "estop_a closed"},
        {"bias = down\n", "bias = down\ninvert = yes\n", "estop_b closed"},
        {"0/2\nbias = none\ninvert = yes\n", "0/2\nbias = up\n", "grip_left closed"},
    };
    house_t *house = *state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char reason[80];
        (void)snprintf(reason, sizeof(reason), "bias: a broken wire would read as %s",
                       rows[i][2]);
        house_edit(house, "machine.conf", rows[i][0], rows[i][1]);
        house_refuses(house, "machine.conf", NULL, reason);
        house_edit(house, "machine.conf", rows[i][1], rows[i][0]);
    }
    house_accepts(house);
}

/* The default leaves the line as the board has it, which may be nothing at all. */
static void a_contact_that_must_fail_open_says_its_bias(void **state)
{
    static const char *const rows[][2] = {
        {"ESTOP_A\nbias = up\n", "ESTOP_A\n"},
        {"0/1\nbias = down\n", "0/1\n"},
        {"0/2\nbias = none\n", "0/2\n"},
        {"0/2\nbias = none\n", "0/2\nbias = as-is\n"},
    };
    house_t *house = *state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        house_edit(house, "machine.conf", rows[i][0], rows[i][1]);
        house_refuses(house, "machine.conf", NULL,
                      "bias: as-is, the default, leaves the line");
        house_edit(house, "machine.conf", rows[i][1], rows[i][0]);
    }
    house_accepts(house);
}

/* ---- one measurement is not two ---------------------------------------- */

#define ARM_BY_MODBUS                                                                  \
    "source = modbus:encoder/position\nscale = 0.02197265625\noffset = -180\n"
#define MOTOR_BY_MODBUS                                                                \
    "source = modbus:drive/position\nscale = 7.847377232142857e-05\n"
#define MOTOR_BY_COUNT "source = quadrature:arm/position\n"
#define RATE_BY_COUNT "source = quadrature:arm/rate\n"

static void one_encoder_for_arm_and_motor_is_refused(void **state)
{
    house_t *house = *state;
    house_edit(house, "machine.conf", ARM_BY_MODBUS, MOTOR_BY_COUNT);
    house_edit(house, "machine.conf", MOTOR_BY_MODBUS, MOTOR_BY_COUNT "# motor\n");
    house_refuses(house, "machine.conf", MOTOR_BY_COUNT "# motor",
                  "[signal motor_angle] source: position is already the source of "
                  "arm_angle");
}

static void the_arms_encoder_is_no_source_of_the_motors_rate(void **state)
{
    house_t *house = *state;
    house_edit(house, "machine.conf", ARM_BY_MODBUS, MOTOR_BY_COUNT);
    house_edit(house, "machine.conf", "source = modbus:drive/rate\n", RATE_BY_COUNT);
    house_refuses(
        house, "machine.conf", RATE_BY_COUNT,
        "motor_rate comes from the device of arm_angle, "
        "\"quadrature:arm/position\": one that fails would agree with itself");
}

static void the_drives_own_position_is_not_the_arms_angle(void **state)
{
    house_t *house = *state;
    house_edit(house, "machine.conf", ARM_BY_MODBUS, "source = modbus:drive/current\n");
    house_refuses(house, "machine.conf", MOTOR_BY_MODBUS,
                  "motor_angle comes from the device of arm_angle");
}

static void two_names_of_one_register_are_one_source(void **state)
{
    house_t *house = *state;
    house_edit(house, "devices/pt113.conf", "[register status]",
               "[register again]\naddress = 5\ntype = i32\nspace = holding\nscale = "
               "0.1\nunit = n\naccess = r\n\n[register status]");
    machine_refuses(house, "source = modbus:pad_rear/gross\n",
                    "source = modbus:pad_front/again\n",
                    "again is already the source of pad_front");
}

static void two_counts_without_an_absolute_angle_are_refused(void **state)
{
    house_t *house = *state;
    house_edit(house, "machine.conf", "[signal arm_angle]\n",
               "[quadrature motor]\nchip = gpio-sim.0-node0\nline_a = 20\nline_b = "
               "21\ncounts_per_turn = 4096\nhome_deg = -90\n\n[signal arm_angle]\n");
    house_edit(house, "machine.conf", ARM_BY_MODBUS, MOTOR_BY_COUNT);
    house_edit(house, "machine.conf", MOTOR_BY_MODBUS,
               "source = quadrature:motor/position\n");
    house_refuses(house, "machine.conf", "source = quadrature:motor/position",
                  "both count from where the arm hung");
}

static void one_encoder_may_tell_the_motors_angle_and_rate(void **state)
{
    house_t *house = *state;
    house_edit(house, "machine.conf", MOTOR_BY_MODBUS, MOTOR_BY_COUNT);
    house_edit(house, "machine.conf", "source = modbus:drive/rate\n", RATE_BY_COUNT);
    house_accepts(house);
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, house_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(lines_are_read_with_bias_debounce_and_inversion),
        ROW(the_shipped_example_fails_open_and_needs_commissioning),
        ROW(an_encoder_and_a_converter_are_read),
        ROW(what_is_printed_reads_back_the_same),
        ROW(neither_buzzer_nor_the_extra_cell_must_be_bound),
        ROW(a_source_that_is_half_written_is_refused),
        ROW(an_encoder_that_no_section_describes_is_refused),
        ROW(a_number_from_a_line_is_refused),
        ROW(a_converter_that_feeds_the_machine_is_refused),
        ROW(a_position_is_no_rate_and_no_output),
        ROW(a_line_with_two_uses_is_refused),
        ROW(a_servo_on_that_a_low_line_switches_on_is_refused),
        ROW(an_encoders_line_with_two_uses_is_refused),
        ROW(keys_that_mean_nothing_there_are_refused),
        ROW(a_debounce_longer_than_a_stop_may_take_is_refused),
        ROW(an_encoder_without_its_counts_is_refused),
        ROW(a_simulated_machine_holds_no_real_line),
        ROW(a_bias_that_hides_a_broken_wire_is_refused),
        ROW(a_contact_that_must_fail_open_says_its_bias),
        ROW(one_encoder_for_arm_and_motor_is_refused),
        ROW(the_arms_encoder_is_no_source_of_the_motors_rate),
        ROW(the_drives_own_position_is_not_the_arms_angle),
        ROW(two_names_of_one_register_are_one_source),
        ROW(two_counts_without_an_absolute_angle_are_refused),
        ROW(one_encoder_may_tell_the_motors_angle_and_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
