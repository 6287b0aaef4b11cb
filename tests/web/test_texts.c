/* SPDX-License-Identifier: Apache-2.0 */
/* Names, paths, options, endpoints and the texts for machines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "feed.h"
#include "guard.h"
#include "metrics.h"
#include "names.h"
#include "options.h"
#include "pages.h"
#include "rh/event.h"
#include "rh/snapshot.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const rh_guard_t lan = {.names = {"gym.example"}, .count = 1};

/* --- Host and Origin ------------------------------------------------------------- */

static void a_host_is_a_loopback_name_or_an_allowed_one(void **state)
{
    static const char *const good[] = {
        "localhost",  "LocalHost:8570", "127.0.0.1",   "127.0.0.1:8570", "127.8.9.1:1",
        "[::1]:8570", "[::1]",          "gym.example", "GYM.example:80",
    };
    static const char *const bad[] = {
        "",
        "evil.example",
        "localhost.evil.example",
        "gym.example.evil",
        "127.0.0.1x",
        "127.0.0.1:",
        "127.0.0.1:80x",
        "[::1",
        "[::1]x",
        "[::2]",
        "localhost:123456",
        ":80",
        "128.0.0.1",
        "user@localhost:80",
        "0.0.0.0",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_true(rh_guard_host(&lan, good[i]));
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_false(rh_guard_host(&lan, bad[i]));
    }
    assert_false(rh_guard_host(&lan, NULL));
}

static void an_origin_must_be_the_site_that_was_asked(void **state)
{
    (void)state;
    assert_true(rh_guard_origin(&lan, NULL, "localhost:8570"));
    assert_true(rh_guard_origin(&lan, "http://localhost:8570", "localhost:8570"));
    assert_true(rh_guard_origin(&lan, "https://gym.example", "gym.example"));
    assert_false(rh_guard_origin(&lan, "http://localhost:9999", "localhost:8570"));
    assert_false(rh_guard_origin(&lan, "http://evil.example", "localhost:8570"));
    assert_false(rh_guard_origin(&lan, "http://evil.example", "evil.example"));
    assert_false(rh_guard_origin(&lan, "null", "localhost:8570"));
    assert_false(rh_guard_origin(&lan, "", "localhost:8570"));
    assert_false(rh_guard_origin(&lan, "file://localhost:8570", "localhost:8570"));
}

/* --- paths and pages ------------------------------------------------------------- */

static void a_path_names_a_file_of_one_folder_or_nothing(void **state)
{
    static const struct {
        const char *path, *name;
    } good[] = {{"/", "dash.html"},
                {"/dash", "dash.html"},
                {"/dash.css", "dash.css"},
                {"/uPlot.iife.min.js", "uPlot.iife.min.js"}};
    static const char *const bad[] = {
        "",          "dash",           "/../etc/passwd", "/..",   "/.",      "/.hidden",
        "//dash",    "/pages/dash",    "/dash/",         "/a%2e", "/dash\\", "/d ash",
        "/dash?x=1", "/\xc3\xa4.html", "/dash\n"};
    char name[RH_PAGE_NAME];
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_true(rh_page_name(good[i].path, name, sizeof(name)));
        assert_string_equal(name, good[i].name);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_false(rh_page_name(bad[i], name, sizeof(name)));
    }
}

static void a_path_longer_than_any_page_is_refused(void **state)
{
    char path[2 * RH_PAGE_NAME];
    char name[RH_PAGE_NAME];
    (void)state;
    memset(path, 'a', sizeof(path));
    path[0] = '/';
    path[sizeof(path) - 1] = '\0';
    assert_false(rh_page_name(path, name, sizeof(name)));
}

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[256];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void remove_file(const char *folder, const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    assert_int_equal(unlink(path), 0);
}

