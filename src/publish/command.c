/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests in, answers out. A request passes, in this order: form, verb, "was it asked
 * before", role, arguments, lease, expected state, deadline; the first "no" is the
 * answer and nothing has changed. What the loop must decide waits here by its ticket.
 */
#include <errno.h>
#include <string.h>
#include <zmq.h>

#include "publish_parts.h"
#include "rh/units.h"

#define REPLY_HWM (2 * RH_WAITING_MAX) /* one client may have asked for them all */
/* Beyond this a sender loses its connection; up to it, it gets a clear error. */
#define FRAME_MAX (1024 * 1024)
#define SERVE_MAX 64
#define ANSWER_NS                                                                      \
    (500 * RH_NS_PER_MS) /* the loop answers every tick; or it is dead                 \
                          */
#define CHANGES_BYTES ((size_t)8 * 1024 * 1024)
#define READINGS 256
#define READINGS_BYTES ((size_t)4 * 1024 * 1024)

int rh_commands_open(rh_publish_t *publish)
{
    for (int i = 0; i < 2; i++) {
        publish->command[i] =
            rh_socket_open(publish->context, ZMQ_ROUTER, REPLY_HWM, FRAME_MAX);
        if (publish->command[i] == NULL) {
            return -errno;
        }
    }
    publish->role[0] = RH_ROLE_TRAINER;
    publish->role[1] =
        publish->settings.daemon->loopback_trainer ? RH_ROLE_TRAINER : RH_ROLE_VIEWER;
    int result = rh_answers_open(&publish->changes, RH_WIRE_ANSWERS, CHANGES_BYTES);
    return result != 0 ? result
                       : rh_answers_open(&publish->readings, READINGS, READINGS_BYTES);
}

void rh_commands_close(rh_publish_t *publish)
{
    for (int i = 0; i < 2; i++) {
        if (publish->command[i] != NULL) {
            (void)zmq_close(publish->command[i]);
        }
    }
    rh_answers_close(&publish->changes);
    rh_answers_close(&publish->readings);
}

/* ---- requests ---- */

/* True: the id is known, and its asker has been served. */
static bool serve_again(rh_publish_t *publish, const rh_client_t *client,
                        const rh_verb_t *verb, const rh_ask_t *ask)
{
    rh_waiting_t *row = rh_waiting_by_id(&publish->waiting, ask->id);
    const rh_answer_t *answer =
        rh_answers_find(&publish->changes, ask->id, ask->asked_ns);
    if (answer == NULL && !verb->changes) {
        answer = rh_answers_find(&publish->readings, ask->id, ask->asked_ns);
    }
    if (row == NULL && answer == NULL) {
        return false;
    }
    if ((row != NULL ? row->content : answer->content) != rh_answer_content(ask)) {
        rh_error_t error;
        (void)rh_refuse(&error, RH_WIRE_ERROR_ID_REUSED,
                        "this id was used for another request");
        rh_answer_error(publish, client, ask->id, &error);
    } else if (row == NULL) {
        rh_answer_send(client, answer->text, answer->length);
    } else {
        /* a client that came back on a new connection: it gets the answer instead */
        row->client = *client;
        if (row->is_late) {
            rh_waiting_tell_late(publish, row);
        }
    }
    return true;
}

/* Everything that can say no before anything happens. */
static bool permit(rh_publish_t *publish, const rh_verb_t *verb, const rh_ask_t *ask,
                   rh_command_t *command, rh_error_t *error)
{
    if (ask->role < verb->role) {
        return rh_refuse(error, RH_WIRE_ERROR_NOT_PERMITTED, "a viewer may not use %s",
                         verb->name);
    }
    if (!rh_verb_read(verb, ask->args, command, error)) {
        return false;
    }
    if (verb->needs_lease &&
        !rh_lease_is(&publish->lease, ask->lease != NULL ? ask->lease : "")) {
        return rh_refuse(error, RH_WIRE_ERROR_LEASE_NEEDED,
                         "%s needs the lease, which is held by %s", verb->name,
                         rh_lease_is_held(&publish->lease) ? publish->lease.holder
                                                           : "nobody");
    }
    if (ask->expects_state && ask->state_seq != publish->state_seq) {
        return rh_refuse(
            error, RH_WIRE_ERROR_STALE_STATE, "the state is number %llu, not %llu",
            (unsigned long long)publish->state_seq, (unsigned long long)ask->state_seq);
    }
    int64_t waited_ns = publish->settings.mono_ns() - ask->asked_ns;
    if (ask->deadline_ms >= 0 && waited_ns / RH_NS_PER_MS >= ask->deadline_ms) {
        return rh_refuse(error, RH_WIRE_ERROR_LATE,
                         "the deadline of %lld ms has passed; nothing was done",
                         (long long)ask->deadline_ms);
    }
    return true;
}

