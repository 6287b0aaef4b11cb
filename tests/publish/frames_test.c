/* SPDX-License-Identifier: Apache-2.0 */
/* Foreign bytes: whatever comes in, a clear error goes out and nothing has changed. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

#include "frames.h"
#include "request.h"
#include "rh/wire.h"

#define FRAMES 20000

static const struct {
    const char *text, *code, *id;
} broken[] = {
    {"nonsense", "malformed", NULL},
    {"[1]", "malformed", NULL},
    {"\"id\"", "malformed", NULL},
    {"{}", "malformed", NULL},
    {"{\"verb\":\"hello\"}", "malformed", NULL},
    {"{\"id\":\"a1\"}", "malformed", "a1"},
    {"{\"id\":7,\"verb\":\"hello\"}", "malformed", NULL},
    {"{\"id\":\"\",\"verb\":\"hello\"}", "malformed", NULL},
    {"{\"id\":\"a b\",\"verb\":\"hello\"}", "malformed", NULL},
    {"{\"id\":\"a2\",\"verb\":5}", "malformed", "a2"},
    {"{\"id\":\"a3\",\"verb\":\"hello\"} x", "malformed", "a3"},
    {"{\"verb\":\"hello\",\"id\" : \"a4\",", "malformed", "a4"},
    {"{\"id\":\"a5\",\"verb\":\"hello\",\"verb\":\"stop\"}", "malformed", "a5"},
    {"{\"id\":\"a6\",\"verb\":\"hel\xff\"}", "malformed", "a6"},
    {"{\"id\":\"a7\",\"verb\":\"hello\",\"args\":[]}", "malformed", "a7"},
    {"{\"id\":\"a8\",\"verb\":\"hello\",\"args\":null}", "malformed", "a8"},
    {"{\"id\":\"a9\",\"verb\":\"stop\",\"expect\":{}}", "malformed", "a9"},
    {"{\"id\":\"b1\",\"verb\":\"stop\",\"expect\":{\"state_seq\":0,\"x\":1}}",
     "malformed", "b1"},
    {"{\"id\":\"b2\",\"verb\":\"stop\",\"deadline_ms\":-1}", "malformed", "b2"},
    {"{\"id\":\"b3\",\"verb\":\"stop\",\"deadline_ms\":1.5}", "malformed", "b3"},
    {"{\"id\":\"b4\",\"verb\":\"stop\",\"lease\":1}", "malformed", "b4"},
    {"{\"id\":\"b5\",\"verb\":\"stop\",\"dead_line\":1}", "unknown_arg", "b5"},
    {"{\"id\":\"b6\",\"verb\":\"stop\",\"args\":{\"now\":true}}", "unknown_arg", "b6"},
    {"{\"id\":\"b7\",\"verb\":\"launch\"}", "unknown_verb", "b7"},
    {"{\"id\":\"b8\",\"verb\":\"stop\",\"args\":{\"a\":[[[[[[[1]]]]]]]}}", "too_deep",
     "b8"},
    {"{\"id\":\"b9\",\"verb\":\"load.set\",\"args\":{}}", "bad_value", "b9"},
    {"{\"id\":\"c1\",\"verb\":\"load.set\",\"args\":{\"load_kg\":\"5\"}}", "bad_value",
     "c1"},
    {"{\"id\":\"c2\",\"verb\":\"load.set\",\"args\":{\"load_kg\":1e99}}", "bad_value",
     "c2"},
    {"{\"id\":\"c3\",\"verb\":\"load.set\",\"args\":{\"load_kg\":1e999}}", "malformed",
     "c3"},
    {"{\"id\":\"c4\",\"verb\":\"mode.set\",\"args\":{\"mode\":\"turbo\"}}", "bad_value",
     "c4"},
    {"{\"id\":\"c5\",\"verb\":\"set.start\",\"args\":{\"reps\":2.5}}", "bad_value",
     "c5"},
    {"{\"id\":\"c6\",\"verb\":\"set.start\",\"args\":{\"reps\":5000000000}}",
     "bad_value", "c6"},
    {"{\"id\":\"c7\",\"verb\":\"session.start\",\"args\":{\"first_time\":1}}",
     "unknown_arg", "c7"},
    {"{\"id\":\"c70\",\"verb\":\"lease.take\",\"args\":{\"name\":\"a\\u001b[2J\"}}",
     "bad_value", "c70"},
    {"{\"id\":\"c8\",\"verb\":\"lease.take\",\"args\":{\"name\":\"\"}}", "bad_value",
     "c8"},
    {"{\"id\":\"c9\",\"verb\":\"rom.nudge\",\"args\":{\"top_deg\":\"1\"}}", "bad_value",
     "c9"},
    {"{\"id\":\"d1\",\"verb\":\"rom.nudge\",\"args\":{\"top_deg\":1,\"bottom_deg\":"
     "-181}}",
     "bad_value", "d1"},
};

static void every_kind_of_broken_request_has_its_own_clear_error(void **state)
{
    bench_t *bench = *state;
    bench_tick(bench);
    void *client = bench_trainer(bench);
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        json_t *answer = bench_ask(bench, client, broken[i].text);
        const char *id = json_string_value(json_object_get(answer, "id"));
        if (strcmp(code_of(answer), broken[i].code) != 0) {
            print_error("%s\n", broken[i].text);
        }
        assert_string_equal(code_of(answer), broken[i].code);
        assert_string_equal(id != NULL ? id : "(null)",
                            broken[i].id != NULL ? broken[i].id : "(null)");
        const json_t *error = json_object_get(answer, "error");
        assert_true(strlen(json_string_value(json_object_get(error, "message"))) > 0);
        assert_true(strlen(json_string_value(json_object_get(error, "remedy"))) > 0);
        json_decref(answer);
    }
    assert_int_equal(bench->sent_count, 0);
    assert_int_equal(bench->console_calls, 0);
    assert_int_equal(rh_publish_state_seq(bench->publish), 1);
}

static void too_many_frames_are_one_clear_error(void **state)
{
    bench_t *bench = *state;
    void *client = bench_trainer(bench);
    const char hello[] = "{\"id\":\"m\",\"verb\":\"hello\"}";
    assert_true(zmq_send(client, hello, strlen(hello), ZMQ_SNDMORE) > 0);
    assert_true(zmq_send(client, hello, strlen(hello), 0) > 0);
    json_t *answer = bench_answer(bench, client);
    assert_string_equal(code_of(answer), "malformed");
    assert_string_equal(json_string_value(json_object_get(answer, "id")), "m");
    json_decref(answer);
    assert_int_equal(zmq_send(client, "", 0, 0), 0);
    answer = bench_answer(bench, client);
    assert_string_equal(code_of(answer), "malformed");
    json_decref(answer);
}

static void a_request_of_64_kib_is_read_and_a_longer_one_is_not(void **state)
{
    bench_t *bench = *state;
    void *client = bench_trainer(bench);
    static char text[RH_WIRE_REQUEST_MAX + 2];
    const char hello[] = "{\"id\":\"L%c\",\"verb\":\"hello\"}";
    for (int i = 0; i < 2; i++) {
        memset(text, ' ', sizeof(text));
        int used = snprintf(text, 64, hello, 'a' + i);
        text[used] = ' ';
        size_t length = RH_WIRE_REQUEST_MAX + (size_t)i;
        assert_true(zmq_send(client, text, length, 0) > 0);
        json_t *answer = bench_answer(bench, client);
        assert_string_equal(code_of(answer), i == 0 ? "ok" : "too_large");
        assert_string_equal(json_string_value(json_object_get(answer, "id")),
                            i == 0 ? "La" : "Lb");
        json_decref(answer);
    }
}

static void a_megabyte_loses_its_sender_the_connection_and_nobody_else(void **state)
{
    bench_t *bench = *state;
    void *rude = bench_trainer(bench);
    void *client = bench_trainer(bench);
    size_t size = 2097152;
    char *large = calloc(1, size);
    assert_non_null(large);
    assert_true(zmq_send(rude, large, size, 0) > 0);
    free(large);
    json_t *answer = bench_ask(bench, client, "{\"id\":\"1\",\"verb\":\"hello\"}");
    assert_true(is_ok(answer));
    json_decref(answer);
}

static uint64_t seed_of_this_run(void)
{
    const char *given = getenv("RH_SEED"); /* NOLINT(concurrency-mt-unsafe) */
    uint64_t seed = given != NULL ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
    print_message("seed %llu (set RH_SEED to repeat)\n", (unsigned long long)seed);
    return seed;
}

