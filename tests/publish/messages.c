/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Publishes every kind of message there is, ordinary and extreme, through the real room
 * and prints what a subscriber gets, one `topic SP json` per line, for the check
 * against the schemas.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "publish.h"
#include "rh/signal.h"
#include "rh/wire.h"

static int64_t clock_ns = 5000000000;

static int64_t now(void)
{
    return clock_ns;
}

static bool take_nothing(void *loop, const rh_command_t *command)
{
    (void)loop;
    (void)command;
    return false;
}

static void hear_nothing(void *loop, bool present, uint32_t lease)
{
    (void)loop;
    (void)present;
    (void)lease;
}

/* Fills every double of a struct that consists of them, or any bytes, with extremes. */
static void publish_snapshots(rh_publish_t *room)
{
    const double values[] = {0, -1.005, (double)NAN, (double)INFINITY, 1e300};
    for (uint32_t i = 0; i < 8; i++) {
        rh_snapshot_t snapshot = {
            .tick = i, .safety = i, .session = i % 4, .mode = i % 3};
        snapshot.phase = i % 4;
        snapshot.faults[0] = i == 7 ? UINT32_MAX : i;
        snapshot.waits_for = i == 7 ? UINT32_MAX : i;
        double value = values[i % 5];
#define FILL(name, unit, decimals, help) snapshot.name = value;
        RH_LIVE_NUMBERS(FILL)
        RH_STATE_NUMBERS(FILL)
#undef FILL
        clock_ns += 1500000000;
        snapshot.now_ns = clock_ns;
        rh_publish_snapshot(room, &snapshot);
    }
}

static void publish_recorded(rh_publish_t *room, uint32_t kind, int32_t variant)
{
    rh_recorded_t recorded = {
        .event = {.now_ns = clock_ns, .kind = kind},
        .id = "01J00000000000000000000001",
        .session_id = "01J00000000000000000000000",
        .utc = "2026-01-02T03:04:05.678Z",
        .persisted = variant == 0,
    };
    if (kind == RH_EVENT_REP) {
        recorded.event.rep.side = variant;
        recorded.event.rep.kind = variant;
        recorded.event.rep.mode = variant;
        recorded.event.rep.reasons = variant == 0 ? 0 : UINT32_MAX;
        double value = variant == 0 ? 1.5 : (double)NAN;
#define FILL(name, unit, decimals, help) recorded.event.rep.name = value;
        RH_REP_NUMBERS(FILL)
#undef FILL
    }
    rh_publish_recorded(room, &recorded);
}

static void publish_events(rh_publish_t *room)
{
    for (uint32_t i = 1; i < RH_FAULT_COUNT; i++) {
        rh_event_t event = {.now_ns = clock_ns, .kind = RH_EVENT_FAULT};
        event.fault = (rh_fault_t){i, i % RH_SAFETY_COUNT, -1500, INT32_MAX};
        rh_publish_event(room, &event);
        event.kind = RH_EVENT_CLEARED;
        rh_publish_event(room, &event);
    }
    for (uint32_t i = 0; i < RH_NOTE_COUNT; i++) {
        rh_event_t event = {.now_ns = clock_ns, .kind = RH_EVENT_NOTE};
        event.note.note = i;
        event.note.a = 1;
        event.note.b = 2;
        event.note.value = i % 2 == 0 ? 12.5 : (double)NAN;
        rh_publish_event(room, &event);
    }
    for (uint32_t i = 0; i < RH_CUE_COUNT; i++) {
        rh_event_t event = {.now_ns = clock_ns, .kind = RH_EVENT_CUE};
        event.cue.cue = i;
        rh_publish_event(room, &event);
    }
}

static void publish_health(rh_publish_t *room)
{
    static rh_health_t health = {.uptime_s = 1.25, .memory_bytes = UINT64_MAX};
    rh_publish_health(room, &health);
    health.hal.bus_count = RH_BUS_MAX;
    health.hal.device_count = RH_DEVICE_ROWS;
    for (int i = 0; i < RH_BUS_MAX; i++) {
        /* the longest text there is, each byte of it escaped */
        memset(health.hal.buses[i].last_error, 1, RH_HAL_TEXT - 1);
    }
    rh_publish_health(room, &health);
}

