/* SPDX-License-Identifier: Apache-2.0 */
/* The record of commissioning: its two copies, and what it holds for. */
#include "house.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commissioning.h"

static char *wiring_of(const rh_settings_t *settings)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    assert_non_null(file);
    assert_int_equal(rh_config_print_wiring(settings, file), 0);
    (void)fclose(file);
    return text;
}

/* A record with every step ok for the house's wiring. */
static rh_commissioning_t whole_record(house_t *house)
{
    house_accepts(house);
    rh_commissioning_t record = {.machine = "simulated", .by = "tester@bench"};
    for (int i = 0; i < RH_COMMISSIONING_COUNT; i++) {
        record.steps[i].is_ok = true;
        (void)snprintf(record.steps[i].date, sizeof(record.steps[i].date),
                       "2026-01-02T03:04:05Z");
        (void)snprintf(record.steps[i].values, sizeof(record.steps[i].values),
                       "value %d, as measured", i);
    }
    record.wiring = wiring_of(&house->settings);
    return record;
}

static void write_record(house_t *house, const rh_commissioning_t *record)
{
    assert_int_equal(rh_commissioning_write(house->folder, record, house->error,
                                            sizeof(house->error)),
                     0);
}

static bool judge(house_t *house, const char *wiring)
{
    return rh_commissioning_judge(house->folder, "simulated", wiring, house->error,
                                  sizeof(house->error));
}

static void says(const house_t *house, const char *text)
{
    if (strstr(house->error, text) == NULL) {
        fail_msg("\"%s\" is not in \"%s\"", text, house->error);
    }
}

static void spoil(const house_t *house, const char *file)
{
    char path[256];
    (void)snprintf(path, sizeof(path), "%s/%s", house->folder, file);
    FILE *copy = fopen(path, "r+");
    assert_non_null(copy);
    assert_int_equal(fseek(copy, 60, SEEK_SET), 0);
    (void)fputc('#', copy);
    (void)fclose(copy);
}

static void what_was_written_is_read_again(void **state)
{
    house_t *house = *state;
    rh_commissioning_t record = whole_record(house);
    rh_commissioning_t again;
    write_record(house, &record);
    assert_int_equal(rh_commissioning_read(house->folder, &again), 0);
    assert_string_equal(again.machine, "simulated");
    assert_string_equal(again.by, "tester@bench");
    assert_string_equal(again.wiring, record.wiring);
    assert_memory_equal(again.steps, record.steps, sizeof(record.steps));
    assert_true(judge(house, record.wiring));
    rh_commissioning_free(&again);
    rh_commissioning_free(&record);
}

static void a_step_that_fails_later_keeps_what_it_said_when_it_was_ok(void **state)
{
    house_t *house = *state;
    rh_commissioning_t record = whole_record(house);
    rh_commissioning_t again;
    const rh_commissioning_result_t was = record.steps[RH_COMMISSIONING_BRAKE];
    const rh_commissioning_result_t failed = {false, "2026-02-03T04:05:06Z", "it fell"};
    rh_commissioning_enter(&record, RH_COMMISSIONING_BRAKE, &failed);
    rh_commissioning_enter(&record, RH_COMMISSIONING_BRAKE, &failed);
    write_record(house, &record);
    assert_int_equal(rh_commissioning_read(house->folder, &again), 0);
    assert_memory_equal(&again.steps[RH_COMMISSIONING_BRAKE], &failed, sizeof(failed));
    assert_memory_equal(&again.was[RH_COMMISSIONING_BRAKE], &was, sizeof(was));
    assert_false(judge(house, record.wiring));
    says(house, "the step brake");
    says(house, "failed: it fell");
    rh_commissioning_free(&again);
    rh_commissioning_free(&record);
}

static void no_record_says_what_to_run(void **state)
{
    house_t *house = *state;
    assert_false(judge(house, "[machine]\n"));
    says(house, "not commissioned: run `revhyperctl commission`");
}

static void one_damaged_copy_is_replaced_by_the_other(void **state)
{
    house_t *house = *state;
    static const char *const files[] = {RH_COMMISSIONING_FILE_A,
                                        RH_COMMISSIONING_FILE_B};
    for (int i = 0; i < 2; i++) {
        rh_commissioning_t record = whole_record(house);
        write_record(house, &record);
        spoil(house, files[i]);
        assert_true(judge(house, record.wiring));
        spoil(house, files[1 - i]);
        assert_false(judge(house, record.wiring));
        says(house, "both copies are damaged");
        rh_commissioning_free(&record);
    }
}

static void a_record_that_was_cut_off_is_no_record(void **state)
{
    house_t *house = *state;
    rh_commissioning_t record = whole_record(house);
    write_record(house, &record);
    for (int i = 0; i < 2; i++) {
        char path[256];
        (void)snprintf(path, sizeof(path), "%s/%s", house->folder,
                       i == 0 ? RH_COMMISSIONING_FILE_A : RH_COMMISSIONING_FILE_B);
        assert_int_equal(truncate(path, 2000), 0);
    }
    assert_false(judge(house, record.wiring));
    rh_commissioning_free(&record);
}