static void only_known_kinds_of_plain_files_are_pages(void **state)
{
    char folder[] = "/tmp/rh-pages-XXXXXX";
    char error[256];
    rh_pages_t pages;
    (void)state;
    assert_non_null(mkdtemp(folder));
    write_file(folder, "dash.html", "<p>dash");
    write_file(folder, "notes.secret", "no");
    write_file(folder, ".hidden.html", "no");
    assert_int_equal(rh_pages_load(&pages, folder, error, sizeof(error)), 0);
    assert_int_equal(pages.count, 1);
    const rh_page_t *page = rh_pages_find(&pages, "/dash");
    assert_non_null(page);
    assert_string_equal(page->bytes, "<p>dash");
    assert_string_equal(page->type, "text/html; charset=utf-8");
    assert_null(rh_pages_find(&pages, "/notes.secret"));
    assert_null(rh_pages_find(&pages, "/.hidden.html"));
    rh_pages_free(&pages);
    remove_file(folder, "dash.html");
    remove_file(folder, "notes.secret");
    remove_file(folder, ".hidden.html");
    assert_int_equal(rmdir(folder), 0);
}

static void a_missing_or_empty_folder_is_named(void **state)
{
    char folder[] = "/tmp/rh-pages-XXXXXX";
    char error[256];
    rh_pages_t pages;
    (void)state;
    assert_int_equal(rh_pages_load(&pages, "/nonexistent/pages", error, sizeof(error)),
                     -ENOENT);
    assert_non_null(strstr(error, "/nonexistent/pages"));
    assert_non_null(mkdtemp(folder));
    assert_true(rh_pages_load(&pages, folder, error, sizeof(error)) < 0);
    assert_non_null(strstr(error, folder));
    assert_int_equal(rmdir(folder), 0);
}

/* --- endpoints ------------------------------------------------------------------- */

static void the_stream_is_found_in_every_shape_and_ipc_is_preferred(void **state)
{
    static const struct {
        const char *json, *endpoint;
    } good[] = {
        {"{\"stream\":\"tcp://127.0.0.1:1\"}", "tcp://127.0.0.1:1"},
        {"{\"stream\":[\"tcp://127.0.0.1:1\",\"ipc:///r/stream\"]}", "ipc:///r/stream"},
        {"{\"stream\":{\"ipc\":\"ipc:///r/s\",\"tcp\":\"tcp://h:1\"}}", "ipc:///r/s"},
    };
    static const char *const bad[] = {"",
                                      "{",
                                      "{}",
                                      "{\"stream\":5570}",
                                      "{\"stream\":\"nowhere\"}",
                                      "{\"command\":\"tcp://127.0.0.1:1\"}"};
    char endpoint[RH_FEED_ENDPOINT];
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_true(rh_feed_find_endpoint(good[i].json, endpoint, sizeof(endpoint)));
        assert_string_equal(endpoint, good[i].endpoint);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_false(rh_feed_find_endpoint(bad[i], endpoint, sizeof(endpoint)));
    }
}

/* --- texts for machines ---------------------------------------------------------- */

static rh_metrics_t heard(int64_t heard_ms, int64_t now_ms)
{
    rh_metrics_t metrics = {.now_ms = now_ms};
    metrics.counts.heard_ms = heard_ms;
    return metrics;
}

static void metrics_are_in_base_units_with_help_and_type(void **state)
{
    rh_metrics_t metrics = heard(1000, 1500);
    metrics.health = "{\"uptime_s\":12.5,\"late_p99_us\":184.0,\"is_realtime\":true,"
                     "\"buses\":[{\"name\":\"drive\",\"rate_hz\":124.0}]}";
    metrics.rep = "{\"range_deg\":80.25,\"work_lift_j\":null}";
    metrics.counts.messages[RH_TOPIC_REP] = 7;
    (void)state;
    char *text = rh_metrics_text(&metrics);
    assert_non_null(text);
    static const char *const wanted[] = {
        "# TYPE revhyper_uptime_seconds gauge\nrevhyper_uptime_seconds 12.5\n",
        "revhyper_late_p99_seconds 0.000184\n",
        "revhyper_realtime 1\n",
        "revhyper_bus_cycles_per_second{bus=\"drive\"} 124\n",
        "revhyper_rep_range_degrees 80.25\n",
        "revhyper_web_messages_total{topic=\"rep\"} 7\n",
        "revhyper_up 1\n",
    };
    for (size_t i = 0; i < COUNT(wanted); i++) {
        assert_non_null(strstr(text, wanted[i]));
    }
    free(text);
}

