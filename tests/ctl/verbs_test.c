/* SPDX-License-Identifier: Apache-2.0 */
/* What is typed and what goes over the wire: words, units, help, usage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "console.h"
#include "fake.h"
#include "rh/wire.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static console_t console;
static fake_t *fake;

static int setup(void **state)
{
    (void)state;
    fake = fake_start();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fake_stop(fake);
    return 0;
}

static const struct {
    const char *words, *wire, *args; /* args NULL: none are sent */
    bool needs_lease;
} sent[] = {
    {"stop", "stop", NULL, false},
    {"unload", "unload", NULL, false},
    {"comfort", "comfort", NULL, false},
    {"disarm", "disarm", NULL, true},
    {"status", "snapshot", NULL, false},
    {"snapshot", "snapshot", NULL, false},
    {"session start", "session.start", NULL, true},
    {"session end", "session.end", NULL, true},
    {"set start", "set.start", NULL, true},
    {"set start --kind warmup --side left --reps 12", "set.start",
     "{\"kind\":\"warmup\",\"side\":\"left\",\"reps\":12}", true},
    {"set end", "set.end", NULL, true},
    {"load get", "snapshot", NULL, false},
    {"load set 12.5kg", "load.set", "{\"load_kg\":12.5}", true},
    {"load set 0kg", "load.set", "{\"load_kg\":0.0}", true},
    {"load set -2.5kg", "load.set", "{\"load_kg\":-2.5}", true},
    {"load set 20lb", "load.set", "{\"load_kg\":9.0}", true},
    {"load set 27lb", "load.set", "{\"load_kg\":12.0}", true},
    {"load set 22.0462262185lb", "load.set", "{\"load_kg\":10.0}", true},
    {"mode set plate", "mode.set", "{\"mode\":\"plate\"}", true},
    {"rom teach", "rom.teach", NULL, true},
    {"rom accept", "rom.accept", NULL, true},
    {"rom nudge --top -1.5 --bottom 2deg", "rom.nudge",
     "{\"top_deg\":-1.5,\"bottom_deg\":2.0}", true},
    {"rom redo", "rom.redo", NULL, true},
    {"sensor zero", "sensor.zero", NULL, true},
    {"fault list", "fault.list", NULL, false},
    {"fault reset", "fault.reset", NULL, true},
    {"device list", "device.list", NULL, false},
    {"signal list", "signal.list", NULL, false},
    {"config show", "config.show", NULL, false},
    {"is-ready", "snapshot", NULL, false},
};

static void
each_verb_sends_its_arguments_and_a_lease_only_where_it_needs_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(sent); i++) {
        print_message("%s\n", sent[i].words);
        size_t before = fake_count(fake, sent[i].wire);
        assert_int_equal(console_run(&console, fake_run_dir(fake), sent[i].words), 0);
        json_t *request = fake_request(fake, sent[i].wire, before);
        assert_non_null(request);
        json_t *args = json_object_get(request, "args");
        json_t *wanted =
            sent[i].args != NULL ? json_loads(sent[i].args, 0, NULL) : NULL;
        assert_true(wanted == NULL ? args == NULL : json_equal(args, wanted));
        assert_int_equal(json_object_get(request, "lease") != NULL,
                         sent[i].needs_lease);
        json_decref(wanted);
        json_decref(request);
    }
}

static void a_verb_without_a_lease_takes_one_for_the_call_and_drops_it(void **state)
{
    (void)state;
    char verbs[256];
    assert_int_equal(console_run(&console, fake_run_dir(fake), "mode set constant"), 0);
    assert_string_equal(fake_history(fake, verbs, sizeof verbs),
                        "lease.take mode.set lease.drop");
    json_t *request = fake_request(fake, "mode.set", 0);
    assert_string_equal(json_string_value(json_object_get(request, "lease")),
                        FAKE_LEASE);
    json_decref(request);
    request = fake_request(fake, "lease.drop", 0);
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(request, "args"), "lease")),
        FAKE_LEASE);
    json_decref(request);
    assert_string_equal(console.err, "");
}

