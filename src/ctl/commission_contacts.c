/* SPDX-License-Identifier: Apache-2.0 */
/* The steps at the other contacts: grips, buttons, limit switches. */
#include <stdio.h>

#include "commission_parts.h"
#include "names.h"

#define ALONE_S 0.5 /* after the first change: time for a second hand */

static const char *name_of(int signal)
{
    return rh_name_input((uint32_t)signal)->name;
}

static bool is_set(const rh_commission_t *bench, int signal)
{
    return rh_commission_is_set(&bench->now, signal);
}

/* ---- grips and buttons ----------------------------------------------------------- */

static const struct {
    int signal;
    const char *press, *release;
} deeds[] = {
    {RH_SIGNAL_GRIP_LEFT, "hold the left grip", "let the left grip go"},
    {RH_SIGNAL_GRIP_RIGHT, "hold the right grip", "let the right grip go"},
    {RH_SIGNAL_COMFORT_STOP, "press the comfort stop and keep it pressed",
     "let the comfort stop go"},
    {RH_SIGNAL_RESET_BUTTON, "press the reset button and keep it pressed",
     "let the reset button go"},
};

#define DEEDS (sizeof deeds / sizeof deeds[0])

static bool one_pressed(const rh_commission_t *bench, void *context)
{
    (void)context;
    for (size_t i = 0; i < DEEDS; i++) {
        if (is_set(bench, deeds[i].signal)) {
            return true;
        }
    }
    return false;
}

static bool none_pressed(const rh_commission_t *bench, void *context)
{
    return !one_pressed(bench, context);
}

static int first_pressed(const rh_commission_t *bench)
{
    for (size_t i = 0; i < DEEDS; i++) {
        if (is_set(bench, deeds[i].signal)) {
            return deeds[i].signal;
        }
    }
    return deeds[0].signal;
}

static int say_silent(rh_commission_t *bench, int result, int signal, const char *what)
{
    return result != RH_STEP_FAILED
               ? result
               : rh_commission_fail(bench, "check its wire, its input and `invert`",
                                    "%s %s", name_of(signal), what);
}

/* What changed while one was pressed: the first that was not meant, or -1. */
static int watch_press(rh_commission_t *bench, int meant, bool *is_meant, int *other)
{
    double end_s = rh_commission_now_s() + ALONE_S;
    int failed = 0;
    *is_meant = is_set(bench, meant);
    *other = -1;
    do {
        for (size_t i = 0; i < DEEDS; i++) {
            int signal = deeds[i].signal;
            bool is_pressed = is_set(bench, signal);
            *is_meant = *is_meant || (signal == meant && is_pressed);
            *other = *other < 0 && signal != meant && is_pressed ? signal : *other;
        }
        failed = rh_commission_look(bench);
    } while (failed == 0 && rh_commission_now_s() < end_s);
    return failed;
}

/* Both at once are two hands; only the other one alone is a mistake of the wires. */
static int judge_press(rh_commission_t *bench, size_t deed)
{
    int signal = deeds[deed].signal;
    bool is_meant = false;
    int other = -1;
    int failed = watch_press(bench, signal, &is_meant, &other);
    if (failed != 0 || other < 0) {
        return failed;
    }
    if (is_meant) {
        char remedy[120];
        (void)snprintf(remedy, sizeof remedy,
                       "%s and nothing else; if it says the same, look for a bridge "
                       "between the two wires",
                       deeds[deed].press);
        return rh_commission_fail(bench, remedy,
                                  "%s and %s both changed: press only %s",
                                  name_of(signal), name_of(other), name_of(signal));
    }
    return rh_commission_fail(
        bench,
        "do the step again with that one alone; if it says the same, exchange the two "
        "wires, or the two sources",
        "%s changed, and %s did not, when it was said: %s; the two are exchanged",
        name_of(other), name_of(signal), deeds[deed].press);
}

