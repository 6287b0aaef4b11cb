/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stream: topics on an XPUB socket (ipc and TCP) and their one-frame twins on a
 * second one, the mirror. It numbers the messages, keeps the last values for whoever
 * comes late and counts what slow readers do not take. For the publish room alone.
 *
 * Late joiners: an XPUB cannot address one reader, so a subscription makes the kept
 * messages of its topics go out again to all readers of that topic, unchanged but for
 * `snap`: true. The old `seq` is how everybody else drops them. Several subscriptions
 * within 20 ms share one re-send, so that nobody can make the daemon shout.
 *
 * Drops: a reader whose queue is full misses messages, nobody else does, and nobody
 * waits. A live message is counted as dropped when a queue was found full by it, or by
 * an earlier message and has not moved since (see flight.h). It is counted once, for
 * however many readers; each of them sees its own loss as a gap in seq.
 */
#ifndef RH_STREAM_H
#define RH_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "fields.h"
#include "flight.h"
#include "rh/fault.h"
#include "sockets.h"

#define RH_STREAM_MESSAGE_SIZE (64 * 1024)
#define RH_STREAM_TOPIC_SIZE 128
#define RH_STREAM_RESEND_NS 20000000LL

/* A message as it was sent: "topic SP json". */
typedef struct {
    char *line;
    size_t used, size;
} rh_kept_t;

/* When a thing happened, and the present: both CLOCK_MONOTONIC. `utc` is the instant's
 * ISO 8601 text where somebody wrote it down already; NULL: from the clock. */
typedef struct {
    int64_t event_ns, now_ns;
    const char *utc;
} rh_when_t;

/* One of the two sockets, and what its new readers wait for. */
typedef struct {
    void *socket;
    bool is_mirror; /* one frame instead of two */
    bool is_due[RH_TOPIC_COUNT];
    int64_t resent_ns[RH_TOPIC_COUNT];
} rh_outlet_t;

typedef struct {
    rh_outlet_t outlet[2]; /* stream, mirror */
    const char *machine, *boot;
    char topic[RH_TOPIC_COUNT][RH_STREAM_TOPIC_SIZE];
    size_t topic_length[RH_TOPIC_COUNT];
    uint64_t seq[RH_TOPIC_COUNT];
    uint64_t dropped[RH_TOPIC_COUNT];
    rh_flight_t flight;
    rh_kept_t kept[RH_TOPIC_COUNT];
    rh_kept_t open_fault[RH_FAULT_COUNT]; /* used 0: not open */
    size_t body, snap;  /* of the message being made: where they begin */
    int64_t utc_second; /* the last second that was spelled, and how */
    char utc[32];
    rh_json_t json;
    char message[RH_STREAM_MESSAGE_SIZE];
} rh_stream_t;

/* Opens both sockets (bound by the caller). `machine` and `boot` must outlive it.
 * 0, -EINVAL for a machine name that makes no topic, or -errno. */
int rh_stream_open(rh_stream_t *stream, void *context, const char *machine,
                   const char *boot);

/* The memory of `stream` must stay until the context is terminated: messages in flight
 * point into it. */
void rh_stream_close(rh_stream_t *stream);

/* Begins a message of the topic with its head. The caller writes members into the
 * returned writer and then ends it. */
rh_json_t *rh_stream_begin(rh_stream_t *stream, rh_topic_t topic, rh_when_t when);

/* Numbers, sends and, by the topic's rule, keeps it. */
void rh_stream_end(rh_stream_t *stream, rh_topic_t topic);

/* As rh_stream_end for a fault: kept while it is open. */
void rh_stream_end_fault(rh_stream_t *stream, uint32_t fault, bool is_open);

/* Takes subscriptions from the sockets. */
void rh_stream_hear(rh_stream_t *stream);

/* Sends kept messages to late joiners. Gives the ns until the next re-send is due, or
 * INT64_MAX when nobody waits. */
int64_t rh_stream_resend(rh_stream_t *stream, int64_t now_ns);

/* The kept message's JSON, or NULL when there is none. */
const char *rh_stream_kept(const rh_stream_t *stream, rh_topic_t topic, size_t *length);
const char *rh_stream_open_fault(const rh_stream_t *stream, uint32_t fault,
                                 size_t *length);

#endif
