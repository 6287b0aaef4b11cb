/* SPDX-License-Identifier: Apache-2.0 */
/* The room's face: opens everything, waits on the sockets, and turns what the loop says
 * into messages. */
#include "publish.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "names.h"
#include "publish_parts.h"
#include "rh/units.h"

/* ---- messages ---- */

static rh_json_t *begin(rh_publish_t *publish, rh_topic_t topic, int64_t event_ns,
                        const char *utc)
{
    rh_when_t when = {event_ns, publish->settings.mono_ns(), utc};
    return rh_stream_begin(&publish->stream, topic, when);
}

static void publish_plain(rh_publish_t *publish, rh_topic_t topic, int64_t event_ns,
                          const void *data)
{
    rh_json_t *json = begin(publish, topic, event_ns, NULL);
    rh_fields_write(json, &rh_topic_fields[topic], 0, data);
    rh_stream_end(&publish->stream, topic);
}

void rh_publish_state(rh_publish_t *publish, int64_t event_ns, bool always)
{
    const rh_fields_t *fields = &rh_topic_fields[RH_TOPIC_STATE];
    char text[RH_STATE_TEXT_SIZE];
    rh_json_t members;
    rh_state_view_t view = {.snapshot = publish->snapshot};

    memcpy(view.holder, publish->lease.holder, sizeof(view.holder));
    rh_json_start(&members, text, sizeof(text));
    rh_fields_write(&members, fields, 1, &view);
    if (!rh_json_end(&members)) {
        return;
    }
    bool is_changed = members.used != publish->state_used ||
                      memcmp(text, publish->state_text, members.used) != 0;
    if (!is_changed && !always) {
        return;
    }
    if (is_changed) {
        publish->state_seq++;
        publish->state_used = members.used;
        memcpy(publish->state_text, text, members.used);
    }
    rh_json_t *json = begin(publish, RH_TOPIC_STATE, event_ns, NULL);
    rh_json_key(json, fields->field[0].name);
    rh_json_u64(json, publish->state_seq);
    rh_json_raw(json, text, members.used);
    rh_stream_end(&publish->stream, RH_TOPIC_STATE);
    publish->state_sent_ns = event_ns;
}

void rh_publish_lease_changed(rh_publish_t *publish)
{
    const rh_publish_settings_t *settings = &publish->settings;
    settings->console(settings->loop, rh_lease_is_held(&publish->lease),
                      publish->lease.number);
    if (publish->has_snapshot) {
        rh_publish_state(publish, settings->mono_ns(), false);
    }
}

static void publish_live(rh_publish_t *publish, const rh_snapshot_t *snapshot)
{
    int32_t rate_hz = publish->settings.daemon->live_hz;
    if (rate_hz <= 0 || snapshot->now_ns < publish->live_due_ns) {
        return;
    }
    /* on a grid, so that the mean rate is the configured one; a gap starts a new grid
     */
    int64_t period_ns = RH_NS_PER_S / rate_hz;
    bool is_behind = snapshot->now_ns - publish->live_due_ns >= period_ns;
    publish->live_due_ns =
        (is_behind ? snapshot->now_ns : publish->live_due_ns) + period_ns;
    publish_plain(publish, RH_TOPIC_LIVE, snapshot->now_ns, snapshot);
}

/* What `state` is made of lies in a snapshot before and behind the live quantities. */
#define LIVE_BEGIN offsetof(rh_snapshot_t, angle_deg)
#define STATE_BEGIN offsetof(rh_snapshot_t, safety)
#define STATE_BEGIN_AGAIN offsetof(rh_snapshot_t, load_kg)
#define IN_ORDER(name, unit, decimals, help)                                           \
    _Static_assert(offsetof(rh_snapshot_t, name) >= LIVE_BEGIN &&                      \
                       offsetof(rh_snapshot_t, name) < STATE_BEGIN_AGAIN,              \
                   "a live quantity among those of state");
RH_LIVE_NUMBERS(IN_ORDER)
#undef IN_ORDER
#define IN_ORDER(name, help)                                                           \
    _Static_assert(offsetof(rh_snapshot_t, name) > STATE_BEGIN &&                      \
                       offsetof(rh_snapshot_t, name) < LIVE_BEGIN,                     \
                   "a flag among the quantities");
RH_STATE_FLAGS(IN_ORDER)

/* Every tick asks; so the bytes are compared before anything is spelled. A difference
 * that does not show in the message costs its spelling and no more. */
static bool may_differ(const rh_snapshot_t *one, const rh_snapshot_t *other)
{
    const char *a = (const char *)one;
    const char *b = (const char *)other;
    return memcmp(a + STATE_BEGIN, b + STATE_BEGIN, LIVE_BEGIN - STATE_BEGIN) != 0 ||
           memcmp(a + STATE_BEGIN_AGAIN, b + STATE_BEGIN_AGAIN,
                  sizeof(*one) - STATE_BEGIN_AGAIN) != 0;
}

