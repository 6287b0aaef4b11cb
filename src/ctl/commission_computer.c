/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The step that touches nothing: what `doctor` finds of this computer, written down
 * with its date, so that one can tell later what the machine was commissioned on.
 */
#include <stdio.h>
#include <string.h>

#include "commission_parts.h"
#include "doctor_parts.h"
#include "fields.h"

static bool is(const json_t *finding, const char *verdict)
{
    return strcmp(rh_text(finding, "verdict", ""), verdict) == 0;
}

/* "kernel: 6.1.0-rt is PREEMPT_RT; clock source: tsc; …", what is not good in brackets.
 */
static void sum_up(const json_t *findings, char *text, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < json_array_size(findings) && used < size; i++) {
        const json_t *finding = json_array_get(findings, i);
        bool is_good = is(finding, "ok");
        const char *what = rh_text(finding, "what", "");
        /* the consequence behind a colon is doctor's to tell */
        int length = (int)strcspn(what, is_good ? "" : ":");
        used += (size_t)snprintf(text + used, size - used, "%s%s%s: %.*s%s",
                                 i > 0 ? "; " : "", is_good ? "" : "(",
                                 rh_text(finding, "check", ""), length, what,
                                 is_good ? "" : ")");
    }
}

static const json_t *first_failed(const json_t *findings)
{
    for (size_t i = 0; i < json_array_size(findings); i++) {
        if (is(json_array_get(findings, i), "fail")) {
            return json_array_get(findings, i);
        }
    }
    return NULL;
}

int rh_commission_computer(rh_commission_t *bench)
{
    char summary[sizeof bench->values] = "";
    rh_doctor_t doctor = {.call = bench->call, .findings = json_array()};
    rh_doctor_host(&doctor);
    rh_doctor_permission(&doctor);
    const json_t *failed = first_failed(doctor.findings);
    sum_up(doctor.findings, summary, sizeof summary);
    int result = failed != NULL
                     ? rh_commission_fail(bench, rh_text(failed, "remedy", ""),
                                          "%s: %s", rh_text(failed, "check", ""),
                                          rh_text(failed, "what", ""))
                     : rh_commission_note(bench, "%s", summary);
    json_decref(doctor.findings);
    return result;
}
