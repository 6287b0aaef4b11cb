/* SPDX-License-Identifier: Apache-2.0 */
/* The bench: fixtures, the loop that pretends, and the clients. */
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "rh/units.h"

#define WAIT_S 5
#define BODY_SIZE (512 * 1024)

static int64_t clock_ns;

int64_t bench_now(void)
{
    return clock_ns;
}

void bench_pass_ms(int64_t ms)
{
    clock_ns += ms * RH_NS_PER_MS;
}

/* ---- the loop that pretends ---- */

static bool take_command(void *loop, const rh_command_t *command)
{
    bench_t *bench = loop;
    if (bench->is_ring_full || bench->sent_count == BENCH_SENT) {
        return false;
    }
    bench->sent[bench->sent_count++] = *command;
    return true;
}

static const uint32_t stop_words[RH_LANE_COUNT] = {
    [RH_LANE_STOP] = RH_COMMAND_STOP,
    [RH_LANE_COMFORT] = RH_COMMAND_COMFORT,
    [RH_LANE_UNLOAD] = RH_COMMAND_UNLOAD,
};

static void take_stop(void *loop, rh_lane_t lane, uint32_t ticket)
{
    bench_t *bench = loop;
    assert_in_range(lane, RH_LANE_STOP, RH_LANE_COUNT - 1);
    assert_in_range(bench->sent_count, 0, BENCH_SENT - 1);
    bench->sent[bench->sent_count++] =
        (rh_command_t){.kind = stop_words[lane], .ticket = ticket};
}

/* As the daemon's loop: of a stop word asked several times, the last one alone. */
static bool is_overtaken(const bench_t *bench, int index)
{
    uint32_t kind = bench->sent[index].kind;
    bool is_stop = kind == RH_COMMAND_STOP || kind == RH_COMMAND_COMFORT ||
                   kind == RH_COMMAND_UNLOAD;
    for (int i = index + 1; is_stop && i < bench->sent_count; i++) {
        if (bench->sent[i].kind == kind) {
            return true;
        }
    }
    return false;
}

static void take_console(void *loop, bool present, uint32_t lease)
{
    bench_t *bench = loop;
    bench->console = present;
    bench->lease = lease;
    bench->console_calls++;
}

void bench_tick(bench_t *bench)
{
    bench->snapshot.now_ns = clock_ns;
    bench->snapshot.tick++;
    rh_publish_snapshot(bench->publish, &bench->snapshot);
}

void bench_turn(bench_t *bench)
{
    assert_true(rh_publish_poll(bench->publish, -1, 1) >= 0);
    while (!bench->is_dead && bench->answered_count < bench->sent_count) {
        int index = bench->answered_count++;
        const rh_command_t *command = &bench->sent[index];
        if (is_overtaken(bench, index)) {
            continue;
        }
        rh_event_t event = {.now_ns = clock_ns, .kind = RH_EVENT_ANSWER};
        event.answer.ticket = command->ticket;
        event.answer.refusal = bench->refusal;
        event.answer.value = bench->value;
        event.answer.value2 = bench->value2;
        rh_publish_event(bench->publish, &event);
        bench_tick(bench);
    }
}

/* ---- fixtures ---- */

static bench_t *make_bench(bool is_trusting)
{
    bench_t *bench = calloc(1, sizeof(*bench));
    assert_non_null(bench);
    (void)snprintf(bench->dir, sizeof(bench->dir), "/tmp/rh-publish-XXXXXX");
    assert_non_null(mkdtemp(bench->dir));
    bench->daemon = (rh_daemon_settings_t){.live_hz = 50, .bind = "127.0.0.1"};
    bench->daemon.loopback_trainer = is_trusting;
    (void)snprintf(bench->daemon.run_dir, sizeof(bench->daemon.run_dir), "%s",
                   bench->dir);
    rh_publish_settings_t settings = {
        .daemon = &bench->daemon,
        .machine = BENCH_MACHINE,
        .boot = BENCH_BOOT,
        .config_text = "[daemon]\nlive_hz = 50\n",
        .send = take_command,
        .stop = take_stop,
        .console = take_console,
        .loop = bench,
        .mono_ns = bench_now,
    };
    clock_ns = 1000 * RH_NS_PER_S;
    char error[256] = "";
    if (rh_publish_open(&bench->publish, &settings, error, sizeof(error)) != 0) {
        fail_msg("%s", error);
    }
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/endpoints.json", bench->dir);
    bench->endpoints = json_load_file(path, 0, NULL);
    assert_non_null(bench->endpoints);
    bench->context = zmq_ctx_new();
    return bench;
}

int bench_setup(void **state)
{
    *state = make_bench(false);
    return 0;
}

int bench_setup_trusting(void **state)
{
    *state = make_bench(true);
    return 0;
}

int bench_teardown(void **state)
{
    bench_t *bench = *state;
    for (int i = 0; i < bench->client_count; i++) {
        (void)zmq_close(bench->client[i]);
    }
    (void)zmq_ctx_term(bench->context);
    rh_publish_close(bench->publish);
    json_decref(bench->endpoints);
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/stream", bench->dir);
    (void)unlink(path);
    (void)snprintf(path, sizeof(path), "%s/command", bench->dir);
    (void)unlink(path);
    int result = rmdir(bench->dir); /* fails if the room left anything else behind */
    free(bench);
    return result;
}

