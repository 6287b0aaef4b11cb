/* SPDX-License-Identifier: Apache-2.0 */
/* What no single key can tell: wiring, orders of limits, profiles, the simulated
 * machine. */
#include "house.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ---- required -------------------------------------------------------------------- */

static void a_required_key_that_is_missing_is_refused_at_its_section(void **state)
{
    house_edit(*state, "machine.conf", "friction_nm = 4\n", "");
    house_refuses(*state, "machine.conf", "[machine]",
                  "[machine] friction_nm: is missing; permitted: 0..20 N m (must be "
                  "stated)");
}

static void a_configuration_without_a_machine_is_refused(void **state)
{
    house_edit(*state, "main.conf", "machine = machine.conf", "");
    house_refuses(*state, "main.conf", NULL,
                  "[machine]: there is no machine; name one");
}

static void a_machine_file_that_is_not_there_is_named(void **state)
{
    house_t *house = *state;
    house_edit(house, "main.conf", "machine.conf", "elsewhere.conf");
    assert_int_equal(house_load(house, NULL, 0), -ENOENT);
    assert_non_null(strstr(house->error, "/main.conf:"));
    assert_non_null(strstr(house->error, ": [daemon] machine: "));
    assert_non_null(strstr(house->error, "/elsewhere.conf cannot be read: No such file "
                                         "or directory; correct the name, or make"));
}

static void machine_sections_beside_a_machine_file_are_refused(void **state)
{
    house_edit(*state, "main.conf", "[training]", "[limits]\nsink_dps = 45");
    house_refuses(*state, "main.conf", "[limits]",
                  "belongs in the machine file, machine.conf");
}

static void the_daemons_section_in_the_machine_file_is_refused(void **state)
{
    house_edit(*state, "machine.conf", "[limits]", "[daemon]\n[limits]");
    house_refuses(*state, "machine.conf", "\n[daemon]\n",
                  "[daemon]: belongs in the main file");
}

/* ---- bindings -------------------------------------------------------------------- */

/* The gate holds them against each other. */
static void the_three_torques_are_one_quantity(void **state)
{
    static const char measured[] =
        "[signal drive_torque]\nsource = modbus:drive/torque";
    static const char confirmed[] =
        "[signal torque_confirmed]\nsource = modbus:drive/torque_command";
    static const struct {
        const char *from, *to, *says;
    } rows[] = {
        {measured, "[signal drive_torque]\nsource = modbus:drive/torque\nscale = -1",
         "it has the other sign than torque_command"},
        {measured, "[signal drive_torque]\nsource = modbus:drive/current",
         "it is held against torque_command in N m, and this role is no torque"},
        {confirmed,
         "[signal torque_confirmed]\nsource = modbus:drive/torque_command\nscale = -1",
         "it is the same register as torque_command, and scaled otherwise"},
        {confirmed, "[signal torque_confirmed]\nsource = modbus:drive/torque_limit_pos",
         "it confirms what was written for torque_command, and comes from elsewhere"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        house_edit(*state, "machine.conf", rows[i].from, rows[i].to);
        assert_int_equal(house_load(*state, NULL, 0), -EINVAL);
        house_t *house = *state;
        if (strstr(house->error, rows[i].says) == NULL) {
            fail_msg("row %zu: %s", i, house->error);
        }
        house_edit(*state, "machine.conf", rows[i].to, rows[i].from);
    }
}

static void each_signal_but_the_lamp_must_be_bound(void **state)
{
    static const char *const rows[] = {
        "[signal pad_front]\nsource = modbus:pad_front/gross\n",
        "[signal estop_b]\nsource = modbus:io/input1\n",
        "[signal grip_left]\nsource = modbus:io/input2\n",
        "[signal torque_confirmed]\nsource = modbus:drive/torque_command\n",
        "[signal servo_on]\nsource = modbus:io/output1\n",
        "[signal speed_limit]\nsource = modbus:drive/speed_limit\n",
    };
    house_t *house = *state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char reason[128];
        (void)snprintf(reason, sizeof(reason), "%.*s: is not bound, and the gate",
                       (int)strcspn(rows[i], "\n"), rows[i]);
        house_edit(house, "machine.conf", rows[i], "");
        house_refuses(house, "machine.conf", NULL, reason);
        char again[256];
        (void)snprintf(again, sizeof(again), "%s\n[signal lamp]", rows[i]);
        house_edit(house, "machine.conf", "[signal lamp]", again);
    }
    house_edit(house, "machine.conf", "[signal lamp]\nsource = modbus:io/output2\n",
               "");
    house_accepts(house);
}

