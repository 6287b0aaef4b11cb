/* SPDX-License-Identifier: Apache-2.0 */
/* The grammar of the files, on inih: the reader hands it one checked line at a time. */
#include "lines.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <string.h>

#define WORD_MAX 48 /* inih cuts names of sections and keys at 49 in silence */

typedef struct {
    rh_draft_t *draft;
    const rh_line_sink_t *sink;
    const char *text;
    size_t left;
    rh_source_file_t file;
    int line;
    int status;
} reader_t;

static int refuse(reader_t *reader, const char *what)
{
    return rh_draft_refuse_line(reader->draft, reader->file, reader->line, "%s", what);
}

/* ---- one line -------------------------------------------------------------------- */

typedef struct {
    const char *text;
    size_t length;
} span_t;

static bool is_blank(char letter)
{
    return letter == ' ' || letter == '\t';
}

static span_t trimmed(span_t span)
{
    while (span.length > 0 && is_blank(span.text[0])) {
        span.text++;
        span.length--;
    }
    while (span.length > 0 && is_blank(span.text[span.length - 1])) {
        span.length--;
    }
    return span;
}

static span_t next_line(reader_t *reader)
{
    const char *end = memchr(reader->text, '\n', reader->left);
    span_t span = {reader->text,
                   end != NULL ? (size_t)(end - reader->text) : reader->left};
    size_t used = span.length + (end != NULL ? 1 : 0);
    reader->text += used;
    reader->left -= used;
    reader->line++;
    if (span.length > 0 && span.text[span.length - 1] == '\r') {
        span.length--;
    }
    return span;
}

static const char *letters_wrong(span_t span)
{
    for (size_t i = 0; i < span.length; i++) {
        unsigned char letter = (unsigned char)span.text[i];
        if ((letter < 0x20 && letter != '\t') || letter == 0x7f) {
            return "a control character; the file is plain text";
        }
        bool begins = letter == ';' || letter == '#';
        if (begins && i > 0 && is_blank(span.text[i - 1])) {
            return "a comment behind something; comments stand on a line of their own";
        }
    }
    return NULL;
}

static const char *section_wrong(span_t span)
{
    if (span.text[span.length - 1] != ']') {
        return "a section's line ends with ]";
    }
    if (span.length - 2 > WORD_MAX || span.length <= 2) {
        return "no section has such a name";
    }
    if (memchr(span.text + 1, '[', span.length - 2) != NULL ||
        memchr(span.text + 1, ']', span.length - 2) != NULL) {
        return "brackets within brackets";
    }
    return NULL;
}

static bool is_key_letter(char letter)
{
    return islower((unsigned char)letter) != 0 || isdigit((unsigned char)letter) != 0 ||
           letter == '_';
}

static const char *key_wrong(span_t key)
{
    if (key.length == 0 || key.length > WORD_MAX) {
        return "no key has such a name";
    }
    for (size_t i = 0; i < key.length; i++) {
        if (!is_key_letter(key.text[i])) {
            return "neither [section] nor key = value (a key has small letters, "
                   "digits and _)";
        }
    }
    return NULL;
}

/* ---- handing over ---------------------------------------------------------------- */

static int begin_section(reader_t *reader, span_t span, char *line)
{
    const char *wrong = section_wrong(span);
    if (wrong != NULL) {
        return refuse(reader, wrong);
    }
    char name[WORD_MAX + 1];
    memcpy(name, span.text + 1, span.length - 2);
    name[span.length - 2] = '\0';
    memcpy(line, span.text, span.length);
    line[span.length] = '\0';
    return reader->sink->section(reader->sink->context, name, reader->line);
}

/* "key=value" without blanks around, so that no line begins with one (inih would take
 * it for the last value's continuation). */
static int give_key(reader_t *reader, span_t span, char *line, size_t size)
{
    const char *equals = memchr(span.text, '=', span.length);
    if (equals == NULL) {
        return refuse(reader, "neither [section] nor key = value");
    }
    span_t key = trimmed((span_t){span.text, (size_t)(equals - span.text)});
    size_t after = (size_t)(equals - span.text) + 1;
    span_t value = trimmed((span_t){equals + 1, span.length - after});
    const char *wrong = key_wrong(key);
    if (wrong != NULL) {
        return refuse(reader, wrong);
    }
    if (key.length + value.length + 2 > size) {
        return refuse(reader, "a line over 200 characters");
    }
    memcpy(line, key.text, key.length);
    line[key.length] = '=';
    memcpy(line + key.length + 1, value.text, value.length);
    line[key.length + 1 + value.length] = '\0';
    return 0;
}

static int give_line(reader_t *reader, char *line, size_t size)
{
    span_t span = next_line(reader);
    if (span.length > RH_LINE_MAX) {
        return refuse(reader, "a line over 200 characters");
    }
    span = trimmed(span);
    line[0] = '\0';
    if (span.length == 0) {
        return 0;
    }
    if (span.text[0] == '#' || span.text[0] == ';') {
        return 0;
    }
    const char *wrong = letters_wrong(span);
    if (wrong != NULL) {
        return refuse(reader, wrong);
    }
    return span.text[0] == '[' ? begin_section(reader, span, line)
                               : give_key(reader, span, line, size);
}

/* inih's fgets. */
static char *read_line(char *line, int size, void *context)
{
    reader_t *reader = context;
    if (reader->left == 0 || reader->status != 0 || size <= RH_LINE_MAX / 2) {
        return NULL;
    }
    reader->status = give_line(reader, line, (size_t)size);
    return reader->status == 0 ? line : NULL;
}

static int take_key(void *context, const char *section, const char *key,
                    const char *value)
{
    (void)section; /* the sink knows from begin_section which one is open */
    reader_t *reader = context;
    if (reader->status == 0) {
        reader->status =
            reader->sink->key(reader->sink->context, key, value, reader->line);
    }
    return 1;
}

int rh_lines_read(rh_draft_t *draft, rh_source_file_t file, const char *text,
                  size_t size, const rh_line_sink_t *sink)
{
    static const char mark[] = "\xEF\xBB\xBF"; /* UTF-8's, from some editors */
    reader_t reader = {
        .draft = draft, .sink = sink, .text = text, .left = size, .file = file};
    if (size >= 3 && memcmp(text, mark, 3) == 0) {
        reader.text += 3;
        reader.left -= 3;
    }
    int status = ini_parse_stream(read_line, &reader, take_key, &reader);
    if (reader.status == 0 && status != 0) {
        reader.line = status > 0 ? status : 0;
        return refuse(&reader, "neither [section] nor key = value");
    }
    return reader.status;
}