static int frames_of_this_run(void)
{
    const char *given = getenv("RH_FRAMES"); /* NOLINT(concurrency-mt-unsafe) */
    return given != NULL ? (int)strtol(given, NULL, 10) : FRAMES;
}

static void generated_frames_neither_crash_nor_change_anything(void **state)
{
    bench_t *bench = *state;
    static char frame[FRAMES_SIZE];
    frames_t frames;
    frames_seed(&frames, seed_of_this_run());
    bench_tick(bench);
    void *client = bench_trainer(bench);
    int answered = 0;
    int total = frames_of_this_run();
    for (int i = 0; i < total; i++) {
        size_t length = frames_next(&frames, frame);
        if (frames_below(&frames, 50) == 0) {
            assert_true(zmq_send(client, "more", 4, ZMQ_SNDMORE) > 0);
        }
        assert_true(zmq_send(client, frame, length, 0) >= 0);
        if (i % 32 == 31 || i == total - 1) {
            for (; answered <= i; answered++) {
                json_t *answer = bench_answer(bench, client);
                assert_true(is_ok(answer) || strlen(code_of(answer)) > 2);
                json_decref(answer);
            }
        }
    }
    assert_int_equal(bench->sent_count, 0);
    assert_int_equal(bench->console_calls, 0);
    assert_int_equal(rh_publish_state_seq(bench->publish), 1);
}

/* The same frames without the socket, in exact-size heap blocks: a byte read beyond the
 * end is seen by the sanitizer. */
static void the_parser_reads_no_byte_beyond_the_frame(void **state)
{
    (void)state;
    static char frame[FRAMES_SIZE];
    frames_t frames;
    frames_seed(&frames, seed_of_this_run());
    for (int i = 0; i < 5 * FRAMES; i++) {
        size_t length = frames_next(&frames, frame);
        char *exact = malloc(length > 0 ? length : 1);
        assert_non_null(exact);
        memcpy(exact, frame, length);
        rh_ask_t ask;
        rh_error_t error = {.code = NULL};
        bool is_read = rh_ask_read(&ask, exact, length, &error);
        assert_true(is_read == (error.code == NULL));
        assert_true(strlen(ask.id) < sizeof(ask.id));
        rh_ask_close(&ask);
        free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)
        TEST(every_kind_of_broken_request_has_its_own_clear_error),
        TEST(too_many_frames_are_one_clear_error),
        TEST(a_request_of_64_kib_is_read_and_a_longer_one_is_not),
        TEST(a_megabyte_loses_its_sender_the_connection_and_nobody_else),
        TEST(generated_frames_neither_crash_nor_change_anything),
        cmocka_unit_test(the_parser_reads_no_byte_beyond_the_frame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
