/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests in, answers out. A request passes, in this order: form, verb, "was it asked
 * before", role, arguments, lease, expected state, deadline; the first "no" is the
 * answer and nothing has changed. What the loop must decide waits here by its ticket.
 */
#include <errno.h>
#include <string.h>
#include <zmq.h>

#include "names.h"
#include "publish_parts.h"
#include "rh/units.h"

#define REPLY_HWM (2 * RH_WAITING_MAX) /* one client may have asked for them all */
/* Beyond this a sender loses its connection; up to it, it gets a clear error. */
#define FRAME_MAX (1024 * 1024)
#define SERVE_MAX 64
#define ANSWER_NS                                                                      \
    (500 * RH_NS_PER_MS)              /* the loop answers every tick; or it is dead    \
                                       */
#define SETTLE_NS (50 * RH_NS_PER_MS) /* a state comes every tick */
#define FORGET_NS (10 * RH_NS_PER_S)  /* a late answer is waited for so long */
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

/* ---- answers ---- */

/* A client that is gone or does not read is no reason to wait. */
static void send_reply(const rh_client_t *client, const char *text, size_t length)
{
    const int more = ZMQ_DONTWAIT | ZMQ_SNDMORE;
    if (zmq_send(client->socket, client->id, client->id_size, more) < 0) {
        return;
    }
    if (client->has_delimiter && zmq_send(client->socket, "", 0, more) < 0) {
        return;
    }
    (void)zmq_send(client->socket, text, length, ZMQ_DONTWAIT);
}

static rh_answers_t *answers_for(rh_publish_t *publish, const rh_verb_t *verb)
{
    return verb->changes ? &publish->changes : &publish->readings;
}

static void send_error(rh_publish_t *publish, const rh_client_t *client, const char *id,
                       const rh_error_t *error)
{
    rh_json_t json;
    rh_json_start(&json, publish->reply, sizeof(publish->reply));
    rh_reply_error(&json, id, error, publish->state_seq);
    if (rh_json_end(&json)) {
        send_reply(client, json.text, json.used);
    }
}

/* The role is part of what was asked: a viewer who guesses an id learns nothing. */
static uint64_t content_of(const rh_ask_t *ask)
{
    return ask->content ^ (ask->role == RH_ROLE_TRAINER ? 0 : UINT64_MAX);
}

static void remember(rh_publish_t *publish, const rh_verb_t *verb,
                     const rh_answer_t *key, const rh_json_t *json)
{
    rh_answer_t answer = *key;
    answer.text = json->text;
    answer.length = json->used;
    rh_answers_add(answers_for(publish, verb), &answer);
}

static rh_answer_t key_of(const char *id, uint64_t content, int64_t now_ns)
{
    rh_answer_t key = {.content = content, .made_ns = now_ns};
    memcpy(key.id, id, sizeof(key.id));
    return key;
}

/* The final answer to a request with a known verb: remembered, then sent. */
static void finish(rh_publish_t *publish, const rh_client_t *client,
                   const rh_verb_t *verb, const rh_ask_t *ask, rh_json_t *json)
{
    rh_answer_t key = key_of(ask->id, content_of(ask), ask->asked_ns);
    if (!rh_json_end(json)) {
        rh_error_t error;
        (void)rh_refuse(&error, RH_WIRE_ERROR_BUSY, "the answer is too long");
        rh_json_start(json, publish->reply, sizeof(publish->reply));
        rh_reply_error(json, ask->id, &error, publish->state_seq);
        (void)rh_json_end(json);
    }
    remember(publish, verb, &key, json);
    send_reply(client, json->text, json->used);
}

/* ---- what the loop has answered ---- */

static void write_answer(rh_json_t *json, const rh_waiting_t *row, uint64_t state_seq)
{
    if (row->refusal != RH_REFUSAL_NONE) {
        const rh_refusal_row_t *refusal = rh_name_refusal(row->refusal);
        rh_error_t error = {.code = refusal->code, .remedy = refusal->remedy};
        (void)strncpy(error.message, refusal->message, sizeof(error.message) - 1);
        rh_reply_error(json, row->id, &error, state_seq);
        return;
    }
    rh_reply_begin(json, row->id);
    rh_json_open(json, '{');
    if (row->verb->value != NULL) {
        rh_json_key(json, row->verb->value);
        rh_json_number(json, row->value, 2);
    }
    if (row->verb->value2 != NULL) {
        rh_json_key(json, row->verb->value2);
        rh_json_number(json, row->value2, 2);
    }
    rh_json_close(json, '}');
    rh_reply_end(json, state_seq);
}

