/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verbs: who may use them, whether the lease is needed, which arguments they take
 * and what they become: a command for the loop, or an answer from this room. One table;
 * the tests go through it row by row. For the publish room alone.
 */
#ifndef RH_VERBS_H
#define RH_VERBS_H

#include <stdbool.h>
#include <stddef.h>

#include "publish.h"
#include "request.h"
#include "rh/command.h"

typedef enum {
    RH_ARG_NUMBER, /* double at offset of the command */
    RH_ARG_WHOLE,  /* int32_t */
    RH_ARG_WORD,   /* int32_t, found by `find` */
    RH_ARG_TEXT    /* 1 to `max` bytes; for this room */
} rh_arg_type_t;

typedef struct {
    const char *name; /* NULL ends the list */
    rh_arg_type_t type;
    bool required;
    double min, max;
    size_t offset; /* in rh_command_t */
    int (*find)(const char *text);
} rh_arg_t;

#define RH_VERB_ARGS 3

typedef struct rh_verb {
    const char *name;
    rh_role_t role;
    uint32_t kind;  /* rh_command_kind_t; NONE: `answer` answers */
    rh_lane_t lane; /* of `kind`, into the loop */
    bool needs_lease;
    bool changes; /* its answer may not be forgotten before its time */
    /* Writes one JSON value; false: `error` says why not. */
    bool (*answer)(rh_publish_t *publish, const rh_ask_t *ask, rh_json_t *result,
                   rh_error_t *error);
    const char *value, *value2;  /* keys of the loop's answer; NULL = not told */
    rh_arg_t args[RH_VERB_ARGS]; /* a row without a name ends them */
} rh_verb_t;

/* The table, and how many verbs there are. */
const rh_verb_t *rh_verb_at(size_t index);
size_t rh_verb_count(void);

/* The verb of that name, or NULL. */
const rh_verb_t *rh_verb_find(const char *name);

/* Checks the arguments and fills the command (kind included, ticket not). */
bool rh_verb_read(const rh_verb_t *verb, const json_t *args, rh_command_t *command,
                  rh_error_t *error);

#endif