#define END_MARK "\"uptime_s\":86400.0"

typedef enum { HEARD_NOTHING, HEARD_SOMETHING, HEARD_THE_END } heard_t;

static heard_t print_message(void *reader)
{
    static char body[64 * 1024];
    char topic[256];
    int size = zmq_recv(reader, topic, sizeof(topic) - 1, ZMQ_DONTWAIT);
    if (size < 0) {
        return HEARD_NOTHING;
    }
    topic[size] = '\0';
    size = zmq_recv(reader, body, sizeof(body) - 1, 0);
    body[size > 0 ? size : 0] = '\0';
    (void)printf("%s %s\n", topic, body);
    return strstr(body, END_MARK) != NULL ? HEARD_THE_END : HEARD_SOMETHING;
}

/* Turns the room until the reader hears this much. */
static bool listen_for(rh_publish_t *room, void *reader, heard_t wanted)
{
    time_t start = time(NULL);
    while (time(NULL) - start < 20) {
        (void)rh_publish_poll(room, -1, 1);
        for (heard_t heard = print_message(reader); heard != HEARD_NOTHING;
             heard = print_message(reader)) {
            if (heard >= wanted) {
                return true;
            }
        }
    }
    return false;
}

static void check(bool is_good, const char *what)
{
    if (!is_good) {
        (void)fprintf(stderr, "messages: %s\n", what);
        exit(1); /* NOLINT(concurrency-mt-unsafe): the only thread of ours */
    }
}

static void publish_everything(rh_publish_t *room)
{
    publish_snapshots(room);
    publish_events(room);
    const uint32_t kinds[] = {RH_EVENT_REP, RH_EVENT_SET, RH_EVENT_SESSION};
    for (int i = 0; i < 6; i++) {
        publish_recorded(room, kinds[i / 2], i % 2);
    }
    publish_health(room);
    static rh_health_t last = {.uptime_s = 86400};
    rh_publish_health(room, &last);
}

static void forget(const char *dir, const char *name)
{
    char path[300];
    (void)snprintf(path, sizeof(path), "%s/%s", dir, name);
    (void)unlink(path);
}

int main(void)
{
    char error[256];
    char endpoint[300];
    rh_daemon_settings_t daemon = {.live_hz = 50, .bind = "127.0.0.1"};
    (void)snprintf(daemon.run_dir, sizeof(daemon.run_dir), "/tmp/rh-messages-XXXXXX");
    check(mkdtemp(daemon.run_dir) != NULL, "no folder");
    rh_publish_settings_t settings = {.daemon = &daemon,
                                      .machine = "schema",
                                      .boot = "01JZZZZZZZZZZZZZZZZZZZZZZZ",
                                      .send = take_nothing,
                                      .console = hear_nothing,
                                      .mono_ns = now};
    rh_publish_t *room = NULL;
    check(rh_publish_open(&room, &settings, error, sizeof(error)) == 0, error);
    (void)snprintf(endpoint, sizeof(endpoint), "ipc://%s/stream", daemon.run_dir);
    void *context = zmq_ctx_new();
    void *reader = zmq_socket(context, ZMQ_SUB);
    check(zmq_setsockopt(reader, ZMQ_SUBSCRIBE, "", 0) == 0 &&
              zmq_connect(reader, endpoint) == 0,
          "no reader");

    /* a kept message tells that the subscription has arrived */
    publish_snapshots(room);
    check(listen_for(room, reader, HEARD_SOMETHING), "the subscription did not arrive");
    publish_everything(room);
    check(listen_for(room, reader, HEARD_THE_END), "the messages did not come");

    (void)zmq_close(reader);
    (void)zmq_ctx_term(context);
    rh_publish_close(room);
    forget(daemon.run_dir, "stream");
    forget(daemon.run_dir, "command");
    return rmdir(daemon.run_dir);
}