static void a_figure_that_is_not_known_is_left_out_of_the_metrics(void **state)
{
    rh_metrics_t metrics = heard(INT64_MIN, 1500);
    metrics.rep = "{\"work_lift_j\":null}";
    (void)state;
    char *text = rh_metrics_text(&metrics);
    assert_non_null(text);
    assert_null(strstr(text, "revhyper_rep_work_lift_joules"));
    assert_null(strstr(text, "revhyper_uptime_seconds"));
    assert_non_null(strstr(text, "revhyper_up 0\n"));
    free(text);
}

static void a_label_cannot_break_out_of_its_quotes(void **state)
{
    rh_metrics_t metrics = heard(1, 1);
    metrics.health =
        "{\"devices\":[{\"name\":\"a\\\"} 1\\nb\\\\\",\"age_ns\":5000000}]}";
    (void)state;
    char *text = rh_metrics_text(&metrics);
    assert_non_null(text);
    assert_non_null(strstr(
        text, "revhyper_device_age_seconds{device=\"a\\\"} 1\\nb\\\\\"} 0.005\n"));
    free(text);
}

static void health_is_bad_before_the_first_and_long_after_the_last_message(void **state)
{
    static const struct {
        int64_t heard_ms;
        bool is_good;
    } cases[] = {{INT64_MIN, false}, {9000, true}, {10000 - 3000, true}, {6999, false}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        rh_metrics_t metrics = heard(cases[i].heard_ms, 10000);
        char *text = NULL;
        assert_int_equal(rh_metrics_healthz(&metrics, &text), cases[i].is_good);
        assert_non_null(
            strstr(text, cases[i].is_good ? "\"ok\":true" : "\"ok\":false"));
        free(text);
    }
}

static void the_keys_hold_every_live_and_state_and_rep_number(void **state)
{
    (void)state;
    char *text = rh_metrics_keys();
    json_t *keys = json_loads(text, 0, NULL);
    assert_non_null(keys);
#define CHECK(name, unit_text, places, help)                                           \
    {                                                                                  \
        const json_t *key = json_object_get(keys, #name);                              \
        assert_int_equal(json_integer_value(json_object_get(key, "decimals")),         \
                         places);                                                      \
        assert_string_equal(json_string_value(json_object_get(key, "unit")),           \
                            unit_text);                                                \
    }
    RH_LIVE_NUMBERS(CHECK)
    RH_STATE_NUMBERS(CHECK)
    RH_REP_NUMBERS(CHECK)
#undef CHECK
    json_decref(keys);
    free(text);
}

/* --- options --------------------------------------------------------------------- */

static int read_words(rh_web_options_t *options, char *error, char **words)
{
    int count = 0;
    while (words[count] != NULL) {
        count++;
    }
    return rh_web_options_read(options, count, words, error, 256);
}

static void the_defaults_listen_on_the_loopback_only(void **state)
{
    rh_web_options_t options;
    char error[256];
    (void)state;
    assert_int_equal(read_words(&options, error, (char *[]){"revhyper-web", NULL}), 0);
    assert_string_equal(options.host, "127.0.0.1");
    assert_int_equal(options.port, 8570);
    assert_string_equal(options.run_dir, "/run/revhyper");
    assert_true(rh_guard_is_loopback(options.host));
}

static void a_bad_option_is_named_with_its_remedy(void **state)
{
    static char *const bad[][4] = {{"w", "--prot", "1"},     {"w", "--port", "65536"},
                                   {"w", "--port", "80x"},   {"w", "--port"},
                                   {"w", "--endpoint", "x"}, {"w", "--help=yes"}};
    rh_web_options_t options;
    char error[256];
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        char *words[4] = {bad[i][0], bad[i][1], bad[i][2], NULL};
        assert_int_equal(read_words(&options, error, words), -EINVAL);
        assert_non_null(strstr(error, "see --help"));
        assert_memory_equal(strstr(error, "--"), bad[i][1], 5);
    }
}

