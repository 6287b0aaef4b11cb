/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine on GPIO lines, against a folder of plain files shaped like gpio-sim's.
 * The kernel's own chip, and every edge of the encoder, are tests/rig's.
 */
#include "sim_rig.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINES 14
#define HEARTBEAT 8
#define SERVO_ON 9

static char folder[] = "/tmp/revhyper-gpio-XXXXXX";

static const char *line_path(int line, const char *name)
{
    static char path[128];

    (void)snprintf(path, sizeof(path), "%s/sim_gpio%d/%s", folder, line, name);
    return path;
}

static void put(int line, const char *name, const char *text)
{
    FILE *file = fopen(line_path(line, name), "we");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static bool is_pulled_up(int line)
{
    char text[32] = "";
    FILE *file = fopen(line_path(line, "pull"), "re");

    assert_non_null(file);
    assert_true(fread(text, 1, sizeof(text) - 1, file) > 0);
    assert_int_equal(fclose(file), 0);
    return strncmp(text, "pull-up\n", 8) == 0;
}

static bool becomes(int line, bool up)
{
    const int64_t end_ns = rig_now_ns() + RIG_DEADLINE_MS * 1000000LL;

    while (is_pulled_up(line) != up && rig_now_ns() < end_ns) {
        (void)poll(NULL, 0, 1);
    }
    return is_pulled_up(line) == up;
}

static int make_chip(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    for (int i = 0; i < LINES; i++) {
        char path[128];

        (void)snprintf(path, sizeof(path), "%s/sim_gpio%d", folder, i);
        if (mkdir(path, 0700) != 0) {
            return -1;
        }
        put(i, "pull", "pull-down\n");
        put(i, "value", "0\n");
    }
    return 0;
}

static int remove_chip(void **state)
{
    (void)state;
    for (int i = 0; i < LINES; i++) {
        (void)unlink(line_path(i, "pull"));
        (void)unlink(line_path(i, "value"));
        (void)rmdir(line_path(i, ""));
    }
    return rmdir(folder);
}

static void start(rig_t *rig)
{
    char options[160];

    (void)snprintf(options, sizeof(options), "--relay-ms 1000 --gpio %s", folder);
    rig_start(rig, options);
}

static void contacts_are_levels_of_their_lines(void **state)
{
    rig_t rig;

    (void)state;
    start(&rig);
    assert_true(becomes(0, true)); /* e-stop and limits are closed at rest */
    assert_true(becomes(1, true));
    assert_true(becomes(6, true));
    assert_true(becomes(7, true));
    assert_false(is_pulled_up(2));
    rig_do(&rig, "grips held left");
    assert_true(becomes(2, true));
    assert_false(is_pulled_up(3));
    rig_do(&rig, "press estop_b");
    assert_true(becomes(1, false));
    assert_true(is_pulled_up(0));
    rig_do(&rig, "press reset_button");
    assert_true(becomes(5, true));
    rig_do(&rig, "release reset_button");
    assert_true(becomes(5, false));
    assert_int_equal(rig_stop(&rig), 0);
}

/* As a contact to ground with a pull-up: closed is low, and at rest it is let go. */
static void a_contact_to_ground_pulls_its_line_low(void **state)
{
    rig_t rig;
    char options[200];

    (void)state;
    (void)snprintf(options, sizeof(options),
                   "--gpio %s --gpio-low grip_right,comfort_stop", folder);
    rig_start(&rig, options);
    assert_true(becomes(3, true));
    assert_true(becomes(4, true));
    assert_false(is_pulled_up(2));
    rig_do(&rig, "grips held");
    assert_true(becomes(3, false));
    assert_true(becomes(2, true));
    assert_true(is_pulled_up(4));
    assert_int_equal(rig_stop(&rig), 0);
}

static void driven_lines_are_the_machines_outputs(void **state)
{
    rig_t rig;

    (void)state;
    start(&rig);
    assert_true(rig_becomes(&rig, "relay_closed", 0, 0));
    put(HEARTBEAT, "value", "1\n");
    assert_true(rig_becomes(&rig, "relay_closed", 1, 1));
    put(SERVO_ON, "value", "1\n");
    assert_true(rig_becomes(&rig, "servo_on", 1, 1));
    /* stuck high: no edge, and the relay opens by itself */
    assert_true(rig_becomes(&rig, "relay_closed", 0, 0));
    put(HEARTBEAT, "value", "0\n");
    assert_true(rig_becomes(&rig, "relay_closed", 1, 1));
    assert_true(rig_becomes(&rig, "relay_closed", 0, 0));
    put(SERVO_ON, "value", "0\n");
    assert_true(rig_becomes(&rig, "servo_on", 0, 0));
    assert_int_equal(rig_stop(&rig), 0);
}

static void a_folder_that_is_no_chip_is_refused_by_name(void **state)
{
    char command[256];
    char text[256] = "";
    FILE *pipe;

    (void)state;
    (void)snprintf(command, sizeof(command),
                   "%s/revhyper-sim --run-dir %s --gpio %s/nothing 2>&1",
                   getenv("RH_BIN_DIR"), // NOLINT(concurrency-mt-unsafe): one thread
                   folder, folder);
    pipe = popen(command, "re");
    assert_non_null(pipe);
    assert_true(fread(text, 1, sizeof(text) - 1, pipe) > 0);
    assert_int_not_equal(pclose(pipe), 0);
    assert_non_null(strstr(text, "/nothing/sim_gpio0/pull: No such file or directory"));
    assert_non_null(strstr(text, "--gpio must be the folder of a gpio-sim chip"));
    (void)snprintf(command, sizeof(command), "%s/truth.jsonl", folder);
    (void)unlink(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contacts_are_levels_of_their_lines),
        cmocka_unit_test(a_contact_to_ground_pulls_its_line_low),
        cmocka_unit_test(driven_lines_are_the_machines_outputs),
        cmocka_unit_test(a_folder_that_is_no_chip_is_refused_by_name),
    };

    return cmocka_run_group_tests(tests, make_chip, remove_chip);
}
