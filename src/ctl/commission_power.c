/* SPDX-License-Identifier: Apache-2.0 */
/* The steps in which something moves by itself: passive brake, relay, polarity. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "commission_parts.h"
#include "fields.h"
#include "names.h"
#include "rh/snapshot.h"
#include "rh/units.h"

#define HORIZONTAL_DEG (-20.0) /* at least so high */
#define FALL_DPS (-2.0)
#define FALL_DEG 25.0
#define SETTLED_S 0.6 /* of a fall: the brake's delay and the start are over */
#define SLOPE_MIN_S 0.2
#define BRAKES_FRAC 0.3 /* of the weight; below it falls freely */
#define PROBE_S 8.0
#define WAIT_SIZE 96

/* ---- brake ----------------------------------------------------------------------- */

typedef struct {
    bool is_high;
    double from_deg, sink_dps;          /* the fall; its fastest moment */
    double began_s, early_dps, early_s; /* for the slope */
    double late_dps, late_s, late_deg;
} fall_t;

static bool has_fallen(const rh_commission_t *bench, void *context)
{
    fall_t *fall = context;
    double angle_deg = bench->now.value[RH_SIGNAL_MOTOR_ANGLE];
    double rate_dps = bench->now.value[RH_SIGNAL_MOTOR_RATE];
    double now_s = 1e-9 * (double)bench->now.mono_ns;
    fall->is_high = fall->is_high || angle_deg > HORIZONTAL_DEG;
    if (fall->began_s == 0) {
        bool begins = fall->is_high && rate_dps < FALL_DPS;
        fall->began_s = begins ? now_s : 0;
        fall->from_deg = angle_deg;
        return false;
    }
    fall->sink_dps = fmax(fall->sink_dps, -rate_dps);
    if (fall->early_s == 0 && now_s - fall->began_s >= SETTLED_S) {
        fall->early_s = now_s;
        fall->early_dps = rate_dps;
    }
    fall->late_s = now_s;
    fall->late_dps = rate_dps;
    fall->late_deg = angle_deg;
    return fall->from_deg - angle_deg >= FALL_DEG;
}

/* What opposes the arm's weight beside its friction: weight - friction - J x the
 * acceleration downwards (HARDWARE.md 8.1). In free fall it is nothing. */
static double brake_nm(const rh_commission_t *bench, const fall_t *fall,
                       double weight_nm)
{
    double inertia = rh_commission_setting(bench, "[machine]", "arm_inertia_kgm2");
    double friction_nm = rh_commission_setting(bench, "[machine]", "friction_nm");
    bool has_slope = fall->early_s != 0 && fall->late_s - fall->early_s >= SLOPE_MIN_S;
    double from_s = has_slope ? fall->early_s : fall->began_s;
    double from_dps = has_slope ? fall->early_dps : 0.0;
    double down_rps2 =
        -(fall->late_dps - from_dps) / (fall->late_s - from_s) * RH_RAD_PER_DEG;
    return weight_nm - friction_nm - inertia * down_rps2;
}

static int judge_fall(rh_commission_t *bench, const fall_t *fall)
{
    double gravity_nm = rh_commission_setting(bench, "[machine]", "arm_gravity_nm");
    double peak_nm = rh_commission_setting(bench, "[machine]", "brake_peak_nm");
    double mid_deg = 0.5 * (fall->from_deg + fall->late_deg);
    double weight_nm = gravity_nm * cos(mid_deg * RH_RAD_PER_DEG);
    double shown_nm = brake_nm(bench, fall, weight_nm);
    if (peak_nm > 0 && !(shown_nm > BRAKES_FRAC * weight_nm)) {
        return rh_commission_fail(
            bench,
            "short the motor's phases through the relay's normally closed contact, "
            "or say brake_peak_nm = 0",
            "no passive brake: the arm fell at %.0f deg/s, the brake showed %.0f of "
            "%.0f N m",
            fall->sink_dps, fmax(shown_nm, 0.0), weight_nm);
    }
    return rh_commission_note(
        bench,
        "sank at most %.1f deg/s from %.0f to %.0f deg, brake %.0f N m of the arm's "
        "%.0f "
        "(an arm alone cannot show the %.0f N m of brake_peak_nm)",
        fall->sink_dps, fall->from_deg, fall->late_deg, shown_nm, weight_nm, peak_nm);
}