void rh_publish_snapshot(rh_publish_t *publish, const rh_snapshot_t *snapshot)
{
    int64_t quiet_ns = snapshot->now_ns - publish->state_sent_ns;
    bool is_due = !publish->has_snapshot || quiet_ns >= RH_NS_PER_S;
    bool is_changed = may_differ(&publish->snapshot, snapshot);
    publish->snapshot = *snapshot;
    publish->has_snapshot = true;
    if (is_due || is_changed) {
        rh_publish_state(publish, snapshot->now_ns, is_due);
    }
    publish_live(publish, snapshot);
    (void)rh_commands_settle(publish, publish->settings.mono_ns());
}

static void publish_note(rh_publish_t *publish, const rh_event_t *event)
{
    if (event->note.note >= RH_NOTE_COUNT) {
        return;
    }
    rh_json_t *json = begin(publish, RH_TOPIC_EVENT, event->now_ns, NULL);
    rh_fields_write(json, &rh_topic_fields[RH_TOPIC_EVENT], 0, event);
    rh_fields_write(json, &rh_note_fields[event->note.note], 0, event);
    rh_stream_end(&publish->stream, RH_TOPIC_EVENT);
}

static void publish_fault(rh_publish_t *publish, const rh_event_t *event)
{
    const rh_fault_row_t *row = rh_name_fault(event->fault.id);
    rh_fault_view_t view = {
        .fault = row->id,
        .is_open = event->kind == RH_EVENT_FAULT,
        .of = event->fault,
        .hazard = row->hazard,
        .unit = row->unit,
        .sentence = row->sentence,
        .remedy = row->remedy,
    };
    rh_json_t *json = begin(publish, RH_TOPIC_FAULT, event->now_ns, NULL);
    rh_fields_write(json, &rh_topic_fields[RH_TOPIC_FAULT], 0, &view);
    rh_stream_end_fault(&publish->stream, event->fault.id, view.is_open);
}

void rh_publish_event(rh_publish_t *publish, const rh_event_t *event)
{
    switch (event->kind) {
    case RH_EVENT_ANSWER:
        rh_waiting_answer(&publish->waiting, event);
        (void)rh_commands_settle(publish, publish->settings.mono_ns());
        break;
    case RH_EVENT_NOTE:
        publish_note(publish, event);
        break;
    case RH_EVENT_CUE:
        publish_plain(publish, RH_TOPIC_CUE, event->now_ns, event);
        break;
    case RH_EVENT_FAULT:
    case RH_EVENT_CLEARED:
        publish_fault(publish, event);
        break;
    default:
        break;
    }
}

void rh_publish_recorded(rh_publish_t *publish, const rh_recorded_t *recorded)
{
    rh_topic_t topic = RH_TOPIC_REP;
    if (recorded->event.kind == RH_EVENT_SET) {
        topic = RH_TOPIC_SET;
    } else if (recorded->event.kind == RH_EVENT_SESSION) {
        topic = RH_TOPIC_SESSION;
    } else if (recorded->event.kind != RH_EVENT_REP) {
        return;
    }
    const char *utc = recorded->utc[0] != '\0' ? recorded->utc : NULL;
    rh_json_t *json = begin(publish, topic, recorded->event.now_ns, utc);
    rh_fields_write(json, &rh_topic_fields[topic], 0, recorded);
    rh_stream_end(&publish->stream, topic);
}

void rh_publish_health(rh_publish_t *publish, const rh_health_t *health)
{
    publish->health = *health;
    publish->health.live_dropped = publish->stream.dropped[RH_TOPIC_LIVE];
    publish_plain(publish, RH_TOPIC_HEALTH, publish->settings.mono_ns(),
                  &publish->health);
}

uint64_t rh_publish_dropped(const rh_publish_t *publish)
{
    return publish->stream.dropped[RH_TOPIC_LIVE];
}

uint64_t rh_publish_state_seq(const rh_publish_t *publish)
{
    return publish->state_seq;
}

/* ---- waiting ---- */

