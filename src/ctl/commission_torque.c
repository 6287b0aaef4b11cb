/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The step that measures the motor's torque: the strap is tied to the frame, the gate
 * pulls at it at two levels, and what the strap shows more at the second one must be
 * what the drive was given more. Every other step takes the size of the torque on trust
 * (rated torque, gear, unit): a drive that is read and written by one wrong scale
 * agrees with itself.
 *
 * Each level is reached from below, so that friction is in both and not in their
 * difference; so are the cells' zeros, and how taut the tie was.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "commission_parts.h"
#include "rh/units.h"

#define MEAN_S 1.0
#define PULL_S 8.0     /* four, and the drive's time to run */
#define SETTLED_S 0.4  /* of a level that is held for one second */
#define STEADY_NM 0.15 /* the ramp takes 15 ms for it */
#define LEAST_NM 1.0   /* a drive without torque is no level */
#define APART_NM 2.0   /* from level to level */
#define UNTIED_N 5.0

/* ---- pulling --------------------------------------------------------------------- */

/* What the strap takes from the arm: its force, and the weight of an arm that the tie
 * let out of the hang. */
static double at_strap_nm(const rh_commission_t *bench, const rh_reading_t *now)
{
    double radius_m = rh_commission_setting(bench, "[machine]", "strap_radius_m");
    double gravity_nm = rh_commission_setting(bench, "[machine]", "arm_gravity_nm");
    double hardware_n = rh_commission_setting(bench, "[machine]", "strap_weight_n");
    double force_n =
        now->value[RH_SIGNAL_STRAP_LEFT] + now->value[RH_SIGNAL_STRAP_RIGHT];
    double cosine = cos(now->value[RH_SIGNAL_ARM_ANGLE] * RH_RAD_PER_DEG);
    return (gravity_nm + hardware_n * radius_m) * cosine - force_n * radius_m;
}

static void add_look(const rh_commission_t *bench, rh_commission_pull_t *pull)
{
    const double *value = bench->now.value;
    double given_nm = value[RH_SIGNAL_TORQUE_CONFIRMED];
    const rh_commission_level_t *first = &pull->level[0];
    bool is_first =
        first->looks == 0 || given_nm < first->given_nm / first->looks + APART_NM;
    rh_commission_level_t *level = &pull->level[is_first ? 0 : 1];
    level->given_nm += given_nm;
    level->said_nm += value[RH_SIGNAL_DRIVE_TORQUE];
    level->strap_nm += at_strap_nm(bench, &bench->now);
    level->looks++;
    pull->says = pull->says && bench->now.is_good[RH_SIGNAL_DRIVE_TORQUE];
}

static double moved_deg(const rh_commission_t *bench, const rh_commission_pull_t *pull,
                        int signal)
{
    return fabs(bench->now.value[signal] - pull->rest.value[signal]);
}

static bool is_probing(const rh_commission_t *bench)
{
    return strcmp(bench->now.safety, "probe") == 0;
}

static void watch_pull(const rh_commission_t *bench, rh_commission_pull_t *pull)
{
    double given_nm = bench->now.value[RH_SIGNAL_TORQUE_CONFIRMED];
    double now_s = rh_commission_now_s();
    pull->moved_deg =
        fmax(pull->moved_deg, fmax(moved_deg(bench, pull, RH_SIGNAL_ARM_ANGLE),
                                   moved_deg(bench, pull, RH_SIGNAL_MOTOR_ANGLE)));
    pull->most_nm = fmax(pull->most_nm, at_strap_nm(bench, &bench->now) -
                                            at_strap_nm(bench, &pull->rest));
    if (!(fabs(given_nm - pull->from_nm) < STEADY_NM)) {
        pull->from_nm = given_nm;
        pull->since_s = now_s;
    }
    if (is_probing(bench) && given_nm > LEAST_NM && now_s - pull->since_s > SETTLED_S) {
        add_look(bench, pull);
    }
}

