/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks of `doctor`. Each adds one finding or more; what the daemon measured comes
 * from its own snapshot, so that the console needs no rights on the machine.
 */
#include "doctor.h"

#include "doctor_parts.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "call.h"
#include "config_file.h"
#include "fields.h"

#define LATE_WARN_US 1000.0
#define SETTLED_S 2.0
#define SETTLE_LOOKS 40
#define SETTLE_LOOK_NS 100000000L

static const char *const verdict_words[] = {
    [RH_DOCTOR_OK] = "ok", [RH_DOCTOR_WARN] = "warn", [RH_DOCTOR_FAIL] = "fail"};

void rh_doctor_find(rh_doctor_t *doctor, rh_verdict_t verdict, const char *check,
                    const char *remedy, const char *format, ...)
{
    char what[640];
    va_list rest;
    va_start(rest, format);
    (void)vsnprintf(what, sizeof what, format, rest);
    va_end(rest);
    json_array_append_new(doctor->findings,
                          json_pack("{s:s, s:s, s:s, s:s}", "check", check, "verdict",
                                    verdict_words[verdict], "what", what, "remedy",
                                    verdict == RH_DOCTOR_OK ? "" : remedy));
}

const json_t *rh_doctor_part(const rh_doctor_t *doctor, const char *key)
{
    return json_object_get(json_object_get(doctor->snapshot, "result"), key);
}

static void check_config(rh_doctor_t *doctor)
{
    rh_problem_t problem;
    const char *path = rh_config_file_path(doctor->call->options);
    doctor->settings = calloc(1, sizeof *doctor->settings);
    int failed =
        doctor->settings != NULL
            ? rh_config_file_load(doctor->settings, doctor->call->options, &problem)
            : rh_problem_set(&problem, RH_EXIT_ERROR, "error", "", "no memory");
    if (failed == 0) {
        rh_doctor_find(doctor, RH_DOCTOR_OK, "configuration", "", "%s is good", path);
    } else {
        free(doctor->settings);
        doctor->settings = NULL;
        rh_doctor_find(doctor, RH_DOCTOR_FAIL, "configuration",
                       problem.remedy[0] != '\0' ? problem.remedy : "mend the file",
                       "%s", problem.message);
    }
}

static bool is_settled(const rh_doctor_t *doctor)
{
    return !(rh_number(rh_doctor_part(doctor, "health"), "uptime_s") < SETTLED_S);
}

/* A daemon that has just started has not heard its devices yet, and tells of its wires
 * once a second: it is asked until it can know. */