/* A row for a request. A stop word gets one at any rate: where its lane is full, an
 * earlier asker is told what is known now, and the loop has that stop all the same. */
static rh_waiting_t *add_row(rh_publish_t *publish, rh_lane_t lane)
{
    rh_waiting_t *row = rh_waiting_add(&publish->waiting, lane);
    if (row != NULL || lane == RH_LANE_ORDINARY) {
        return row;
    }
    rh_waiting_t *least = rh_waiting_least(&publish->waiting, lane);
    if (least->is_answered) {
        rh_waiting_settle(publish, least, publish->settings.mono_ns());
    } else {
        if (!least->is_late) {
            rh_waiting_tell_late(publish, least);
        }
        rh_waiting_free(&publish->waiting, least);
    }
    return rh_waiting_add(&publish->waiting, lane);
}

static void fill_row(rh_waiting_t *row, const rh_client_t *client,
                     const rh_verb_t *verb, const rh_ask_t *ask)
{
    bool is_short =
        ask->deadline_ms >= 0 && ask->deadline_ms < ANSWER_NS / RH_NS_PER_MS;
    memcpy(row->id, ask->id, sizeof(row->id));
    row->content = rh_answer_content(ask);
    row->verb = verb;
    row->client = *client;
    row->asked_ns = ask->asked_ns;
    row->due_ns =
        ask->asked_ns + (is_short ? ask->deadline_ms * RH_NS_PER_MS : ANSWER_NS);
}

/* Hands the command to the loop; false, which no stop word is: nothing was done. */
static bool pass_on(rh_publish_t *publish, const rh_client_t *client,
                    const rh_verb_t *verb, const rh_ask_t *ask, rh_command_t *command)
{
    const rh_publish_settings_t *settings = &publish->settings;
    rh_waiting_t *row = add_row(publish, verb->lane);
    if (row == NULL) {
        return false;
    }
    fill_row(row, client, verb, ask);
    command->ticket = row->ticket;
    command->lease = verb->needs_lease ? publish->lease.number : 0;
    if (verb->lane != RH_LANE_ORDINARY) {
        settings->stop(settings->loop, verb->lane, row->ticket);
        return true;
    }
    if (!settings->send(settings->loop, command)) {
        rh_waiting_free(&publish->waiting, row);
        return false;
    }
    return true;
}

static void serve_verb(rh_publish_t *publish, const rh_client_t *client,
                       const rh_verb_t *verb, const rh_ask_t *ask)
{
    rh_error_t error;
    rh_command_t command;
    rh_json_t json;
    bool is_good = permit(publish, verb, ask, &command, &error);
    if (is_good && verb->kind != RH_COMMAND_NONE) {
        if (!pass_on(publish, client, verb, ask, &command)) {
            (void)rh_refuse(&error, RH_WIRE_ERROR_BUSY, "too many commands at once");
            rh_answer_error(publish, client, ask->id, &error);
        }
        return;
    }
    rh_json_start(&json, publish->reply, sizeof(publish->reply));
    if (is_good) {
        rh_reply_begin(&json, ask->id);
        is_good = verb->answer(publish, ask, &json, &error);
    }
    if (is_good) {
        rh_reply_end(&json, publish->state_seq);
    } else {
        rh_json_start(&json, publish->reply, sizeof(publish->reply));
        rh_reply_error(&json, ask->id, &error, publish->state_seq);
    }
    rh_answer_finish(publish, client, verb, ask, &json);
}

