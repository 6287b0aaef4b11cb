/* SPDX-License-Identifier: Apache-2.0 */
/* The steps in their order; see commission.h. */
#include "commission.h"

#include <stdio.h>
#include <string.h>

#include "commission_parts.h"
#include "fields.h"

#define WAIT_S 60.0
#define KNOWN_KG 10.0
#define KNOWN_MIN_KG 5.0 /* less could not be told where cells give kilograms */

static const struct {
    int (*run)(rh_commission_t *bench);
    bool switches_on; /* the drive */
} steps[RH_COMMISSIONING_COUNT] = {
    [RH_COMMISSIONING_COMPUTER] = {rh_commission_computer, false},
    [RH_COMMISSIONING_DEVICES] = {rh_commission_devices, false},
    [RH_COMMISSIONING_FENCES] = {rh_commission_fences, false},
    [RH_COMMISSIONING_ESTOP] = {rh_commission_estop, false},
    [RH_COMMISSIONING_BUTTONS] = {rh_commission_buttons, false},
    [RH_COMMISSIONING_CELLS] = {rh_commission_cells, false},
    [RH_COMMISSIONING_LIFT] = {rh_commission_lift, false},
    [RH_COMMISSIONING_SPAN] = {rh_commission_span, false},
    [RH_COMMISSIONING_ZERO] = {rh_commission_zero, false},
    [RH_COMMISSIONING_PADS] = {rh_commission_pads, false},
    [RH_COMMISSIONING_LIMITS] = {rh_commission_limits, false},
    [RH_COMMISSIONING_BRAKE] = {rh_commission_brake, false},
    [RH_COMMISSIONING_RELAY] = {rh_commission_relay, true},
    [RH_COMMISSIONING_TORQUE] = {rh_commission_torque, true},
};

/* ---- one step -------------------------------------------------------------------- */

static void tell_step(const rh_commission_t *bench, bool is_ok)
{
    const char *name = rh_commissioning_name(bench->step);
    if (bench->call->options->json) {
        json_t *line = json_pack("{s:s, s:s, s:s, s:s}", "step", name, "verdict",
                                 is_ok ? "ok" : "fail", "what", bench->values, "remedy",
                                 is_ok ? "" : bench->remedy);
        rh_json_line(line);
        json_decref(line);
    } else {
        printf("%-4s  %s: %s%s%s\n", is_ok ? "ok" : "fail", name, bench->values,
               is_ok ? "" : " — ", is_ok ? "" : bench->remedy);
        (void)fflush(stdout);
    }
}

/* Every failure has a sentence and a remedy, whatever a step forgot. */
static void complete_verdict(rh_commission_t *bench)
{
    if (bench->values[0] == '\0') {
        (void)snprintf(bench->values, sizeof bench->values,
                       "what the step waited for did not come within %.0f s (the arm "
                       "at %.1f deg, the machine %s)",
                       bench->wait_s, bench->now.value[RH_SIGNAL_ARM_ANGLE],
                       bench->now.safety[0] != '\0' ? bench->now.safety : "unknown");
    }
    if (bench->remedy[0] == '\0') {
        (void)snprintf(bench->remedy, sizeof bench->remedy,
                       "see `revhyperctl status`, then do the step %s again",
                       rh_commissioning_name(bench->step));
    }
}

static int run_step(rh_commission_t *bench, rh_commissioning_t *record,
                    rh_commissioning_step_t step)
{
    const rh_commissioning_result_t *last = &record->steps[step];
    bench->step = step;
    bench->before = last->is_ok ? last->values : record->was[step].values;
    bench->values[0] = '\0';
    bench->remedy[0] = '\0';
    if (!bench->call->options->json) {
        printf("----  %s: %s\n", rh_commissioning_name(step),
               rh_commissioning_proves(step));
        (void)fflush(stdout);
    }
    int result = steps[step].run(bench);
    if (result > 0) {
        return result;
    }
    if (result != 0) {
        complete_verdict(bench);
    }
    tell_step(bench, result == 0);
    rh_commissioning_result_t newest;
    bool was_ok = record->steps[step].is_ok;
    rh_commission_fill_result(bench, result == 0, &newest);
    rh_commissioning_enter(record, step, &newest);
    int failed = rh_commission_write_record(bench, record);
    if (failed == 0 && was_ok && result != 0) {
        rh_commission_waits(bench, "this step was ok before: nothing arms until it is "
                                   "again and the daemon was restarted");
    }
    return failed != 0 ? failed : result == 0 ? 0 : RH_EXIT_ERROR;
}

