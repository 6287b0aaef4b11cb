/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's command line: what it takes, and what it says to nonsense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <getopt.h>
#include <string.h>

#include "options.h"

static rh_options_t options;
static char error[256];

static int read_words(int count, const char *const *words)
{
    static char copies[40][64];
    static char *arguments[41];
    for (int i = 0; i < count; i++) {
        (void)strncpy(copies[i], words[i], sizeof(copies[i]) - 1);
        arguments[i] = copies[i];
    }
    arguments[count] = NULL;
    error[0] = '\0';
    optind = 0; /* start anew */
    return rh_options_read(&options, count, arguments, error, sizeof(error));
}

#define READ(...)                                                                      \
    read_words((int)(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)),          \
               (const char *[]){__VA_ARGS__})

static void without_arguments_it_runs_the_installed_configuration(void **state)
{
    (void)state;
    assert_int_equal(READ("revhyperd"), 0);
    assert_int_equal(options.run, RH_RUN_DAEMON);
    assert_string_equal(options.config, RH_SYSCONFDIR "/revhyper/revhyper.conf");
}

static void a_setting_is_split_at_its_first_equals_sign(void **state)
{
    (void)state;
    assert_int_equal(READ("revhyperd", "--set", "bus drive.path=/dev/a=b"), 0);
    assert_int_equal(options.override_count, 1);
    assert_string_equal(options.overrides[0].key, "bus drive.path");
    assert_string_equal(options.overrides[0].value, "/dev/a=b");
}

static void folders_are_settings_like_any_other(void **state)
{
    (void)state;
    assert_int_equal(READ("revhyperd", "--run-dir", "/tmp/r", "--state-dir", "/tmp/s"),
                     0);
    assert_string_equal(options.overrides[0].key, "daemon.run_dir");
    assert_string_equal(options.overrides[1].value, "/tmp/s");
}

static void a_setting_without_a_value_is_refused_with_its_form(void **state)
{
    (void)state;
    assert_true(READ("revhyperd", "--set", "daemon.tick_hz") < 0);
    assert_non_null(strstr(error, "section.key=value"));
}

static void an_unknown_option_is_refused(void **state)
{
    (void)state;
    assert_true(READ("revhyperd", "--frobnicate") < 0);
    assert_string_equal(
        error, "--frobnicate: no such option; revhyperd --help lists the options");
    assert_true(READ("revhyperd", "--config=a", "-x", "--help") < 0);
    assert_ptr_equal(strstr(error, "-x: no such option"), error);
    assert_true(READ("revhyperd", "--check-config=3") < 0);
    assert_ptr_equal(strstr(error, "--check-config=3: takes no value"), error);
    assert_true(READ("revhyperd", "--config") < 0);
    assert_ptr_equal(strstr(error, "--config: needs a value"), error);
}

static void a_stray_word_is_refused_by_name(void **state)
{
    (void)state;
    assert_true(READ("revhyperd", "start") < 0);
    assert_non_null(strstr(error, "start"));
}

static void too_many_settings_are_refused_and_none_is_lost_in_silence(void **state)
{
    (void)state;
    const char *words[1 + RH_OVERRIDES_MAX + 1] = {"revhyperd"};
    for (int i = 1; i <= RH_OVERRIDES_MAX + 1; i++) {
        words[i] = "--set=daemon.tick_hz=500";
    }
    assert_true(read_words(RH_OVERRIDES_MAX + 2, words) < 0);
    assert_non_null(strstr(error, "file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_arguments_it_runs_the_installed_configuration),
        cmocka_unit_test(a_setting_is_split_at_its_first_equals_sign),
        cmocka_unit_test(folders_are_settings_like_any_other),
        cmocka_unit_test(a_setting_without_a_value_is_refused_with_its_form),
        cmocka_unit_test(an_unknown_option_is_refused),
        cmocka_unit_test(a_stray_word_is_refused_by_name),
        cmocka_unit_test(too_many_settings_are_refused_and_none_is_lost_in_silence),
    };
    return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
