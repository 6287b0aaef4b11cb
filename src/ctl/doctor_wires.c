/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a running daemon shows of mistakes in the wiring, without anybody touching the
 * machine: counters of the buses, and signals that cannot be so.
 */
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "doctor_ages.h"
#include "doctor_parts.h"
#include "fields.h"
#include "names.h"
#include "reading.h"
#include "wires.h"

#define FINDINGS 16
#define NAMES_TEXT 400
#define LOOKS 75 /* in a second and a half */
#define LOOK_NS 20000000L
#define CHANGES_MAX 2 /* of a contact that nobody touches */
#define TOP_DEG 16.0  /* the mechanical stops, and a little */
#define BOTTOM_DEG (-106.0)
#define APART_DEG 3.0 /* hazard 10 */

void rh_doctor_wiring(rh_doctor_t *doctor)
{
    rh_wire_finding_t findings[FINDINGS];
    const char *wiring =
        rh_text(json_object_get(doctor->commissioning, "result"), "wiring", "");
    size_t found =
        rh_wires_find(rh_doctor_part(doctor, "health"), wiring, findings, FINDINGS);
    for (size_t i = 0; i < found; i++) {
        rh_doctor_find(doctor, RH_DOCTOR_FAIL, "wiring", findings[i].remedy, "%s",
                       findings[i].what);
    }
}

/* ---- signals --------------------------------------------------------------------- */

typedef struct {
    rh_reading_t last;
    int changes[RH_SIGNAL_COUNT];
    rh_doctor_ages_t ages;
} watch_t;

