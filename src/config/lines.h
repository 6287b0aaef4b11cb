/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammar of every configuration file: [section name], key = value, # or ; at the
 * beginning of a line for a comment. Long lines, comments behind a value, control
 * characters and lines that are none of these are refused, never guessed at. inih does
 * the splitting; what it would cut or join in silence is refused before it sees it. For
 * the config room alone.
 */
#ifndef RH_CONFIG_LINES_H
#define RH_CONFIG_LINES_H

#include <stddef.h>

#include "draft.h"

#define RH_LINE_MAX 200

/* What to do with what is found; 0, or negative to end the reading there. */
typedef struct {
    int (*section)(void *context, const char *section, int line);
    int (*key)(void *context, const char *key, const char *value, int line);
    void *context;
} rh_line_sink_t;

/* Reads a text of `size` bytes; refusals go to the draft as `file`'s. */
int rh_lines_read(rh_draft_t *draft, rh_source_file_t file, const char *text,
                  size_t size, const rh_line_sink_t *sink);

#endif