int rh_commission_brake(rh_commission_t *bench)
{
    int result = rh_commission_confirm(
        bench, "The arm will fall from horizontal by its own weight. Is everybody, and "
               "everything, out of its way?");
    if (result != 0) {
        return result;
    }
    fall_t fall = {0};
    rh_commission_do(bench, "lift the arm to horizontal by the strap, then let it go");
    result = rh_commission_await(bench, has_fallen, &fall);
    if (result == RH_STEP_FAILED) {
        return rh_commission_fail(bench, "lift it to horizontal and let it go",
                                  "the arm did not fall by %.0f deg", FALL_DEG);
    }
    return result != 0 ? result : judge_fall(bench, &fall);
}

/* ---- relay and polarity: the gate's own probes ----------------------------------- */

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

/* Why it is not idle: the first open fault, else what it waits for. */
static int say_blocked(rh_commission_t *bench, const char *what)
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
        return say_blocked(bench, "the machine stays locked");
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

/* One number of the state after the probe; above 0 where it was proven. */
static int read_proof(rh_commission_t *bench, const char *key, double *value)
{
    int failed = 0;
    json_t *reply = take_snapshot(bench, &failed);
    const json_t *result = json_object_get(reply, "result");
    *value = rh_number(json_object_get(result, "state"), key);
    json_decref(reply);
    return failed;
}

static int probe(rh_commission_t *bench, const char *verb, const char *key,
                 const char *what, double *value)
{
    json_t *reply = NULL;
    int failed = rh_client_ask(&bench->client, verb, NULL, rh_lease_id(&bench->lease),
                               &reply, bench->problem);
    json_decref(reply);
    double end_s = rh_commission_now_s() + PROBE_S;
    bool is_over = false;
    while (failed == 0 && !is_over && rh_commission_now_s() < end_s) {
        failed = rh_commission_look(bench);
        is_over = strcmp(bench->now.safety, "probe") != 0;
    }
    failed = failed != 0 ? failed : read_proof(bench, key, value);
    if (failed != 0) {
        return failed;
    }
    return *value > 0 ? 0 : say_blocked(bench, what);
}

static bool is_at_rest(const rh_commission_t *bench, void *context)
{
    (void)context;
    return is_idle(bench, NULL) && bench->now.value[RH_SIGNAL_ARM_ANGLE] < -85.0 &&
           fabs(bench->now.value[RH_SIGNAL_MOTOR_RATE]) < 1.0;
}

/* The brake lets an arm that was moved down slowly. */
static int await_rest(rh_commission_t *bench)
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

static int run_probes(rh_commission_t *bench, double *relay_ms, double *rose_deg)
{
    int result = rh_commission_confirm(
        bench, "The drive will be switched on for half a second, with zero torque. Is "
               "nobody on the machine?");
    result = result != 0 ? result
                         : probe(bench, "relay.test", "relay_ms",
                                 "the relay was not proven", relay_ms);
    result = result != 0 ? result
                         : rh_commission_confirm(
                               bench, "The motor will lift the arm by about one degree "
                                      "with at most 20 N m. Is everybody out of its "
                                      "way?");
    result = result != 0 ? result : await_rest(bench);
    return result != 0 ? result
                       : probe(bench, "polarity.test", "polarity_deg",
                               "the polarity was not proven", rose_deg);
}

int rh_commission_relay(rh_commission_t *bench)
{
    double relay_ms = 0;
    double rose_deg = 0;
    int result = unlock(bench);
    if (result == 0) {
        result =
            rh_lease_enter(&bench->client, bench->call, &bench->lease, bench->problem);
    }
    result = result != 0 ? result : run_probes(bench, &relay_ms, &rose_deg);
    return result != 0
               ? result
               : rh_commission_note(
                     bench,
                     "drive off %.0f ms after the heartbeat ended "
                     "(relay_ms = %.0f); a small torque lifted the arm "
                     "by %.1f deg",
                     relay_ms, rh_commission_setting(bench, "[machine]", "relay_ms"),
                     rose_deg);
}
