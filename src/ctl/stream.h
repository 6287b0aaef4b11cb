/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the daemon's stream the Clone way: subscribe first, then ask for a snapshot,
 * and drop what the snapshot already knew. For `watch`.
 */
#ifndef RH_CTL_STREAM_H
#define RH_CTL_STREAM_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "client.h"
#include "rh/wire.h"

typedef struct {
    void *socket;
    char prefix[128]; /* "rh/1/<machine>/" */
} rh_stream_t;

/* What was seen last of each topic, so that nothing is shown twice. */
typedef struct {
    char boot[64];
    long long seq[RH_TOPIC_COUNT];
} rh_seen_t;

typedef enum {
    RH_SEEN_NEW,
    RH_SEEN_OLD,      /* known already: drop it */
    RH_SEEN_GAP,      /* new, and messages before it are missing */
    RH_SEEN_RESTARTED /* new, the first of another start of the daemon */
} rh_seen_result_t;

/*
 * Subscribes to the topics of `wanted` (bit per rh_topic_t) and always to `state`,
 * which comes once a second and so tells that the stream lives. 0 or an exit code.
 */
int rh_stream_open(rh_stream_t *stream, rh_client_t *client, const char *machine,
                   uint32_t wanted, rh_problem_t *problem);

/* The next message that is there, without waiting; the caller releases it. NULL: none.
 */
json_t *rh_stream_next(rh_stream_t *stream, rh_topic_t *topic);

void rh_stream_close(rh_stream_t *stream);

/* Starts from the seqs of a snapshot that the daemon of this boot gave. */
void rh_seen_start(rh_seen_t *seen, const char *boot, const json_t *snapshot);

/* Takes a message in and says what it is. */
rh_seen_result_t rh_seen_take(rh_seen_t *seen, rh_topic_t topic, const json_t *message);

#endif
