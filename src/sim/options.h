/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line of revhyper-sim: one row an option. Called by main.
 */
#ifndef RH_SIM_OPTIONS_H
#define RH_SIM_OPTIONS_H

#include "script.h"

typedef struct {
    rh_sim_settings_t settings;
    const char *scenario;  /* NULL = none */
    bool dies_with_parent; /* for tests and scripts: they leave no machine behind */
} rh_options_t;

/* Reads the words after the program's name into `options`, which hold the defaults;
 * false after a line on stderr that names the option and what it wants. */
bool rh_options_read(rh_options_t *options, int argc, char **argv);
void rh_options_usage(FILE *out);
/* Usage, parts, words, faults and wrong wiring on stdout. */
void rh_options_help(void);

#endif