static void a_refused_verb_still_drops_the_lease_that_it_took(void **state)
{
    (void)state;
    char verbs[256];
    fake_refuse(fake, "rom.accept", "too_few_reps", "three are needed", "lift");
    assert_int_equal(console_run(&console, fake_run_dir(fake), "rom accept"),
                     RH_EXIT_REFUSED);
    assert_string_equal(fake_history(fake, verbs, sizeof verbs),
                        "lease.take rom.accept lease.drop");
}

static void a_lease_that_was_given_is_used_and_neither_taken_nor_dropped(void **state)
{
    (void)state;
    char verbs[256];
    assert_int_equal(
        console_run(&console, fake_run_dir(fake), "load set 10kg --lease beef"), 0);
    assert_string_equal(fake_history(fake, verbs, sizeof verbs), "load.set");
    json_t *request = fake_request(fake, "load.set", 0);
    assert_string_equal(json_string_value(json_object_get(request, "lease")), "beef");
    json_decref(request);
    assert_string_equal(console.err, "");
}

static void verbs_that_need_presence_warn_when_it_ends_with_the_call(void **state)
{
    (void)state;
    static const char *const words[] = {"arm", "load set 5kg", "set start"};
    for (size_t i = 0; i < COUNT(words); i++) {
        assert_int_equal(console_run(&console, fake_run_dir(fake), words[i]), 0);
        assert_non_null(strstr(console.err, "warning: no --lease"));
        assert_non_null(strstr(console.err, "lease hold"));
    }
}

static void
unload_stop_and_comfort_are_one_request_even_while_another_holds(void **state)
{
    (void)state;
    char verbs[256];
    fake_refuse(fake, "lease.take", "lease_held", "held by anna", "wait");
    assert_int_equal(console_run(&console, fake_run_dir(fake), "unload"), 0);
    assert_int_equal(console_run(&console, fake_run_dir(fake), "stop"), 0);
    assert_int_equal(console_run(&console, fake_run_dir(fake), "comfort"), 0);
    assert_string_equal(fake_history(fake, verbs, sizeof verbs), "unload stop comfort");
}