static void each_change_of_the_wiring_is_named(void **state)
{
    static const struct {
        const char *from, *to, *says;
    } rows[] = {
        {"scale = 0.02197265625", "scale = -0.02197265625",
         "[signal arm_angle] scale = -0.02197265625, was 0.02197265625"},
        {"slave = 1\nprofile = rtelligent", "slave = 3\nprofile = rtelligent",
         "[device drive] slave = 3, was 1"},
        {"arm_gravity_nm = 39.7", "arm_gravity_nm = 30",
         "[machine] arm_gravity_nm = 30, was 39.7"},
        {"source = modbus:io/input0", "source = modbus:io/input9\ninvert = yes",
         "[signal estop_a] source = modbus:io/input9, was modbus:io/input0"},
        {"cycle_ms = 11.08", "cycle_ms = 12", "[limits] cycle_ms = 12, was 11.08"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        house_t *house = NULL;
        assert_int_equal(house_build((void **)&house), 0);
        rh_commissioning_t record = whole_record(house);
        write_record(house, &record);
        house_edit(house, "machine.conf", rows[i].from, rows[i].to);
        house_accepts(house);
        char *now = wiring_of(&house->settings);
        assert_false(judge(house, now));
        says(house, rows[i].says);
        free(now);
        rh_commissioning_free(&record);
        (void)house_tear_down((void **)&house);
    }
    (void)state;
}

static void a_changed_profile_is_a_changed_wiring(void **state)
{
    house_t *house = *state;
    rh_commissioning_t record = whole_record(house);
    house_edit(house, "devices/pt113.conf", "scale = 0.1", "scale = 1");
    house_accepts(house);
    char *now = wiring_of(&house->settings);
    assert_false(rh_commissioning_holds(&record, "simulated", now, house->error,
                                        sizeof(house->error)));
    says(house, "scale = 1, was 0.1");
    free(now);
    rh_commissioning_free(&record);
}

static void limits_and_prose_are_no_wiring(void **state)
{
    house_t *house = *state;
    rh_commissioning_t record = whole_record(house);
    house_edit(house, "machine.conf", "cycle_ms = 11.08",
               "cycle_ms = 11.08\ngrip_open_ms = 90");
    house_accepts(house);
    char *now = wiring_of(&house->settings);
    assert_true(rh_commissioning_holds(&record, "simulated", now, house->error,
                                       sizeof(house->error)));
    free(now);
    rh_commissioning_free(&record);
}

static void each_step_that_is_missing_or_failed_is_named(void **state)
{
    house_t *house = *state;
    rh_commissioning_t record = whole_record(house);
    for (int i = 0; i < RH_COMMISSIONING_COUNT; i++) {
        const rh_commissioning_result_t was = record.steps[i];
        record.steps[i].is_ok = false;
        assert_false(rh_commissioning_holds(&record, "simulated", record.wiring,
                                            house->error, sizeof(house->error)));
        says(house, rh_commissioning_name(i));
        says(house, "failed: value");
        record.steps[i] = (rh_commissioning_result_t){0};
        assert_false(rh_commissioning_holds(&record, "simulated", record.wiring,
                                            house->error, sizeof(house->error)));
        says(house, "was not done");
        record.steps[i] = was;
    }
    rh_commissioning_free(&record);
}

static void a_step_that_failed_is_named_before_one_that_was_not_done(void **state)
{
    house_t *house = *state;
    rh_commissioning_t record = whole_record(house);
    record.steps[RH_COMMISSIONING_DEVICES] = (rh_commissioning_result_t){0};
    record.steps[RH_COMMISSIONING_LIFT].is_ok = false;
    record.steps[RH_COMMISSIONING_BRAKE].is_ok = false;
    assert_false(rh_commissioning_holds(&record, "simulated", record.wiring,
                                        house->error, sizeof(house->error)));
    says(house, "the step lift");
    rh_commissioning_free(&record);
}

static void another_machines_record_holds_for_none(void **state)
{
    house_t *house = *state;
    rh_commissioning_t record = whole_record(house);
    assert_false(rh_commissioning_holds(&record, "bench2", record.wiring, house->error,
                                        sizeof(house->error)));
    says(house, "another machine");
    rh_commissioning_free(&record);
}

static void a_real_machine_needs_it_and_a_simulated_one_when_told(void **state)
{
    house_t *house = *state;
    rh_limits_t limits;
    static const rh_override_t told[] = {{"test.needs_commissioning", "yes"}};
    house_accepts(house);
    assert_int_equal(
        rh_config_limits(&house->settings, &limits, house->error, sizeof(house->error)),
        0);
    assert_int_equal(limits.is_commissioned, 1);
    assert_int_equal(house_load(house, told, 1), 0);
    assert_int_equal(
        rh_config_limits(&house->settings, &limits, house->error, sizeof(house->error)),
        0);
    assert_int_equal(limits.is_commissioned, 0);
    house_make_real(house);
    house_accepts(house);
    assert_int_equal(
        rh_config_limits(&house->settings, &limits, house->error, sizeof(house->error)),
        0);
    assert_int_equal(limits.is_commissioned, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, house_build, house_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_written_is_read_again),
        TEST(a_step_that_fails_later_keeps_what_it_said_when_it_was_ok),
        TEST(no_record_says_what_to_run),
        TEST(one_damaged_copy_is_replaced_by_the_other),
        TEST(a_record_that_was_cut_off_is_no_record),
        TEST(each_change_of_the_wiring_is_named),
        TEST(a_changed_profile_is_a_changed_wiring),
        TEST(limits_and_prose_are_no_wiring),
        TEST(each_step_that_is_missing_or_failed_is_named),
        TEST(a_step_that_failed_is_named_before_one_that_was_not_done),
        TEST(another_machines_record_holds_for_none),
        TEST(a_real_machine_needs_it_and_a_simulated_one_when_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
