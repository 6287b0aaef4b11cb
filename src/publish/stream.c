/* SPDX-License-Identifier: Apache-2.0 */
/* Topics, sequence numbers, last values, and sending that never waits. */
#include "stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

#include "names.h"
#include "rh/units.h"

/* Ten seconds of everything for a reader that stalls; a reader of the mirror wants the
 * newest only (ZMQ_CONFLATE), so a second of it is plenty. */
#define STREAM_HWM 512
#define MIRROR_HWM 64
#define SUBSCRIPTION_MAX 1024

#define KEPT(id, name, kept) kept,
static const int keeping[] = {RH_TOPICS(KEPT)};

_Static_assert(RH_FAULT_COUNT <= 64, "rh_snapshot_t has 64 bits for faults");

static int set_option(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof(value));
}

static int open_outlet(rh_outlet_t *outlet, void *context, bool is_mirror)
{
    *outlet = (rh_outlet_t){.is_mirror = is_mirror};
    for (int i = 0; i < RH_TOPIC_COUNT; i++) {
        outlet->resent_ns[i] = INT64_MIN / 2;
    }
    outlet->socket = rh_socket_open(
        context, ZMQ_XPUB, is_mirror ? MIRROR_HWM : STREAM_HWM, SUBSCRIPTION_MAX);
    if (outlet->socket == NULL ||
        set_option(outlet->socket, ZMQ_XPUB_VERBOSE, 1) != 0 ||
        set_option(outlet->socket, ZMQ_XPUB_NODROP, 1) != 0) {
        return -errno;
    }
    return 0;
}

/* A topic is split at '/' and, on the mirror, ends at the space. */
static bool is_topic_word(const char *machine)
{
    return *machine != '\0' && strlen(machine) < RH_STREAM_TOPIC_SIZE - 32 &&
           strpbrk(machine, "/ \t\r\n\"\\") == NULL;
}

int rh_stream_open(rh_stream_t *stream, void *context, const char *machine,
                   const char *boot)
{
    *stream = (rh_stream_t){.machine = machine, .boot = boot, .utc_second = INT64_MIN};
    if (!is_topic_word(machine)) {
        return -EINVAL;
    }
    for (uint32_t i = 0; i < RH_TOPIC_COUNT; i++) {
        int length = snprintf(stream->topic[i], sizeof(stream->topic[i]), "rh/%d/%s/%s",
                              RH_WIRE_VERSION, machine, rh_name_topic(i));
        stream->topic_length[i] = (size_t)length;
    }
    int result = open_outlet(&stream->outlet[0], context, false);
    return result != 0 ? result : open_outlet(&stream->outlet[1], context, true);
}

void rh_stream_close(rh_stream_t *stream)
{
    for (int i = 0; i < 2; i++) {
        if (stream->outlet[i].socket != NULL) {
            (void)zmq_close(stream->outlet[i].socket);
        }
    }
    for (int i = 0; i < RH_TOPIC_COUNT; i++) {
        free(stream->kept[i].line);
    }
    for (int i = 0; i < RH_FAULT_COUNT; i++) {
        free(stream->open_fault[i].line);
    }
}

/* The instant in UTC. The second's text is kept: at 50 Hz only the
 * milliseconds change. */
static const char *spell_utc(rh_stream_t *stream, rh_when_t when)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    int64_t utc_ns = (int64_t)now.tv_sec * RH_NS_PER_S + now.tv_nsec;
    int64_t age_ns = when.now_ns - when.event_ns;
    if (age_ns > 0 && age_ns < utc_ns) {
        utc_ns -= age_ns;
    }
    int64_t second = utc_ns / RH_NS_PER_S;
    if (second != stream->utc_second) {
        time_t whole = (time_t)second;
        struct tm parts;
        if (gmtime_r(&whole, &parts) == NULL ||
            strftime(stream->utc, sizeof(stream->utc), "%Y-%m-%dT%H:%M:%S.000Z",
                     &parts) == 0) {
            return "1970-01-01T00:00:00.000Z";
        }
        stream->utc_second = second;
    }
    int milli = (int)(utc_ns % RH_NS_PER_S / RH_NS_PER_MS);
    char *at = strchr(stream->utc, '.') + 1;
    at[0] = (char)('0' + milli / 100);
    at[1] = (char)('0' + milli / 10 % 10);
    at[2] = (char)('0' + milli % 10);
    return stream->utc;
}

