/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the steps share in which the gate switches the drive on: unlocking, consent, the
 * gate's own probes, and why it does not do them.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "commission_parts.h"
#include "fields.h"
#include "names.h"
#include "rh/snapshot.h"
#include "rh/units.h"

#define PROBE_S 8.0
#define WAIT_SIZE 96

static bool is_idle(const rh_commission_t *bench, void *context)
{
    (void)context;
    return strcmp(bench->now.safety, "idle") == 0;
}

/* A drive whose STO has just closed takes its time. The value of bits is thousandths.
 */
static bool is_drive_ready(const rh_commission_t *bench, void *context)
{
    (void)context;
    long bits = lround(bench->now.value[RH_SIGNAL_DRIVE_STATUS] * RH_MILLI);
    return (bits & RH_DRIVE_READY) != 0;
}

static json_t *take_snapshot(rh_commission_t *bench, int *failed)
{
    json_t *reply = NULL;
    *failed =
        rh_client_ask(&bench->client, "snapshot", NULL, NULL, &reply, bench->problem);
    return reply;
}

int rh_commission_say_blocked(rh_commission_t *bench, const char *what)
{
    int failed = 0;
    json_t *reply = take_snapshot(bench, &failed);
    if (failed != 0) {
        return failed;
    }
    const json_t *result = json_object_get(reply, "result");
    const json_t *faults = json_object_get(result, "faults");
    const json_t *fault = json_array_get(faults, json_array_size(faults) - 1);
    const json_t *waits =
        json_object_get(json_object_get(result, "state"), "waits_for");
    const char *wait = json_string_value(json_array_get(waits, 1)); /* 0: the reset */
    bool is_boot = strcmp(rh_text(fault, "fault", ""), "boot") == 0;
    const char *sentence =
        is_boot && wait != NULL ? "" : rh_text(fault, "sentence", "");
    failed = rh_commission_fail(bench, rh_text(fault, "remedy", "see `status`"),
                                "%s: %.240s", what,
                                sentence[0] != '\0' ? sentence
                                : wait != NULL      ? wait
                                                    : "the gate did not say why");
    json_decref(reply);
    return failed;
}

/* What the gate says that it waits for beside the reset; "" where that is all. */
static int read_wait(rh_commission_t *bench, char *wait, size_t size)
{
    int failed = 0;
    json_t *reply = take_snapshot(bench, &failed);
    const json_t *state = json_object_get(json_object_get(reply, "result"), "state");
    const json_t *waits = json_object_get(state, "waits_for");
    wait[0] = '\0';
    for (size_t i = 0; i < json_array_size(waits) && wait[0] == '\0'; i++) {
        const char *text = json_string_value(json_array_get(waits, i));
        if (text != NULL && strcmp(text, rh_name_wait(RH_WAIT_INDEX_RESET)) != 0) {
            (void)snprintf(wait, size, "%s", text);
        }
    }
    json_decref(reply);
    return failed;
}

/* Looks, and tells what is awaited whenever that changes: until only the reset is
 * missing, or, once that was asked for, until the machine is unlocked. */
static int follow_waits(rh_commission_t *bench, bool is_reset_asked, char *wait,
                        size_t size)
{
    char told[WAIT_SIZE] = "";
    double end_s = rh_commission_now_s() + bench->wait_s;
    bool is_over = false;
    while (!is_over && rh_commission_now_s() < end_s) {
        int failed = rh_commission_look(bench);
        failed = failed != 0 ? failed : read_wait(bench, wait, size);
        if (failed != 0) {
            return failed;
        }
        is_over = is_idle(bench, NULL) || (!is_reset_asked && wait[0] == '\0');
        if (!is_over && wait[0] != '\0' && strcmp(wait, told) != 0) {
            rh_commission_waits(bench, wait);
            (void)snprintf(told, sizeof told, "%s", wait);
        }
    }
    return is_over ? 0 : RH_STEP_FAILED;
}

/* A fault that is over is not to blame; one that is there says more than the wait. */
static int say_locked(rh_commission_t *bench, const char *wait)
{
    if (strcmp(wait, rh_name_wait(RH_WAIT_INDEX_FAULT)) == 0 ||
        strcmp(wait, rh_name_wait(RH_WAIT_INDEX_SENSORS)) == 0) {
        return rh_commission_say_blocked(bench, "the machine stays locked");
    }
    return wait[0] != '\0'
               ? rh_commission_fail(bench, "do that, then do the step again",
                                    "the machine stays locked, it waits for: %s", wait)
               : rh_commission_fail(bench,
                                    "hold it for half a second; `commission buttons` "
                                    "tries it",
                                    "the machine stays locked: the reset button was "
                                    "not held for half a second");
}