static void every_request_has_an_id_of_its_own_and_a_deadline(void **state)
{
    (void)state;
    console_run(&console, fake_run_dir(fake), "rom teach --timeout 700");
    json_t *take = fake_request(fake, "lease.take", 0);
    json_t *teach = fake_request(fake, "rom.teach", 0);
    const char *id = json_string_value(json_object_get(teach, "id"));
    assert_int_equal(strlen(id), 26);
    assert_int_equal(strspn(id, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"), 26);
    assert_string_not_equal(id, json_string_value(json_object_get(take, "id")));
    assert_int_equal(json_integer_value(json_object_get(teach, "deadline_ms")), 700);
    json_decref(take);
    json_decref(teach);
}

static void
arm_waits_half_a_second_between_begin_and_commit_under_one_lease(void **state)
{
    (void)state;
    char verbs[256];
    assert_int_equal(console_run(&console, fake_run_dir(fake), "arm"), 0);
    assert_string_equal(fake_history(fake, verbs, sizeof verbs),
                        "lease.take arm.begin arm.commit lease.drop");
    json_t *begin = fake_request(fake, "arm.begin", 0);
    json_t *commit = fake_request(fake, "arm.commit", 0);
    assert_true(json_integer_value(json_object_get(commit, "ms")) -
                    json_integer_value(json_object_get(begin, "ms")) >=
                500);
    assert_true(
        json_equal(json_object_get(begin, "lease"), json_object_get(commit, "lease")));
    json_decref(begin);
    json_decref(commit);
}

static void arm_never_commits_what_was_not_begun(void **state)
{
    (void)state;
    fake_refuse(fake, "arm.begin", "grips_open", "the grips are not both held", "hold");
    assert_int_equal(console_run(&console, fake_run_dir(fake), "arm"), RH_EXIT_REFUSED);
    assert_int_equal(fake_count(fake, "arm.commit"), 0);
}

static void a_load_without_a_good_unit_never_reaches_the_machine(void **state)
{
    (void)state;
    static const struct {
        const char *text, *remedy;
    } bad[] = {
        {"12.5", "write 12.5kg or 12.5lb"}, {"+2kg", "such as 12.5kg"},
        {"12,5kg", "such as 12.5kg"},       {"12.5KG", "such as 12.5kg"},
        {"12.5 kg", "write 12.5kg"},        {"1e1kg", "such as 12.5kg"},
        {"nankg", "such as 12.5kg"},        {"infkg", "such as 12.5kg"},
        {"0x10kg", "such as 12.5kg"},       {"12.5kgs", "such as 12.5kg"},
        {"kg", "such as 12.5kg"},           {".5kg", "such as 12.5kg"},
        {"5.kg", "such as 12.5kg"},         {"--5kg", "see its --help"},
        {"12.5stone", "such as 12.5kg"},
    };
    char digits[400]; /* more than a number can hold */
    memset(digits, '9', sizeof digits);
    (void)snprintf(digits + sizeof digits - 3, 3, "kg");
    char endless[420];
    (void)snprintf(endless, sizeof endless, "load set %s", digits);
    assert_int_equal(console_run(&console, fake_run_dir(fake), endless), RH_EXIT_USAGE);
    for (size_t i = 0; i < COUNT(bad); i++) {
        char words[64];
        print_message("%s\n", bad[i].text);
        (void)snprintf(words, sizeof words, "load set %s", bad[i].text);
        assert_int_equal(console_run(&console, fake_run_dir(fake), words),
                         RH_EXIT_USAGE);
        assert_non_null(strstr(console.err, bad[i].remedy));
    }
    assert_int_equal(fake_count(fake, "load.set"), 0);
    assert_int_equal(fake_count(fake, "lease.take"), 0);
}

static void an_unknown_verb_is_answered_with_the_nearest_one(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *nearest;
    } words[] = {{"statsu", "`status`"},         {"laod set 5kg", "`load set`"},
                 {"rom except", "`rom accept`"}, {"unlaod --json", "`unload`"},
                 {"is-redy", "`is-ready`"},      {"session stop", "`session "}};
    for (size_t i = 0; i < COUNT(words); i++) {
        assert_int_equal(console_run(&console, NULL, words[i].typed), RH_EXIT_USAGE);
        assert_true(strstr(console.err, words[i].nearest) != NULL ||
                    strstr(console.out, words[i].nearest) != NULL);
    }
}

static void wrong_words_are_a_usage_error_and_name_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *words, *said;
    } wrong[] = {
        {"load set", "lacks `LOAD`"},
        {"mode set soft", "damping constant plate"},
        {"set start --kind calibration", "warmup work"},
        {"set start --side up", "both left right"},
        {"set start --reps many", "whole number"},
        {"set start --reps", "wants a value behind `--reps`"},
        {"set start 12", "does not know `12`"},
        {"rom nudge --top 1rad", "degrees"},
        {"watch reps", "rep set session"},
        {"watch --seconds 0", "above 0"},
        {"watch --seconds -1", "above 0"},
        {"watch --seconds nan", "above 0"},
        {"watch --seconds 99999999999999999999", "above 0"},
        {"watch --seconds 5min", "above 0"},
        {"rom nudge --top nan", "degrees"},
        {"rom nudge --top 99999999", "degrees"},
        {"set start --reps -1", "whole number"},
        {"set start --reps 99999999999999999999", "whole number"},
        {"commission --known 0kg", "give 0.5kg to 200kg"},
        {"commission --known -10kg", "give 0.5kg to 200kg"},
        {"commission --known 1000kg", "give 0.5kg to 200kg"},
        {"commission --known 1lb", "give 0.5kg to 200kg"},
        {"commission --known 4.9kg", "give 5kg to 200kg"},
        {"commission --known nankg", "such as 12.5kg"},
        {"commission --known 10", "write 10kg or 10lb"},
        {"commission brake --hung 0kg", "give 0.5kg to 200kg"},
        {"stop now", "does not know `now`"},
        {"status --timeout soon", "--timeout"},
        {"status --timeout", "--timeout needs a value"},
        {"status --units stone", "kg or lb"},
        {"status --host h:99999", "port"},
        {"status --json=yes", "takes no value"},
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        print_message("%s\n", wrong[i].words);
        assert_int_equal(console_run(&console, fake_run_dir(fake), wrong[i].words),
                         RH_EXIT_USAGE);
        assert_non_null(strstr(console.err, wrong[i].said));
        assert_string_equal(console.out, "");
    }
}

