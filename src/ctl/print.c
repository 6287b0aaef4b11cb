/* SPDX-License-Identifier: Apache-2.0 */
/* Answers for people; see print.h. */
#include "print.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fields.h"
#include "load.h"
#include "names.h"
#include "rh/state.h"

#define SHOWN_DEG 0.05 /* tenths are shown */

/* One line of `status`. */
typedef struct {
    const rh_options_t *options;
    const json_t *snapshot, *state, *live;
} view_t;

typedef struct {
    const char *label;
    void (*print)(const view_t *view);
} line_t;

/* What each state of the gate means to the person in front of the machine. */
static const char *const safety_meaning[RH_SAFETY_COUNT] = {
    [RH_SAFETY_LOCKED] = "motor off until it is reset",
    [RH_SAFETY_IDLE] = "motor off, may be armed",
    [RH_SAFETY_ARMED] = "motor on",
    [RH_SAFETY_FLOAT] = "comfort stop: load off, legs float",
    [RH_SAFETY_GRIPS] = "grips let go: load goes off, legs come down",
    [RH_SAFETY_SAFE1] = "stopped: legs are lowered under control",
    [RH_SAFETY_SAFE2] = "stopped: a sensor is lost, legs are lowered blind",
    [RH_SAFETY_SAFE3] = "cut: the motor has no power, the brake lowers the legs",
    [RH_SAFETY_PROBE] =
        "relay, polarity or torque is being tried: keep away from the arm",
};

static const char *meaning(const char *safety)
{
    for (uint32_t i = 0; i < RH_SAFETY_COUNT; i++) {
        if (strcmp(rh_name_safety(i), safety) == 0) {
            return safety_meaning[i];
        }
    }
    return "a state that this console does not know";
}

/* A number with its unit, or "unknown". */
static void quantity(double value, const char *unit)
{
    if (isfinite(value)) {
        printf("%.1f %s", value, unit);
    } else {
        printf("unknown");
    }
}

static void line_machine(const view_t *view)
{
    double uptime_s = rh_number(json_object_get(view->snapshot, "health"), "uptime_s");
    printf("%s, up ", rh_text(view->state, "machine", "unnamed"));
    if (uptime_s >= 120) {
        quantity(uptime_s / 60, "min");
    } else {
        quantity(uptime_s, "s");
    }
}

static void line_safety(const view_t *view)
{
    const char *safety = rh_text(view->state, "safety", "unknown");
    printf("%s: %s", safety, meaning(safety));
    if (json_is_false(json_object_get(view->state, "commissioned"))) {
        printf("; not commissioned: arms nothing, see `doctor`");
    }
}

static void line_session(const view_t *view)
{
    const char *session = rh_text(view->state, "session", "unknown");
    printf("%s, mode %s", session, rh_text(view->state, "mode", "unknown"));
    if (strcmp(session, rh_name_session(RH_SESSION_TEACH)) == 0) {
        printf(", %lld of 3 lifts shown", rh_count(view->state, "taught_reps"));
    }
}

static void line_load(const view_t *view)
{
    char set[RH_LOAD_TEXT];
    char acting[RH_LOAD_TEXT];
    char most[RH_LOAD_TEXT];
    rh_units_t units = view->options->units;
    printf(
        "%s commanded, %s acting, at most %s",
        rh_load_text(rh_number(view->state, "load_kg"), units, set, sizeof set),
        rh_load_text(rh_number(view->live, "load_applied_kg"), units, acting,
                     sizeof acting),
        rh_load_text(rh_number(view->state, "load_max_kg"), units, most, sizeof most));
}

/* "-92.0 deg to 3.0 deg" of two keys. */
static void span(const json_t *object, const char *bottom, const char *top)
{
    quantity(rh_number(object, bottom), "deg");
    printf(" to ");
    quantity(rh_number(object, top), "deg");
}

static void line_range(const view_t *view)
{
    if (rh_flag(view->state, "rom_taught")) {
        span(view->state, "rom_bottom_deg", "rom_top_deg");
        printf(" taught, ");
    } else {
        printf("not taught, ");
    }
    printf("limits ");
    span(view->state, "soft_bottom_deg", "soft_top_deg");
    if (rh_flag(view->state, "rom_taught") &&
        rh_number(view->state, "rom_top_deg") >
            rh_number(view->state, "soft_top_deg") + SHOWN_DEG) {
        printf(": the wall begins below the taught top");
    }
}

static void line_set(const view_t *view)
{
    long long target = rh_count(view->state, "reps_target");
    long long set = rh_count(view->state, "set");
    if (set == 0) {
        printf("none yet");
        return;
    }
    printf("%lld: %lld", set, rh_count(view->state, "reps"));
    if (target > 0) {
        printf(" of %lld", target);
    }
    printf(" reps, %lld partial", rh_count(view->state, "partials"));
}

static void line_arm(const view_t *view)
{
    quantity(rh_number(view->live, "angle_deg"), "deg");
    printf(", ");
    quantity(rh_number(view->live, "rate_dps"), "deg/s");
    printf(", force ");
    quantity(rh_number(view->live, "force_n"), "N");
}

static void line_estop(const view_t *view)
{
    printf("a %s, b %s", rh_flag(view->state, "estop_a_closed") ? "closed" : "open",
           rh_flag(view->state, "estop_b_closed") ? "closed" : "open");
}

static void line_grips(const view_t *view)
{
    printf("left %s, right %s",
           rh_flag(view->state, "grip_left_held") ? "held" : "open",
           rh_flag(view->state, "grip_right_held") ? "held" : "open");
}