static void a_drive_that_keeps_its_torque_needs_the_heartbeat(void **state)
{
    house_edit(*state, "machine.conf",
               "[signal heartbeat]\nsource = modbus:io/output0\n", "");
    house_refuses(*state, "machine.conf", NULL,
                  "[signal heartbeat]: is not bound, and rtelligent-dsy keeps its last "
                  "torque when the link dies");
}

static void a_binding_to_an_unknown_device_is_refused(void **state)
{
    machine_refuses(*state, "source = modbus:pad_rear/gross",
                    "source = modbus:pad_back/gross", "there is no [device pad_back]");
}

static void a_binding_to_an_unknown_role_is_refused(void **state)
{
    machine_refuses(*state, "source = modbus:pad_rear/gross",
                    "source = modbus:pad_rear/net", "pt113 has no role net");
}

static void an_unknown_signal_is_refused_with_the_list(void **state)
{
    machine_refuses(*state, "[signal estop_b]", "[signal estop_c]",
                    "[signal estop_c]: unknown name; permitted: arm_angle, ");
}

static void two_channels_on_one_contact_are_refused(void **state)
{
    house_edit(*state, "machine.conf", "modbus:io/input1", "modbus:io/input0");
    house_refuses(*state, "machine.conf",
                  "source = modbus:io/input0\n\n[signal grip_left]",
                  "[signal estop_b] source: input0 is already the source of estop_a");
}

static void a_source_of_another_kind_is_refused(void **state)
{
    machine_refuses(*state, "source = modbus:io/input0", "source = sysfs:4/17",
                    "is no source that this daemon can read");
}

static void an_output_to_a_register_that_cannot_be_written_is_refused(void **state)
{
    machine_refuses(*state, "source = modbus:drive/speed_limit",
                    "source = modbus:drive/current", "cannot be written");
}

static void an_input_that_no_block_reads_is_refused(void **state)
{
    machine_refuses(*state, "source = modbus:pad_rear/gross",
                    "source = modbus:pad_rear/supply_voltage",
                    "lies in no block that is read");
}

static void a_number_from_a_bit_is_refused(void **state)
{
    machine_refuses(*state, "source = modbus:pad_rear/gross",
                    "source = modbus:io/input7", "is one bit, the signal is a number");
}

static void a_scale_of_nothing_and_an_inverted_number_are_refused(void **state)
{
    house_t *house = *state;
    set_refuses(house, "signal arm_angle.scale", "0", "0 says nothing");
    set_refuses(house, "signal arm_angle.invert", "yes", "only flags can be inverted");
    set_refuses(house, "signal estop_a.scale", "2", "a flag has no scale");
}

/* As an honest builder writes of a transmitter that shows kilograms. */
static void a_force_in_kilograms_is_refused_until_its_newtons_are_said(void **state)
{
    house_t *house = *state;
    house_edit(house, "devices/pt113.conf", "unit = n", "unit = kg");
    house_refuses(house, "machine.conf", "[signal strap_left]",
                  "is in kg, the signal in newtons");
    const rh_override_t said[] = {{"signal strap_left.scale", "-9.80665"},
                                  {"signal strap_right.scale", "-9.80665"},
                                  {"signal pad_front.scale", "9.80665"},
                                  {"signal pad_rear.scale", "9.80665"}};
    assert_int_equal(house_load(house, said, sizeof(said) / sizeof(said[0])), 0);
}

/* ---- buses and devices ----------------------------------------------------------- */

static void a_device_on_an_unknown_bus_is_refused(void **state)
{
    machine_refuses(*state, "bus = pads", "bus = pad", "there is no [bus pad]");
}

static void a_rate_that_would_become_9600_is_refused(void **state)
{
    machine_refuses(*state, "baud = 115200", "baud = 250000",
                    "250000 is no rate that libmodbus knows: it would silently become "
                    "9600");
}

static void a_rate_that_the_device_cannot_do_is_refused(void **state)
{
    machine_refuses(*state, "baud = 115200", "baud = 230400",
                    "230400 is not among the rates of rtelligent-dsy (device drive)");
}

static void a_serial_device_on_a_network_bus_is_refused(void **state)
{
    house_t *house = *state;
    house_edit(house, "devices/briter-brt38.conf", "link = rtu, tcp", "link = rtu");
    house_edit(house, "machine.conf", "[bus io]\nlink = rtu", "[bus io]\nlink = tcp");
    house_refuses(house, "machine.conf", "bus = io\nslave = 1",
                  "[device encoder] bus: bus io is tcp, which briter-brt38 does not "
                  "speak");
}

