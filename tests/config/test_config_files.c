/* SPDX-License-Identifier: Apache-2.0 */
/* The shipped files, the printed configuration, the schema. */
#include "house.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys.h"
#include "names.h"

static int load_source(const char *file, rh_settings_t *settings, char *error)
{
    char path[512];
    const char *root = house_wish("RH_SOURCE_DIR");
    (void)snprintf(path, sizeof(path), "%s/%s", root != NULL ? root : ".", file);
    int status = rh_config_load(settings, path, NULL, 0, error, HOUSE_ERROR);
    if (status != 0) {
        print_error("%s\n", error);
    }
    return status;
}

static void each_shipped_file_loads_and_gives_limits(void **state)
{
    (void)state;
    static const char *const files[] = {"config/revhyper.conf", "config/demo.conf",
                                        "config/machines/simulated-rtu.conf",
                                        "config/machines/simulated-tcp.conf"};
    static rh_settings_t settings;
    rh_limits_t limits;
    char error[HOUSE_ERROR];
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        assert_int_equal(load_source(files[i], &settings, error), 0);
        assert_int_equal(rh_config_limits(&settings, &limits, error, sizeof(error)), 0);
    }
}

static void the_shipped_machine_is_a_simulated_one(void **state)
{
    (void)state;
    static rh_settings_t settings;
    char error[HOUSE_ERROR];
    assert_int_equal(load_source("config/revhyper.conf", &settings, error), 0);
    assert_true(settings.machine.simulated);
    assert_false(settings.limits.open_limits);
    assert_false(settings.daemon.loopback_trainer);
    assert_string_equal(settings.daemon.bind, "127.0.0.1");
}

static const rh_binding_t *find(const rh_settings_t *settings, int signal, bool output)
{
    for (int i = 0; i < settings->hal.binding_count; i++) {
        const rh_binding_t *binding = &settings->hal.bindings[i];
        if (binding->signal == signal && binding->is_output == output) {
            return binding;
        }
    }
    return NULL;
}

/* A number from the wire, as the binding turns it into the signal. */
static double signal_of(const rh_settings_t *settings, int signal, double counts)
{
    const rh_binding_t *binding = find(settings, signal, false);
    assert_non_null(binding);
    return counts * binding->scale + binding->offset;
}

static void both_encoders_agree_at_hang_and_at_the_line(void **state)
{
    (void)state;
    static rh_settings_t settings;
    char error[HOUSE_ERROR];
    assert_int_equal(load_source("config/revhyper.conf", &settings, error), 0);
    const double turn = 131072.0 * 35.0;
    assert_near(signal_of(&settings, RH_SIGNAL_ARM_ANGLE, 8192), 0.0, 1e-9);
    assert_near(signal_of(&settings, RH_SIGNAL_ARM_ANGLE, 4096), -90.0, 1e-9);
    assert_near(signal_of(&settings, RH_SIGNAL_MOTOR_ANGLE, 0), 0.0, 1e-9);
    assert_near(signal_of(&settings, RH_SIGNAL_MOTOR_ANGLE, -turn / 4.0), -90.0, 1e-6);
}

static void the_two_simulated_machines_differ_in_their_buses_alone(void **state)
{
    (void)state;
    static rh_settings_t rtu;
    static rh_settings_t tcp;
    char error[HOUSE_ERROR];
    assert_int_equal(load_source("config/machines/simulated-rtu.conf", &rtu, error), 0);
    assert_int_equal(load_source("config/machines/simulated-tcp.conf", &tcp, error), 0);
    for (int i = 0; i < tcp.hal.bus_count; i++) {
        assert_true(tcp.hal.buses[i].is_tcp);
        assert_int_equal(tcp.hal.buses[i].port, 15020 + i);
        assert_false(rtu.hal.buses[i].is_tcp);
        assert_string_equal(rtu.hal.buses[i].name, tcp.hal.buses[i].name);
    }
    memcpy(tcp.hal.buses, rtu.hal.buses, sizeof(tcp.hal.buses));
    house_same_settings(&rtu, &tcp);
}

static void print(const house_t *house, const rh_settings_t *settings, char *text)
{
    (void)house;
    FILE *file = fmemopen(text, HOUSE_TEXT - 1, "w");
    assert_non_null(file);
    assert_int_equal(rh_config_print(settings, file), 0);
    assert_int_equal(fclose(file), 0);
}