static void help_lists_every_verb_and_every_exit_code(void **state)
{
    (void)state;
    assert_int_equal(console_run(&console, NULL, "--help"), 0);
    for (size_t i = 0; i < COUNT(sent); i++) {
        char line[64];
        char object[32];
        char verb[32] = "";
        assert_true(sscanf(sent[i].words, "%31s %31[a-z]", object, verb) >= 1);
        (void)snprintf(line, sizeof line, "\n  %s%s%s ", object,
                       verb[0] != '\0' ? " " : "", verb);
        assert_non_null(strstr(console.out, line));
    }
#define HAS_EXIT(id, code, meaning)                                                    \
    assert_non_null(strstr(console.out, "\n  " #code "  " meaning "\n"));
    RH_EXITS(HAS_EXIT)
}

/* The table is the source of both, so a row that the help shows must be one that runs.
 */
static void every_verb_in_the_help_has_a_help_of_its_own(void **state)
{
    (void)state;
    char all[sizeof console.out];
    char *rest = NULL;
    int seen = 0;
    assert_int_equal(console_run(&console, NULL, "--help"), 0);
    (void)snprintf(all, sizeof all, "%s", strstr(console.out, "\nVerbs\n") + 7);
    *strstr(all, "\n\n") = '\0';
    for (char *line = strtok_r(all, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        char words[64];
        (void)snprintf(words, sizeof words, "%.14s --help", line + 2);
        assert_int_equal(console_run(&console, NULL, words), 0);
        assert_non_null(strstr(console.out, "On the wire: "));
        seen++;
    }
    assert_true(seen >= 31);
}

static void an_object_alone_lists_its_verbs(void **state)
{
    (void)state;
    assert_int_equal(console_run(&console, NULL, "rom"), RH_EXIT_USAGE);
    assert_non_null(strstr(console.err, "rom nudge"));
    assert_int_equal(console_run(&console, NULL, "rom --help"), 0);
    assert_non_null(strstr(console.out, "rom nudge"));
    assert_null(strstr(console.out, "load set"));
}

static void help_may_be_asked_for_in_other_ways(void **state)
{
    (void)state;
    static const struct {
        const char *words, *shown;
    } rows[] = {
        {"help", "\nExit codes\n"},          {"-h", "\nExit codes\n"},
        {"help rom", "rom nudge"},           {"rom -h", "rom nudge"},
        {"help rom teach", "On the wire: "}, {"rom teach -h", "On the wire: "},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(console_run(&console, NULL, rows[i].words), 0);
        assert_non_null(strstr(console.out, rows[i].shown));
    }
    assert_int_equal(console_run(&console, NULL, "help wobble"), RH_EXIT_USAGE);
    assert_non_null(strstr(console.err, "there is no `wobble`"));
}

static void nothing_typed_shows_the_help_as_a_usage_error(void **state)
{
    (void)state;
    assert_int_equal(console_run(&console, NULL, ""), RH_EXIT_USAGE);
    assert_non_null(strstr(console.err, "lease hold"));
    assert_int_equal(console_run(&console, NULL, "--version"), 0);
    assert_int_equal(strncmp(console.out, "revhyperctl ", 12), 0);
}

#define A(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        A(each_verb_sends_its_arguments_and_a_lease_only_where_it_needs_one),
        A(a_verb_without_a_lease_takes_one_for_the_call_and_drops_it),
        A(a_refused_verb_still_drops_the_lease_that_it_took),
        A(a_lease_that_was_given_is_used_and_neither_taken_nor_dropped),
        A(verbs_that_need_presence_warn_when_it_ends_with_the_call),
        A(unload_stop_and_comfort_are_one_request_even_while_another_holds),
        A(every_request_has_an_id_of_its_own_and_a_deadline),
        A(arm_waits_half_a_second_between_begin_and_commit_under_one_lease),
        A(arm_never_commits_what_was_not_begun),
        A(a_load_without_a_good_unit_never_reaches_the_machine),
        A(an_unknown_verb_is_answered_with_the_nearest_one),
        A(wrong_words_are_a_usage_error_and_name_what_is_wrong),
        A(help_lists_every_verb_and_every_exit_code),
        A(every_verb_in_the_help_has_a_help_of_its_own),
        A(an_object_alone_lists_its_verbs),
        A(help_may_be_asked_for_in_other_ways),
        A(nothing_typed_shows_the_help_as_a_usage_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
