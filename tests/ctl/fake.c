/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon that is none; see fake.h. */
#include "fake.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "rh/wire.h"

#define POLL_MS 5

struct fake {
    pthread_t thread;
    pthread_mutex_t lock; /* of the JSON below */
    atomic_bool is_ending;
    bool is_misleading, is_mute;
    char run_dir[64];
    void *zmq, *command, *stream;
    const char *drifting; /* a signal; NULL = none */
    double drift;
    json_t *answers; /* verb: {"result"} | {"error"} | null = none */
    json_t *changes; /* verb: {other verb: its answer from then on} */
    json_t *requests;
    json_t *greetings, *followers; /* [{"topic", "message"}] */
};

static const char state_json[] =
    "{\"machine\":\"" FAKE_MACHINE "\",\"boot\":\"" FAKE_BOOT "\",\"seq\":41,"
    "\"utc\":\"2026-01-02T03:04:05.678Z\",\"snap\":true,\"safety\":\"idle\","
    "\"session\":\"ready\",\"mode\":\"constant\",\"load_kg\":12.5,\"load_max_kg\":28,"
    "\"rom_top_deg\":null,\"rom_bottom_deg\":null,\"soft_top_deg\":3,"
    "\"soft_bottom_deg\":-92,\"armed\":false,\"estop_a_closed\":true,"
    "\"estop_b_closed\":true,\"grip_left_held\":true,\"grip_right_held\":false,"
    "\"pad_empty\":true,\"zeroed\":true,\"rom_taught\":false,\"set\":2,\"reps\":7,"
    "\"partials\":1,\"reps_target\":12,\"faults\":[],\"waits_for\":[],"
    "\"lease\":{\"holder\":null},\"overruns\":0}";

static const char health_json[] =
    "{\"uptime_s\":30,\"late_p99_us\":80,\"tick_p99_us\":25,\"overruns\":0,"
    "\"is_realtime\":true,\"is_wakeful\":true,\"memory_locked_bytes\":6000000,"
    "\"events_lost\":0,\"live_dropped\":0,\"buses\":[{\"name\":\"drive\",\"is_up\":"
    "true,\"rate_hz\":98.5,"
    "\"busy_frac\":0.9,"
    "\"error_frac\":0,\"errors\":0,\"last_error\":null}],"
    "\"devices\":[{\"name\":\"drive\",\"profile\":\"rtelligent-dsy\","
    "\"status\":\"documented\",\"bus\":0,\"is_ready\":true,\"age_ns\":9000000,"
    "\"errors\":0}]}";

/* The arm hangs, the chain is closed, nobody touches anything. */
static const char signals_json[] =
    "{\"mono_ns\":1000,\"safety\":\"idle\",\"signals\":["
    "{\"name\":\"arm_angle\",\"value\":-90,\"quality\":\"good\"},"
    "{\"name\":\"motor_angle\",\"value\":-90.1,\"quality\":\"good\"},"
    "{\"name\":\"motor_rate\",\"value\":0,\"quality\":\"good\"},"
    "{\"name\":\"drive_torque\",\"value\":0,\"quality\":\"good\"},"
    "{\"name\":\"torque_confirmed\",\"value\":0,\"quality\":\"good\"},"
    "{\"name\":\"drive_status\",\"value\":0.001,\"quality\":\"good\"},"
    "{\"name\":\"strap_left\",\"value\":1,\"quality\":\"good\"},"
    "{\"name\":\"strap_right\",\"value\":-1,\"quality\":\"good\"},"
    "{\"name\":\"pad_front\",\"value\":0,\"quality\":\"good\"},"
    "{\"name\":\"pad_rear\",\"value\":0,\"quality\":\"good\"},"
    "{\"name\":\"estop_a\",\"value\":1,\"quality\":\"good\"},"
    "{\"name\":\"estop_b\",\"value\":1,\"quality\":\"good\"},"
    "{\"name\":\"grip_left\",\"value\":0,\"quality\":\"good\"},"
    "{\"name\":\"grip_right\",\"value\":0,\"quality\":\"good\"},"
    "{\"name\":\"comfort_stop\",\"value\":0,\"quality\":\"good\"},"
    "{\"name\":\"reset_button\",\"value\":0,\"quality\":\"good\"},"
    "{\"name\":\"limit_top\",\"value\":1,\"quality\":\"good\"},"
    "{\"name\":\"limit_bottom\",\"value\":1,\"quality\":\"good\"}]}";

long long fake_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static json_t *must_parse(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    if (value == NULL) {
        (void)fprintf(stderr, "the test's own JSON is wrong: %s\n", text);
        abort();
    }
    return value;
}

/* ---- the stream ---- */