static void what_is_printed_reads_back_as_the_same_settings(void **state)
{
    house_t *house = *state;
    static const char *const files[] = {"config/revhyper.conf", "config/demo.conf",
                                        "config/machines/simulated-tcp.conf"};
    static rh_settings_t settings;
    static char text[HOUSE_TEXT];
    static char again[HOUSE_TEXT];
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        assert_int_equal(load_source(files[i], &settings, house->error), 0);
        memset(text, 0, sizeof(text));
        print(house, &settings, text);
        house_write(house, "main.conf", text);
        house_accepts(house);
        house_same_settings(&house->settings, &settings);
        memset(again, 0, sizeof(again));
        print(house, &house->settings, again);
        assert_string_equal(text, again);
    }
}

static void odd_numbers_survive_printing(void **state)
{
    house_t *house = *state;
    static char text[HOUSE_TEXT];
    const rh_override_t rows[] = {{"machine.friction_nm", "3.3333333333333335"},
                                  {"limits.sink_dps", "59.999999999999993"},
                                  {"signal arm_angle.offset", "-179.99999999999997"}};
    assert_int_equal(house_load(house, rows, 3), 0);
    static rh_settings_t settings;
    settings = house->settings;
    memset(text, 0, sizeof(text));
    print(house, &settings, text);
    house_write(house, "main.conf", text);
    house_accepts(house);
    house_same_settings(&house->settings, &settings);
}

static void the_print_shows_every_key_with_its_range_and_default(void **state)
{
    house_t *house = *state;
    static char text[HOUSE_TEXT];
    house_put_on_gpio(house);
    house_accepts(house);
    memset(text, 0, sizeof(text));
    print(house, &house->settings, text);
    for (int i = 0; i < RH_SECTION_COUNT; i++) {
        const rh_section_t *section = rh_section((rh_section_id_t)i);
        for (int k = 0; k < section->key_count && section->files != RH_FILE_PROFILE;
             k++) {
            char line[80];
            (void)snprintf(line, sizeof(line), "\n%s =", section->keys[k].key);
            assert_non_null(strstr(text, line));
            assert_non_null(strstr(text, section->keys[k].help));
        }
    }
    assert_non_null(strstr(text, "#   20..60 deg/s (default 60)\nsink_dps = 60\n"));
    for (char *line = text; line != NULL; line = strchr(line + 1, '\n')) {
        assert_true(strcspn(line + 1, "\n") <= 200);
    }
}

static void the_defaults_are_within_their_own_ranges(void **state)
{
    (void)state;
    static rh_settings_t settings;
    rh_limits_t limits;
    char error[HOUSE_ERROR] = "";
    rh_config_defaults(&settings);
    assert_int_equal(rh_config_limits(&settings, &limits, error, sizeof(error)), 0);
    assert_int_equal(settings.daemon.tick_hz, 500);
    assert_int_equal(settings.hal.bus_count, 0);
    assert_true(settings.limits.soft_top_deg == 3.0);
}

static void the_defaults_are_those_of_the_shipped_machine(void **state)
{
    (void)state;
    static rh_settings_t defaults;
    static rh_settings_t shipped;
    char error[HOUSE_ERROR] = "";
    rh_config_defaults(&defaults);
    assert_int_equal(load_source("config/machines/simulated-rtu.conf", &shipped, error),
                     0);
    assert_memory_equal(&defaults.limits, &shipped.limits, sizeof(shipped.limits));
    assert_true(defaults.machine.arm_inertia_kgm2 == shipped.machine.arm_inertia_kgm2);
    assert_true(defaults.machine.torque_max_nm == shipped.machine.torque_max_nm);
}

