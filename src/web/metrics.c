/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prometheus' text format, version 0.0.4: base units, `_total` on counters, one HELP
 * and one TYPE line per family. A figure that is not known is left out, never shown as
 * 0.
 */
#include "metrics.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "rh/rep.h"
#include "rh/snapshot.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* One family read from one key of a message, its value times `scale`. */
typedef struct {
    const char *key, *name, *type, *help;
    double scale;
} figure_t;

static const figure_t health_figures[] = {
    {"uptime_s", "revhyper_uptime_seconds", "gauge", "Since the daemon started", 1},
    {"ticks", "revhyper_ticks_total", "counter", "Control ticks", 1},
    {"overruns", "revhyper_overruns_total", "counter", "Ticks over 4 ms late", 1},
    {"tick_p99_us", "revhyper_tick_p99_seconds", "gauge", "Cost of a tick, p99", 1e-6},
    {"tick_max_us", "revhyper_tick_max_seconds", "gauge", "Cost of a tick", 1e-6},
    {"late_p99_us", "revhyper_late_p99_seconds", "gauge", "Start of tick, p99", 1e-6},
    {"late_max_us", "revhyper_late_max_seconds", "gauge", "Start of tick, most", 1e-6},
    {"events_lost", "revhyper_events_lost_total", "counter",
     "Events of the control loop that nobody will see", 1},
    {"live_dropped", "revhyper_live_dropped_total", "counter",
     "Live messages that the stream's readers did not take", 1},
    {"unsaved", "revhyper_unsaved_rows", "gauge", "Rows that wait for the disk", 1},
    {"memory_bytes", "revhyper_memory_bytes", "gauge", "Resident memory", 1},
    {"is_realtime", "revhyper_realtime", "gauge", "1 with real-time priority", 1},
    {"is_wakeful", "revhyper_wakeful", "gauge", "1 with bounded processor sleep", 1},
};

static const figure_t bus_figures[] = {
    {"is_up", "revhyper_bus_up", "gauge", "1 while the bus answers", 1},
    {"rate_hz", "revhyper_bus_cycles_per_second", "gauge", "Cycles of the bus", 1},
    {"busy_frac", "revhyper_bus_busy_ratio", "gauge", "Share of the wire in use", 1},
    {"requests", "revhyper_bus_requests_total", "counter", "Requests", 1},
    {"errors", "revhyper_bus_errors_total", "counter", "Requests that failed", 1},
};

static const figure_t device_figures[] = {
    {"age_ns", "revhyper_device_age_seconds", "gauge", "Since its last reply", 1e-9},
    {"errors", "revhyper_device_errors_total", "counter", "Requests that failed", 1},
};

static const figure_t state_figures[] = {
    {"armed", "revhyper_armed", "gauge", "1 while the motor may act", 1},
    {"load_kg", "revhyper_load_kilograms", "gauge", "Training load commanded", 1},
    {"reps", "revhyper_set_reps", "gauge", "Full reps of the running or last set", 1},
    {"partials", "revhyper_set_partials", "gauge", "Partial reps of that set", 1},
};

static const figure_t rep_figures[] = {
    {"range_deg", "revhyper_rep_range_degrees", "gauge", "Range of the last rep", 1},
    {"lift_rate_mean_dps", "revhyper_rep_lift_rate_degrees_per_second", "gauge",
     "Mean rate of the last rep's lift", 1},
    {"force_peak_n", "revhyper_rep_force_peak_newtons", "gauge",
     "Peak strap force of the last rep", 1},
    {"work_lift_j", "revhyper_rep_work_lift_joules", "gauge",
     "Work of the last rep's lift", 1},
};

static void print_head(FILE *out, const figure_t *figure)
{
    (void)fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", figure->name, figure->help,
                  figure->name, figure->type);
}

/* A label's value: backslash, quote and line break are escaped. */
static void print_label(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\\' || *text == '"') {
            (void)fputc('\\', out);
        }
        (void)fputs(*text == '\n' ? "\\n" : (char[]){*text, '\0'}, out);
    }
}

static bool read_number(const json_t *object, const figure_t *figure, double *value)
{
    const json_t *found = json_object_get(object, figure->key);
    if (json_is_boolean(found)) {
        *value = json_is_true(found) ? 1 : 0;
        return true;
    }
    *value = json_number_value(found) * figure->scale;
    return json_is_number(found);
}

static void print_figures(FILE *out, const char *text, const figure_t *figures,
                          size_t count)
{
    json_t *object = text == NULL ? NULL : json_loads(text, 0, NULL);
    double value = 0;
    for (size_t i = 0; i < count; i++) {
        if (read_number(object, &figures[i], &value)) {
            print_head(out, &figures[i]);
            (void)fprintf(out, "%s %.10g\n", figures[i].name, value);
        }
    }
    json_decref(object);
}

static void print_member(FILE *out, const json_t *member, const figure_t *figure,
                         const char *label)
{
    const char *name = json_string_value(json_object_get(member, "name"));
    double value = 0;
    if (name == NULL || !read_number(member, figure, &value)) {
        return;
    }
    (void)fprintf(out, "%s{%s=\"", figure->name, label);
    print_label(out, name);
    (void)fprintf(out, "\"} %.10g\n", value);
}

