/* SPDX-License-Identifier: Apache-2.0 */
/* The few keys that the gateway reads of each message. */
#include "envelope.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "names.h"

static const char prefix[] = "rh/1/";
_Static_assert(RH_WIRE_VERSION == 1, "the prefix names the wire's version");

static bool find_topic(const char *address, rh_topic_t *topic)
{
    if (strncmp(address, prefix, strlen(prefix)) != 0) {
        return false;
    }
    const char *machine = address + strlen(prefix);
    const char *slash = strchr(machine, '/');
    if (slash == NULL || slash == machine) {
        return false;
    }
    for (uint32_t i = 0; i < RH_TOPIC_COUNT; i++) {
        if (strcmp(slash + 1, rh_name_topic(i)) == 0) {
            *topic = (rh_topic_t)i;
            return true;
        }
    }
    return false;
}

static bool copy_text(const json_t *object, const char *key, char *out)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (text == NULL || strlen(text) >= RH_ENVELOPE_TEXT) {
        return false;
    }
    (void)snprintf(out, RH_ENVELOPE_TEXT, "%s", text);
    return true;
}

static bool read_keys(const json_t *object, rh_envelope_t *envelope)
{
    const json_t *seq = json_object_get(object, "seq");
    if (!json_is_integer(seq) || !copy_text(object, "boot", envelope->boot)) {
        return false;
    }
    envelope->seq = json_integer_value(seq);
    envelope->is_snap = json_is_true(json_object_get(object, "snap"));
    envelope->is_open = json_is_true(json_object_get(object, "open"));
    if (envelope->topic == RH_TOPIC_REP) {
        return copy_text(object, "id", envelope->key);
    }
    if (envelope->topic == RH_TOPIC_FAULT) {
        return copy_text(object, "fault", envelope->key);
    }
    return true;
}

bool rh_envelope_read(const char *address, const char *body, size_t length,
                      rh_envelope_t *envelope)
{
    *envelope = (rh_envelope_t){0};
    /* A line break would end the `data:` line of the event stream. */
    if (!find_topic(address, &envelope->topic) || memchr(body, '\n', length) != NULL ||
        memchr(body, '\r', length) != NULL) {
        return false;
    }
    json_t *object = json_loadb(body, length, JSON_REJECT_DUPLICATES, NULL);
    bool is_good = json_is_object(object) && read_keys(object, envelope);
    json_decref(object);
    return is_good;
}

size_t rh_envelope_mark_snap(const char *body, size_t length, char *out)
{
    /* Inside a JSON string the quotes would carry a backslash, so this is the key. */
    static const char key[] = "\"snap\":";
    static const char was[] = "false";
    const char *at = memmem(body, length, key, strlen(key));
    size_t before = at == NULL ? length : (size_t)(at - body) + strlen(key);
    while (before < length && body[before] == ' ') {
        before++;
    }
    memcpy(out, body, length);
    out[length] = '\0';
    if (length - before < strlen(was) || memcmp(body + before, was, strlen(was)) != 0) {
        return length;
    }
    memcpy(out + before, "true", 4);
    memmove(out + before + 4, out + before + 5, length - before - 5 + 1);
    return length - 1;
}