static void two_devices_with_one_number_on_a_bus_are_refused(void **state)
{
    house_edit(*state, "machine.conf", "[device pad_rear]\nbus = pads\nslave = 2",
               "[device pad_rear]\nbus = pads\nslave = 1");
    house_refuses(*state, "machine.conf",
                  "\nslave = 1\nprofile = pt113\n\n# ---- signals",
                  "[device pad_rear] slave: 1 is pad_front's number on bus pads");
}

static void a_drive_without_its_figures_is_refused(void **state)
{
    house_edit(*state, "machine.conf", "gear_ratio = 35\n", "");
    house_refuses(*state, "machine.conf", "[device drive]",
                  "gear_ratio: is missing: a drive needs it");
}

static void a_fence_in_the_drive_below_the_gates_limit_is_refused(void **state)
{
    machine_refuses(*state, "torque_limit_nm = 160", "torque_limit_nm = 140",
                    "140 is below the 150 that the gate may ask for");
}

static void a_host_by_name_is_refused(void **state)
{
    house_t *house = *state;
    const rh_override_t rows[] = {{"bus io.link", "tcp"}, {"bus io.host", "localhost"}};
    assert_int_equal(house_load(house, rows, 2), -EINVAL);
    assert_non_null(strstr(house->error, "is no IPv4 address in digits"));
}

/* ---- figures --------------------------------------------------------------------- */

static void torque_above_the_ceiling_is_refused(void **state)
{
    machine_refuses(*state, "torque_max_nm = 150", "torque_max_nm = 251",
                    "permitted: 10..250 N m");
}

static void more_load_than_the_torque_holds_is_refused(void **state)
{
    machine_refuses(*state, "load_max_kg = 18", "load_max_kg = 19",
                    "19 kg at 0.848 m take more than torque_max_nm = 150, which holds "
                    "18.0");
}

static void a_trip_inside_the_soft_limit_is_refused(void **state)
{
    house_t *house = *state;
    set_refuses(house, "limits.trip_top_deg", "3",
                "3 is below 3.5, the least beside soft_top_deg");
    const rh_override_t below = {"limits.trip_bottom_deg", "-99"};
    assert_int_equal(house_load(house, &below, 1), -EINVAL);
    assert_non_null(strstr(house->error,
                           "soft_bottom_deg: -99 is below -98.5, the least "
                           "beside trip_bottom_deg"));
}

static void cutting_before_lowering_is_refused(void **state)
{
    house_t *house = *state;
    set_refuses(house, "limits.age_cut_ms", "40", "stale lowers first and cuts later");
    set_refuses(house, "limits.late_safe3_ms", "12", "a late tick lowers first");
}

static void a_brake_that_the_motor_cannot_give_is_refused(void **state)
{
    set_refuses(*state, "limits.brake_nm", "150.5", "is out of range");
    machine_refuses(*state, "torque_max_nm = 150\n", "torque_max_nm = 90\n",
                    "90 is below 100, the least beside brake_nm");
}

static void a_tick_outside_100_to_1000_hertz_is_refused(void **state)
{
    set_refuses(*state, "daemon.tick_hz", "99",
                "permitted: 100..1000 Hz (default 500)");
    set_refuses(*state, "daemon.tick_hz", "1001", "permitted: 100..1000 Hz");
}

static void one_port_for_two_sockets_is_refused(void **state)
{
    set_refuses(*state, "daemon.command_port", "5570",
                "5570 is the port of stream_port");
}

/* ---- the simulated machine ------------------------------------------------------- */

static void opened_limits_need_a_simulated_machine(void **state)
{
    house_t *house = *state;
    const rh_override_t open = {"test.open_limits", "yes"};
    assert_int_equal(house_load(house, &open, 1), 0);
    assert_true(house->settings.limits.open_limits);
    house_make_real(house);
    house_edit(house, "machine.conf", "[limits]",
               "[test]\nopen_limits = yes\n[limits]");
    house_refuses(house, "machine.conf", "open_limits = yes",
                  "set, but [machine] does not say simulated = yes");
}

static void allowed_pauses_need_a_simulated_machine(void **state)
{
    house_t *house = *state;
    const rh_override_t pause = {"test.host_pause_ms", "30"};
    assert_int_equal(house_load(house, &pause, 1), 0);
    assert_true(house->settings.limits.host_pause_ms == 30.0);
    house_make_real(house);
    house_edit(house, "machine.conf", "[limits]",
               "[test]\nhost_pause_ms = 1\n[limits]");
    house_refuses(house, "machine.conf", "host_pause_ms = 1",
                  "set, but [machine] does not say simulated = yes");
}