/* The members of an array in `text`, each under a label with its name. */
static void print_members(FILE *out, const char *text, const char *array,
                          const char *label, const figure_t *figures, size_t count)
{
    json_t *object = text == NULL ? NULL : json_loads(text, 0, NULL);
    const json_t *members = json_object_get(object, array);
    for (size_t i = 0; i < count && json_array_size(members) > 0; i++) {
        print_head(out, &figures[i]);
        for (size_t k = 0; k < json_array_size(members); k++) {
            print_member(out, json_array_get(members, k), &figures[i], label);
        }
    }
    json_decref(object);
}

static void print_topics(FILE *out, const char *name, const char *help,
                         const uint64_t *counts)
{
    (void)fprintf(out, "# HELP %s %s\n# TYPE %s counter\n", name, help, name);
    for (uint32_t i = 0; i < RH_TOPIC_COUNT; i++) {
        (void)fprintf(out, "%s{topic=\"%s\"} %llu\n", name, rh_name_topic(i),
                      (unsigned long long)counts[i]);
    }
}

static void print_own(FILE *out, const char *name, const char *type, const char *help,
                      uint64_t value)
{
    (void)fprintf(out, "# HELP %s %s\n# TYPE %s %s\n%s %llu\n", name, help, name, type,
                  name, (unsigned long long)value);
}

static bool is_heard(const rh_metrics_t *metrics)
{
    int64_t heard_ms = metrics->counts.heard_ms;
    return heard_ms != INT64_MIN && metrics->now_ms - heard_ms <= RH_METRICS_FRESH_MS;
}

static void print_gateway(FILE *out, const rh_metrics_t *metrics)
{
    const rh_hub_counts_t *counts = &metrics->counts;
    print_own(out, "revhyper_up", "gauge", "1 while the stream is heard",
              is_heard(metrics));
    print_own(out, "revhyper_web_browsers", "gauge", "Open /ws and /events",
              (uint64_t)metrics->browsers);
    print_topics(out, "revhyper_web_messages_total", "Messages heard",
                 counts->messages);
    print_topics(out, "revhyper_web_gaps_total", "Sequence numbers that never came",
                 counts->gaps);
    print_own(out, "revhyper_web_malformed_total", "counter", "Messages refused",
              counts->malformed);
    print_own(out, "revhyper_web_live_skipped_total", "counter",
              "Live messages that browsers did not take", counts->live_skipped);
    print_own(out, "revhyper_web_late_total", "counter",
              "Browsers disconnected for being too slow", counts->late_readers);
    print_own(out, "revhyper_web_daemon_starts_total", "counter",
              "Starts of the daemon seen", counts->starts);
}

char *rh_metrics_text(const rh_metrics_t *metrics)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) {
        return NULL;
    }
    print_gateway(out, metrics);
    print_figures(out, metrics->health, health_figures, COUNT(health_figures));
    print_members(out, metrics->health, "buses", "bus", bus_figures,
                  COUNT(bus_figures));
    print_members(out, metrics->health, "devices", "device", device_figures,
                  COUNT(device_figures));
    print_figures(out, metrics->state, state_figures, COUNT(state_figures));
    print_figures(out, metrics->rep, rep_figures, COUNT(rep_figures));
    return fclose(out) == 0 ? text : NULL;
}

bool rh_metrics_healthz(const rh_metrics_t *metrics, char **text)
{
    bool heard = is_heard(metrics);
    int64_t age_ms = metrics->counts.heard_ms == INT64_MIN
                         ? -1
                         : metrics->now_ms - metrics->counts.heard_ms;
    if (asprintf(text, "{\"ok\":%s,\"stream_age_ms\":%lld,\"browsers\":%d}\n",
                 heard ? "true" : "false", (long long)age_ms, metrics->browsers) < 0) {
        *text = NULL;
    }
    return heard;
}

typedef struct {
    const char *name, *unit;
    int decimals;
    const char *help;
} key_row_t;

#define KEY_ROW(name, unit, decimals, help) {#name, unit, decimals, help},

/* load_kg stands in two tables, with the same unit and decimals; the first one counts.
 */
static const key_row_t keys[] = {RH_LIVE_NUMBERS(KEY_ROW) RH_STATE_NUMBERS(KEY_ROW)
                                     RH_REP_NUMBERS(KEY_ROW)};

char *rh_metrics_keys(void)
{
    json_t *root = json_object();
    for (size_t i = 0; i < COUNT(keys); i++) {
        if (json_object_get(root, keys[i].name) == NULL) {
            (void)json_object_set_new(root, keys[i].name,
                                      json_pack("{s:s, s:i, s:s}", "unit", keys[i].unit,
                                                "decimals", keys[i].decimals, "help",
                                                keys[i].help));
        }
    }
    char *text = json_dumps(root, JSON_COMPACT);
    json_decref(root);
    return text;
}