static void send_message(fake_t *fake, const char *topic, const json_t *message)
{
    char name[96];
    char *text = json_dumps(message, JSON_COMPACT);
    int length = snprintf(name, sizeof name, "rh/1/" FAKE_MACHINE "/%s", topic);
    zmq_send(fake->stream, name, (size_t)length, ZMQ_SNDMORE);
    zmq_send(fake->stream, text, strlen(text), 0);
    free(text);
}

static void send_all(fake_t *fake, const json_t *list)
{
    size_t i;
    json_t *row;
    json_array_foreach(list, i, row)
    {
        send_message(fake, json_string_value(json_object_get(row, "topic")),
                     json_object_get(row, "message"));
    }
}

static void serve_stream(fake_t *fake)
{
    static const char wanted[] = "\1rh/1/" FAKE_MACHINE "/state";
    char frame[128];
    int size = zmq_recv(fake->stream, frame, sizeof frame, ZMQ_DONTWAIT);
    if (size == (int)sizeof wanted - 1 && memcmp(frame, wanted, (size_t)size) == 0 &&
        !fake->is_mute) {
        json_t *state = must_parse(state_json);
        send_all(fake, fake->greetings);
        send_message(fake, "state", state);
        json_decref(state);
    }
}

/* ---- the commands ---- */

static json_t *answer_to(fake_t *fake, const char *verb)
{
    json_t *canned = json_object_get(fake->answers, verb);
    if (json_is_null(canned)) {
        return NULL;
    }
    json_t *reply = json_object();
    json_object_set_new(reply, "ok",
                        json_boolean(json_object_get(canned, "error") == NULL));
    if (canned != NULL) {
        json_object_update(reply, canned);
    } else {
        json_object_set_new(reply, "result", json_object());
    }
    json_object_set_new(reply, "state_seq", json_integer(42));
    return reply;
}

static void drift(const fake_t *fake)
{
    size_t i;
    json_t *row;
    const json_t *canned = json_object_get(fake->answers, "signal.list");
    const json_t *rows = json_object_get(json_object_get(canned, "result"), "signals");
    json_array_foreach(rows, i, row)
    {
        const char *name = json_string_value(json_object_get(row, "name"));
        double value = json_number_value(json_object_get(row, "value"));
        if (fake->drifting != NULL && strcmp(name, fake->drifting) == 0) {
            json_object_set_new(row, "value", json_real(value + fake->drift));
        }
    }
}

static void send_reply(fake_t *fake, zmq_msg_t *peer, const char *id, json_t *reply)
{
    zmq_msg_t address;
    zmq_msg_init(&address);
    zmq_msg_copy(&address, peer);
    json_object_set_new(reply, "id", json_string(id));
    char *text = json_dumps(reply, JSON_COMPACT);
    zmq_msg_send(&address, fake->command, ZMQ_SNDMORE);
    zmq_send(fake->command, text, strlen(text), 0);
    free(text);
}

static void answer(fake_t *fake, zmq_msg_t *peer, json_t *request)
{
    const char *id = json_string_value(json_object_get(request, "id"));
    const char *verb = json_string_value(json_object_get(request, "verb"));
    json_object_set_new(request, "ms", json_integer(fake_now_ms()));
    json_array_append(fake->requests, request);
    json_t *reply = answer_to(fake, verb);
    json_object_update(fake->answers, json_object_get(fake->changes, verb));
    if (fake->is_misleading) {
        json_t *foreign = must_parse("{\"ok\":true,\"result\":{\"load_kg\":99}}");
        send_reply(fake, peer, "01FOREIGN", foreign);
        json_decref(foreign);
    }
    if (reply != NULL) {
        send_reply(fake, peer, id, reply);
    }
    json_decref(reply);
    if (strcmp(verb, "signal.list") == 0) {
        drift(fake);
    }
    if (strcmp(verb, "snapshot") == 0) {
        send_all(fake, fake->followers);
    }
}

static void serve_command(fake_t *fake)
{
    char text[4096];
    zmq_msg_t peer;
    zmq_msg_init(&peer);
    if (zmq_msg_recv(&peer, fake->command, ZMQ_DONTWAIT) >= 0) {
        int size = zmq_recv(fake->command, text, sizeof text, 0);
        json_t *request = json_loadb(text, size > 0 ? (size_t)size : 0, 0, NULL);
        if (request != NULL) {
            answer(fake, &peer, request);
        }
        json_decref(request);
    }
    zmq_msg_close(&peer);
}

