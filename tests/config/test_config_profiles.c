/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles that contradict themselves: values whose sign or judgement comes from
 * elsewhere, reads in turn, fences. */
#include "house.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void refuses(house_t *house, const char *file, const char *from, const char *to,
                    const char *reason)
{
    house_edit(house, file, from, to);
    house_refuses(house, file, NULL, reason);
}

#define CELL "devices/pt113.conf"
#define DRIVE "devices/rtelligent-dsy.conf"
#define GROSS "[register gross]\naddress = 5\ntype = i32\n"
#define MAGNITUDE "[register gross]\naddress = 5\ntype = mag32\n"

static void a_magnitude_needs_a_word_and_a_bit_for_its_sign(void **state)
{
    refuses(*state, CELL, GROSS, MAGNITUDE,
            "[register gross] sign_mask: a mag32 without the bit that holds its sign");
}

static void a_magnitude_without_its_word_is_refused(void **state)
{
    refuses(*state, CELL, GROSS, MAGNITUDE "sign_mask = 0x80\nsign_role = sign\n",
            "[register gross] sign_role: \"sign\" is no register of one word");
}

static void a_sign_from_another_read_is_refused(void **state)
{
    refuses(*state, CELL, GROSS, MAGNITUDE "sign_mask = 0x80\nsign_role = mode\n",
            "gross and mode are not read in one request");
}

static void a_magnitude_with_its_sign_beside_it_is_taken(void **state)
{
    house_edit(*state, CELL, GROSS, MAGNITUDE "sign_mask = 0x80\nsign_role = status\n");
    house_accepts(*state);
}

static void a_sign_for_a_number_that_has_its_own_is_refused(void **state)
{
    refuses(*state, CELL, GROSS, GROSS "sign_mask = 0x80\n",
            "sign_role: only a mag32 has its sign elsewhere");
}

static void a_judgement_from_another_read_is_refused(void **state)
{
    refuses(*state, CELL, GROSS, GROSS "status_role = mode\n",
            "[register gross] status_role: gross and mode are not read in one request");
}

static void a_phase_that_never_comes_is_refused(void **state)
{
    refuses(*state, CELL, "count = 3\nevery = 1\n", "count = 3\nevery = 2\nphase = 2\n",
            "[block 0] phase: 2 never comes with every = 2");
}

static void two_reads_of_one_shape_one_after_the_other_are_refused(void **state)
{
    house_edit(*state, CELL, "[status ok]",
               "[block 1]\nspace = holding\naddress = 13\ncount = 3\n\n[status ok]");
    house_refuses(*state, CELL, "count = 3\n\n[status ok]",
                  "[block 1] count: 3 as in the block before it: a late reply would be "
                  "taken for this one's");
}

static void a_servo_on_by_register_needs_its_register(void **state)
{
    refuses(*state, DRIVE, "servo_on = signal", "servo_on = register",
            "servo_on: register, but there is no control word");
}

static void fences_are_yes_no_or_unknown(void **state)
{
    house_edit(*state, DRIVE, "fences = yes", "fences = unknown");
    house_accepts(*state);
    refuses(*state, DRIVE, "fences = unknown", "fences = perhaps",
            "fences: \"perhaps\" is none of its words");
}

static void only_a_drive_that_never_arms_may_lack_its_status(void **state)
{
    house_t *house = *state;
    house_edit(house, "machine.conf",
               "[signal drive_status]\nsource = modbus:drive/status\n", "");
    house_refuses(house, "machine.conf", NULL, "[signal drive_status]: is not bound");
    house_edit(house, DRIVE, "fences = yes", "fences = unknown");
    house_accepts(house);
}

/* ---- profiles that lie ------------------------------------------------- */

static void two_registers_that_are_written_to_one_place_are_refused(void **state)
{
    house_edit(*state, DRIVE, "address = 0x060F", "address = 0x0608");
    house_refuses(*state, DRIVE,
                  "address = 0x0608\ntype = u16\nspace = holding\nscale "
                  "= 1\n",
                  "[register speed_limit] address: 0x0608 is written as "
                  "torque_limit_pos already");
}

