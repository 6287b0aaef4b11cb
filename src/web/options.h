/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of revhyper-web: one table for reading and for --help. */
#ifndef RH_WEB_OPTIONS_H
#define RH_WEB_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "guard.h"

typedef struct {
    const char *run_dir;  /* where endpoints.json is read and web.json is written */
    const char *endpoint; /* of the stream; NULL: from the run directory */
    const char *host;
    int port;
    const char *pages; /* NULL: the folder that belongs to the program */
    rh_guard_t guard;
    bool help, version;
} rh_web_options_t;

/* Reads the command line over the defaults; strings point into argv. 0, or -EINVAL with
 * the reason and the remedy in `error`. */
int rh_web_options_read(rh_web_options_t *options, int argc, char **argv, char *error,
                        size_t size);
void rh_web_options_help(FILE *out);

#endif
