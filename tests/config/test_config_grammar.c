/* SPDX-License-Identifier: Apache-2.0 */
/* Lines and values: what is refused, where, and with which range. */
#include "house.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

/* A line more in [limits] is refused where it stands. */
static void limits_refuse(house_t *house, const char *line, const char *reason)
{
    char section[128];
    (void)snprintf(section, sizeof(section), "[limits]\n%s\n", line);
    house_edit(house, "machine.conf", "[limits]\n", section);
    house_refuses(house, "machine.conf", line, reason);
}

static void
a_value_above_its_range_is_refused_with_line_range_unit_and_default(void **state)
{
    limits_refuse(*state, "sink_dps = 60.5",
                  "[limits] sink_dps: 60.5 is out of range; permitted: 20..60 deg/s "
                  "(default 60); ");
}

static void a_value_below_its_range_is_refused(void **state)
{
    limits_refuse(*state, "soft_bottom_deg = -99.01",
                  "permitted: -99..-60 deg (default -99)");
}

static void both_ends_of_a_range_are_permitted(void **state)
{
    house_t *house = *state;
    house_edit(house, "machine.conf", "[limits]\n",
               "[limits]\nsink_dps = 60\nsoft_top_deg = 3\nsoft_bottom_deg = -99\n");
    house_accepts(house);
}

static void an_unknown_key_is_refused_and_the_nearest_one_offered(void **state)
{
    machine_refuses(*state, "friction_nm = 4", "frictoin_nm = 4",
                    "[machine] frictoin_nm: unknown key; did you mean friction_nm?");
}

static void a_part_of_a_key_is_told_the_whole_one(void **state)
{
    limits_refuse(*state, "sink = 50", "did you mean sink_dps?");
}

static void an_unknown_section_is_refused(void **state)
{
    machine_refuses(*state, "[limits]", "[limit]", "[limit]: unknown section");
}

static void a_section_without_keys_is_known_or_refused_too(void **state)
{
    house_edit(*state, "main.conf", "[training]\n", "[training]\n[nothing]\n");
    house_refuses(*state, "main.conf", "[nothing]", "[nothing]: unknown section");
}

static void a_key_that_stands_twice_is_refused_with_both_lines(void **state)
{
    house_t *house = *state;
    char reason[80];
    (void)snprintf(reason, sizeof(reason),
                   "friction_nm: stands twice, first at line %d",
                   house_line(house, "machine.conf", "friction_nm = 4"));
    house_edit(house, "machine.conf", "strap_weight_n = 10",
               "friction_nm = 5\nstrap_weight_n = 10");
    house_refuses(house, "machine.conf", "friction_nm = 5", reason);
}

static void a_section_that_stands_twice_is_refused(void **state)
{
    house_edit(*state, "machine.conf", "[signal estop_b]", "[signal estop_a]");
    house_refuses(*state, "machine.conf", "[signal estop_a]\nsource = modbus:io/input1",
                  "[signal estop_a] stands twice, first at line");
}

static void a_comment_behind_a_value_is_refused(void **state)
{
    machine_refuses(*state, "friction_nm = 4", "friction_nm = 4 ; measured",
                    "comments stand on a line of their own");
}

static void a_comment_without_a_blank_is_refused_too(void **state)
{
    machine_refuses(*state, "name = simulated", "name = simulated;really",
                    "[machine] name: ");
}

static void a_path_does_not_swallow_a_comment(void **state)
{
    machine_refuses(*state, "path = bus-drive", "path = bus-drive # line A",
                    "comments stand on a line of their own");
}

static void a_line_of_200_characters_is_read_and_one_of_201_refused(void **state)
{
    house_t *house = *state;
    char line[256];
    char longer[256];
    (void)snprintf(line, sizeof(line), "source = %0191d", 7);
    (void)snprintf(longer, sizeof(longer), "source = %0192d", 7);
    assert_int_equal(strlen(line), 200);
    char former[256];
    const char *text = strstr(house_text(house, "devices/pt113.conf"), "source = ");
    (void)snprintf(former, sizeof(former), "%.*s", (int)strcspn(text, "\n"), text);
    house_edit(house, "devices/pt113.conf", former, line);
    house_accepts(house);
    house_edit(house, "devices/pt113.conf", line, longer);
    house_refuses(house, "devices/pt113.conf", longer, "a line over 200 characters");
}

static void a_unit_behind_a_number_is_refused_and_the_keys_unit_named(void **state)
{
    machine_refuses(*state, "friction_nm = 4", "friction_nm = 4 Nm",
                    "\"4 Nm\": the key is in N m, write the number alone");
}

static void a_percent_sign_is_refused_where_a_share_is_meant(void **state)
{
    limits_refuse(*state, "runaway_frac = 15%",
                  "the key has no unit, write the number alone");
}

static void not_a_number_and_infinity_are_refused(void **state)
{
    static const char *const words[] = {"nan", "inf", "-inf", "NAN", "infinity", ""};
    house_t *house = *state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        set_refuses(house, "limits.sink_dps", words[i], "is not a number");
    }
    set_refuses(house, "limits.sink_dps", "1e999", "is out of range");
}