rh_json_t *rh_stream_begin(rh_stream_t *stream, rh_topic_t topic, rh_when_t when)
{
    rh_json_t *json = &stream->json;
    size_t length = stream->topic_length[topic];
    memcpy(stream->message, stream->topic[topic], length);
    stream->message[length] = ' ';
    stream->body = length + 1;
    rh_json_start(json, stream->message + stream->body,
                  sizeof(stream->message) - stream->body);
    rh_head_t head = {
        .v = RH_WIRE_VERSION,
        .machine = stream->machine,
        .boot = stream->boot,
        .utc = when.utc != NULL ? when.utc : spell_utc(stream, when),
        .seq = stream->seq[topic] + 1,
        .mono_ns = when.event_ns,
        .snap = false,
    };
    rh_json_open(json, '{');
    rh_fields_write(json, &rh_head_fields, 0, &head);
    stream->snap = stream->body + json->used - strlen("false");
    return json;
}

/* A line is "topic SP json": two frames on the stream, one on the mirror. */
typedef struct {
    const char *text;
    size_t topic_length, used;
} rh_line_t;

static int send_body(void *socket, const rh_line_t *line)
{
    size_t body = line->topic_length + 1;
    return zmq_send(socket, line->text + body, line->used - body, ZMQ_DONTWAIT);
}

/* True: all queues took it. The second frame finds the room that the first one found.
 */
static bool send_frames(const rh_outlet_t *outlet, const rh_line_t *line)
{
    const int more = ZMQ_DONTWAIT | ZMQ_SNDMORE;
    if (outlet->is_mirror) {
        return zmq_send(outlet->socket, line->text, line->used, ZMQ_DONTWAIT) >= 0;
    }
    return zmq_send(outlet->socket, line->text, line->topic_length, more) >= 0 &&
           send_body(outlet->socket, line) >= 0;
}

/* As send_frames, with a mark on the topic frame, which lies in memory that stays. */
static bool send_marked(rh_stream_t *stream, const rh_line_t *line)
{
    void *socket = stream->outlet[0].socket;
    atomic_bool *mark = rh_flight_mark(&stream->flight);
    if (mark == NULL) {
        return send_frames(&stream->outlet[0], line);
    }
    zmq_msg_t topic;
    if (zmq_msg_init_data(&topic, stream->topic[RH_TOPIC_LIVE], line->topic_length,
                          rh_flight_release, mark) != 0) {
        rh_flight_release(NULL, mark);
        return false;
    }
    if (zmq_msg_send(&topic, socket, ZMQ_DONTWAIT | ZMQ_SNDMORE) < 0) {
        (void)zmq_msg_close(&topic);
        return false;
    }
    rh_flight_taken(&stream->flight, mark);
    return send_body(socket, line) >= 0;
}

/* With NODROP a full queue refuses the message for everybody; that is only how it
 * becomes known. Then it goes to those who have room. */
static void send_to_the_rest(const rh_outlet_t *outlet, const rh_line_t *line)
{
    (void)set_option(outlet->socket, ZMQ_XPUB_NODROP, 0);
    (void)send_frames(outlet, line);
    (void)set_option(outlet->socket, ZMQ_XPUB_NODROP, 1);
}

static bool send_line(rh_stream_t *stream, rh_outlet_t *outlet, const rh_line_t *line,
                      bool is_live)
{
    bool is_marked = is_live && !outlet->is_mirror;
    if (is_marked ? send_marked(stream, line) : send_frames(outlet, line)) {
        return true;
    }
    if (!outlet->is_mirror) {
        rh_flight_full(&stream->flight);
    }
    send_to_the_rest(outlet, line);
    return false;
}

static void keep(rh_kept_t *kept, const char *line, size_t used)
{
    if (used > kept->size) {
        char *more = realloc(kept->line, used + used / 4);
        if (more == NULL) {
            kept->used = 0; /* better no last value than a wrong one */
            return;
        }
        kept->line = more;
        kept->size = used + used / 4;
    }
    memcpy(kept->line, line, used);
    kept->used = used;
}

/* Closes and sends the message in the buffer; gives its length, 0 if it did not fit. */
static size_t send_message(rh_stream_t *stream, rh_topic_t topic)
{
    rh_json_close(&stream->json, '}');
    if (!rh_json_end(&stream->json)) {
        stream->dropped[topic]++;
        return 0;
    }
    stream->seq[topic]++;
    size_t used = stream->body + stream->json.used;
    rh_line_t line = {stream->message, stream->topic_length[topic], used};
    bool is_live = topic == RH_TOPIC_LIVE;
    bool is_missed = is_live && rh_flight_is_stalled(&stream->flight);
    for (int i = 0; i < 2; i++) {
        is_missed = !send_line(stream, &stream->outlet[i], &line, is_live) || is_missed;
    }
    stream->dropped[topic] += is_missed ? 1 : 0;
    /* what is kept is re-sent: spelled in as many characters as "false" */
    memcpy(stream->message + stream->snap, "true ", 5);
    return used;
}