static void settle(rh_publish_t *publish, rh_waiting_t *row, int64_t now_ns)
{
    rh_json_t json;
    rh_json_start(&json, publish->reply, sizeof(publish->reply));
    write_answer(&json, row, publish->state_seq);
    if (rh_json_end(&json)) {
        rh_answer_t key = key_of(row->id, row->content, now_ns);
        remember(publish, row->verb, &key, &json);
        if (!row->is_late) {
            send_reply(&row->client, json.text, json.used);
        }
    }
    rh_waiting_free(&publish->waiting, row);
}

static void tell_late(rh_publish_t *publish, rh_waiting_t *row)
{
    rh_error_t error;
    (void)rh_refuse(&error, RH_WIRE_ERROR_LATE,
                    "the loop did not answer in time; %s may still take effect",
                    row->verb->name);
    row->is_late = true;
    send_error(publish, &row->client, row->id, &error);
}

/* One row; gives the ns until it must be looked at again. */
static int64_t settle_row(rh_publish_t *publish, rh_waiting_t *row, int64_t now_ns)
{
    bool is_shown =
        publish->has_snapshot && publish->snapshot.now_ns >= row->answered_ns;
    if (row->is_answered && (is_shown || now_ns - row->answered_ns >= SETTLE_NS)) {
        settle(publish, row, now_ns);
        return INT64_MAX;
    }
    if (!row->is_late && now_ns >= row->due_ns) {
        tell_late(publish, row);
    }
    if (now_ns - row->asked_ns >= FORGET_NS) {
        rh_waiting_free(&publish->waiting, row);
        return INT64_MAX;
    }
    int64_t next_ns = row->is_late ? row->asked_ns + FORGET_NS : row->due_ns;
    if (row->is_answered && row->answered_ns + SETTLE_NS < next_ns) {
        next_ns = row->answered_ns + SETTLE_NS;
    }
    return next_ns - now_ns;
}

int64_t rh_commands_settle(rh_publish_t *publish, int64_t now_ns)
{
    rh_waiting_list_t *waiting = &publish->waiting;
    int64_t wait_ns = INT64_MAX;
    for (int lane = 0; lane < RH_LANE_COUNT; lane++) {
        for (int i = 0; i < RH_WAITING_MAX && waiting->count[lane] > 0; i++) {
            rh_waiting_t *row = &waiting->row[lane][i];
            int64_t row_ns =
                row->ticket != 0 ? settle_row(publish, row, now_ns) : INT64_MAX;
            wait_ns = row_ns < wait_ns ? row_ns : wait_ns;
        }
    }
    return wait_ns;
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
    if ((row != NULL ? row->content : answer->content) != content_of(ask)) {
        rh_error_t error;
        (void)rh_refuse(&error, RH_WIRE_ERROR_ID_REUSED,
                        "this id was used for another request");
        send_error(publish, client, ask->id, &error);
    } else if (row == NULL) {
        send_reply(client, answer->text, answer->length);
    } else {
        /* a client that came back on a new connection: it gets the answer instead */
        row->client = *client;
        if (row->is_late) {
            tell_late(publish, row);
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
        settle(publish, least, publish->settings.mono_ns());
    } else {
        if (!least->is_late) {
            tell_late(publish, least);
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
    row->content = content_of(ask);
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
            send_error(publish, client, ask->id, &error);
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
    finish(publish, client, verb, ask, &json);
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
        send_error(publish, client, ask->id, error);
    } else if (verb == NULL) {
        (void)rh_refuse(error, RH_WIRE_ERROR_UNKNOWN_VERB, "there is no verb \"%.40s\"",
                        ask->verb);
        send_error(publish, client, ask->id, error);
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
        send_error(publish, &envelope->client, ask.id, &error);
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