static void a_fence_for_another_register_is_refused(void **state)
{
    refuses(*state, DRIVE, "role = torque_limit_pos\nfence = torque_limit",
            "role = fault_reset\nfence = torque_limit",
            "[startup 4] fence: torque_limit is not written to fault_reset");
}

static void a_speed_limit_in_a_torque_limits_place_is_refused(void **state)
{
    refuses(*state, DRIVE, "role = speed_limit_neg\nfence = speed_limit",
            "role = speed_limit_neg\nfence = torque_limit",
            "[startup 7] fence: torque_limit is not written to speed_limit_neg");
}

static void a_limit_of_one_direction_alone_is_refused(void **state)
{
    house_t *house = *state;
    house_edit(house, DRIVE,
               "role = speed_limit_neg\nfence = speed_limit\nreadback = yes",
               "role = fault_reset\nvalue = 0");
    house_refuses(house, DRIVE, "[register speed_limit_neg]",
                  "[register speed_limit_neg]: the profile says fences = yes, but "
                  "start-up leaves this limit as it is");
    house_edit(house, DRIVE,
               "role = torque_limit_neg\nfence = torque_limit\nreadback = yes",
               "role = fault_reset\nvalue = 0");
    house_refuses(house, DRIVE, "[register torque_limit_neg]",
                  "start-up leaves this limit as it is");
}

static void a_fence_that_is_not_read_back_is_refused(void **state)
{
    refuses(*state, DRIVE, "fence = torque_limit\nreadback = yes",
            "fence = torque_limit\nreadback = no",
            "[startup 4] readback: no: a fence that nobody read back may not be there");
}

static void a_fence_that_a_later_row_takes_away_is_refused(void **state)
{
    refuses(*state, DRIVE, "role = torque_limit_neg\nfence = torque_limit",
            "role = torque_limit_pos\nvalue = 300",
            "[startup 5] role: torque_limit_pos is written by [startup 4] already");
}

static void a_drive_that_cannot_tell_a_fault_is_refused(void **state)
{
    refuses(*state, DRIVE, "[status fault]", "[status overload]",
            "a drive that may arm has no [status fault]");
}

static void a_drive_that_cannot_tell_whether_it_runs_is_refused(void **state)
{
    refuses(*state, DRIVE, "[status run]", "[status overload]",
            "a drive that may arm has no [status run]");
}

static void a_status_that_looks_at_no_bit_is_refused(void **state)
{
    refuses(*state, DRIVE, "[status fault]\nmask = 0xFFFF\nvalue = 0x0002",
            "[status fault]\nmask = 0\nvalue = 0", "[status fault] mask: 0");
}

static void a_status_that_is_never_seen_is_refused(void **state)
{
    refuses(*state, DRIVE, "[status fault]\nmask = 0xFFFF\nvalue = 0x0002",
            "[status fault]\nmask = 0x0001\nvalue = 0x0002",
            "[status fault] value: 0x0002 is never seen through mask 0x0001");
}

/* A cell has no fences and no faults to show, and would be ready without. */
static void a_torque_for_what_says_it_is_no_drive_is_refused(void **state)
{
    house_edit(*state, DRIVE, "kind = drive", "kind = cell");
    house_refuses(*state, "machine.conf", NULL,
                  "[signal torque_command] source: rtelligent-dsy is a cell");
}

/* ---- a slower drive ------------------------------------------------------ */

static void a_cycle_that_leaves_no_room_for_a_lost_request_is_refused(void **state)
{
    house_t *house = *state;
    house_edit(house, "machine.conf", "cycle_ms = 11.08", "cycle_ms = 24.45");
    house_refuses(house, "machine.conf", NULL,
                  "age_drive_ms: 40 is less than a cycle of the drive's bus, a lost "
                  "request and a tick: 24.45 + 16.5 + 2 ms");
    house_edit(house, "machine.conf", "response_timeout_us = 8000\nresync_us = 5000",
               "response_timeout_us = 5000\nresync_us = 4000");
    house_accepts(house);
}