void rh_stream_end(rh_stream_t *stream, rh_topic_t topic)
{
    size_t used = send_message(stream, topic);
    /* live is kept too, for `snapshot`; it is never re-sent */
    if (used > 0 && (keeping[topic] == 1 || topic == RH_TOPIC_LIVE)) {
        keep(&stream->kept[topic], stream->message, used);
    }
}

void rh_stream_end_fault(rh_stream_t *stream, uint32_t fault, bool is_open)
{
    size_t used = send_message(stream, RH_TOPIC_FAULT);
    if (fault >= RH_FAULT_COUNT) {
        return;
    }
    if (!is_open) {
        stream->open_fault[fault].used = 0;
    } else if (used > 0) {
        keep(&stream->open_fault[fault], stream->message, used);
    }
}

/* A subscription is a prefix of what it wants: of the topic, or of "topic SP json". */
static void mark_due(const rh_stream_t *stream, rh_outlet_t *outlet, const char *prefix,
                     size_t length)
{
    for (int i = 0; i < RH_TOPIC_COUNT; i++) {
        size_t limit = stream->topic_length[i];
        size_t shared = length < limit ? length : limit;
        if (keeping[i] == 0 || memcmp(prefix, stream->topic[i], shared) != 0) {
            continue;
        }
        if (length <= limit || (outlet->is_mirror && prefix[limit] == ' ')) {
            outlet->is_due[i] = true;
        }
    }
}

void rh_stream_hear(rh_stream_t *stream)
{
    char frame[SUBSCRIPTION_MAX];
    for (int i = 0; i < 2; i++) {
        rh_outlet_t *outlet = &stream->outlet[i];
        int size = zmq_recv(outlet->socket, frame, sizeof(frame), ZMQ_DONTWAIT);
        while (size >= 0) {
            /* 1 subscribes, 0 unsubscribes, anything else is nothing of ours */
            if (size > 0 && size <= (int)sizeof(frame) && frame[0] == 1) {
                mark_due(stream, outlet, frame + 1, (size_t)size - 1);
            }
            size = zmq_recv(outlet->socket, frame, sizeof(frame), ZMQ_DONTWAIT);
        }
    }
}

static void resend_topic(rh_stream_t *stream, rh_outlet_t *outlet, rh_topic_t topic)
{
    const rh_kept_t *kept = &stream->kept[topic];
    int count = 1;
    if (keeping[topic] == 2) {
        kept = stream->open_fault;
        count = RH_FAULT_COUNT;
    }
    for (int i = 0; i < count; i++) {
        if (kept[i].used > 0) {
            rh_line_t line = {kept[i].line, stream->topic_length[topic], kept[i].used};
            (void)send_line(stream, outlet, &line, false);
        }
    }
}

int64_t rh_stream_resend(rh_stream_t *stream, int64_t now_ns)
{
    int64_t wait_ns = INT64_MAX;
    for (int i = 0; i < 2 * RH_TOPIC_COUNT; i++) {
        rh_outlet_t *outlet = &stream->outlet[i % 2];
        rh_topic_t topic = (rh_topic_t)(i / 2);
        if (!outlet->is_due[topic]) {
            continue;
        }
        int64_t due_ns = outlet->resent_ns[topic] + RH_STREAM_RESEND_NS;
        if (now_ns >= due_ns) {
            resend_topic(stream, outlet, topic);
            outlet->is_due[topic] = false;
            outlet->resent_ns[topic] = now_ns;
        } else if (due_ns - now_ns < wait_ns) {
            wait_ns = due_ns - now_ns;
        }
    }
    return wait_ns;
}

static const char *body_of(const rh_kept_t *kept, size_t topic_length, size_t *length)
{
    if (kept->used == 0) {
        return NULL;
    }
    *length = kept->used - topic_length - 1;
    return kept->line + topic_length + 1;
}

const char *rh_stream_kept(const rh_stream_t *stream, rh_topic_t topic, size_t *length)
{
    return body_of(&stream->kept[topic], stream->topic_length[topic], length);
}

const char *rh_stream_open_fault(const rh_stream_t *stream, uint32_t fault,
                                 size_t *length)
{
    return body_of(&stream->open_fault[fault < RH_FAULT_COUNT ? fault : 0],
                   stream->topic_length[RH_TOPIC_FAULT], length);
}
