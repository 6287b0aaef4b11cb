/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one way in which the console says that something did not work: an exit code, the
 * wire's code, one sentence and the remedy. Everybody in the console fills one and
 * hands it up; only main tells it.
 */
#ifndef RH_CTL_PROBLEM_H
#define RH_CTL_PROBLEM_H

#include <jansson.h>
#include <stdbool.h>

#include "rh/wire.h"

typedef struct {
    int exit; /* rh_exit_t */
    char code[40];
    char message[512];
    char remedy[256];
} rh_problem_t;

/* Fills the problem and gives `exit` back, so that a caller can return the call. */
int rh_problem_set(rh_problem_t *problem, int exit, const char *code,
                   const char *remedy, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* The problem in a reply of the daemon ("ok": false); its exit code comes from its
 * code. */
int rh_problem_from_reply(rh_problem_t *problem, const json_t *reply);

/* Tells it: one line on stderr, or with json one object on stdout. Gives its exit code.
 */
int rh_problem_tell(const rh_problem_t *problem, bool json);

#endif