static int64_t earliest(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Everything that is due by itself; gives the ns until the next such thing. */
static int64_t do_due(rh_publish_t *publish)
{
    int64_t now_ns = publish->settings.mono_ns();
    if (rh_lease_expire(&publish->lease, now_ns)) {
        rh_publish_lease_changed(publish);
    }
    int64_t wait_ns = earliest(rh_commands_settle(publish, now_ns),
                               rh_stream_resend(&publish->stream, now_ns));
    if (rh_lease_is_held(&publish->lease)) {
        wait_ns = earliest(wait_ns, publish->lease.until_ns - now_ns);
    }
    return wait_ns;
}

int rh_publish_poll(rh_publish_t *publish, int wake_fd, int timeout_ms)
{
    zmq_pollitem_t items[] = {
        {.socket = publish->stream.outlet[0].socket, .events = ZMQ_POLLIN},
        {.socket = publish->stream.outlet[1].socket, .events = ZMQ_POLLIN},
        {.socket = publish->command[0], .events = ZMQ_POLLIN},
        {.socket = publish->command[1], .events = ZMQ_POLLIN},
        {.fd = wake_fd, .events = ZMQ_POLLIN},
    };
    /* rounded up: waking before the time would only spin until it */
    int64_t wait_ms = do_due(publish) / RH_NS_PER_MS + 1;
    if (timeout_ms < 0 || wait_ms < timeout_ms) {
        timeout_ms = (int)earliest(wait_ms, INT32_MAX);
    }
    if (zmq_poll(items, wake_fd >= 0 ? 5 : 4, timeout_ms) < 0) {
        return errno == EINTR ? 0 : -errno;
    }
    if (wake_fd >= 0 && (items[4].revents & (ZMQ_POLLIN | ZMQ_POLLERR)) != 0) {
        return 1; /* what the tick has to say goes first */
    }
    rh_stream_hear(&publish->stream);
    rh_commands_serve(publish);
    (void)do_due(publish);
    return 0;
}

/* ---- opening ---- */

/* libzmq names errors of its own that strerror does not know. */
static int explain(int result, const char *what, char *error, size_t error_size)
{
    (void)snprintf(error, error_size, "%s: %s", what, zmq_strerror(-result));
    return result;
}

static int open_sockets(rh_publish_t *publish, char *error, size_t error_size)
{
    const rh_publish_settings_t *settings = &publish->settings;
    int result = rh_stream_open(&publish->stream, publish->context, settings->machine,
                                settings->boot);
    if (result == -EINVAL) {
        (void)snprintf(error, error_size,
                       "the machine's name \"%s\" makes no topic: use letters, digits, "
                       "- and _, at most 40 ([machine] name)",
                       settings->machine);
        return result;
    }
    if (result == 0) {
        result = rh_commands_open(publish);
    }
    return result == 0 ? 0 : explain(result, "cannot make sockets", error, error_size);
}

static int bind_all(rh_publish_t *publish, const rh_place_t *place)
{
    const rh_daemon_settings_t *daemon = publish->settings.daemon;
    void *stream = publish->stream.outlet[0].socket;
    void *mirror = publish->stream.outlet[1].socket;
    char where[5][RH_ENDPOINT_SIZE];
    int result =
        rh_socket_bind_tcp(stream, place, daemon->stream_port, "stream_port", where[1]);
    if (result == 0) {
        result = rh_socket_bind_tcp(mirror, place, daemon->mirror_port, "mirror_port",
                                    where[2]);
    }
    if (result == 0) {
        result = rh_socket_bind_tcp(publish->command[1], place, daemon->command_port,
                                    "command_port", where[4]);
    }
    if (result == 0) {
        result = rh_socket_bind_ipc(stream, place, RH_WIRE_STREAM_SOCKET, where[0]);
    }
    if (result == 0) {
        result = rh_socket_bind_ipc(publish->command[0], place, RH_WIRE_COMMAND_SOCKET,
                                    where[3]);
    }
    if (result != 0) {
        return result;
    }
    rh_endpoints_t endpoints = {
        .machine = publish->settings.machine,
        .boot = publish->settings.boot,
        .stream = {where[0], where[1]},
        .mirror = where[2],
        .command = {where[3], where[4]},
    };
    return rh_socket_note_endpoints(place, &endpoints);
}

int rh_publish_open(rh_publish_t **publish, const rh_publish_settings_t *settings,
                    char *error, size_t error_size)
{
    *publish = NULL;
    rh_publish_t *fresh = calloc(1, sizeof(*fresh));
    if (fresh == NULL) {
        return explain(-ENOMEM, "cannot open the wire", error, error_size);
    }
    fresh->settings = *settings;
    fresh->context = zmq_ctx_new();
    int result = fresh->context != NULL ? open_sockets(fresh, error, error_size)
                                        : explain(-errno, "ZeroMQ", error, error_size);
    if (result == 0) {
        rh_place_t place = {settings->daemon->run_dir, settings->daemon->bind, error,
                            error_size};
        result = bind_all(fresh, &place);
    }
    if (result != 0) {
        rh_publish_close(fresh);
        return result;
    }
    fresh->is_listening = true;
    *publish = fresh;
    return 0;
}

void rh_publish_close(rh_publish_t *publish)
{
    if (publish == NULL) {
        return;
    }
    if (publish->is_listening) {
        rh_socket_forget_endpoints(publish->settings.daemon->run_dir);
    }
    rh_stream_close(&publish->stream);
    rh_commands_close(publish);
    if (publish->context != NULL) {
        (void)zmq_ctx_term(publish->context);
    }
    free(publish);
}