static void a_real_machine_has_no_line_of_the_simulator(void **state)
{
    house_make_real(*state);
    house_accepts(*state);
    house_edit(*state, "machine.conf", "path = /dev/ttyUSB1", "path = bus-cells");
    house_refuses(*state, "machine.conf", "path = bus-cells",
                  "bus-cells is a simulator's line; a real one begins with /");
}

static void one_line_is_one_bus(void **state)
{
    house_edit(*state, "machine.conf", "path = bus-cells", "path = bus-drive");
    house_refuses(*state, "machine.conf", NULL, "path: bus-drive is bus drive already");
}

static void a_simulated_machine_has_no_real_line(void **state)
{
    machine_refuses(*state, "path = bus-drive", "path = /dev/ttyUSB0",
                    "/dev/ttyUSB0 is not a simulator's");
    house_edit(*state, "machine.conf", "/dev/ttyUSB0", "../../../dev/ttyUSB0");
    house_refuses(*state, "machine.conf", "path = ../", "is not a simulator's");
}

/* ---- the command line ------------------------------------------------------------ */

static void a_setting_from_the_command_line_outranks_the_file(void **state)
{
    house_t *house = *state;
    const rh_override_t rows[] = {{"bus drive.response_timeout_us", "12000"},
                                  {"daemon.run_dir", "/tmp/a"},
                                  {"daemon.run_dir", "/tmp/b"}};
    assert_int_equal(house_load(house, rows, 3), 0);
    assert_int_equal(house->settings.hal.buses[0].response_timeout_us, 12000);
    assert_string_equal(house->settings.daemon.run_dir, "/tmp/b");
    assert_string_equal(house->settings.hal.run_dir, "/tmp/b");
}

static void
the_buses_run_below_the_control_thread_and_beside_the_simulator(void **state)
{
    house_t *house = *state;
    const rh_override_t rows[] = {{"daemon.run_dir", "/tmp/run"},
                                  {"daemon.priority", "40"},
                                  {"daemon.sim_dir", "/tmp/sim"}};
    assert_int_equal(house_load(house, rows, 2), 0);
    assert_string_equal(house->settings.hal.run_dir, "/tmp/run");
    assert_int_equal(house->settings.hal.priority, 39);
    assert_int_equal(house_load(house, rows, 3), 0);
    assert_string_equal(house->settings.hal.run_dir, "/tmp/sim");
    const rh_override_t ordinary = {"daemon.priority", "0"};
    assert_int_equal(house_load(house, &ordinary, 1), 0);
    assert_int_equal(house->settings.hal.priority, 0);
}

static void a_setting_of_nothing_known_is_refused(void **state)
{
    house_t *house = *state;
    set_refuses(house, "tick_hz", "500", "write section.key");
    set_refuses(house, "deamon.tick_hz", "500", "no such section can be set");
    set_refuses(house, "bus driev.port", "500", "no file has this section");
    set_refuses(house, "daemon.tick", "500", "did you mean tick_hz?");
    set_refuses(house, "profile.name", "x", "no such section can be set");
}

/* ---- profiles -------------------------------------------------------------------- */

static void profile_refuses(house_t *house, const char *file, const char *from,
                            const char *to, const char *reason)
{
    house_edit(house, file, from, to);
    house_refuses(house, file, to, reason);
}

static void a_profile_that_is_not_there_is_named_with_the_folder(void **state)
{
    house_t *house = *state;
    house_edit(house, "machine.conf", "profile = generic-io", "profile = generic-oi");
    assert_int_equal(house_load(house, NULL, 0), -ENOENT);
    assert_non_null(strstr(house->error, "[device io] profile: "));
    assert_non_null(strstr(house->error, "/devices/generic-oi.conf cannot be read"));
}

static void a_profile_under_another_name_is_refused(void **state)
{
    profile_refuses(*state, "devices/pt113.conf", "name = pt113", "name = pt114",
                    "pt114, but the file is called pt113.conf");
}

static void a_profile_that_writes_a_register_it_has_not_is_refused(void **state)
{
    profile_refuses(*state, "devices/rtelligent-dsy.conf", "role = eeprom_write",
                    "role = eprom_write",
                    "eprom_write is no register that may be written");
}

