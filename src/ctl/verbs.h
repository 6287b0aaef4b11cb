/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of verbs: what can be typed, what goes over the wire, what is printed. The
 * dispatch, the help and the checks of words all come from it; a new verb is a new row.
 */
#ifndef RH_CTL_VERBS_H
#define RH_CTL_VERBS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "options.h"

#define RH_VERB_ARGS 9

typedef enum {
    RH_ARG_NONE = 0,
    RH_ARG_TEXT,
    RH_ARG_COUNT,   /* a whole number from 0 */
    RH_ARG_SECONDS, /* a number above 0 */
    RH_ARG_ANGLE,   /* degrees, with or without "deg" */
    RH_ARG_LOAD,    /* kg or lb, on the wire in kg */
    RH_ARG_MASS,    /* of what is put or hung somewhere: kg or lb as it is */
    RH_ARG_MODE,
    RH_ARG_KIND, /* of a set */
    RH_ARG_SIDE,
    RH_ARG_SWITCH, /* a flag without a value */
    RH_ARG_TOPICS  /* any number of topics */
} rh_arg_kind_t;

typedef struct {
    const char *flag; /* "--reps", or NULL: taken by its place */
    const char *key;  /* on the wire */
    rh_arg_kind_t kind;
    bool is_required;
    const char *help;
} rh_arg_t;

typedef enum {
    RH_LEASE_NONE = 0, /* needs none */
    RH_LEASE_BRIEF,    /* without --lease: one of its own for the call */
    RH_LEASE_PRESENCE  /* the same, with a warning: the console's presence ends with it
                        */
} rh_lease_need_t;

typedef struct rh_verb rh_verb_t;

/* One use of a verb. */
typedef struct {
    const rh_verb_t *verb;
    const rh_options_t *options;
    json_t *args; /* parsed, by their wire keys */
} rh_call_t;

struct rh_verb {
    const char *object, *verb; /* verb NULL: the object stands alone */
    const char *wire;          /* NULL: asks the daemon nothing */
    rh_arg_t args[RH_VERB_ARGS];
    rh_lease_need_t lease;
    const char *help;                                       /* one line */
    const char *more;                                       /* for its own --help */
    const char *done;                                       /* said when it worked */
    const char *question;                                   /* asked at a terminal */
    void (*print)(const rh_call_t *, const json_t *result); /* NULL: says `done` */
    int (*judge)(const rh_call_t *, const json_t *result);  /* exit code; NULL: 0 */
    int (*run)(const rh_call_t *, rh_problem_t *);          /* NULL: rh_call_run */
};

extern const rh_verb_t rh_verbs[];
extern const size_t rh_verb_count;

/*
 * The row that the first words name, with *used the words that named it. NULL with the
 * problem filled, naming the nearest row, when there is none.
 */
const rh_verb_t *rh_verb_find(const rh_options_t *options, int *used,
                              rh_problem_t *problem);

/* "load set" into `text`, and gives it back. */
const char *rh_verb_name(const rh_verb_t *verb, char *text, size_t size);

/* The words after the first `used` by the row's args into `args`; 0 or an exit code. */
int rh_args_parse(const rh_verb_t *verb, const rh_options_t *options, int used,
                  json_t *args, rh_problem_t *problem);

/* "LOAD", "[--reps N]" as the help writes an argument. */
const char *rh_arg_form(const rh_arg_t *arg, char *text, size_t size);

#endif
