/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A frame from anybody becomes a request, or a clear error: the only parser of foreign
 * bytes in the daemon. For the publish room alone.
 */
#ifndef RH_REQUEST_FRAME_H
#define RH_REQUEST_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "answers.h"
#include "lease.h"
#include "reply.h"

/* What a socket's users may do. */
typedef enum { RH_ROLE_VIEWER, RH_ROLE_TRAINER } rh_role_t;

typedef struct {
    rh_role_t role;   /* of the asker and */
    int64_t asked_ns; /* when it came: both filled by whoever received the frame */
    char id[RH_ANSWER_ID_SIZE]; /* empty: it could not be read */
    const char *verb;           /* in `root` */
    const char *lease;          /* in `root`; NULL = none given */
    const char *machine;        /* in `root`; NULL = any */
    const json_t *args;         /* in `root`, an object; NULL = none given */
    json_t *root;
    bool expects_state;
    uint64_t state_seq;
    int64_t deadline_ms; /* -1 = none given */
    uint64_t content;    /* the same for requests that say the same */
} rh_ask_t;

/* Reads a frame: at most 64 KiB of UTF-8, one JSON object, 8 levels, no key twice, no
 * key of the envelope unknown. False: `error` says why, and ask->id is what could be
 * read of the id. Close it in either case. */
bool rh_ask_read(rh_ask_t *ask, const char *frame, size_t length, rh_error_t *error);
void rh_ask_close(rh_ask_t *ask);

#endif