static void every_shipped_machine_is_accepted(void **state)
{
    static const char *const machines[] = {"simulated-rtu", "simulated-tcp",
                                           "simulated-kinco", "simulated-kinco-speed",
                                           "simulated-flintec"};
    rh_settings_t *settings = calloc(1, sizeof(*settings));
    (void)state;
    for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
        char file[64];
        char error[1024] = "";
        (void)snprintf(file, sizeof(file), "machines/%s.conf", machines[i]);
        const rh_override_t machine = {"daemon.machine", file};
        rh_limits_t limits;
        if (rh_config_load(settings, "config/demo.conf", &machine, 1, error,
                           sizeof(error)) != 0 ||
            rh_config_limits(settings, &limits, error, sizeof(error)) != 0) {
            fail_msg("%s", error);
        }
    }
    free(settings);
}

/* The box's second channel is in no document. */
static void what_a_profile_assumes_is_refused_until_a_bench_has_shown_it(void **state)
{
    static const struct {
        const char *simulated, *straps, *refused; /* NULL: it is taken */
    } rows[] = {
        {"yes", "", NULL},
        {"no", "", "only assumes that gross2 is at 0x2040"},
        {"no", "gross2", "only assumes that status2 is at 0x2061"},
        {"no", "gross22 status2", "only assumes that gross2 is at 0x2040"},
        {"no", "gross2 status2", NULL},
    };
    rh_settings_t *settings = calloc(1, sizeof(*settings));
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char error[1024] = "";
        const rh_override_t changes[] = {
            {"daemon.machine", "machines/simulated-flintec.conf"},
            {"machine.simulated", rows[i].simulated},
            {"device strap.verified", rows[i].straps},
            {"device pad.verified", "gross2 status2"},
            {"bus drive.path", "/dev/ttyUSB0"},
            {"bus io.path", "/dev/ttyUSB1"}};
        bool is_real = strcmp(rows[i].simulated, "no") == 0;
        int result = rh_config_load(settings, "config/revhyper.conf", changes,
                                    is_real ? 6 : 4, error, sizeof(error));
        if (rows[i].refused == NULL) {
            assert_string_equal(error, "");
            assert_int_equal(result, 0);
        } else {
            assert_non_null(strstr(error, rows[i].refused));
            assert_non_null(strstr(error, "then list it in `verified`"));
        }
    }
    free(settings);
}

#define house_test(name)                                                               \
    cmocka_unit_test_setup_teardown(name, house_build, house_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_profile_assumes_is_refused_until_a_bench_has_shown_it),
        house_test(a_magnitude_needs_a_word_and_a_bit_for_its_sign),
        house_test(a_magnitude_without_its_word_is_refused),
        house_test(a_sign_from_another_read_is_refused),
        house_test(a_magnitude_with_its_sign_beside_it_is_taken),
        house_test(a_sign_for_a_number_that_has_its_own_is_refused),
        house_test(a_judgement_from_another_read_is_refused),
        house_test(a_phase_that_never_comes_is_refused),
        house_test(two_reads_of_one_shape_one_after_the_other_are_refused),
        house_test(a_servo_on_by_register_needs_its_register),
        house_test(fences_are_yes_no_or_unknown),
        house_test(only_a_drive_that_never_arms_may_lack_its_status),
        house_test(two_registers_that_are_written_to_one_place_are_refused),
        house_test(a_fence_for_another_register_is_refused),
        house_test(a_speed_limit_in_a_torque_limits_place_is_refused),
        house_test(a_limit_of_one_direction_alone_is_refused),
        house_test(a_fence_that_is_not_read_back_is_refused),
        house_test(a_fence_that_a_later_row_takes_away_is_refused),
        house_test(a_drive_that_cannot_tell_a_fault_is_refused),
        house_test(a_drive_that_cannot_tell_whether_it_runs_is_refused),
        house_test(a_status_that_looks_at_no_bit_is_refused),
        house_test(a_status_that_is_never_seen_is_refused),
        house_test(a_torque_for_what_says_it_is_no_drive_is_refused),
        house_test(a_cycle_that_leaves_no_room_for_a_lost_request_is_refused),
        cmocka_unit_test(every_shipped_machine_is_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