static void the_schema_is_json_and_has_every_key(void **state)
{
    (void)state;
    static char text[2 * HOUSE_TEXT];
    FILE *file = fmemopen(text, sizeof(text) - 1, "w");
    assert_non_null(file);
    assert_int_equal(rh_config_schema(file), 0);
    assert_int_equal(fclose(file), 0);
    json_error_t problem;
    json_t *schema = json_loads(text, JSON_REJECT_DUPLICATES, &problem);
    if (schema == NULL) {
        print_error("line %d: %s\n", problem.line, problem.text);
    }
    assert_non_null(schema);
    json_t *limits = json_object_get(json_object_get(schema, "properties"), "limits");
    json_t *sink = json_object_get(json_object_get(limits, "properties"), "sink_dps");
    assert_near(json_number_value(json_object_get(sink, "maximum")), 60.0, 0.0);
    assert_near(json_number_value(json_object_get(sink, "default")), 60.0, 0.0);
    json_t *bus = json_object_get(json_object_get(schema, "properties"), "bus");
    json_t *item = json_object_get(bus, "additionalProperties");
    for (int k = 0; k < rh_section(RH_SECTION_BUS)->key_count; k++) {
        assert_non_null(json_object_get(json_object_get(item, "properties"),
                                        rh_section(RH_SECTION_BUS)->keys[k].key));
    }
    json_decref(schema);
}

static void an_error_leaves_the_settings_alone(void **state)
{
    house_t *house = *state;
    static rh_settings_t before;
    house_accepts(house);
    before = house->settings;
    set_refuses(house, "limits.sink_dps", "99", "out of range");
    assert_memory_equal(&before, &house->settings, sizeof(before));
}

/* ---- what is no file ----------------------------------------------------- */

/* A reader that waits is ended by SIGALRM, and the test with it. */
#define WAITED_S 20

/* A pipe in the place of a file of the house: nobody ever writes to it. */
static void put_pipe(const house_t *house, const char *file)
{
    char path[512];
    (void)snprintf(path, sizeof(path), "%s/%s", house->folder, file);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
}

static void a_pipe_for_a_file_is_refused_and_not_waited_for(void **state)
{
    static const char *const rows[][2] = {
        {"devices/pt113.conf", "/devices/pt113.conf cannot be read: it is no regular"},
        {"machine.conf",
         "/machine.conf cannot be read: it is no regular file; correct"},
        {"main.conf", "/main.conf: cannot be read: it is no regular file; name"},
    };
    house_t *house = *state;
    (void)alarm(WAITED_S);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        put_pipe(house, rows[i][0]);
        house_refuses(house, rows[i][0], NULL, rows[i][1]);
    }
    (void)alarm(0);
}

static void a_device_for_a_file_is_refused(void **state)
{
    house_t *house = *state;
    (void)alarm(WAITED_S);
    assert_int_equal(rh_config_load(&house->settings, "/dev/zero", NULL, 0,
                                    house->error, sizeof(house->error)),
                     -EINVAL);
    assert_string_equal(
        house->error, "/dev/zero: cannot be read: it is no regular file; name another "
                      "with --config");
    (void)alarm(0);
}

/* As `device probe` asks for one. */
static void a_lone_profile_that_cannot_be_read_is_named(void **state)
{
    house_t *house = *state;
    static rh_profile_t profile;
    char expected[512];
    (void)snprintf(expected, sizeof(expected),
                   "%s/none.conf: cannot be read: No such file or directory",
                   house->folder);
    assert_int_equal(rh_config_profile(&profile, house->folder, "none", house->error,
                                       sizeof(house->error)),
                     -ENOENT);
    assert_string_equal(house->error, expected);
    put_pipe(house, "machine.conf");
    (void)alarm(WAITED_S);
    assert_int_equal(rh_config_profile(&profile, house->folder, "machine", house->error,
                                       sizeof(house->error)),
                     -EINVAL);
    assert_non_null(strstr(house->error, "/machine.conf: cannot be read: it is no "));
    (void)alarm(0);
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, house_build, house_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(each_shipped_file_loads_and_gives_limits),
        ROW(the_shipped_machine_is_a_simulated_one),
        ROW(both_encoders_agree_at_hang_and_at_the_line),
        ROW(the_two_simulated_machines_differ_in_their_buses_alone),
        ROW(what_is_printed_reads_back_as_the_same_settings),
        ROW(odd_numbers_survive_printing),
        ROW(the_print_shows_every_key_with_its_range_and_default),
        ROW(the_defaults_are_within_their_own_ranges),
        ROW(the_defaults_are_those_of_the_shipped_machine),
        ROW(the_schema_is_json_and_has_every_key),
        ROW(an_error_leaves_the_settings_alone),
        ROW(a_pipe_for_a_file_is_refused_and_not_waited_for),
        ROW(a_device_for_a_file_is_refused),
        ROW(a_lone_profile_that_cannot_be_read_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
