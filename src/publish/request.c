/* SPDX-License-Identifier: Apache-2.0 */
/* A tolerant scan first (depth, and the id even of what is no JSON), then jansson, then
 * the envelope by its table. */
#include "request.h"

#include <stdlib.h>
#include <string.h>

#include "rh/wire.h"

static bool is_id_character(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           c == '-' || c == '_' || c == '.' || c == ':';
}

static bool take_id(rh_ask_t *ask, const char *text, size_t length)
{
    if (length == 0 || length >= sizeof(ask->id)) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (!is_id_character(text[i])) {
            return false;
        }
    }
    memcpy(ask->id, text, length);
    ask->id[length] = '\0';
    return true;
}

static size_t skip_space(const char *frame, size_t length, size_t at)
{
    while (at < length && strchr(" \t\r\n", frame[at]) != NULL && frame[at] != '\0') {
        at++;
    }
    return at;
}

/* From behind an opening quote to the closing one, or to the end. */
static size_t skip_string(const char *frame, size_t length, size_t at)
{
    while (at < length && frame[at] != '"') {
        at += frame[at] == '\\' ? 2 : 1;
    }
    return at < length ? at : length;
}

/* Behind the key "id": a colon and a string. */
static void scan_id(rh_ask_t *ask, const char *frame, size_t length, size_t at)
{
    at = skip_space(frame, length, at);
    if (at >= length || frame[at] != ':') {
        return;
    }
    at = skip_space(frame, length, at + 1);
    if (at < length && frame[at] == '"') {
        size_t end = skip_string(frame, length, at + 1);
        (void)take_id(ask, frame + at + 1, end - at - 1);
    }
}

/* The deepest nesting; on the way, the id of whatever this is. */
static int scan(rh_ask_t *ask, const char *frame, size_t length)
{
    int depth = 0;
    int deepest = 0;
    for (size_t at = 0; at < length; at++) {
        char c = frame[at];
        if (c == '"') {
            size_t end = skip_string(frame, length, at + 1);
            bool is_id = depth == 1 && end - at == 3 && end < length &&
                         memcmp(frame + at, "\"id\"", 4) == 0;
            if (is_id && ask->id[0] == '\0') {
                scan_id(ask, frame, length, end + 1);
            }
            at = end;
        } else if (c == '{' || c == '[') {
            depth++;
            deepest = depth > deepest ? depth : deepest;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return deepest;
}

/* ---- the envelope ---- */

typedef bool take_t(rh_ask_t *ask, const json_t *value);

static bool take_request_id(rh_ask_t *ask, const json_t *value)
{
    ask->id[0] = '\0';
    return json_is_string(value) &&
           take_id(ask, json_string_value(value), json_string_length(value));
}

static bool take_verb(rh_ask_t *ask, const json_t *value)
{
    ask->verb = json_string_value(value);
    return ask->verb != NULL;
}

static bool take_args(rh_ask_t *ask, const json_t *value)
{
    ask->args = value;
    return json_is_object(value);
}

static bool take_lease(rh_ask_t *ask, const json_t *value)
{
    ask->lease = json_string_value(value);
    return ask->lease != NULL;
}

static bool take_machine(rh_ask_t *ask, const json_t *value)
{
    ask->machine = json_string_value(value);
    return ask->machine != NULL;
}

static bool take_expect(rh_ask_t *ask, const json_t *value)
{
    const json_t *seq = json_object_get(value, "state_seq");
    ask->expects_state = true;
    ask->state_seq = (uint64_t)json_integer_value(seq);
    return json_is_integer(seq) && json_integer_value(seq) >= 0 &&
           json_object_size(value) == 1;
}

static bool take_deadline(rh_ask_t *ask, const json_t *value)
{
    ask->deadline_ms = json_integer_value(value);
    return json_is_integer(value) && ask->deadline_ms >= 0;
}

static const struct {
    const char *key;
    take_t *take;
    const char *form;
} envelope[] = {
    {"id", take_request_id, "a text of 1 to 64 letters, digits and - _ . :"},
    {"verb", take_verb, "a text"},
    {"args", take_args, "an object"},
    {"lease", take_lease, "the text that lease.take gave"},
    {"machine", take_machine, "the machine's name"},
    {"expect", take_expect, "{\"state_seq\": a whole number}"},
    {"deadline_ms", take_deadline, "a whole number of milliseconds"},
};
#define ENVELOPE_KEYS (sizeof(envelope) / sizeof(envelope[0]))

static bool take_key(rh_ask_t *ask, const char *key, const json_t *value,
                     rh_error_t *error)
{
    for (size_t i = 0; i < ENVELOPE_KEYS; i++) {
        if (strcmp(envelope[i].key, key) == 0) {
            return envelope[i].take(ask, value) ||
                   rh_refuse(error, RH_WIRE_ERROR_MALFORMED, "%s is not %s", key,
                             envelope[i].form);
        }
    }
    return rh_refuse(error, RH_WIRE_ERROR_UNKNOWN_ARG,
                     "the request has a key \"%.40s\" that nobody knows", key);
}

static bool read_envelope(rh_ask_t *ask, rh_error_t *error)
{
    const char *key = NULL;
    json_t *value = NULL;

    /* the id first, so that an error in any other key can name it */
    value = json_object_get(ask->root, "id");
    if (value == NULL) {
        return rh_refuse(error, RH_WIRE_ERROR_MALFORMED, "the request has no id");
    }
    if (!take_key(ask, "id", value, error)) {
        return false;
    }
    json_object_foreach(ask->root, key, value)
    {
        if (!take_key(ask, key, value, error)) {
            return false;
        }
    }
    return ask->verb != NULL ||
           rh_refuse(error, RH_WIRE_ERROR_MALFORMED, "the request has no verb");
}

/* FNV-1a over one spelling of the request, whatever the order of its keys was. */
static bool read_content(rh_ask_t *ask, rh_error_t *error)
{
    char *text = json_dumps(ask->root, JSON_COMPACT | JSON_SORT_KEYS);
    if (text == NULL) {
        return rh_refuse(error, RH_WIRE_ERROR_BUSY, "no memory for the request");
    }
    ask->content = 14695981039346656037u;
    for (const char *at = text; *at != '\0'; at++) {
        ask->content = (ask->content ^ (unsigned char)*at) * 1099511628211u;
    }
    free(text);
    return true;
}

bool rh_ask_read(rh_ask_t *ask, const char *frame, size_t length, rh_error_t *error)
{
    *ask = (rh_ask_t){.deadline_ms = -1};
    int depth = scan(ask, frame, length);
    if (length > RH_WIRE_REQUEST_MAX) {
        return rh_refuse(error, RH_WIRE_ERROR_TOO_LARGE, "the request has %zu bytes",
                         length);
    }
    if (depth > RH_WIRE_DEPTH_MAX) {
        return rh_refuse(error, RH_WIRE_ERROR_TOO_DEEP, "the request nests %d levels",
                         depth);
    }
    json_error_t why;
    ask->root = json_loadb(frame, length, JSON_REJECT_DUPLICATES, &why);
    if (ask->root == NULL) {
        return rh_refuse(error, RH_WIRE_ERROR_MALFORMED, "no JSON: %.120s (byte %d)",
                         why.text, why.position);
    }
    if (!json_is_object(ask->root)) {
        return rh_refuse(error, RH_WIRE_ERROR_MALFORMED, "the request is no object");
    }
    return read_envelope(ask, error) && read_content(ask, error);
}

void rh_ask_close(rh_ask_t *ask)
{
    json_decref(ask->root);
    ask->root = NULL;
}
