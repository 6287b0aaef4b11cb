/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration as the console sees it: a file read by the daemon's own reader, or
 * what a running daemon says of itself.
 */
#ifndef RH_CTL_CONFIG_FILE_H
#define RH_CTL_CONFIG_FILE_H

#include "rh/settings.h"
#include "verbs.h"

/* Reads --config's file (or the default) with everything it names. 0, or an exit code
 * with the problem: file, line, key, reason. */
int rh_config_file_read(const rh_options_t *options, rh_problem_t *problem);

/* The same, into the caller's settings (large: take them from the heap). */
int rh_config_file_load(rh_settings_t *settings, const rh_options_t *options,
                        rh_problem_t *problem);

/* The file that rh_config_file_read reads. */
const char *rh_config_file_path(const rh_options_t *options);

/* `config check`: says that the file is good, or why not. */
int rh_config_check_run(const rh_call_t *call, rh_problem_t *problem);

/* `config show`: the daemon's settings, or with --config those of the file. */
int rh_config_show_run(const rh_call_t *call, rh_problem_t *problem);

#endif