static int watch(const rh_doctor_t *doctor, rh_client_t *client, watch_t *watched,
                 rh_problem_t *problem)
{
    const struct timespec pause = {.tv_nsec = LOOK_NS};
    int failed = rh_reading_take(client, &watched->last, problem);
    rh_doctor_ages_start(&watched->ages, doctor);
    for (int i = 0; failed == 0 && i < LOOKS; i++) {
        const rh_reading_t before = watched->last;
        (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
        failed = rh_reading_take(client, &watched->last, problem);
        rh_doctor_ages_look(&watched->ages, &watched->last);
        for (int k = 0; k < RH_SIGNAL_COUNT; k++) {
            watched->changes[k] +=
                (before.value[k] >= 0.5) != (watched->last.value[k] >= 0.5) ? 1 : 0;
        }
    }
    return failed;
}

static bool is_unusable(const watch_t *watched, int signal)
{
    /* the extra cell is no part of the loop */
    return !watched->last.is_good[signal] && signal != RH_SIGNAL_AUX_FORCE;
}

/* One finding for what one device does to its signals. */
static void tell_unusable(rh_doctor_t *doctor, const watch_t *watched, int first,
                          bool *is_told)
{
    char names[NAMES_TEXT] = "";
    char quality = watched->last.quality[first][0];
    int count = 0;
    for (int i = first; i < RH_SIGNAL_COUNT; i++) {
        if (is_unusable(watched, i) && watched->last.quality[i][0] == quality &&
            rh_doctor_share(doctor, first, i, false)) {
            rh_doctor_list(names, sizeof names, rh_name_input((uint32_t)i)->name);
            is_told[i] = true;
            count++;
        }
    }
    const char *why = quality == 'b'   ? "the device calls it invalid"
                      : quality == 'l' ? "the device does not answer"
                      : count > 1      ? "they were never read"
                                       : "it was never read";
    rh_doctor_find(doctor, RH_DOCTOR_FAIL, "signal", "see the device and its bus above",
                   "%s %s not usable: %s", names, count > 1 ? "are" : "is", why);
}

static int check_quality(rh_doctor_t *doctor, const watch_t *watched)
{
    bool is_told[RH_SIGNAL_COUNT] = {false};
    int bad = 0;
    for (int i = 0; i < RH_SIGNAL_COUNT; i++) {
        if (is_unusable(watched, i) && !is_told[i]) {
            tell_unusable(doctor, watched, i, is_told);
            bad++;
        }
    }
    return bad;
}

static int check_floating(rh_doctor_t *doctor, const watch_t *watched)
{
    int bad = 0;
    for (int i = RH_SIGNAL_ESTOP_A; i <= RH_SIGNAL_LIMIT_BOTTOM; i++) {
        if (watched->changes[i] > CHANGES_MAX) {
            rh_doctor_find(
                doctor, RH_DOCTOR_FAIL, "signal",
                "give it a pull-up (bias = up, or a resistor) and a tight "
                "wire",
                "%s changed %d times in 1.5 s: the input floats, its pull-up "
                "is missing or a wire is loose",
                rh_name_input((uint32_t)i)->name, watched->changes[i]);
            bad++;
        }
    }
    return bad;
}

static int check_channels(rh_doctor_t *doctor, const watch_t *watched)
{
    bool a = watched->last.value[RH_SIGNAL_ESTOP_A] >= 0.5;
    bool b = watched->last.value[RH_SIGNAL_ESTOP_B] >= 0.5;
    if (a == b) {
        return 0;
    }
    rh_doctor_find(doctor, RH_DOCTOR_FAIL, "signal",
                   "check the button's two contacts, their wires and inputs",
                   "e-stop channel %s reads open while channel %s is closed: a broken "
                   "wire, or a channel that is stuck",
                   a ? "b" : "a", a ? "a" : "b");
    return 1;
}

static int check_angle(rh_doctor_t *doctor, const watch_t *watched, int signal,
                       const char *what)
{
    double angle_deg = watched->last.value[signal];
    if (!watched->last.is_good[signal] ||
        (angle_deg >= BOTTOM_DEG && angle_deg <= TOP_DEG)) {
        return 0;
    }
    rh_doctor_find(doctor, RH_DOCTOR_FAIL, "signal",
                   "`commission lift` tells which; then set the zero or turn the sign",
                   "%s reads %.1f deg, where the arm cannot be (-105 to +15): the %s "
                   "counts the wrong way (A and B exchanged), or its zero is wrong",
                   rh_name_input((uint32_t)signal)->name, angle_deg, what);
    return 1;
}

static int check_angles(rh_doctor_t *doctor, const watch_t *watched)
{
    const rh_reading_t *last = &watched->last;
    int bad = check_angle(doctor, watched, RH_SIGNAL_ARM_ANGLE, "arm encoder") +
              check_angle(doctor, watched, RH_SIGNAL_MOTOR_ANGLE, "motor");
    double apart_deg =
        last->value[RH_SIGNAL_ARM_ANGLE] - last->value[RH_SIGNAL_MOTOR_ANGLE];
    if (bad == 0 && last->is_good[RH_SIGNAL_ARM_ANGLE] &&
        last->is_good[RH_SIGNAL_MOTOR_ANGLE] && !(fabs(apart_deg) <= APART_DEG)) {
        rh_doctor_find(doctor, RH_DOCTOR_FAIL, "signal",
                       "check zeros and scales, belt and couplings",
                       "arm encoder and motor disagree by %.1f deg", apart_deg);
        bad++;
    }
    return bad;
}

void rh_doctor_signals(rh_doctor_t *doctor)
{
    static int (*const checks[])(rh_doctor_t *, const watch_t *) = {
        check_quality, check_floating, check_channels, check_angles};
    rh_client_t client;
    rh_problem_t problem;
    watch_t watched = {0};
    int bad = 0;
    int failed = rh_client_open(&client, doctor->call->options, &problem);
    failed = failed != 0 ? failed : watch(doctor, &client, &watched, &problem);
    rh_client_close(&client);
    if (failed != 0) {
        rh_doctor_find(doctor, RH_DOCTOR_WARN, "signals", problem.remedy, "%s",
                       problem.message);
        return;
    }
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        bad += checks[i](doctor, &watched);
    }
    bad += rh_doctor_ages_judge(doctor, &watched.ages);
    if (bad == 0) {
        rh_doctor_find(doctor, RH_DOCTOR_OK, "signals", "",
                       "all are read, and none is impossible");
    }
}