static int await_drive(rh_commission_t *bench)
{
    int result = rh_commission_await(bench, is_drive_ready, NULL);
    return result != RH_STEP_FAILED
               ? result
               : rh_commission_fail(bench,
                                    "read the drive's display; check the heartbeat "
                                    "relay and the STO plug",
                                    "the drive is not ready although the heartbeat "
                                    "runs");
}

/* The reset is asked for when nothing else is missing: pressed while the arm still
 * sinks it would be ignored. */
static int unlock(rh_commission_t *bench)
{
    char wait[WAIT_SIZE] = "";
    int result = rh_commission_look(bench);
    if (result != 0 || is_idle(bench, NULL)) {
        return result;
    }
    rh_commission_do(bench, "let the arm hang still and clear the pads");
    result = follow_waits(bench, false, wait, sizeof wait);
    if (result == 0 && !is_idle(bench, NULL)) {
        rh_commission_do(bench, "hold the reset button for half a second");
        result = follow_waits(bench, true, wait, sizeof wait);
    }
    return result == RH_STEP_FAILED ? say_locked(bench, wait)
           : result != 0            ? result
                                    : await_drive(bench);
}

int rh_commission_read_state(rh_commission_t *bench, const char *key, double *value)
{
    int failed = 0;
    json_t *reply = take_snapshot(bench, &failed);
    const json_t *result = json_object_get(reply, "result");
    *value = rh_number(json_object_get(result, "state"), key);
    json_decref(reply);
    return failed;
}

static bool is_reset_pressed(const rh_commission_t *bench, void *context)
{
    (void)context;
    return rh_commission_is_set(&bench->now, RH_SIGNAL_RESET_BUTTON);
}

static int ask(rh_commission_t *bench, const char *verb)
{
    json_t *reply = NULL;
    int failed = rh_client_ask(&bench->client, verb, NULL, rh_lease_id(&bench->lease),
                               &reply, bench->problem);
    json_decref(reply);
    return failed;
}

int rh_commission_ask(rh_commission_t *bench, const char *verb)
{
    int failed = ask(bench, verb);
    if (failed == 0 || strcmp(bench->problem->code, "no_consent") != 0) {
        return failed;
    }
    rh_commission_do(bench, "press the reset button and keep it pressed");
    failed = rh_commission_await(bench, is_reset_pressed, NULL);
    if (failed == RH_STEP_FAILED) {
        return rh_commission_fail(bench, "press it within the time",
                                  "the reset button was not pressed");
    }
    if (failed == 0) {
        rh_commission_do(bench, "let the reset button go");
    }
    return failed != 0 ? failed : ask(bench, verb);
}

int rh_commission_probe(rh_commission_t *bench, const char *verb, const char *key,
                        const char *what, double *value)
{
    int failed = rh_commission_ask(bench, verb);
    double end_s = rh_commission_now_s() + PROBE_S;
    bool is_over = false;
    while (failed == 0 && !is_over && rh_commission_now_s() < end_s) {
        failed = rh_commission_look(bench);
        is_over = strcmp(bench->now.safety, "probe") != 0;
    }
    failed = failed != 0 ? failed : rh_commission_read_state(bench, key, value);
    if (failed != 0) {
        return failed;
    }
    return *value > 0 ? 0 : rh_commission_say_blocked(bench, what);
}

static bool is_at_rest(const rh_commission_t *bench, void *context)
{
    (void)context;
    return is_idle(bench, NULL) && bench->now.value[RH_SIGNAL_ARM_ANGLE] < -85.0 &&
           fabs(bench->now.value[RH_SIGNAL_MOTOR_RATE]) < 1.0;
}

/* The brake lets an arm that was moved down slowly. */
int rh_commission_await_rest(rh_commission_t *bench)
{
    int result = rh_commission_await_still(bench);
    result = result != 0 ? result : rh_commission_await(bench, is_at_rest, NULL);
    return result != RH_STEP_FAILED || bench->values[0] != '\0'
               ? result
               : rh_commission_fail(
                     bench, "let the arm hang freely, then do the step again",
                     "the arm is not at rest at the bottom (%.1f deg, %.1f deg/s, the "
                     "machine %s)",
                     bench->now.value[RH_SIGNAL_ARM_ANGLE],
                     bench->now.value[RH_SIGNAL_MOTOR_RATE], bench->now.safety);
}

int rh_commission_take_power(rh_commission_t *bench)
{
    int result = unlock(bench);
    bool is_held = bench->lease.is_own; /* since the step before */
    return result != 0 || is_held ? result
                                  : rh_lease_enter(&bench->client, bench->call,
                                                   &bench->lease, bench->problem);
}

int rh_commission_prove_relay(rh_commission_t *bench, double *relay_ms)
{
    int result = rh_commission_confirm(
        bench, "The drive will be switched on for half a second, with zero torque. Is "
               "nobody on the machine?");
    return result != 0 ? result
                       : rh_commission_probe(bench, "relay.test", "relay_ms",
                                             "the relay was not proven", relay_ms);
}
