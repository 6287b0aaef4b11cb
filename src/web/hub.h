/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hub between the stream and the browsers: one writer (the feed's thread) puts
 * messages in, any number of readers take them out at their own pace. Live messages are
 * a single place that the next one overwrites, and what a reader missed is counted;
 * everything else stands in a bounded log and reaches every reader, or the reader is
 * told that it is too late and must go. So a slow browser delays nobody and loses
 * nothing in silence. The hub also keeps the last values and the last reps for those
 * who join late.
 */
#ifndef RH_WEB_HUB_H
#define RH_WEB_HUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rh/wire.h"

#define RH_HUB_LOG 4096 /* as many as the daemon's own event ring */
#define RH_HUB_REPS 50
#define RH_HUB_FAULTS 64
#define RH_HUB_TEXT_MAX 65536
#define RH_HUB_TOPIC_MAX 128
#define RH_HUB_GREETING (RH_TOPIC_COUNT + RH_HUB_REPS + RH_HUB_FAULTS)
#define RH_HUB_PATIENCE_MS 10000

typedef struct rh_hub rh_hub_t;

/* One message of the stream, shared by reference: rh/1/<machine>/<name> and its JSON.
 * Readers see it through rh_hub_next() and give it back with rh_hub_release(). */
typedef struct {
    int references; /* owned by the hub, under its lock */
    rh_topic_t topic;
    int64_t at_ms;
    size_t address_length; /* text = address, one space, body */
    size_t length;
    char text[];
} rh_message_t;

/* Where one reader stands. Zeroed = nowhere; rh_hub_join() sets it. */
typedef struct {
    uint64_t next; /* number of the log's message to read */
    uint64_t live; /* number of the last live message seen */
    int greeting_at, greeting_count;
    rh_message_t *greeting[RH_HUB_GREETING];
} rh_hub_cursor_t;

typedef enum {
    RH_HUB_NOTHING,
    RH_HUB_MESSAGE,
    RH_HUB_LATE /* messages were lost to this reader: it must be disconnected */
} rh_hub_next_t;

typedef struct {
    uint64_t messages[RH_TOPIC_COUNT];
    uint64_t gaps[RH_TOPIC_COUNT]; /* sequence numbers that never came */
    uint64_t malformed;
    uint64_t live_skipped; /* live messages that slow readers did not take */
    uint64_t late_readers;
    uint64_t starts;  /* different `boot` values seen */
    int64_t heard_ms; /* when the last message came; INT64_MIN before the first */
} rh_hub_counts_t;

/* A hub, or NULL without memory. Freed by rh_hub_free() once every cursor has left. */
rh_hub_t *rh_hub_new(void);
void rh_hub_free(rh_hub_t *hub);

/* Takes one message: `address` and `body` are text of the given lengths, copied. False
 * if it is no message of this protocol (counted as malformed, nobody sees it). Never
 * waits for a reader. A `rep` that is known by its id is taken once. */
bool rh_hub_accept(rh_hub_t *hub, const char *address, const char *body, size_t length,
                   int64_t now_ms);

/* Puts a reader at the present, with the kept values before it (marked `snap`). */
void rh_hub_join(rh_hub_t *hub, rh_hub_cursor_t *cursor);
void rh_hub_leave(rh_hub_t *hub, rh_hub_cursor_t *cursor);

/* The reader's next message, or that there is none, or that it is too late: overtaken
 * by the log, or a message has waited longer than RH_HUB_PATIENCE_MS. */
rh_hub_next_t rh_hub_next(rh_hub_t *hub, rh_hub_cursor_t *cursor, int64_t now_ms,
                          rh_message_t **message);

/* The newest kept message of a topic (for RH_TOPIC_REP the last rep) or NULL. */
rh_message_t *rh_hub_kept(rh_hub_t *hub, rh_topic_t topic);
void rh_hub_release(rh_hub_t *hub, rh_message_t *message);

void rh_hub_counts(rh_hub_t *hub, rh_hub_counts_t *counts);

/* The message's JSON, and its length. */
const char *rh_message_body(const rh_message_t *message, size_t *length);

#endif
