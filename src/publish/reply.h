/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers to requests: the envelope of a good one, and the errors of the wire itself
 * (those of the machine are RH_REFUSALS). For the publish room alone.
 */
#ifndef RH_REPLY_H
#define RH_REPLY_H

#include <stddef.h>
#include <stdint.h>

#include "json.h"

/* X(ID, code, remedy); the message is written where the error is found. */
#define RH_WIRE_ERRORS(X)                                                              \
    X(MALFORMED, "malformed",                                                          \
      "send one frame: a JSON object with id, verb and, as needed, args, lease, "      \
      "expect, deadline_ms")                                                           \
    X(TOO_LARGE, "too_large", "a request has at most 65536 bytes")                     \
    X(TOO_DEEP, "too_deep", "nest at most 8 levels")                                   \
    X(UNKNOWN_VERB, "unknown_verb", "`hello` lists the verbs")                         \
    X(UNKNOWN_ARG, "unknown_arg",                                                      \
      "leave it out; see the verb's arguments: revhyperctl OBJECT VERB --help")        \
    X(BAD_VALUE, "bad_value", "give a value as the message says")                      \
    X(ID_REUSED, "id_reused", "give every new request an id of its own")               \
    X(FOREIGN, "foreign", "ask the machine that the request names")                    \
    X(LATE, "late",                                                                    \
      "ask again with the same id to learn what became of it, and look at the state")  \
    X(STALE_STATE, "stale_state", "look at the state as it is now, then decide again") \
    X(LEASE_NEEDED, "lease_needed", "lease.take first, and renew it within 2 s")       \
    X(LEASE_HELD, "lease_held", "ask the holder to drop it; it ends 2 s after them")   \
    X(NOT_PERMITTED, "not_permitted",                                                  \
      "use the ipc socket as a member of the trainers' group")                         \
    X(BUSY, "busy", "nothing was done; ask again in a moment")

typedef enum {
#define RH_WIRE_ERROR_ID(id, code, remedy) RH_WIRE_ERROR_##id,
    RH_WIRE_ERRORS(RH_WIRE_ERROR_ID)
#undef RH_WIRE_ERROR_ID
        RH_WIRE_ERROR_COUNT
} rh_wire_error_t;

typedef struct {
    const char *code, *remedy;
    char message[256];
} rh_error_t;

/* Fills the error; always false, so that a check can `return rh_refuse(...)`. */
bool rh_refuse(rh_error_t *error, rh_wire_error_t which, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* {"id":…,"ok":true,"result": … the caller writes one value … ,"state_seq":n} */
void rh_reply_begin(rh_json_t *json, const char *id);
void rh_reply_end(rh_json_t *json, uint64_t state_seq);

/* {"id":…,"ok":false,"error":{…},"state_seq":n}; an empty id is null. */
void rh_reply_error(rh_json_t *json, const char *id, const rh_error_t *error,
                    uint64_t state_seq);

#endif