/* --- words ----------------------------------------------------------------------- */

static char *read_words_js(void)
{
    size_t length = 0;
    FILE *file = fopen("src/web/pages/words.js", "r");
    assert_non_null(file);
    char *text = calloc(1, 1u << 20);
    assert_non_null(text);
    length = fread(text, 1, (1u << 20) - 1, file);
    assert_true(length > 0);
    assert_int_equal(fclose(file), 0);
    return text;
}

static bool has_word(const char *text, const char *list, const char *word)
{
    char key[128];
    (void)snprintf(key, sizeof(key), "\"%s.%s\":", list, word);
    if (strstr(text, key) == NULL) {
        print_error("words.js has no %s\n", key);
        return false;
    }
    return true;
}

static void every_word_of_the_wire_has_a_german_one(void **state)
{
    (void)state;
    char *text = read_words_js();
    const char *de = strstr(text, "const de");
    assert_non_null(de);
    bool complete = true;
#define CHECK(list, name, count)                                                       \
    for (uint32_t i = 0; i < (count); i++) {                                           \
        complete &= has_word(de, list, name(i));                                       \
    }
    CHECK("safety", rh_name_safety, RH_SAFETY_COUNT)
    CHECK("means", rh_name_safety, RH_SAFETY_COUNT)
    CHECK("session", rh_name_session, RH_SESSION_COUNT)
    CHECK("phase", rh_name_phase, RH_PHASE_COUNT)
    CHECK("mode", rh_name_mode, RH_MODE_COUNT)
    CHECK("kind", rh_name_rep_kind, RH_REP_KIND_COUNT)
    CHECK("reason", rh_name_reason, RH_REP_REASON_COUNT)
    CHECK("wait", rh_name_wait, RH_WAIT_COUNT)
#undef CHECK
    for (uint32_t i = 1; i < RH_FAULT_COUNT; i++) {
        complete &= has_word(de, "fault", rh_name_fault(i)->id);
    }
    free(text);
    assert_true(complete);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_is_a_loopback_name_or_an_allowed_one),
        cmocka_unit_test(an_origin_must_be_the_site_that_was_asked),
        cmocka_unit_test(a_path_names_a_file_of_one_folder_or_nothing),
        cmocka_unit_test(a_path_longer_than_any_page_is_refused),
        cmocka_unit_test(only_known_kinds_of_plain_files_are_pages),
        cmocka_unit_test(a_missing_or_empty_folder_is_named),
        cmocka_unit_test(the_stream_is_found_in_every_shape_and_ipc_is_preferred),
        cmocka_unit_test(metrics_are_in_base_units_with_help_and_type),
        cmocka_unit_test(a_figure_that_is_not_known_is_left_out_of_the_metrics),
        cmocka_unit_test(a_label_cannot_break_out_of_its_quotes),
        cmocka_unit_test(
            health_is_bad_before_the_first_and_long_after_the_last_message),
        cmocka_unit_test(the_keys_hold_every_live_and_state_and_rep_number),
        cmocka_unit_test(the_defaults_listen_on_the_loopback_only),
        cmocka_unit_test(a_bad_option_is_named_with_its_remedy),
        cmocka_unit_test(every_word_of_the_wire_has_a_german_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