static int take_snapshot(rh_doctor_t *doctor, rh_client_t *client,
                         rh_problem_t *problem)
{
    const struct timespec pause = {.tv_nsec = SETTLE_LOOK_NS};
    int failed =
        rh_client_ask(client, "snapshot", NULL, NULL, &doctor->snapshot, problem);
    for (int i = 0; failed == 0 && i < SETTLE_LOOKS && !is_settled(doctor); i++) {
        (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
        json_decref(doctor->snapshot);
        failed =
            rh_client_ask(client, "snapshot", NULL, NULL, &doctor->snapshot, problem);
    }
    return failed;
}

static void check_daemon(rh_doctor_t *doctor)
{
    rh_client_t client;
    rh_problem_t problem;
    json_t *args = json_pack("{s:s}", "name", "revhyperctl doctor");
    int failed = rh_client_open(&client, doctor->call->options, &problem);
    if (failed == 0) {
        failed = rh_client_ask(&client, "hello", args, NULL, &doctor->hello, &problem);
    }
    if (failed == 0) {
        failed = take_snapshot(doctor, &client, &problem);
    }
    if (failed == 0) {
        rh_problem_t ignored; /* an older daemon knows no such verb */
        (void)rh_client_ask(&client, "commissioning.show", NULL, NULL,
                            &doctor->commissioning, &ignored);
    }
    if (failed != 0) {
        rh_doctor_find(doctor, RH_DOCTOR_FAIL, "daemon", problem.remedy, "%s",
                       problem.message);
    } else {
        const json_t *hello = json_object_get(doctor->hello, "result");
        rh_doctor_find(doctor, RH_DOCTOR_OK, "daemon", "",
                       "%s answers at %s, version %s", rh_text(hello, "machine", "?"),
                       client.endpoints.command, rh_text(hello, "version", "?"));
    }
    rh_client_close(&client);
    json_decref(args);
}

static void check_role(rh_doctor_t *doctor)
{
    const json_t *hello = json_object_get(doctor->hello, "result");
    const char *role = rh_text(hello, "role", "unknown");
    rh_doctor_find(
        doctor, strcmp(role, "viewer") == 0 ? RH_DOCTOR_WARN : RH_DOCTOR_OK, "role",
        "to command, join the group revhyper-trainer or set loopback_trainer = yes",
        "you are a %s here", role);
}

static void check_realtime(rh_doctor_t *doctor)
{
    bool is_realtime = rh_flag(rh_doctor_part(doctor, "health"), "is_realtime");
    rh_doctor_find(doctor, is_realtime ? RH_DOCTOR_OK : RH_DOCTOR_WARN, "real time",
                   "start it by its unit (LimitRTPRIO), or permit it by `ulimit -r`",
                   is_realtime ? "the control thread runs in real time"
                               : "the control thread has no real-time priority");
}

static void check_sleep(rh_doctor_t *doctor)
{
    bool is_wakeful = rh_flag(rh_doctor_part(doctor, "health"), "is_wakeful");
    rh_doctor_find(doctor, is_wakeful ? RH_DOCTOR_OK : RH_DOCTOR_WARN, "sleep",
                   "start it by its unit, or permit writing to /dev/cpu_dma_latency",
                   is_wakeful ? "the processor's sleep between ticks is bounded"
                              : "the processor may sleep deeply between ticks");
}

static void check_memory(rh_doctor_t *doctor)
{
    double locked = rh_number(rh_doctor_part(doctor, "health"), "memory_locked_bytes");
    rh_doctor_find(doctor, locked > 0 ? RH_DOCTOR_OK : RH_DOCTOR_WARN, "memory",
                   "start it by its unit, or raise LimitMEMLOCK",
                   locked > 0 ? "%.1f MB locked"
                              : "not locked: it can be paged out (%.1f MB)",
                   locked > 0 ? locked / 1e6 : 0.0);
}

static void check_timing(rh_doctor_t *doctor)
{
    const json_t *health = rh_doctor_part(doctor, "health");
    double late_us = rh_number(health, "late_p99_us");
    long long overruns = rh_count(health, "overruns");
    rh_doctor_find(
        doctor, late_us < LATE_WARN_US && overruns == 0 ? RH_DOCTOR_OK : RH_DOCTOR_WARN,
        "timing", "look for other work on this computer; see `real time`",
        "ticks begin %.0f us late (p99), cost %.0f us, %lld overruns", late_us,
        rh_number(health, "tick_p99_us"), overruns);
}

static void check_recording(rh_doctor_t *doctor)
{
    long long unsaved = rh_count(rh_doctor_part(doctor, "health"), "unsaved");
    rh_doctor_find(doctor, unsaved > 0 ? RH_DOCTOR_FAIL : RH_DOCTOR_OK, "recording",
                   "see the disk: space, permission",
                   "%lld rows of the history wait for the disk", unsaved);
}

static void check_events(rh_doctor_t *doctor)
{
    double lost = rh_number(rh_doctor_part(doctor, "health"), "events_lost");
    rh_doctor_find(
        doctor, lost == 0 ? RH_DOCTOR_OK : RH_DOCTOR_FAIL, "events",
        "look at the disk and for other work on this computer, then restart the daemon",
        isnan(lost) ? "the daemon does not say whether any was lost"
                    : "%.0f lost on the way out of the control loop",
        lost);
}

static void check_faults(rh_doctor_t *doctor)
{
    const json_t *faults = rh_doctor_part(doctor, "faults");
    for (size_t i = 0; i < json_array_size(faults); i++) {
        const json_t *fault = json_array_get(faults, i);
        const char *id = rh_text(fault, "fault", "?");
        /* Every start is locked until somebody looks: no defect. */
        rh_doctor_find(
            doctor, strcmp(id, "boot") == 0 ? RH_DOCTOR_WARN : RH_DOCTOR_FAIL, "fault",
            rh_text(fault, "remedy", ""), "%s: %s", id, rh_text(fault, "sentence", ""));
    }
    if (json_array_size(faults) == 0) {
        rh_doctor_find(doctor, RH_DOCTOR_OK, "faults", "", "none is open");
    }
}

static const struct {
    void (*check)(rh_doctor_t *);
    bool needs_daemon;
} checks[] = {
    {check_config, false},     {rh_doctor_format, false},
    {rh_doctor_host, false},   {check_daemon, false},
    {check_role, true},        {rh_doctor_permission, true},
    {rh_doctor_buses, true},   {rh_doctor_devices, true},
    {check_realtime, true},    {check_sleep, true},
    {check_memory, true},      {check_timing, true},
    {check_recording, true},   {check_events, true},
    {check_faults, true},      {rh_doctor_wiring, true},
    {rh_doctor_signals, true}, {rh_doctor_commissioning, true},
    {rh_doctor_cycle, true},
};

static void print_findings(const json_t *findings)
{
    for (size_t i = 0; i < json_array_size(findings); i++) {
        const json_t *finding = json_array_get(findings, i);
        const char *remedy = rh_text(finding, "remedy", "");
        printf("%-4s  %s: %s%s%s\n", rh_text(finding, "verdict", "?"),
               rh_text(finding, "check", "?"), rh_text(finding, "what", ""),
               remedy[0] != '\0' ? " — " : "", remedy);
    }
}

static bool has_failed(const json_t *findings)
{
    for (size_t i = 0; i < json_array_size(findings); i++) {
        if (strcmp(rh_text(json_array_get(findings, i), "verdict", ""), "fail") == 0) {
            return true;
        }
    }
    return false;
}

int rh_doctor_run(const rh_call_t *call, rh_problem_t *problem)
{
    (void)problem; /* what fails is a finding */
    rh_doctor_t doctor = {.call = call, .findings = json_array()};
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        if (!checks[i].needs_daemon || doctor.snapshot != NULL) {
            checks[i].check(&doctor);
        }
    }
    free(doctor.settings);
    bool is_bad = has_failed(doctor.findings);
    if (call->options->json) {
        json_t *all = json_pack("{s:b, s:{s:O}}", "ok", !is_bad, "result", "checks",
                                doctor.findings);
        rh_json_line(all);
        json_decref(all);
    } else {
        print_findings(doctor.findings);
    }
    json_decref(doctor.findings);
    json_decref(doctor.hello);
    json_decref(doctor.snapshot);
    json_decref(doctor.commissioning);
    return is_bad ? RH_EXIT_ERROR : RH_EXIT_OK;
}
