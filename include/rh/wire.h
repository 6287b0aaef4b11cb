/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names and sizes of the wire, shared by the daemon, the console and the gateway.
 * The message bodies come from the tables in rep.h, snapshot.h, event.h and fault.h.
 */
#ifndef RH_WIRE_H
#define RH_WIRE_H

#define RH_WIRE_VERSION                                                                \
    1 /* the `v` of every message and the 1 in rh/1/<machine>/<name> */

#define RH_WIRE_STREAM_PORT 5570
#define RH_WIRE_COMMAND_PORT 5571
#define RH_WIRE_MIRROR_PORT 5572 /* one frame per message: topic SP json */
#define RH_WIRE_PAGES_PORT 8570

#define RH_WIRE_STREAM_SOCKET "stream"   /* ipc, in the run directory */
#define RH_WIRE_COMMAND_SOCKET "command" /* ipc, in the run directory */
#define RH_WIRE_ENDPOINTS "endpoints.json"

#define RH_WIRE_REQUEST_MAX 65536 /* bytes; longer requests are refused */
#define RH_WIRE_DEPTH_MAX 8
#define RH_WIRE_LEASE_MS 2000
#define RH_WIRE_ANSWERS 4096 /* remembered command ids */

/* Topics: X(ID, name, kept for late joiners: 0 no, 1 last one, 2 all that are open). */
#define RH_TOPICS(X)                                                                   \
    X(STATE, "state", 1)                                                               \
    X(LIVE, "live", 0)                                                                 \
    X(REP, "rep", 1)                                                                   \
    X(SET, "set", 1)                                                                   \
    X(SESSION, "session", 1)                                                           \
    X(CUE, "cue", 0)                                                                   \
    X(EVENT, "event", 0)                                                               \
    X(FAULT, "fault", 2)                                                               \
    X(HEALTH, "health", 1)

typedef enum {
#define RH_TOPIC_ID(id, name, kept) RH_TOPIC_##id,
    RH_TOPICS(RH_TOPIC_ID)
#undef RH_TOPIC_ID
        RH_TOPIC_COUNT
} rh_topic_t;

/* Exit codes of the console: X(ID, code, meaning). */
#define RH_EXITS(X)                                                                    \
    X(OK, 0, "ok")                                                                     \
    X(ERROR, 1, "error")                                                               \
    X(USAGE, 2, "usage")                                                               \
    X(UNREACHED, 3, "not connected, or timed out")                                     \
    X(REFUSED, 4, "refused by a limit or by the machine's state")                      \
    X(LEASE, 5, "the lease is held by another")                                        \
    X(FAULT, 6, "the machine has an open fault")                                       \
    X(NOT_FOUND, 7, "not found")                                                       \
    X(NOT_PERMITTED, 8, "not permitted")

typedef enum {
#define RH_EXIT_ID(id, code, meaning) RH_EXIT_##id = (code),
    RH_EXITS(RH_EXIT_ID)
#undef RH_EXIT_ID
} rh_exit_t;

#endif
