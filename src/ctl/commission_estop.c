/* SPDX-License-Identifier: Apache-2.0 */
/* The step at the e-stop, and before it a look at all inputs with nobody near. */
#include "commission_parts.h"
#include "names.h"

#define QUIET_S 1.5
#define TOGETHER_S 1.0 /* both channels of one button */

static const int contacts[] = {
    RH_SIGNAL_ESTOP_A,    RH_SIGNAL_ESTOP_B,      RH_SIGNAL_GRIP_LEFT,
    RH_SIGNAL_GRIP_RIGHT, RH_SIGNAL_COMFORT_STOP, RH_SIGNAL_RESET_BUTTON,
    RH_SIGNAL_LIMIT_TOP,  RH_SIGNAL_LIMIT_BOTTOM,
};

#define CONTACTS (sizeof contacts / sizeof contacts[0])

static bool is_set(const rh_commission_t *bench, int signal)
{
    return rh_commission_is_set(&bench->now, signal);
}

/* An input without its pull-up reads whatever is in the air. */
static int watch_quiet(rh_commission_t *bench)
{
    double end_s = rh_commission_now_s() + QUIET_S;
    int changes[RH_SIGNAL_COUNT] = {0};
    int failed = rh_commission_look(bench);
    while (failed == 0 && rh_commission_now_s() < end_s) {
        const rh_reading_t before = bench->now;
        failed = rh_commission_look(bench);
        for (size_t i = 0; i < CONTACTS; i++) {
            int signal = contacts[i];
            changes[signal] += rh_commission_is_set(&before, signal) !=
                                       rh_commission_is_set(&bench->now, signal)
                                   ? 1
                                   : 0;
        }
    }
    for (size_t i = 0; failed == 0 && i < CONTACTS; i++) {
        if (changes[contacts[i]] > 2) {
            return rh_commission_fail(
                bench, "give it a pull-up (bias = up, or a resistor) and a tight wire",
                "%s changed %d times in %.1f s with nobody near: the input floats, its "
                "pull-up is missing or a wire is loose",
                rh_name_input((uint32_t)contacts[i])->name, changes[contacts[i]],
                QUIET_S);
        }
    }
    return failed;
}

/* ---- e-stop ---------------------------------------------------------------------- */

static bool both_closed(const rh_commission_t *bench, void *context)
{
    (void)context;
    return is_set(bench, RH_SIGNAL_ESTOP_A) && is_set(bench, RH_SIGNAL_ESTOP_B);
}

static bool one_open(const rh_commission_t *bench, void *context)
{
    return !both_closed(bench, context);
}

static int say_open(rh_commission_t *bench, const char *when)
{
    bool a = is_set(bench, RH_SIGNAL_ESTOP_A);
    bool b = is_set(bench, RH_SIGNAL_ESTOP_B);
    const char *remedy = "check the button's two contacts, their wires and inputs";
    if (a == b) {
        return rh_commission_fail(bench, remedy,
                                  "both e-stop channels read open %s: the chain is not "
                                  "closed",
                                  when);
    }
    return rh_commission_fail(bench, remedy,
                              "e-stop channel %s reads open %s while channel %s is "
                              "closed: its contact or wire is broken",
                              a ? "b" : "a", when, a ? "a" : "b");
}

static int press_estop(rh_commission_t *bench)
{
    rh_commission_do(bench, "press the emergency stop and keep it pressed");
    int result = rh_commission_await(bench, one_open, NULL);
    if (result != 0) {
        return result != RH_STEP_FAILED
                   ? result
                   : rh_commission_fail(bench, "check the button's wires and inputs",
                                        "neither e-stop channel opened when the button "
                                        "was pressed");
    }
    double end_s = rh_commission_now_s() + TOGETHER_S;
    bool a = true;
    bool b = true;
    while ((a || b) && rh_commission_now_s() < end_s) {
        result = rh_commission_look(bench);
        if (result != 0) {
            return result;
        }
        a = is_set(bench, RH_SIGNAL_ESTOP_A);
        b = is_set(bench, RH_SIGNAL_ESTOP_B);
    }
    return !a && !b
               ? 0
               : rh_commission_fail(bench, "replace the contact, remove the bridge",
                                    "e-stop channel %s stayed closed while channel "
                                    "%s opened: it is stuck or bridged",
                                    a ? "a" : "b", a ? "b" : "a");
}

static int await_closed(rh_commission_t *bench, const char *when)
{
    int result = rh_commission_await(bench, both_closed, NULL);
    return result == RH_STEP_FAILED ? say_open(bench, when) : result;
}

int rh_commission_estop(rh_commission_t *bench)
{
    int failed = watch_quiet(bench);
    if (failed == 0 && one_open(bench, NULL)) {
        if (is_set(bench, RH_SIGNAL_ESTOP_A) != is_set(bench, RH_SIGNAL_ESTOP_B)) {
            return say_open(bench, "before it was pressed");
        }
        rh_commission_do(bench, "release the emergency stop");
        failed = await_closed(bench, "though it is released");
    }
    failed = failed != 0 ? failed : press_estop(bench);
    if (failed == 0) {
        rh_commission_do(bench, "release the emergency stop");
        failed = await_closed(bench, "after it was released");
    }
    return failed != 0 ? failed
                       : rh_commission_note(bench, "both channels opened and closed");
}