static void *serve(void *context)
{
    fake_t *fake = context;
    while (!atomic_load(&fake->is_ending)) {
        zmq_pollitem_t items[] = {{.socket = fake->command, .events = ZMQ_POLLIN},
                                  {.socket = fake->stream, .events = ZMQ_POLLIN}};
        zmq_poll(items, 2, POLL_MS);
        pthread_mutex_lock(&fake->lock);
        if (items[0].revents != 0) {
            serve_command(fake);
        }
        if (items[1].revents != 0) {
            serve_stream(fake);
        }
        pthread_mutex_unlock(&fake->lock);
    }
    zmq_close(fake->command);
    zmq_close(fake->stream);
    return NULL;
}

/* ---- life ---- */

static void *bind_socket(fake_t *fake, int type, const char *name)
{
    const int no_linger = 0;
    char address[128];
    void *socket = zmq_socket(fake->zmq, type);
    (void)snprintf(address, sizeof address, "ipc://%s/%s", fake->run_dir, name);
    if (socket == NULL || zmq_bind(socket, address) != 0) {
        (void)fprintf(stderr, "%s: %s\n", address, zmq_strerror(zmq_errno()));
        abort();
    }
    zmq_setsockopt(socket, ZMQ_LINGER, &no_linger, sizeof no_linger);
    return socket;
}

static void write_endpoints(const fake_t *fake)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/" RH_WIRE_ENDPOINTS, fake->run_dir);
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        abort();
    }
    (void)fprintf(file,
                  "{\"machine\":\"" FAKE_MACHINE "\",\"boot\":\"" FAKE_BOOT "\","
                  "\"pid\":4242,"
                  "\"stream\":[\"ipc://%s/stream\",\"tcp://127.0.0.1:9\"],"
                  "\"command\":[\"ipc://%s/command\",\"tcp://127.0.0.1:9\"]}",
                  fake->run_dir, fake->run_dir);
    (void)fclose(file);
}

static void default_answers(fake_t *fake)
{
    char *text = NULL;
    fake_answer(fake, "lease.take", "{\"lease\":\"" FAKE_LEASE "\",\"ttl_ms\":2000}");
    fake_answer(fake, "hello",
                "{\"machine\":\"" FAKE_MACHINE "\",\"boot\":\"" FAKE_BOOT
                "\",\"version\":\"0.1.0\",\"v\":1,\"role\":\"trainer\",\"verbs\":[]}");
    fake_answer(fake, "fault.list", "{\"faults\":[]}");
    fake_answer(fake, "signal.list", signals_json);
    fake_answer(fake, "commissioning.show",
                "{\"is_needed\":true,\"may_arm\":true,\"sentence\":\"commissioned\","
                "\"machine\":\"" FAKE_MACHINE "\",\"state_dir\":\"/nowhere\","
                "\"wiring\":\"[bus drive]\\nbaud = 115200\\nformat = 8N1\\n"
                "[device drive]\\nslave = 1\\n\"}");
    fake_answer(fake, "config.show", "{\"text\":\"[daemon]\\nlive_hz = 50\\n\"}");
    if (asprintf(&text,
                 "{\"state\":%s,\"live\":{\"angle_deg\":-88.1,\"rate_dps\":0,"
                 "\"force_n\":40,\"load_applied_kg\":12.4},\"health\":%s,\"rep\":null,"
                 "\"faults\":[],\"seq\":{\"state\":41,\"rep\":7}}",
                 state_json, health_json) < 0) {
        abort();
    }
    fake_answer(fake, "snapshot", text);
    fake_answer(fake, "device.list", health_json);
    free(text);
}

fake_t *fake_start(void)
{
    fake_t *fake = calloc(1, sizeof *fake);
    strcpy(fake->run_dir, "/tmp/rhctlXXXXXX");
    if (mkdtemp(fake->run_dir) == NULL) {
        abort();
    }
    pthread_mutex_init(&fake->lock, NULL);
    fake->answers = json_object();
    fake->changes = json_object();
    fake->requests = json_array();
    fake->greetings = json_array();
    fake->followers = json_array();
    fake->zmq = zmq_ctx_new();
    fake->command = bind_socket(fake, ZMQ_ROUTER, RH_WIRE_COMMAND_SOCKET);
    fake->stream = bind_socket(fake, ZMQ_XPUB, RH_WIRE_STREAM_SOCKET);
    default_answers(fake);
    write_endpoints(fake);
    if (pthread_create(&fake->thread, NULL, serve, fake) != 0) {
        abort();
    }
    return fake;
}

