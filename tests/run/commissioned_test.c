/* SPDX-License-Identifier: Apache-2.0 */
/* What the daemon makes of its machine's record, at its start and while it runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "commissioned.h"
#include "commissioning.h"
#include "config.h"

typedef struct {
    rh_settings_t settings;
    rh_commissioned_t commissioned;
    rh_commissioning_t record; /* its wiring is that of `commissioned` */
    char folder[64];
} bench_t;

static void write_record(bench_t *bench)
{
    char error[512];
    assert_int_equal(
        rh_commissioning_write(bench->folder, &bench->record, error, sizeof(error)), 0);
}

static void path_of(const bench_t *bench, const char *name, char path[128])
{
    (void)snprintf(path, 128, "%s/%s", bench->folder, name);
}

/* A machine that needs it, and has it. */
static int set_up(void **state)
{
    static const rh_override_t told[] = {{"test.needs_commissioning", "yes"}};
    static bench_t bench;
    char error[512] = "";
    memset(&bench, 0, sizeof(bench));
    (void)snprintf(bench.folder, sizeof(bench.folder), "/tmp/rh-commissioned-XXXXXX");
    if (mkdtemp(bench.folder) == NULL ||
        rh_config_load(&bench.settings, "config/revhyper.conf", told, 1, error,
                       sizeof(error)) != 0) {
        print_error("%s\n", error);
        return -1;
    }
    (void)snprintf(bench.settings.daemon.state_dir,
                   sizeof(bench.settings.daemon.state_dir), "%s", bench.folder);
    assert_int_equal(rh_commissioned_read(&bench.commissioned, &bench.settings), 0);
    assert_false(bench.commissioned.may_arm);
    (void)snprintf(bench.record.machine, sizeof(bench.record.machine), "%s",
                   bench.settings.machine.name);
    bench.record.wiring = strdup(bench.commissioned.wiring);
    for (int i = 0; i < RH_COMMISSIONING_COUNT; i++) {
        bench.record.steps[i] =
            (rh_commissioning_result_t){true, "2026-01-02T03:04:05Z", "as measured"};
    }
    write_record(&bench);
    rh_commissioned_free(&bench.commissioned);
    assert_int_equal(rh_commissioned_read(&bench.commissioned, &bench.settings), 0);
    *state = &bench;
    return bench.commissioned.may_arm ? 0 : -1;
}

static int tear_down(void **state)
{
    bench_t *bench = *state;
    static const char *const files[] = {RH_COMMISSIONING_FILE_A,
                                        RH_COMMISSIONING_FILE_B};
    for (int i = 0; i < 2; i++) {
        char path[128];
        path_of(bench, files[i], path);
        (void)unlink(path);
    }
    (void)rmdir(bench->folder);
    rh_commissioned_free(&bench->commissioned);
    rh_commissioning_free(&bench->record);
    return 0;
}

static void an_untouched_record_goes_on_holding(void **state)
{
    bench_t *bench = *state;
    assert_false(rh_commissioned_is_lost(&bench->commissioned));
    write_record(bench); /* the same again, as the console does before a step */
    assert_false(rh_commissioned_is_lost(&bench->commissioned));
    assert_true(bench->commissioned.may_arm);
}

static void a_step_that_fails_later_takes_it_back_once_and_for_good(void **state)
{
    bench_t *bench = *state;
    bench->record.steps[RH_COMMISSIONING_BRAKE].is_ok = false;
    write_record(bench);
    assert_true(rh_commissioned_is_lost(&bench->commissioned));
    assert_false(bench->commissioned.may_arm);
    assert_non_null(strstr(bench->commissioned.sentence, "the step brake"));
    assert_false(rh_commissioned_is_lost(&bench->commissioned)); /* said once */
    bench->record.steps[RH_COMMISSIONING_BRAKE].is_ok = true;
    write_record(bench);
    assert_false(rh_commissioned_is_lost(&bench->commissioned));
    assert_false(bench->commissioned.may_arm); /* that is for the next start */
}

static void a_record_that_is_gone_holds_no_longer(void **state)
{
    bench_t *bench = *state;
    char path[128];
    path_of(bench, RH_COMMISSIONING_FILE_A, path);
    assert_int_equal(unlink(path), 0);
    assert_false(rh_commissioned_is_lost(&bench->commissioned));
    path_of(bench, RH_COMMISSIONING_FILE_B, path);
    assert_int_equal(unlink(path), 0);
    assert_true(rh_commissioned_is_lost(&bench->commissioned));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_untouched_record_goes_on_holding),
        TEST(a_step_that_fails_later_takes_it_back_once_and_for_good),
        TEST(a_record_that_is_gone_holds_no_longer),
    };
    return cmocka_run_group_tests_name("commissioned", tests, NULL, NULL);
}
