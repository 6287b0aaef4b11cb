/* SPDX-License-Identifier: Apache-2.0 */
/* Running the real revhyperctl and reading what it says. For the console's tests. */
#ifndef RH_TEST_CONSOLE_H
#define RH_TEST_CONSOLE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#define CONSOLE_WORDS 24

typedef struct {
    pid_t pid;
    FILE *out_stream;
    int exit; /* -1: it had to be ended */
    long long took_ms;
    char out[32768], err[8192];
    char err_path[64];
    long long began_ms;
} console_t;

/* Starts `revhyperctl --run-dir RUN_DIR words…` (words split at spaces; RUN_DIR NULL:
 * no such option). */
void console_start(console_t *console, const char *run_dir, const char *words);
/* The next line on its stdout without the line's end into `text`; false at the end. */
bool console_line(console_t *console, char *text, size_t size);
/* Waits for its end (8 s at most) and takes the rest of what it said. */
void console_finish(console_t *console);

/* Runs it as a person at a terminal who types `typed` once a question is asked. Gives
 * the exit code. */
int console_at_terminal(const char *run_dir, const char *words, const char *typed);

/* The same, where the person sees `question` on the terminal, does `wait` (which may
 * wait for whatever the console does meanwhile) and then types; for each question. What
 * was on the terminal is left in console->out. */
int console_converse(console_t *console, const char *run_dir, const char *words,
                     const char *question, const char *typed, void (*wait)(int asked));

/* Runs it as somebody who may not enter the run directory; -1 where the machine that
 * tests cannot play that part. */
int console_as_stranger(const char *run_dir, const char *words);

/* Both at once; gives the exit code. */
int console_run(console_t *console, const char *run_dir, const char *words);

#endif
