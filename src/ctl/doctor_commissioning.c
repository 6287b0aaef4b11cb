/* SPDX-License-Identifier: Apache-2.0 */
/* What the record of commissioning says, beside what the daemon read of it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "brake_promise.h"
#include "commissioning.h"
#include "doctor_parts.h"
#include "fields.h"

/* The names of the steps that failed, or that were not done, behind what is there. */
static void list_steps(const rh_commissioning_t *record, bool is_tried, char *text,
                       size_t size)
{
    const char *before = is_tried ? "; failed: " : "; not done: ";
    for (int i = 0; i < RH_COMMISSIONING_COUNT; i++) {
        const rh_commissioning_result_t *step = &record->steps[i];
        if (!step->is_ok && (step->date[0] != '\0') == is_tried) {
            size_t used = strlen(text);
            (void)snprintf(text + used, size - used, "%s%s", before,
                           rh_commissioning_name(i));
            before = ", ";
        }
    }
}

/* What lies there now says more than the daemon, which read it at its start. */
static void judge_record(rh_doctor_t *doctor, const json_t *result,
                         const rh_commissioning_t *record)
{
    char why[640];
    char steps[300] = "";
    if (rh_commissioning_holds(record, rh_text(result, "machine", ""),
                               rh_text(result, "wiring", ""), why, sizeof why)) {
        rh_doctor_find(doctor, RH_DOCTOR_FAIL, "commissioning",
                       "restart the daemon (systemctl restart revhyperd)",
                       "every step is ok in the record, and the daemon that runs has "
                       "not read it: it does so at its start");
        return;
    }
    list_steps(record, true, steps, sizeof steps);
    list_steps(record, false, steps, sizeof steps);
    rh_doctor_find(doctor, RH_DOCTOR_FAIL, "commissioning",
                   "until then nothing arms; restart the daemon behind the last step",
                   "%s%s", why, steps);
}

/* Whom the passive brake lets down slowly when the power is cut. */
static void judge_brake(rh_doctor_t *doctor, const json_t *result)
{
    rh_commissioning_t record = {0};
    if (rh_commissioning_read(rh_text(result, "state_dir", ""), &record) == 0) {
        const char *values = record.steps[RH_COMMISSIONING_BRAKE].values;
        rh_doctor_find(
            doctor, rh_brake_is_promised(values) ? RH_DOCTOR_OK : RH_DOCTOR_WARN,
            "passive brake",
            "show more of it: `commission brake --hung MASS`, more each time", "%s",
            values[0] != '\0' ? values : "nothing is recorded of it");
    }
    rh_commissioning_free(&record);
}

void rh_doctor_commissioning(rh_doctor_t *doctor)
{
    const json_t *result = json_object_get(doctor->commissioning, "result");
    rh_commissioning_t record = {0};
    if (result == NULL) {
        return; /* an older daemon's */
    }
    bool may_arm = rh_flag(result, "may_arm");
    int status =
        may_arm ? 0 : rh_commissioning_read(rh_text(result, "state_dir", ""), &record);
    if (!may_arm && status == 0) {
        judge_record(doctor, result, &record);
    } else {
        rh_doctor_find(doctor, may_arm ? RH_DOCTOR_OK : RH_DOCTOR_FAIL, "commissioning",
                       status == -EACCES   ? "run doctor with sudo: it may not read "
                                             "the record here"
                       : status == -ENOENT ? "no step is recorded here; until all are, "
                                             "nothing arms"
                                           : "until then nothing arms",
                       "%s", rh_text(result, "sentence", "the daemon does not say"));
    }
    rh_commissioning_free(&record);
    if (may_arm && rh_flag(result, "is_needed")) {
        judge_brake(doctor, result);
    }
}
