/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of the stream for people: one printer per topic; see message.h. */
#include "message.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fields.h"
#include "load.h"
#include "names.h"

typedef void (*print_t)(const json_t *message, rh_units_t units);

static const char *load_of(const json_t *message, rh_units_t units, char *text,
                           size_t size)
{
    return rh_load_text(rh_number(message, "load_kg"), units, text, size);
}

/* "range 72.1 deg, " or, for null, "range unknown, ". */
static void part(const char *label, const json_t *message, const char *key,
                 int decimals, const char *unit)
{
    double value = rh_number(message, key);
    if (isfinite(value)) {
        printf("%s %.*f %s, ", label, decimals, value, unit);
    } else {
        printf("%s unknown, ", label);
    }
}

/* "no_hold" reads "no hold". */
static void plain(const char *word)
{
    for (; *word != '\0'; word++) {
        putchar(*word == '_' ? ' ' : *word);
    }
}

static void print_state(const json_t *state, rh_units_t units)
{
    char load[RH_LOAD_TEXT];
    const char *holder = rh_text(json_object_get(state, "lease"), "holder", "nobody");
    printf("%s, session %s, mode %s, load %s, lease held by %s",
           rh_text(state, "safety", "?"), rh_text(state, "session", "?"),
           rh_text(state, "mode", "?"), load_of(state, units, load, sizeof load),
           holder);
    if (json_array_size(json_object_get(state, "faults")) > 0) {
        printf(", %zu faults open", json_array_size(json_object_get(state, "faults")));
    }
}

static void print_live(const json_t *live, rh_units_t units)
{
    char load[RH_LOAD_TEXT];
    part(rh_text(live, "phase", "?"), live, "angle_deg", 1, "deg");
    part("rate", live, "rate_dps", 1, "deg/s");
    part("force left", live, "force_left_n", 0, "N");
    part("right", live, "force_right_n", 0, "N");
    part("motor", live, "torque_granted_nm", 1, "N m");
    printf("load %s",
           rh_load_text(rh_number(live, "load_applied_kg"), units, load, sizeof load));
}

static void print_verdict(const json_t *rep)
{
    const json_t *reasons = json_object_get(rep, "reasons");
    size_t count = json_array_size(reasons);
    printf("%s", count == 0 ? "clean" : "not clean: ");
    for (size_t i = 0; i < count; i++) {
        const char *word = json_string_value(json_array_get(reasons, i));
        printf("%s", i > 0 ? ", " : "");
        plain(word != NULL ? word : "?");
    }
    printf("%s", rh_flag(rep, "counted") ? "" : "; not counted");
    printf("%s", json_is_false(json_object_get(rep, "persisted"))
                     ? "; NOT SAVED: the disk fails"
                     : "");
}

static void print_rep(const json_t *rep, rh_units_t units)
{
    char load[RH_LOAD_TEXT];
    printf("%lld of set %lld: ", rh_count(rep, "rep"), rh_count(rep, "set"));
    part("range", rep, "range_deg", 1, "deg");
    part("lift", rep, "lift_s", 2, "s");
    part("hold", rep, "hold_s", 2, "s");
    part("lower", rep, "lower_s", 2, "s");
    printf("load %s, ", load_of(rep, units, load, sizeof load));
    print_verdict(rep);
}

static void print_set(const json_t *set, rh_units_t units)
{
    char load[RH_LOAD_TEXT];
    printf("%lld: %lld reps, %lld of them clean, %lld partial, %s, mode %s, load %s",
           rh_count(set, "set"), rh_count(set, "reps"), rh_count(set, "clean"),
           rh_count(set, "partials"), rh_text(set, "kind", "?"),
           rh_text(set, "mode", "?"), load_of(set, units, load, sizeof load));
}

static void print_session(const json_t *session, rh_units_t units)
{
    (void)units;
    printf("%s: %lld sets, %lld reps, %lld partial",
           rh_flag(session, "is_open") ? "open" : "ended", rh_count(session, "sets"),
           rh_count(session, "reps"), rh_count(session, "partials"));
}

static void print_cue(const json_t *cue, rh_units_t units)
{
    (void)units;
    printf("%s (%s)", rh_text(cue, "cue", "?"), rh_text(cue, "reason", "?"));
}

/* What is not in the head of every message belongs to the event. */
static int is_head(const char *key)
{
    static const char *const head[] = {"v",   "machine", "boot",  "seq",  "mono_ns",
                                       "utc", "snap",    "event", "text", "topic"};
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++) {
        if (strcmp(head[i], key) == 0) {
            return 1;
        }
    }
    return 0;
}

static void print_event(const json_t *event, rh_units_t units)
{
    (void)units;
    const char *key;
    json_t *value;
    plain(rh_text(event, "event", "?"));
    json_object_foreach((json_t *)event, key, value)
    {
        if (is_head(key)) {
            continue;
        }
        printf(", %s ", key);
        json_dumpf(value, stdout, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
    }
}

static void print_fault(const json_t *fault, rh_units_t units)
{
    (void)units;
    const char *id = rh_text(fault, "fault", "?");
    if (!rh_flag(fault, "open")) {
        printf("%s is gone", id);
        return;
    }
    printf("%s: %s — %s", id, rh_text(fault, "sentence", ""),
           rh_text(fault, "remedy", ""));
}

static void print_health(const json_t *health, rh_units_t units)
{
    (void)units;
    part("up", health, "uptime_s", 0, "s");
    part("tick p99", health, "tick_p99_us", 0, "us");
    part("late p99", health, "late_p99_us", 0, "us");
    printf("overruns %lld, live messages dropped %lld", rh_count(health, "overruns"),
           rh_count(health, "live_dropped"));
}

static const print_t printers[RH_TOPIC_COUNT] = {
    [RH_TOPIC_STATE] = print_state,     [RH_TOPIC_LIVE] = print_live,
    [RH_TOPIC_REP] = print_rep,         [RH_TOPIC_SET] = print_set,
    [RH_TOPIC_SESSION] = print_session, [RH_TOPIC_CUE] = print_cue,
    [RH_TOPIC_EVENT] = print_event,     [RH_TOPIC_FAULT] = print_fault,
    [RH_TOPIC_HEALTH] = print_health,
};

void rh_message_print(rh_topic_t topic, const json_t *message, rh_units_t units)
{
    const char *time = strchr(rh_text(message, "utc", ""), 'T');
    if (time != NULL) {
        printf("%.12s ", time + 1);
    }
    printf("%s ", rh_name_topic(topic));
    printers[topic](message, units);
    putchar('\n');
    (void)fflush(stdout);
}
