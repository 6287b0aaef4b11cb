/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers on their way out: sent, remembered by their request's id, and, where the loop
 * decides, held until the state that shows their effect is out, or told to be late.
 */
#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include "names.h"
#include "publish_parts.h"
#include "rh/units.h"

#define SETTLE_NS (50 * RH_NS_PER_MS) /* a state comes every tick */
#define FORGET_NS (10 * RH_NS_PER_S)  /* a late answer is waited for so long */

/* ---- answers ---- */

void rh_answer_send(const rh_client_t *client, const char *text, size_t length)
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

void rh_answer_error(rh_publish_t *publish, const rh_client_t *client, const char *id,
                     const rh_error_t *error)
{
    rh_json_t json;
    rh_json_start(&json, publish->reply, sizeof(publish->reply));
    rh_reply_error(&json, id, error, publish->state_seq);
    if (rh_json_end(&json)) {
        rh_answer_send(client, json.text, json.used);
    }
}

uint64_t rh_answer_content(const rh_ask_t *ask)
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

void rh_answer_finish(rh_publish_t *publish, const rh_client_t *client,
                      const rh_verb_t *verb, const rh_ask_t *ask, rh_json_t *json)
{
    rh_answer_t key = key_of(ask->id, rh_answer_content(ask), ask->asked_ns);
    if (!rh_json_end(json)) {
        rh_error_t error;
        (void)rh_refuse(&error, RH_WIRE_ERROR_BUSY, "the answer is too long");
        rh_json_start(json, publish->reply, sizeof(publish->reply));
        rh_reply_error(json, ask->id, &error, publish->state_seq);
        (void)rh_json_end(json);
    }
    remember(publish, verb, &key, json);
    rh_answer_send(client, json->text, json->used);
}

/* ---- what the loop has answered ---- */

static bool is_above(uint32_t refusal)
{
    return refusal == RH_REFUSAL_ABOVE_CEILING || refusal == RH_REFUSAL_ABOVE_LADDER;
}

static void write_refusal(rh_json_t *json, const rh_waiting_t *row, uint64_t state_seq)
{
    const rh_refusal_row_t *refusal = rh_name_refusal(row->refusal);
    rh_error_t error = {.code = refusal->code, .remedy = refusal->remedy};
    (void)snprintf(error.message, sizeof(error.message), "%s", refusal->message);
    if (is_above(row->refusal)) {
        (void)snprintf(error.message, sizeof(error.message), "%s: %.1f kg at most now",
                       refusal->message, row->value);
    }
    rh_reply_error(json, row->id, &error, state_seq);
}

static void write_answer(rh_json_t *json, const rh_waiting_t *row, uint64_t state_seq)
{
    if (row->refusal != RH_REFUSAL_NONE) {
        write_refusal(json, row, state_seq);
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

void rh_waiting_settle(rh_publish_t *publish, rh_waiting_t *row, int64_t now_ns)
{
    rh_json_t json;
    rh_json_start(&json, publish->reply, sizeof(publish->reply));
    write_answer(&json, row, publish->state_seq);
    if (rh_json_end(&json)) {
        rh_answer_t key = key_of(row->id, row->content, now_ns);
        remember(publish, row->verb, &key, &json);
        if (!row->is_late) {
            rh_answer_send(&row->client, json.text, json.used);
        }
    }
    rh_waiting_free(&publish->waiting, row);
}

void rh_waiting_tell_late(rh_publish_t *publish, rh_waiting_t *row)
{
    rh_error_t error;
    (void)rh_refuse(&error, RH_WIRE_ERROR_LATE,
                    "the loop did not answer in time; %s may still take effect",
                    row->verb->name);
    row->is_late = true;
    rh_answer_error(publish, &row->client, row->id, &error);
}

/* One row; gives the ns until it must be looked at again. */
static int64_t settle_row(rh_publish_t *publish, rh_waiting_t *row, int64_t now_ns)
{
    bool is_shown =
        publish->has_snapshot && publish->snapshot.now_ns >= row->answered_ns;
    if (row->is_answered && (is_shown || now_ns - row->answered_ns >= SETTLE_NS)) {
        rh_waiting_settle(publish, row, now_ns);
        return INT64_MAX;
    }
    if (!row->is_late && now_ns >= row->due_ns) {
        rh_waiting_tell_late(publish, row);
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