/* ---- clients ---- */

static const char *endpoint(const bench_t *bench, const char *kind, size_t index)
{
    const json_t *found = json_object_get(bench->endpoints, kind);
    return json_string_value(json_is_array(found) ? json_array_get(found, index)
                                                  : found);
}

const char *bench_ipc(const bench_t *bench, const char *kind)
{
    return endpoint(bench, kind, 0);
}

const char *bench_tcp(const bench_t *bench, const char *kind)
{
    return endpoint(bench, kind, 1);
}

void *bench_client(bench_t *bench, int type, const char *address)
{
    int linger = 0;
    void *client = zmq_socket(bench->context, type);
    assert_non_null(client);
    assert_int_equal(zmq_setsockopt(client, ZMQ_LINGER, &linger, sizeof(linger)), 0);
    assert_in_range(bench->client_count, 0, BENCH_CLIENTS - 1);
    bench->client[bench->client_count++] = client;
    assert_int_equal(address != NULL ? zmq_connect(client, address) : 0, 0);
    return client;
}

void bench_close(bench_t *bench, void *client)
{
    for (int i = 0; i < bench->client_count; i++) {
        if (bench->client[i] == client) {
            bench->client[i] = bench->client[--bench->client_count];
            (void)zmq_close(client);
            return;
        }
    }
}

void *bench_trainer(bench_t *bench)
{
    return bench_client(bench, ZMQ_DEALER, bench_ipc(bench, "command"));
}

void *bench_reader(bench_t *bench, const char *topic, const char *address)
{
    char prefix[96] = "";
    void *reader = bench_client(bench, ZMQ_SUB, address);
    if (*topic != '\0') {
        (void)snprintf(prefix, sizeof(prefix), "rh/1/" BENCH_MACHINE "/%s", topic);
    }
    assert_int_equal(zmq_setsockopt(reader, ZMQ_SUBSCRIBE, prefix, strlen(prefix)), 0);
    return reader;
}

static bool is_over(time_t start)
{
    return time(NULL) - start > WAIT_S;
}

json_t *bench_answer(bench_t *bench, void *client)
{
    static char body[BODY_SIZE];
    time_t start = time(NULL);
    while (!is_over(start)) {
        int size = zmq_recv(client, body, sizeof(body), ZMQ_DONTWAIT);
        if (size > 0) {
            json_t *answer = json_loadb(body, (size_t)size, 0, NULL);
            assert_non_null(answer);
            return answer;
        }
        bench_turn(bench);
    }
    fail_msg("no answer came");
    return NULL;
}

json_t *bench_ask(bench_t *bench, void *client, const char *text)
{
    assert_true(zmq_send(client, text, strlen(text), 0) >= 0);
    return bench_answer(bench, client);
}

json_t *bench_askf(bench_t *bench, void *client, const char *format, ...)
{
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    assert_in_range(length, 1, sizeof(text) - 1);
    return bench_ask(bench, client, text);
}

/* The JSON of one message: of the second frame, or behind the space of the only one. */
static json_t *receive(void *reader)
{
    static char body[BODY_SIZE];
    int more = 0;
    size_t more_size = sizeof(more);
    int size = zmq_recv(reader, body, sizeof(body) - 1, ZMQ_DONTWAIT);
    if (size < 0) {
        return NULL;
    }
    (void)zmq_getsockopt(reader, ZMQ_RCVMORE, &more, &more_size);
    if (more != 0) {
        size = zmq_recv(reader, body, sizeof(body) - 1, ZMQ_DONTWAIT);
        assert_true(size > 0);
    }
    body[size] = '\0';
    const char *start = body[0] == '{' ? body : strchr(body, ' ');
    assert_non_null(start);
    json_t *message = json_loads(start, 0, NULL);
    assert_non_null(message);
    return message;
}

json_t *bench_next(bench_t *bench, void *reader)
{
    time_t start = time(NULL);
    json_t *message = NULL;
    while (message == NULL && !is_over(start)) {
        bench_turn(bench);
        message = receive(reader);
    }
    return message;
}

json_t *bench_next_if_any(bench_t *bench, void *reader)
{
    json_t *message = NULL;
    for (int i = 0; i < 20 && message == NULL; i++) {
        bench_turn(bench);
        message = receive(reader);
    }
    return message;
}

const char *bench_take_lease(bench_t *bench, void *client, const char *name)
{
    static char lease[64];
    static int count;
    json_t *answer = bench_askf(
        bench, client,
        "{\"id\":\"take-%d\",\"verb\":\"lease.take\",\"args\":{\"name\":\"%s\"}}",
        count++, name);
    assert_true(is_ok(answer));
    const char *id =
        json_string_value(json_object_get(json_object_get(answer, "result"), "lease"));
    (void)snprintf(lease, sizeof(lease), "%s", id);
    json_decref(answer);
    return lease;
}

bool is_ok(const json_t *answer)
{
    return json_is_true(json_object_get(answer, "ok"));
}

const char *code_of(const json_t *answer)
{
    const json_t *code = json_object_get(json_object_get(answer, "error"), "code");
    return code != NULL ? json_string_value(code) : "ok";
}

json_int_t seq_of(const json_t *message)
{
    return json_integer_value(json_object_get(message, "seq"));
}
