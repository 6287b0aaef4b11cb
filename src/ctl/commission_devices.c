/* SPDX-License-Identifier: Apache-2.0 */
/* The steps that only ask the buses: devices and fences. */
#include <stdio.h>
#include <string.h>

#include "commission_parts.h"
#include "fields.h"
#include "wires.h"

/* Two rounds of eight values, four a second, told once a second. */
#define ROUND_S 12.0
#define SETTLE_S 5.0 /* a device that was lost is tried again within this */

static int take_health(rh_commission_t *bench, json_t **reply)
{
    return rh_client_ask(&bench->client, "snapshot", NULL, NULL, reply, bench->problem);
}

static const json_t *health_of(const json_t *reply)
{
    return json_object_get(json_object_get(reply, "result"), "health");
}

/* The first mistake on the wires, or none: looked for until it settles. */
int rh_commission_devices(rh_commission_t *bench)
{
    double end_s = rh_commission_now_s() + SETTLE_S;
    rh_wire_finding_t finding = {0};
    size_t found = 1;
    size_t count = 0;
    while (found > 0 && rh_commission_now_s() < end_s) {
        json_t *reply = NULL;
        int failed = rh_commission_look(bench);
        failed = failed != 0 ? failed : take_health(bench, &reply);
        if (failed != 0) {
            return failed;
        }
        found = rh_wires_find(health_of(reply), bench->wiring, &finding, 1);
        count = json_array_size(json_object_get(health_of(reply), "devices"));
        found = count == 0 ? 1 : found;
        json_decref(reply);
    }
    if (found > 0) {
        return rh_commission_fail(bench, finding.remedy, "%.300s",
                                  count == 0 ? "the daemon knows no devices yet"
                                             : finding.what);
    }
    return rh_commission_note(bench, "%zu devices answer", count);
}

static int judge_device(rh_commission_t *bench, const json_t *device)
{
    const char *problem = rh_text(device, "problem", "");
    const char *name = rh_text(device, "name", "?");
    if (problem[0] != '\0') {
        return rh_commission_fail(bench, "see the device's profile", "%.300s", problem);
    }
    return rh_flag(device, "is_ready")
               ? 0
               : rh_commission_fail(bench, "see `doctor` and the bus's last error",
                                    "the start-up values of %s could not be written "
                                    "and read back",
                                    name);
}

static int judge_all(rh_commission_t *bench, const json_t *health)
{
    const json_t *devices = json_object_get(health, "devices");
    for (size_t i = 0; i < json_array_size(devices); i++) {
        int failed = judge_device(bench, json_array_get(devices, i));
        if (failed != 0) {
            return failed;
        }
    }
    return 0;
}

/* Rounds in which start-up values were read again, of the device with the most. */
static double rounds_of(const json_t *health)
{
    const json_t *devices = json_object_get(health, "devices");
    double most = 0;
    for (size_t i = 0; i < json_array_size(devices); i++) {
        double rounds = rh_number(json_array_get(devices, i), "startup_checks");
        most = rounds > most ? rounds : most;
    }
    return most;
}

/* What was read back at the start may have been changed at the drive's panel since: a
 * whole round that began after this step did must find it so, and the drive ready. */
static int await_round(rh_commission_t *bench)
{
    double end_s = rh_commission_now_s() + ROUND_S;
    double from = -1;
    double rounds = 0;
    int result = 0;
    while (result == 0 && rounds < from + 2 && rh_commission_now_s() < end_s) {
        json_t *reply = NULL;
        result = rh_commission_look(bench);
        result = result != 0 ? result : take_health(bench, &reply);
        rounds = rounds_of(health_of(reply));
        from = from < 0 ? rounds : from;
        result = result != 0 ? result : judge_all(bench, health_of(reply));
        json_decref(reply);
    }
    if (result == 0 && rounds < from + 2) {
        return rh_commission_fail(
            bench, "see `doctor` and the drive's bus; the servo must be off",
            "the start-up values were not read again within %.0f s", ROUND_S);
    }
    return result;
}

/* Start-up takes its time, and the daemon tells once a second how far it is. */
int rh_commission_fences(rh_commission_t *bench)
{
    double end_s = rh_commission_now_s() + SETTLE_S;
    int result = RH_STEP_FAILED;
    while (result == RH_STEP_FAILED && rh_commission_now_s() < end_s) {
        json_t *reply = NULL;
        result = rh_commission_look(bench);
        result = result != 0 ? result : take_health(bench, &reply);
        result = result != 0 ? result : judge_all(bench, health_of(reply));
        json_decref(reply);
    }
    if (result != 0) {
        return result;
    }
    if (!bench->now.is_good[RH_SIGNAL_DRIVE_STATUS]) {
        return rh_commission_fail(bench, "read the drive's display",
                                  "the drive's status is not read (%s)",
                                  bench->now.quality[RH_SIGNAL_DRIVE_STATUS]);
    }
    result = await_round(bench);
    return result != 0
               ? result
               : rh_commission_note(bench, "every start-up value was read back, "
                                           "and again just now");
}
