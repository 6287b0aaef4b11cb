/* SPDX-License-Identifier: Apache-2.0 */
#include "capture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LINE_MAX_TEXT 512

static void take_line(capture_t *capture, const char *line)
{
    char *end = NULL;
    if (line[0] == '#') {
        size_t used = strlen(capture->head);
        (void)snprintf(capture->head + used, sizeof(capture->head) - used, "%s", line);
        return;
    }
    assert_true(capture->count < CAPTURE_ROWS);
    capture_row_t *row = &capture->rows[capture->count++];
    row->t_ns = (int64_t)llround(strtod(line, &end) * 1000.0);
    assert_true(end[0] == ',' && end[1] != '\0' && end[2] == ',');
    row->first = end[1] == '1';
    row->second = end[3] == '1';
}

capture_t *capture_read(const char *file)
{
    char path[LINE_MAX_TEXT];
    char line[LINE_MAX_TEXT];
    const char *folder = getenv("RH_CAPTURES"); // NOLINT(concurrency-mt-unsafe)
    (void)snprintf(path, sizeof(path), "%s/%s", folder != NULL ? folder : ".", file);
    FILE *stream = folder != NULL ? fopen(path, "re") : NULL;
    if (stream == NULL) {
        print_message("skipped: %s is not there (RH_CAPTURES names the folder)\n",
                      file);
        return NULL;
    }
    capture_t *capture = calloc(1, sizeof(*capture));
    assert_non_null(capture);
    while (fgets(line, sizeof(line), stream) != NULL) {
        take_line(capture, line);
    }
    (void)fclose(stream);
    assert_true(capture->count > 0);
    return capture;
}

long capture_number(const capture_t *capture, const char *word)
{
    const char *place = strstr(capture->head, word);
    assert_non_null(place);
    return strtol(place + strlen(word), NULL, 10);
}