static void line_pad(const view_t *view)
{
    printf("%s, cells %s",
           rh_flag(view->state, "pad_empty") ? "empty" : "somebody is on it",
           rh_flag(view->state, "zeroed") ? "zeroed in this session" : "not zeroed");
}

static void line_lease(const view_t *view)
{
    const json_t *lease = json_object_get(view->state, "lease");
    const char *holder = rh_text(lease, "holder", NULL);
    printf("%s%s", holder != NULL ? "held by " : "free", holder != NULL ? holder : "");
}

static void line_waits(const view_t *view)
{
    const json_t *waits = json_object_get(view->state, "waits_for");
    for (size_t i = 0; i < json_array_size(waits); i++) {
        const char *text = json_string_value(json_array_get(waits, i));
        printf("%s%s", i > 0 ? "; " : "", text != NULL ? text : "?");
    }
    printf("%s", json_array_size(waits) == 0 ? "nothing" : "");
}

static const line_t status_lines[] = {
    {"machine", line_machine}, {"safety", line_safety}, {"session", line_session},
    {"load", line_load},       {"range", line_range},   {"set", line_set},
    {"arm", line_arm},         {"e-stop", line_estop},  {"grips", line_grips},
    {"pad", line_pad},         {"lease", line_lease},   {"waits for", line_waits},
};

static void print_fault_list(const json_t *faults)
{
    for (size_t i = 0; i < json_array_size(faults); i++) {
        const json_t *fault = json_array_get(faults, i);
        const char *unit = rh_text(fault, "unit", "");
        printf("FAULT %s: %s", rh_text(fault, "fault", "?"),
               rh_text(fault, "sentence", ""));
        if (unit[0] != '\0') {
            printf(" (measured %.1f %s, limit %.1f %s)", rh_number(fault, "measured"),
                   unit, rh_number(fault, "threshold"), unit);
        }
        printf(" — %s\n", rh_text(fault, "remedy", ""));
    }
}

void rh_print_status(const rh_call_t *call, const json_t *snapshot)
{
    view_t view = {.options = call->options,
                   .snapshot = snapshot,
                   .state = json_object_get(snapshot, "state"),
                   .live = json_object_get(snapshot, "live")};
    for (size_t i = 0; i < sizeof status_lines / sizeof status_lines[0]; i++) {
        printf("%-10s ", status_lines[i].label);
        status_lines[i].print(&view);
        putchar('\n');
    }
    print_fault_list(json_object_get(snapshot, "faults"));
}

void rh_print_load(const rh_call_t *call, const json_t *snapshot)
{
    view_t view = {.options = call->options,
                   .state = json_object_get(snapshot, "state"),
                   .live = json_object_get(snapshot, "live")};
    line_load(&view);
    putchar('\n');
}

void rh_print_load_set(const rh_call_t *call, const json_t *result)
{
    char text[RH_LOAD_TEXT];
    double load_kg = rh_number(result, "load_kg");
    double asked_kg = rh_number(call->args, "load_kg");
    printf("load commanded: %s\n",
           rh_load_text(isfinite(load_kg) ? load_kg : asked_kg, call->options->units,
                        text, sizeof text));
}

void rh_print_range(const rh_call_t *call, const json_t *result)
{
    printf("%s: ", call->verb->done);
    span(result, "rom_bottom_deg", "rom_top_deg");
    (void)putchar('\n');
}

void rh_print_faults(const rh_call_t *call, const json_t *result)
{
    (void)call;
    const json_t *faults = json_object_get(result, "faults");
    if (json_array_size(faults) == 0) {
        puts("no fault is open");
    }
    print_fault_list(faults);
}

void rh_print_devices(const rh_call_t *call, const json_t *result)
{
    (void)call;
    const json_t *devices = json_object_get(result, "devices");
    const json_t *buses = json_object_get(result, "buses");
    printf("%-14s %-10s %-22s %-12s %-9s %9s %9s\n", "device", "bus", "profile",
           "status", "ready", "age", "errors");
    for (size_t i = 0; i < json_array_size(devices); i++) {
        const json_t *device = json_array_get(devices, i);
        const json_t *bus = json_array_get(buses, (size_t)rh_count(device, "bus"));
        printf("%-14s %-10s %-22s %-12s %-9s %6.1f ms %9lld\n",
               rh_text(device, "name", "?"), rh_text(bus, "name", "gpio"),
               rh_text(device, "profile", "?"), rh_text(device, "status", "?"),
               rh_flag(device, "is_ready") ? "ready" : "not ready",
               rh_number(device, "age_ns") / 1e6, rh_count(device, "errors"));
    }
}

void rh_print_signals(const rh_call_t *call, const json_t *result)
{
    (void)call;
    const json_t *signals = json_object_get(result, "signals");
    printf("%-18s %12s %-4s %12s  %-7s %9s\n", "signal", "value", "", "raw", "quality",
           "age");
    for (size_t i = 0; i < json_array_size(signals); i++) {
        const json_t *signal = json_array_get(signals, i);
        const char *quality = rh_text(signal, "quality", "?");
        if (strcmp(quality, "none") == 0) { /* not wired, or never read */
            printf("%-18s %12s %-4s %12s  %s\n", rh_text(signal, "name", "?"), "-",
                   rh_text(signal, "unit", ""), "-", quality);
            continue;
        }
        printf("%-18s %12.3f %-4s %12lld  %-7s %6.1f ms\n",
               rh_text(signal, "name", "?"), rh_number(signal, "value"),
               rh_text(signal, "unit", ""), rh_count(signal, "raw"), quality,
               rh_number(signal, "age_ns") / 1e6);
    }
}

void rh_print_tree(const rh_call_t *call, const json_t *result)
{
    (void)call;
    json_dumpf(result, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
    putchar('\n');
}