static void known_fences_that_nobody_writes_are_refused(void **state)
{
    house_t *house = *state;
    static const char file[] = "devices/rtelligent-dsy.conf";
    house_edit(house, file, "fence = speed_limit", "value = 100");
    house_edit(house, file, "fence = speed_limit", "value = 100");
    house_refuses(house, file, "fences = yes",
                  "sets both torque_limit and speed_limit");
}

static void a_block_longer_than_one_request_is_refused(void **state)
{
    profile_refuses(*state, "devices/rtelligent-dsy.conf", "count = 9", "count = 65",
                    "65 are more than read_max = 64");
}

static void a_register_wider_than_its_table_is_refused(void **state)
{
    house_edit(*state, "devices/generic-io.conf", "type = bit", "type = u16");
    house_refuses(*state, "devices/generic-io.conf", "space = discrete",
                  "[register input0] space: coils and discrete inputs are of type bit");
}

static void blocks_are_numbered_in_order(void **state)
{
    profile_refuses(*state, "devices/generic-io.conf", "[block 1]", "[block 2]",
                    "this one is [block 1]");
}

static void an_unknown_meaning_of_a_status_bit_is_refused(void **state)
{
    profile_refuses(*state, "devices/pt113.conf", "[status busy]", "[status buzy]",
                    "unknown name; permitted: ok, fault, run, ready, busy");
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, house_build, house_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(a_required_key_that_is_missing_is_refused_at_its_section),
        ROW(a_configuration_without_a_machine_is_refused),
        ROW(a_machine_file_that_is_not_there_is_named),
        ROW(machine_sections_beside_a_machine_file_are_refused),
        ROW(the_daemons_section_in_the_machine_file_is_refused),
        ROW(the_three_torques_are_one_quantity),
        ROW(each_signal_but_the_lamp_must_be_bound),
        ROW(a_drive_that_keeps_its_torque_needs_the_heartbeat),
        ROW(a_binding_to_an_unknown_device_is_refused),
        ROW(a_binding_to_an_unknown_role_is_refused),
        ROW(an_unknown_signal_is_refused_with_the_list),
        ROW(two_channels_on_one_contact_are_refused),
        ROW(a_source_of_another_kind_is_refused),
        ROW(an_output_to_a_register_that_cannot_be_written_is_refused),
        ROW(an_input_that_no_block_reads_is_refused),
        ROW(a_number_from_a_bit_is_refused),
        ROW(a_scale_of_nothing_and_an_inverted_number_are_refused),
        ROW(a_force_in_kilograms_is_refused_until_its_newtons_are_said),
        ROW(a_device_on_an_unknown_bus_is_refused),
        ROW(a_rate_that_would_become_9600_is_refused),
        ROW(a_rate_that_the_device_cannot_do_is_refused),
        ROW(a_serial_device_on_a_network_bus_is_refused),
        ROW(two_devices_with_one_number_on_a_bus_are_refused),
        ROW(a_drive_without_its_figures_is_refused),
        ROW(a_fence_in_the_drive_below_the_gates_limit_is_refused),
        ROW(a_host_by_name_is_refused),
        ROW(torque_above_the_ceiling_is_refused),
        ROW(more_load_than_the_torque_holds_is_refused),
        ROW(a_trip_inside_the_soft_limit_is_refused),
        ROW(cutting_before_lowering_is_refused),
        ROW(a_brake_that_the_motor_cannot_give_is_refused),
        ROW(a_tick_outside_100_to_1000_hertz_is_refused),
        ROW(one_port_for_two_sockets_is_refused),
        ROW(opened_limits_need_a_simulated_machine),
        ROW(allowed_pauses_need_a_simulated_machine),
        ROW(a_simulated_machine_has_no_real_line),
        ROW(a_real_machine_has_no_line_of_the_simulator),
        ROW(one_line_is_one_bus),
        ROW(a_setting_from_the_command_line_outranks_the_file),
        ROW(the_buses_run_below_the_control_thread_and_beside_the_simulator),
        ROW(a_setting_of_nothing_known_is_refused),
        ROW(a_profile_that_is_not_there_is_named_with_the_folder),
        ROW(a_profile_under_another_name_is_refused),
        ROW(a_profile_that_writes_a_register_it_has_not_is_refused),
        ROW(known_fences_that_nobody_writes_are_refused),
        ROW(a_block_longer_than_one_request_is_refused),
        ROW(a_register_wider_than_its_table_is_refused),
        ROW(blocks_are_numbered_in_order),
        ROW(an_unknown_meaning_of_a_status_bit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
