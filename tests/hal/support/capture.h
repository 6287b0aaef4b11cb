/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recordings of real lines: a row at each change, "t_us,first,second", behind a head of
 * lines that begin with #. The folder is named by RH_CAPTURES; a test without it skips
 * with a line.
 */
#ifndef RH_TEST_CAPTURE_H
#define RH_TEST_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAPTURE_ROWS 20000
#define CAPTURE_HEAD 1024

typedef struct {
    int64_t t_ns;
    bool first, second;
} capture_row_t;

typedef struct {
    char head[CAPTURE_HEAD]; /* the lines that begin with # */
    capture_row_t rows[CAPTURE_ROWS];
    size_t count;
} capture_t;

/* NULL, and a line printed, where there is no folder or no such file. Free it. */
capture_t *capture_read(const char *file);

/* The whole number behind `word` in the head ("net " of "net -11"); the test fails
 * where the head does not have it. */
long capture_number(const capture_t *capture, const char *word);

#endif
