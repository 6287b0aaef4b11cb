/* SPDX-License-Identifier: Apache-2.0 */
/* The bounded JSON writer. Written for the 50 Hz of `live`: numbers go through integer
 * arithmetic, not printf. */
#include "json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void append(rh_json_t *json, const char *text, size_t length)
{
    /* one byte stays free for the NUL */
    if (json->is_full || length >= json->size - json->used) {
        json->is_full = true;
        return;
    }
    memcpy(json->text + json->used, text, length);
    json->used += length;
}

static void separate(rh_json_t *json)
{
    if (json->used == 0) {
        return;
    }
    char last = json->text[json->used - 1];
    if (last != '{' && last != '[' && last != ':') {
        append(json, ",", 1);
    }
}

void rh_json_start(rh_json_t *json, char *buffer, size_t size)
{
    *json = (rh_json_t){.size = size, .is_full = size == 0};
    json->text = buffer;
}

void rh_json_open(rh_json_t *json, char bracket)
{
    separate(json);
    append(json, &bracket, 1);
}

void rh_json_close(rh_json_t *json, char bracket)
{
    append(json, &bracket, 1);
}

void rh_json_key(rh_json_t *json, const char *name)
{
    separate(json);
    append(json, "\"", 1);
    append(json, name, strlen(name));
    append(json, "\":", 2);
}

/* Length of the valid UTF-8 sequence at `text`, or 0: no overlong forms, no surrogates,
 * nothing beyond U+10FFFF. The NUL at the end of the text is no continuation byte. */
static size_t sequence_length(const unsigned char *text)
{
    static const struct {
        unsigned char first_min, first_max, second_min, second_max;
        size_t length;
    } forms[] = {
        {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
        {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3},
        {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
        {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (text[0] < forms[i].first_min || text[0] > forms[i].first_max) {
            continue;
        }
        if (text[1] < forms[i].second_min || text[1] > forms[i].second_max) {
            return 0;
        }
        for (size_t k = 2; k < forms[i].length; k++) {
            if ((text[k] & 0xC0) != 0x80) {
                return 0;
            }
        }
        return forms[i].length;
    }
    return 0;
}

static size_t append_escaped(rh_json_t *json, const unsigned char *text)
{
    static const char short_form[] = "\"\"\\\\\nn\rr\tt\bb\ff";
    const char *pair = short_form;
    while (*pair != '\0' && (unsigned char)*pair != *text) {
        pair += 2;
    }
    if (*pair != '\0') {
        append(json, (char[]){'\\', pair[1]}, 2);
        return 1;
    }
    if (*text < 0x20) {
        char code[8];
        append(json, code, (size_t)snprintf(code, sizeof(code), "\\u%04x", *text));
        return 1;
    }
    size_t length = sequence_length(text);
    if (length == 0) {
        append(json, "\xEF\xBF\xBD", 3);
        return 1;
    }
    append(json, (const char *)text, length);
    return length;
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

void rh_json_text(rh_json_t *json, const char *text)
{
    if (text == NULL) {
        rh_json_null(json);
        return;
    }
    separate(json);
    append(json, "\"", 1);
    const unsigned char *at = (const unsigned char *)text;
    while (*at != '\0') {
        const unsigned char *end = at;
        while (is_plain(*end)) {
            end++;
        }
        append(json, (const char *)at, (size_t)(end - at));
        at = *end == '\0' ? end : end + append_escaped(json, end);
    }
    append(json, "\"", 1);
}

/* Digits of `value`, at least `least` of them, into the end of `room`. */
static const char *digits(uint64_t value, int least, char room[static 24])
{
    char *at = room + 23;
    *at = '\0';
    while (value != 0 || least > 0) {
        *--at = (char)('0' + value % 10);
        value /= 10;
        least--;
    }
    return at;
}

static void append_digits(rh_json_t *json, uint64_t value, int least)
{
    char room[24];
    const char *text = digits(value, least, room);
    append(json, text, strlen(text));
}

void rh_json_u64(rh_json_t *json, uint64_t value)
{
    separate(json);
    append_digits(json, value, 1);
}

void rh_json_i64(rh_json_t *json, int64_t value)
{
    separate(json);
    if (value < 0) {
        append(json, "-", 1);
    }
    append_digits(json, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 1);
}

void rh_json_number(rh_json_t *json, double value, int decimals)
{
    static const int64_t scales[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
    int64_t scale = scales[decimals >= 0 && decimals <= 6 ? decimals : 6];
    double scaled = value * (double)scale;

    if (!isfinite(value)) {
        rh_json_null(json);
        return;
    }
    separate(json);
    if (!(fabs(scaled) < 9e15)) {
        char text[32];
        append(json, text, (size_t)snprintf(text, sizeof(text), "%.16e", value));
        return;
    }
    int64_t rounded = (int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    uint64_t size = rounded < 0 ? 0 - (uint64_t)rounded : (uint64_t)rounded;
    if (rounded < 0) {
        append(json, "-", 1);
    }
    append_digits(json, size / (uint64_t)scale, 1);
    if (decimals > 0) {
        append(json, ".", 1);
        append_digits(json, size % (uint64_t)scale, decimals <= 6 ? decimals : 6);
    }
}

void rh_json_flag(rh_json_t *json, bool value)
{
    separate(json);
    append(json, value ? "true" : "false", value ? 4 : 5);
}

void rh_json_null(rh_json_t *json)
{
    separate(json);
    append(json, "null", 4);
}

void rh_json_raw(rh_json_t *json, const char *text, size_t length)
{
    separate(json);
    append(json, text, length);
}

bool rh_json_end(rh_json_t *json)
{
    if (!json->is_full) {
        json->text[json->used] = '\0';
    }
    return !json->is_full;
}