static int try_deed(rh_commission_t *bench, size_t deed)
{
    int signal = deeds[deed].signal;
    rh_commission_do(bench, "%s", deeds[deed].press);
    int result = rh_commission_await(bench, one_pressed, NULL);
    if (result != 0) {
        return say_silent(bench, result, signal, "did not change");
    }
    result = judge_press(bench, deed);
    if (result != 0) {
        return result;
    }
    rh_commission_do(bench, "%s", deeds[deed].release);
    result = rh_commission_await(bench, none_pressed, NULL);
    return result == 0 ? 0 : say_silent(bench, result, signal, "did not change back");
}

int rh_commission_buttons(rh_commission_t *bench)
{
    int result = rh_commission_look(bench);
    if (result == 0 && one_pressed(bench, NULL)) {
        return rh_commission_fail(bench, "check its wire and `invert`",
                                  "%s reads as pressed though nobody touches it",
                                  name_of(first_pressed(bench)));
    }
    for (size_t i = 0; result == 0 && i < DEEDS; i++) {
        result = try_deed(bench, i);
    }
    return result != 0
               ? result
               : rh_commission_note(bench, "both grips, comfort stop and reset button "
                                           "were read");
}

/* ---- limit switches -------------------------------------------------------------- */

static bool limits_closed(const rh_commission_t *bench, void *context)
{
    (void)context;
    return is_set(bench, RH_SIGNAL_LIMIT_TOP) && is_set(bench, RH_SIGNAL_LIMIT_BOTTOM);
}

static bool limit_open(const rh_commission_t *bench, void *context)
{
    return !limits_closed(bench, context);
}

/* Where each must open (SAFETY, table of limits: +10 and -103 deg): behind the trip and
 * before the absorber, and a degree for an arm that is moved on while one looks. */
typedef struct {
    int signal;
    const char *end;
    double least_deg, most_deg;
    double opened_deg;
} limit_t;

static int judge_limit(rh_commission_t *bench, const limit_t *limit)
{
    if (is_set(bench, limit->signal)) {
        return rh_commission_fail(
            bench, "exchange the two wires, or the two sources",
            "the other limit switch opened at the %s end: the two "
            "are exchanged",
            limit->end);
    }
    return limit->opened_deg >= limit->least_deg && limit->opened_deg <= limit->most_deg
               ? 0
               : rh_commission_fail(bench, "move the switch or its cam",
                                    "the %s limit switch opened at %.1f deg; it must "
                                    "open between %.0f and %.0f deg",
                                    limit->end, limit->opened_deg, limit->least_deg,
                                    limit->most_deg);
}

static int try_limit(rh_commission_t *bench, limit_t *limit)
{
    rh_commission_do(bench,
                     "move the arm by hand to its %s end until the limit switch opens",
                     limit->end);
    int result = rh_commission_await(bench, limit_open, NULL);
    if (result != 0) {
        return say_silent(bench, result, limit->signal,
                          "did not open at the arm's end");
    }
    limit->opened_deg = bench->now.value[RH_SIGNAL_ARM_ANGLE];
    result = judge_limit(bench, limit);
    if (result != 0) {
        return result;
    }
    rh_commission_do(bench, "move the arm back");
    result = rh_commission_await(bench, limits_closed, NULL);
    return result == 0
               ? 0
               : say_silent(bench, result, limit->signal, "did not close again");
}

int rh_commission_limits(rh_commission_t *bench)
{
    int result = rh_commission_look(bench);
    if (result == 0 && limit_open(bench, NULL)) {
        bool top = !is_set(bench, RH_SIGNAL_LIMIT_TOP);
        return rh_commission_fail(
            bench, "check the switch, its wire and `invert`",
            "the %s limit switch reads open with the arm away from "
            "it",
            top ? "top" : "bottom");
    }
    limit_t top = {RH_SIGNAL_LIMIT_TOP, "top", 7.0, 13.0, 0.0};
    limit_t bottom = {RH_SIGNAL_LIMIT_BOTTOM, "bottom", -106.0, -101.0, 0.0};
    result = result != 0 ? result : try_limit(bench, &top);
    result = result != 0 ? result : try_limit(bench, &bottom);
    return result != 0 ? result
                       : rh_commission_note(bench,
                                            "top opened at %.1f deg, bottom at %.1f "
                                            "deg; both closed again",
                                            top.opened_deg, bottom.opened_deg);
}