void fake_stop(fake_t *fake)
{
    static const char *const files[] = {RH_WIRE_COMMAND_SOCKET, RH_WIRE_STREAM_SOCKET,
                                        RH_WIRE_ENDPOINTS};
    char path[128];
    atomic_store(&fake->is_ending, true);
    pthread_join(fake->thread, NULL);
    zmq_ctx_term(fake->zmq);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", fake->run_dir, files[i]);
        unlink(path);
    }
    rmdir(fake->run_dir);
    json_decref(fake->answers);
    json_decref(fake->changes);
    json_decref(fake->requests);
    json_decref(fake->greetings);
    json_decref(fake->followers);
    pthread_mutex_destroy(&fake->lock);
    free(fake);
}

const char *fake_run_dir(const fake_t *fake)
{
    return fake->run_dir;
}

/* ---- what it shall say ---- */

static void set_answer(fake_t *fake, const char *verb, json_t *canned)
{
    pthread_mutex_lock(&fake->lock);
    json_object_set_new(fake->answers, verb, canned);
    pthread_mutex_unlock(&fake->lock);
}

void fake_answer(fake_t *fake, const char *verb, const char *result)
{
    set_answer(fake, verb, json_pack("{s:o}", "result", must_parse(result)));
}

void fake_change(fake_t *fake, const char *verb, const char *other, const char *result)
{
    pthread_mutex_lock(&fake->lock);
    json_object_set_new(fake->changes, verb,
                        json_pack("{s:{s:o}}", other, "result", must_parse(result)));
    pthread_mutex_unlock(&fake->lock);
}

void fake_refuse(fake_t *fake, const char *verb, const char *code, const char *message,
                 const char *remedy)
{
    set_answer(fake, verb,
               json_pack("{s:{s:s, s:s, s:s}}", "error", "code", code, "message",
                         message, "remedy", remedy));
}

void fake_drift(fake_t *fake, const char *signal, double step)
{
    pthread_mutex_lock(&fake->lock);
    fake->drifting = signal;
    fake->drift = step;
    pthread_mutex_unlock(&fake->lock);
}

void fake_ignore(fake_t *fake, const char *verb)
{
    set_answer(fake, verb, json_null());
}

void fake_mislead(fake_t *fake)
{
    fake->is_misleading = true;
}

void fake_mute(fake_t *fake)
{
    fake->is_mute = true;
}

static void add_message(fake_t *fake, json_t *list, const char *topic, int seq,
                        const char *body)
{
    json_t *message = must_parse(body);
    json_object_set_new(message, "machine", json_string(FAKE_MACHINE));
    json_object_set_new(message, "seq", json_integer(seq));
    if (json_object_get(message, "boot") == NULL) {
        json_object_set_new(message, "boot", json_string(FAKE_BOOT));
    }
    pthread_mutex_lock(&fake->lock);
    json_array_append_new(list,
                          json_pack("{s:s, s:o}", "topic", topic, "message", message));
    pthread_mutex_unlock(&fake->lock);
}

void fake_greet(fake_t *fake, const char *topic, int seq, const char *body)
{
    add_message(fake, fake->greetings, topic, seq, body);
}

void fake_follow(fake_t *fake, const char *topic, int seq, const char *body)
{
    add_message(fake, fake->followers, topic, seq, body);
}

/* ---- what it was asked ---- */

json_t *fake_request(fake_t *fake, const char *verb, size_t index)
{
    json_t *found = NULL;
    size_t i;
    json_t *request;
    pthread_mutex_lock(&fake->lock);
    json_array_foreach(fake->requests, i, request)
    {
        const char *asked = json_string_value(json_object_get(request, "verb"));
        if (strcmp(asked, verb) == 0 && index-- == 0) {
            found = json_deep_copy(request);
            break;
        }
    }
    pthread_mutex_unlock(&fake->lock);
    return found;
}

size_t fake_count(fake_t *fake, const char *verb)
{
    for (size_t count = 0;; count++) {
        json_t *request = fake_request(fake, verb, count);
        if (request == NULL) {
            return count;
        }
        json_decref(request);
    }
}

const char *fake_history(fake_t *fake, char *text, size_t size)
{
    size_t i;
    size_t used = 0;
    json_t *request;
    text[0] = '\0';
    pthread_mutex_lock(&fake->lock);
    json_array_foreach(fake->requests, i, request)
    {
        const char *verb = json_string_value(json_object_get(request, "verb"));
        used +=
            (size_t)snprintf(text + used, size - used, "%s%s", i > 0 ? " " : "", verb);
    }
    pthread_mutex_unlock(&fake->lock);
    return text;
}

bool fake_await(fake_t *fake, const char *verb, size_t count)
{
    const struct timespec grain = {.tv_nsec = 2000000};
    long long end_ms = fake_now_ms() + 15000;
    while (fake_count(fake, verb) < count) {
        if (fake_now_ms() > end_ms) {
            return false;
        }
        nanosleep(&grain, NULL);
    }
    return true;
}
