/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the publish room share among themselves. */
#ifndef RH_PUBLISH_PARTS_H
#define RH_PUBLISH_PARTS_H

#include "answers.h"
#include "lease.h"
#include "publish.h"
#include "stream.h"
#include "waiting.h"

#define RH_STATE_TEXT_SIZE (16 * 1024)
#define RH_REPLY_SIZE (512 * 1024)

struct rh_publish {
    rh_publish_settings_t settings;
    void *context;
    void *command[2]; /* ROUTERs: ipc, TCP */
    rh_role_t role[2];
    rh_stream_t stream;
    rh_lease_t lease;
    rh_waiting_list_t waiting;
    rh_answers_t changes;  /* answers to verbs that do something */
    rh_answers_t readings; /* answers to the others: nobody's questions can crowd out */
    rh_snapshot_t snapshot;
    bool has_snapshot;
    bool is_listening; /* endpoints.json is ours to remove */
    rh_health_t health;
    uint64_t state_seq;
    int64_t state_sent_ns, live_due_ns;
    size_t state_used;
    char state_text[RH_STATE_TEXT_SIZE]; /* members of the last state, for comparison */
    char reply[RH_REPLY_SIZE];
};

/* Publishes `state` if it is not what it was, or at any rate with `always`. */
void rh_publish_state(rh_publish_t *publish, int64_t event_ns, bool always);

/* Tells the loop and the readers that the lease was taken or ended. */
void rh_publish_lease_changed(rh_publish_t *publish);

/* ---- command.c ---- */

/* 0 or -errno; the sockets are bound by the caller. */
int rh_commands_open(rh_publish_t *publish);
void rh_commands_close(rh_publish_t *publish);

/* Serves the requests that have come, a bounded number from each socket. */
void rh_commands_serve(rh_publish_t *publish);

/* ---- settle.c ---- */

/* A client that is gone or does not read is no reason to wait. */
void rh_answer_send(const rh_client_t *client, const char *text, size_t length);
/* An error that is not remembered: the same id may try again. */
void rh_answer_error(rh_publish_t *publish, const rh_client_t *client, const char *id,
                     const rh_error_t *error);
/* The final answer to a request with a known verb: ends `json`, remembers and sends. */
void rh_answer_finish(rh_publish_t *publish, const rh_client_t *client,
                      const rh_verb_t *verb, const rh_ask_t *ask, rh_json_t *json);
/* What was asked, with the role: a viewer who guesses an id learns nothing. */
uint64_t rh_answer_content(const rh_ask_t *ask);

/* Sends what the loop has answered, remembers it, and frees the row. */
void rh_waiting_settle(rh_publish_t *publish, rh_waiting_t *row, int64_t now_ns);
/* Tells the asker that the loop was too slow; the row waits on for the answer. */
void rh_waiting_tell_late(rh_publish_t *publish, rh_waiting_t *row);

/* Sends the answers whose state is out, and `late` to those who waited too long. Gives
 * the ns until the next one is late, or INT64_MAX. */
int64_t rh_commands_settle(rh_publish_t *publish, int64_t now_ns);

#endif
