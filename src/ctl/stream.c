/* SPDX-License-Identifier: Apache-2.0 */
/* The SUB socket and what was seen on it; see stream.h. */
#include "stream.h"

#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include "fields.h"
#include "names.h"

static int subscribe(const rh_stream_t *stream, uint32_t topic)
{
    char name[160];
    int length =
        snprintf(name, sizeof name, "%s%s", stream->prefix, rh_name_topic(topic));
    return zmq_setsockopt(stream->socket, ZMQ_SUBSCRIBE, name, (size_t)length);
}

int rh_stream_open(rh_stream_t *stream, rh_client_t *client, const char *machine,
                   uint32_t wanted, rh_problem_t *problem)
{
    const int no_linger = 0;
    const int yes = 1;
    *stream = (rh_stream_t){.socket = zmq_socket(client->zmq, ZMQ_SUB)};
    (void)snprintf(stream->prefix, sizeof stream->prefix, "rh/%d/%s/", RH_WIRE_VERSION,
                   machine);
    if (stream->socket == NULL || client->endpoints.stream[0] == '\0') {
        return rh_problem_set(problem, RH_EXIT_UNREACHED, "unreached",
                              "see endpoints.json", "the daemon names no stream");
    }
    zmq_setsockopt(stream->socket, ZMQ_LINGER, &no_linger, sizeof no_linger);
    zmq_setsockopt(stream->socket, ZMQ_IPV6, &yes, sizeof yes);
    if (zmq_connect(stream->socket, client->endpoints.stream) != 0) {
        return rh_problem_set(problem, RH_EXIT_UNREACHED, "unreached",
                              "check the address", "%s: %s", client->endpoints.stream,
                              zmq_strerror(zmq_errno()));
    }
    for (uint32_t i = 0; i < RH_TOPIC_COUNT; i++) {
        if (i != RH_TOPIC_STATE && (wanted & 1u << i) != 0) {
            subscribe(stream, i);
        }
    }
    /* Last, so that the first `state` proves that all the others are in force. */
    subscribe(stream, RH_TOPIC_STATE);
    return 0;
}

void rh_stream_close(rh_stream_t *stream)
{
    if (stream->socket != NULL) {
        zmq_close(stream->socket);
    }
    stream->socket = NULL;
}

/* Reads a whole message; the first frame's text into `name`, the second as JSON. */
static json_t *read_frames(rh_stream_t *stream, char *name, size_t size)
{
    json_t *value = NULL;
    int more = 1;
    for (int frame = 0; more != 0; frame++) {
        zmq_msg_t part;
        zmq_msg_init(&part);
        if (zmq_msg_recv(&part, stream->socket, ZMQ_DONTWAIT) < 0) {
            more = 0;
        } else if (frame == 0) {
            (void)snprintf(name, size, "%.*s", (int)zmq_msg_size(&part),
                           (const char *)zmq_msg_data(&part));
            more = zmq_msg_more(&part);
        } else {
            json_decref(value);
            value = json_loadb(zmq_msg_data(&part), zmq_msg_size(&part), 0, NULL);
            more = zmq_msg_more(&part);
        }
        zmq_msg_close(&part);
    }
    return value;
}

static int topic_of(const rh_stream_t *stream, const char *name)
{
    size_t length = strlen(stream->prefix);
    for (uint32_t i = 0; i < RH_TOPIC_COUNT; i++) {
        if (strncmp(name, stream->prefix, length) == 0 &&
            strcmp(name + length, rh_name_topic(i)) == 0) {
            return (int)i;
        }
    }
    return -1;
}

json_t *rh_stream_next(rh_stream_t *stream, rh_topic_t *topic)
{
    for (;;) {
        char name[160] = "";
        json_t *message = read_frames(stream, name, sizeof name);
        int found = topic_of(stream, name);
        if (name[0] == '\0') {
            return NULL;
        }
        if (json_is_object(message) && found >= 0) {
            *topic = (rh_topic_t)found;
            return message;
        }
        json_decref(message); /* of a newer daemon: not for this console */
    }
}

void rh_seen_start(rh_seen_t *seen, const char *boot, const json_t *snapshot)
{
    const json_t *seqs = json_object_get(snapshot, "seq");
    *seen = (rh_seen_t){{0}, {0}};
    (void)snprintf(seen->boot, sizeof seen->boot, "%s", boot);
    for (uint32_t i = 0; i < RH_TOPIC_COUNT; i++) {
        seen->seq[i] = rh_count(seqs, rh_name_topic(i));
    }
}

rh_seen_result_t rh_seen_take(rh_seen_t *seen, rh_topic_t topic, const json_t *message)
{
    const char *boot = rh_text(message, "boot", "");
    long long seq = rh_count(message, "seq");
    long long last = seen->seq[topic];
    if (strcmp(boot, seen->boot) != 0) {
        *seen = (rh_seen_t){{0}, {0}};
        (void)snprintf(seen->boot, sizeof seen->boot, "%s", boot);
        seen->seq[topic] = seq;
        return RH_SEEN_RESTARTED;
    }
    if (seq <= last) {
        return RH_SEEN_OLD;
    }
    seen->seq[topic] = seq;
    return last > 0 && seq > last + 1 ? RH_SEEN_GAP : RH_SEEN_NEW;
}