/* What switches the drive on comes behind everything that is known without it. */
static bool may_run(const rh_commissioning_t *record, rh_commissioning_step_t step)
{
    for (int i = 0; steps[step].switches_on && i < (int)step; i++) {
        if (!record->steps[i].is_ok) {
            return false;
        }
    }
    return true;
}

/* ---- the verb -------------------------------------------------------------------- */

static int run_named(rh_commission_t *bench, rh_commissioning_t *record,
                     const char *name)
{
    int step = rh_commissioning_find(name);
    if (step < 0) {
        return rh_problem_set(bench->problem, RH_EXIT_USAGE, "usage",
                              "see `revhyperctl commission --help`",
                              "there is no step `%s`", name);
    }
    if (!may_run(record, (rh_commissioning_step_t)step)) {
        return rh_problem_set(bench->problem, RH_EXIT_REFUSED, "wrong_state",
                              "do the steps before it first",
                              "%s switches the drive on: every step before it must be "
                              "ok",
                              name);
    }
    return run_step(bench, record, (rh_commissioning_step_t)step);
}

static int run_all(rh_commission_t *bench, rh_commissioning_t *record)
{
    for (int i = 0; i < RH_COMMISSIONING_COUNT; i++) {
        int failed = record->steps[i].is_ok
                         ? 0
                         : run_step(bench, record, (rh_commissioning_step_t)i);
        if (failed != 0) {
            return failed;
        }
    }
    if (!bench->call->options->json) {
        puts("commissioned: restart the daemon (systemctl restart revhyperd), which "
             "reads it at its start");
    }
    return 0;
}

static int check_known(const rh_commission_t *bench)
{
    return bench->known_kg >= KNOWN_MIN_KG
               ? 0
               : rh_problem_set(
                     bench->problem, RH_EXIT_USAGE, "usage", "give 5kg to 200kg",
                     "%.1f kg are too few to judge a cell by", bench->known_kg);
}

static int open_bench(rh_commission_t *bench)
{
    json_t *reply = NULL;
    int failed = rh_client_open(&bench->client, bench->call->options, bench->problem);
    if (failed == 0) {
        failed = rh_client_ask(&bench->client, "commissioning.show", NULL, NULL, &reply,
                               bench->problem);
    }
    bench->show = json_incref(json_object_get(reply, "result"));
    bench->wiring = rh_text(bench->show, "wiring", "");
    json_decref(reply);
    return failed;
}

int rh_commission_run(const rh_call_t *call, rh_problem_t *problem)
{
    double wait_s = rh_number(call->args, "seconds");
    double known_kg = rh_number(call->args, "known_kg");
    double hung_kg = rh_number(call->args, "hung_kg");
    const char *name = rh_text(call->args, "step", NULL);
    rh_commission_t bench = {.call = call,
                             .problem = problem,
                             .wait_s = wait_s > 0 ? wait_s : WAIT_S,
                             .known_kg = known_kg > 0 ? known_kg : KNOWN_KG,
                             .hung_kg = hung_kg > 0 ? hung_kg : 0};
    rh_commissioning_t record = {0};
    int lock = -1;
    int failed = check_known(&bench);
    failed = failed != 0 ? failed : open_bench(&bench);
    failed = failed != 0 ? failed : rh_commission_lock_record(&bench, &lock);
    if (failed == 0) {
        failed = rh_commission_open_record(&bench, &record);
    }
    if (failed == 0) { /* before anybody is asked to do a thing */
        failed = rh_commission_write_record(&bench, &record);
    }
    if (failed == 0) {
        failed =
            name != NULL ? run_named(&bench, &record, name) : run_all(&bench, &record);
    }
    rh_lease_leave(&bench.client, &bench.lease);
    rh_client_close(&bench.client);
    rh_commissioning_free(&record);
    rh_commission_unlock_record(lock);
    json_decref(bench.show);
    return failed;
}