static void serve_ask(rh_publish_t *publish, const rh_client_t *client,
                      const rh_ask_t *ask, rh_error_t *error)
{
    const rh_verb_t *verb = rh_verb_find(ask->verb);
    bool is_ours =
        ask->machine == NULL || strcmp(ask->machine, publish->settings.machine) == 0;
    if (!is_ours) {
        (void)rh_refuse(error, RH_WIRE_ERROR_FOREIGN, "this is the machine %s",
                        publish->settings.machine);
        rh_answer_error(publish, client, ask->id, error);
    } else if (verb == NULL) {
        (void)rh_refuse(error, RH_WIRE_ERROR_UNKNOWN_VERB, "there is no verb \"%.40s\"",
                        ask->verb);
        rh_answer_error(publish, client, ask->id, error);
    } else if (!serve_again(publish, client, verb, ask)) {
        serve_verb(publish, client, verb, ask);
    }
}

/* ---- frames ---- */

typedef struct {
    rh_client_t client;
    int frames; /* behind the identity and REQ's empty frame */
    zmq_msg_t body;
} rh_envelope_t;

static void take_frame(rh_envelope_t *envelope, int index, zmq_msg_t *frame)
{
    rh_client_t *client = &envelope->client;
    size_t size = zmq_msg_size(frame);
    if (index == 0) {
        client->id_size = size < sizeof(client->id) ? size : sizeof(client->id);
        memcpy(client->id, zmq_msg_data(frame), client->id_size);
    } else if (index == 1 && size == 0 && zmq_msg_more(frame) != 0) {
        client->has_delimiter = true;
    } else if (envelope->frames++ == 0) {
        (void)zmq_msg_move(&envelope->body, frame);
    }
}

/* One message, whatever its frames are. False: there is none. */
static bool receive(void *socket, rh_envelope_t *envelope)
{
    *envelope = (rh_envelope_t){.client = {.socket = socket}};
    (void)zmq_msg_init(&envelope->body);
    bool has_more = true;
    for (int index = 0; has_more; index++) {
        zmq_msg_t frame;
        (void)zmq_msg_init(&frame);
        if (zmq_msg_recv(&frame, socket, ZMQ_DONTWAIT) < 0) {
            (void)zmq_msg_close(&frame);
            (void)zmq_msg_close(&envelope->body);
            return false;
        }
        has_more = zmq_msg_more(&frame) != 0;
        take_frame(envelope, index, &frame);
        (void)zmq_msg_close(&frame);
    }
    return true;
}

static void serve_frame(rh_publish_t *publish, rh_envelope_t *envelope, rh_role_t role)
{
    rh_error_t error;
    rh_ask_t ask;
    bool is_read = rh_ask_read(&ask, zmq_msg_data(&envelope->body),
                               zmq_msg_size(&envelope->body), &error);
    ask.role = role;
    ask.asked_ns = publish->settings.mono_ns();
    if (envelope->frames != 1) {
        is_read = rh_refuse(&error, RH_WIRE_ERROR_MALFORMED,
                            "the request has %d frames, not one", envelope->frames);
    }
    if (is_read) {
        serve_ask(publish, &envelope->client, &ask, &error);
    } else {
        rh_answer_error(publish, &envelope->client, ask.id, &error);
    }
    rh_ask_close(&ask);
}

void rh_commands_serve(rh_publish_t *publish)
{
    for (int i = 0; i < 2; i++) {
        rh_envelope_t envelope;
        for (int n = 0; n < SERVE_MAX && receive(publish->command[i], &envelope); n++) {
            /* a lease that has run out must not admit this request */
            if (rh_lease_expire(&publish->lease, publish->settings.mono_ns())) {
                rh_publish_lease_changed(publish);
            }
            serve_frame(publish, &envelope, publish->role[i]);
            (void)zmq_msg_close(&envelope.body);
        }
    }
}
