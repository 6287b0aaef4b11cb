/* SPDX-License-Identifier: Apache-2.0 */
/* Answers out of what this room remembers of the loop. */
#include "queries.h"

#include <string.h>

#include "names.h"
#include "publish_parts.h"
#include "rh/units.h"

bool rh_query_hello(rh_publish_t *publish, const rh_ask_t *ask, rh_json_t *result,
                    rh_error_t *error)
{
    (void)error;
    const struct {
        const char *key, *text;
    } texts[] = {
        {"machine", publish->settings.machine},
        {"boot", publish->settings.boot},
        {"version", RH_VERSION},
        {"role", ask->role == RH_ROLE_TRAINER ? "trainer" : "viewer"},
    };
    rh_json_open(result, '{');
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        rh_json_key(result, texts[i].key);
        rh_json_text(result, texts[i].text);
    }
    rh_json_key(result, "v");
    rh_json_i64(result, RH_WIRE_VERSION);
    rh_json_key(result, "verbs");
    rh_json_open(result, '[');
    for (size_t i = 0; i < rh_verb_count(); i++) {
        if (rh_verb_at(i)->role <= ask->role) {
            rh_json_text(result, rh_verb_at(i)->name);
        }
    }
    rh_json_close(result, ']');
    rh_json_close(result, '}');
    return true;
}

/* ---- the last of everything ---- */

static void write_kept(const rh_stream_t *stream, rh_topic_t topic, rh_json_t *result)
{
    size_t length = 0;
    const char *body = rh_stream_kept(stream, topic, &length);
    rh_json_key(result, rh_name_topic(topic));
    if (body == NULL) {
        rh_json_null(result);
    } else {
        rh_json_raw(result, body, length);
    }
}

static void write_faults(const rh_stream_t *stream, rh_json_t *result)
{
    rh_json_key(result, "faults");
    rh_json_open(result, '[');
    for (uint32_t i = 0; i < RH_FAULT_COUNT; i++) {
        size_t length = 0;
        const char *body = rh_stream_open_fault(stream, i, &length);
        if (body != NULL) {
            rh_json_raw(result, body, length);
        }
    }
    rh_json_close(result, ']');
}

bool rh_query_snapshot(rh_publish_t *publish, const rh_ask_t *ask, rh_json_t *result,
                       rh_error_t *error)
{
    static const rh_topic_t kept[] = {RH_TOPIC_STATE,   RH_TOPIC_LIVE,
                                      RH_TOPIC_REP,     RH_TOPIC_SET,
                                      RH_TOPIC_SESSION, RH_TOPIC_HEALTH};
    const rh_stream_t *stream = &publish->stream;
    (void)ask;
    (void)error;
    rh_json_open(result, '{');
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        write_kept(stream, kept[i], result);
    }
    write_faults(stream, result);
    rh_json_key(result, "seq");
    rh_json_open(result, '{');
    for (uint32_t i = 0; i < RH_TOPIC_COUNT; i++) {
        rh_json_key(result, rh_name_topic(i));
        rh_json_u64(result, stream->seq[i]);
    }
    rh_json_close(result, '}');
    rh_json_close(result, '}');
    return true;
}

bool rh_query_faults(rh_publish_t *publish, const rh_ask_t *ask, rh_json_t *result,
                     rh_error_t *error)
{
    (void)ask;
    (void)error;
    rh_json_open(result, '{');
    write_faults(&publish->stream, result);
    rh_json_close(result, '}');
    return true;
}

bool rh_query_config(rh_publish_t *publish, const rh_ask_t *ask, rh_json_t *result,
                     rh_error_t *error)
{
    (void)ask;
    (void)error;
    rh_json_open(result, '{');
    rh_json_key(result, "text");
    rh_json_text(result, publish->settings.config_text);
    rh_json_close(result, '}');
    return true;
}

bool rh_query_devices(rh_publish_t *publish, const rh_ask_t *ask, rh_json_t *result,
                      rh_error_t *error)
{
    (void)ask;
    (void)error;
    const rh_fields_t *health = &rh_topic_fields[RH_TOPIC_HEALTH];
    /* the two lists stand last in the table of health */
    rh_json_open(result, '{');
    rh_fields_write(result, health, health->count - 2, &publish->health);
    rh_json_close(result, '}');
    return true;
}

/* ---- the lease ---- */

static void write_lease(const rh_lease_t *lease, rh_json_t *result)
{
    rh_json_open(result, '{');
    rh_json_key(result, "lease");
    rh_json_text(result, lease->id);
    rh_json_key(result, "ttl_ms");
    rh_json_i64(result, RH_WIRE_LEASE_MS);
    rh_json_close(result, '}');
}

static const char *text_of(const rh_ask_t *ask, const char *name)
{
    return json_string_value(json_object_get(ask->args, name));
}

bool rh_query_lease_take(rh_publish_t *publish, const rh_ask_t *ask, rh_json_t *result,
                         rh_error_t *error)
{
    rh_lease_t *lease = &publish->lease;
    if (!rh_lease_take(lease, text_of(ask, "name"), ask->asked_ns)) {
        return rh_refuse(error, RH_WIRE_ERROR_LEASE_HELD, "the lease is held by %s",
                         lease->holder);
    }
    write_lease(lease, result);
    rh_publish_lease_changed(publish);
    return true;
}

static bool refuse_lease(const rh_lease_t *lease, rh_error_t *error)
{
    return rh_refuse(
        error, RH_WIRE_ERROR_LEASE_NEEDED, "this lease is not in force: %s%s",
        rh_lease_is_held(lease) ? "held by " : "nobody holds it", lease->holder);
}

bool rh_query_lease_keep(rh_publish_t *publish, const rh_ask_t *ask, rh_json_t *result,
                         rh_error_t *error)
{
    if (!rh_lease_keep(&publish->lease, text_of(ask, "lease"), ask->asked_ns)) {
        return refuse_lease(&publish->lease, error);
    }
    write_lease(&publish->lease, result);
    return true;
}

bool rh_query_lease_drop(rh_publish_t *publish, const rh_ask_t *ask, rh_json_t *result,
                         rh_error_t *error)
{
    if (!rh_lease_drop(&publish->lease, text_of(ask, "lease"))) {
        return refuse_lease(&publish->lease, error);
    }
    rh_json_open(result, '{');
    rh_json_close(result, '}');
    rh_publish_lease_changed(publish);
    return true;
}