static void a_comma_is_no_decimal_point(void **state)
{
    machine_refuses(*state, "arm_inertia_kgm2 = 2.36", "arm_inertia_kgm2 = 2,36",
                    "\"2,36\" is not one number");
}

static void numbers_are_read_alike_whatever_the_locale(void **state)
{
    house_t *house = *state;
    locale_t german = newlocale(LC_ALL_MASK, "de_DE.UTF-8", (locale_t)0);
    if (german == (locale_t)0) {
        print_message("no German locale here: read in the C locale only\n");
        german = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    }
    locale_t former = uselocale(german);
    house_accepts(house);
    assert_ptr_equal(uselocale(former), german);
    freelocale(german);
    assert_true(house->settings.machine.arm_gravity_nm == 39.7);
}

static void hexadecimal_is_for_whole_numbers_only(void **state)
{
    house_t *house = *state;
    const rh_override_t row = {"device drive.slave", "0x0A"};
    assert_int_equal(house_load(house, &row, 1), 0);
    assert_int_equal(house->settings.hal.devices[0].slave, 10);
    set_refuses(house, "limits.sink_dps", "0x30", "is not a decimal number");
    set_refuses(house, "device drive.slave", "1.5", "is not a whole number");
    set_refuses(house, "device drive.slave", "99999999999999999999", "out of range");
}

static void yes_and_no_are_the_only_words_of_a_switch(void **state)
{
    machine_refuses(*state, "simulated = yes", "simulated = true",
                    "\"true\" is none of its words; permitted: yes | no (default no)");
}

static void a_line_that_is_neither_section_nor_key_is_refused(void **state)
{
    machine_refuses(*state, "friction_nm = 4", "friction_nm 4",
                    "neither [section] nor key = value");
}

static void an_indented_line_is_no_continuation(void **state)
{
    house_edit(*state, "machine.conf", "friction_nm = 4",
               "friction_nm = 4\n   and more");
    house_refuses(*state, "machine.conf", "   and more",
                  "neither [section] nor key = value");
}

static void a_colon_does_not_stand_for_the_equals_sign(void **state)
{
    machine_refuses(*state, "friction_nm = 4", "friction_nm: 4",
                    "neither [section] nor key = value");
}

static void text_behind_a_section_is_refused(void **state)
{
    machine_refuses(*state, "[limits]", "[limits] of the gate",
                    "a section's line ends with ]");
}

static void a_name_longer_than_inih_keeps_is_refused_not_cut(void **state)
{
    machine_refuses(*state, "[bus drive]",
                    "[bus drivedrivedrivedrivedrivedrivedrivedrivedrivedrive]",
                    "no section has such a name");
}

static void a_control_character_is_refused(void **state)
{
    machine_refuses(*state, "name = simulated", "name = simul\x01\x61ted",
                    "a control character");
}

static void a_key_before_the_first_section_is_refused(void **state)
{
    house_edit(*state, "main.conf", "[daemon]", "tick_hz = 500\n[daemon]");
    house_refuses(*state, "main.conf", "tick_hz", "stands before the first [section]");
}

static void windows_line_ends_and_a_byte_order_mark_are_harmless(void **state)
{
    house_write(*state, "main.conf",
                "\xEF\xBB\xBF[daemon]\r\nmachine = machine.conf\r\ntick_hz = 250\r\n");
    house_accepts(*state);
    assert_int_equal(((house_t *)*state)->settings.daemon.tick_hz, 250);
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, house_build, house_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(a_value_above_its_range_is_refused_with_line_range_unit_and_default),
        ROW(a_value_below_its_range_is_refused),
        ROW(both_ends_of_a_range_are_permitted),
        ROW(an_unknown_key_is_refused_and_the_nearest_one_offered),
        ROW(a_part_of_a_key_is_told_the_whole_one),
        ROW(an_unknown_section_is_refused),
        ROW(a_section_without_keys_is_known_or_refused_too),
        ROW(a_key_that_stands_twice_is_refused_with_both_lines),
        ROW(a_section_that_stands_twice_is_refused),
        ROW(a_comment_behind_a_value_is_refused),
        ROW(a_comment_without_a_blank_is_refused_too),
        ROW(a_path_does_not_swallow_a_comment),
        ROW(a_line_of_200_characters_is_read_and_one_of_201_refused),
        ROW(a_unit_behind_a_number_is_refused_and_the_keys_unit_named),
        ROW(a_percent_sign_is_refused_where_a_share_is_meant),
        ROW(not_a_number_and_infinity_are_refused),
        ROW(a_comma_is_no_decimal_point),
        ROW(numbers_are_read_alike_whatever_the_locale),
        ROW(hexadecimal_is_for_whole_numbers_only),
        ROW(yes_and_no_are_the_only_words_of_a_switch),
        ROW(a_line_that_is_neither_section_nor_key_is_refused),
        ROW(an_indented_line_is_no_continuation),
        ROW(a_colon_does_not_stand_for_the_equals_sign),
        ROW(text_behind_a_section_is_refused),
        ROW(a_name_longer_than_inih_keeps_is_refused_not_cut),
        ROW(a_control_character_is_refused),
        ROW(a_key_before_the_first_section_is_refused),
        ROW(windows_line_ends_and_a_byte_order_mark_are_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