static double more_nm(const rh_commission_level_t level[2], double from_nm,
                      double to_nm)
{
    return to_nm / level[1].looks - from_nm / level[0].looks;
}

/* Not-a-number where a level was not seen. */
static void compare_levels(rh_commission_pull_t *pull)
{
    const rh_commission_level_t *level = pull->level;
    pull->more = (rh_commission_level_t){
        .given_nm = more_nm(level, level[0].given_nm, level[1].given_nm),
        .said_nm = more_nm(level, level[0].said_nm, level[1].said_nm),
        .strap_nm = more_nm(level, level[0].strap_nm, level[1].strap_nm),
    };
}

static int pull_at_tie(rh_commission_t *bench, rh_commission_pull_t *pull)
{
    int failed = rh_commission_ask(bench, "torque.test");
    double end_s = rh_commission_now_s() + PULL_S;
    bool is_over = false;
    pull->says = true;
    while (failed == 0 && !is_over && rh_commission_now_s() < end_s) {
        failed = rh_commission_look(bench);
        watch_pull(bench, pull);
        is_over = !is_probing(bench);
    }
    compare_levels(pull);
    return failed;
}

/* ---- the tie --------------------------------------------------------------------- */

static int tie(rh_commission_t *bench, rh_commission_pull_t *pull)
{
    int result = rh_commission_mean(bench, MEAN_S, &pull->before);
    if (result != 0) {
        return result;
    }
    rh_commission_do(bench,
                     "tie the strap to the frame on both sides, taut, so that it holds "
                     "the hanging arm back from lifting: level with the strap's anchor "
                     "and square to the arm");
    result = rh_commission_confirm(
        bench, "The motor will pull at the tie for four seconds with at most 20 N m. "
               "Is the strap tied on both sides, and everybody out of the arm's way?");
    result = result != 0 ? result : rh_commission_await_rest(bench);
    pull->rest = bench->now;
    return result;
}

static bool is_untied(const rh_commission_t *bench, void *context)
{
    const rh_commission_pull_t *pull = context;
    const double *now = bench->now.value;
    const double *before = pull->before.value;
    return fabs(now[RH_SIGNAL_STRAP_LEFT] - before[RH_SIGNAL_STRAP_LEFT]) < UNTIED_N &&
           fabs(now[RH_SIGNAL_STRAP_RIGHT] - before[RH_SIGNAL_STRAP_RIGHT]) < UNTIED_N;
}

/* Said in any case; a verdict that is a failure already stands. */
static int untie(rh_commission_t *bench, rh_commission_pull_t *pull, int result)
{
    rh_commission_do(bench, "untie the strap");
    if (result != 0) {
        return result;
    }
    result = rh_commission_await(bench, is_untied, pull);
    return result != RH_STEP_FAILED
               ? result
               : rh_commission_fail(
                     bench, "untie it and do the step again; begin with it untied",
                     "the strap cells did not go back to what they showed before it "
                     "was tied (left %.1f N, right %.1f N)",
                     bench->now.value[RH_SIGNAL_STRAP_LEFT],
                     bench->now.value[RH_SIGNAL_STRAP_RIGHT]);
}

/* The daemon may have started anew since the step relay. */
static int need_relay(rh_commission_t *bench)
{
    double relay_ms = 0;
    int result = rh_commission_read_state(bench, "relay_ms", &relay_ms);
    return result != 0 || relay_ms > 0 ? result
                                       : rh_commission_prove_relay(bench, &relay_ms);
}

int rh_commission_torque(rh_commission_t *bench)
{
    rh_commission_pull_t pull = {0};
    int result = rh_commission_take_power(bench);
    result = result != 0 ? result : need_relay(bench);
    if (result != 0) {
        return result;
    }
    result = tie(bench, &pull);
    result = result != 0 ? result : pull_at_tie(bench, &pull);
    result = result != 0 ? result : rh_commission_judge_torque(bench, &pull);
    return untie(bench, &pull, result);
}
