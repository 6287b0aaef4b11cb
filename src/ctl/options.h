/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options that every verb understands, in one table from which parsing and help
 * come. They may stand anywhere on the line; what is left over are the verb's own
 * words.
 */
#ifndef RH_CTL_OPTIONS_H
#define RH_CTL_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "problem.h"

#define RH_CTL_RUN_DIR "/run/revhyper"
#define RH_CTL_CONFIG RH_SYSCONFDIR "/revhyper/revhyper.conf"
#define RH_CTL_TIMEOUT_MS 2000
#define RH_CTL_WORDS_MAX 32

typedef enum { RH_UNITS_KG = 0, RH_UNITS_LB } rh_units_t;

typedef struct {
    const char *socket;  /* ipc path of the command socket, or NULL */
    const char *host;    /* HOST or HOST:PORT, or NULL */
    const char *run_dir; /* where endpoints.json is, or NULL for the default */
    const char *lease;   /* id of a lease that somebody holds, or NULL */
    const char *name;    /* shown as the lease's holder, or NULL for user@computer */
    const char *config;  /* file for `config` and `doctor`, or NULL */
    int stream_port;     /* with --host */
    int timeout_ms;
    rh_units_t units;
    bool json, yes, help, version;
    const char *words[RH_CTL_WORDS_MAX]; /* not mine, in their order; argv's strings */
    int word_count;
} rh_options_t;

/* 0 or an exit code with the problem filled. The strings stay argv's. */
int rh_options_parse(rh_options_t *options, int argc, char **argv,
                     rh_problem_t *problem);

/* One line per option. */
void rh_options_help(FILE *out);

/* A whole number from `text` in [low, high]; 0, or -1 when it is not one. */
int rh_whole_parse(const char *text, long low, long high, long *value);

#endif
