/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's command line. */
#ifndef RH_OPTIONS_H
#define RH_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"

#define RH_OVERRIDES_MAX 32

typedef enum {
    RH_RUN_DAEMON,
    RH_RUN_CHECK,
    RH_RUN_PRINT,
    RH_RUN_SCHEMA,
    RH_RUN_HELP,
    RH_RUN_VERSION
} rh_run_t;

typedef struct {
    rh_run_t run;
    const char *config;                        /* path */
    rh_override_t overrides[RH_OVERRIDES_MAX]; /* --set, --run-dir, --state-dir */
    size_t override_count;
    bool dies_with_parent;
} rh_options_t;

/* The strings stay the arguments' own (each --set is split in place). 0, or -EINVAL
 * with error saying which argument and what it takes. */
int rh_options_read(rh_options_t *options, int count, char **arguments, char *error,
                    size_t size);
void rh_options_help(void);

#endif
