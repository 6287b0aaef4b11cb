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
#define PULL_S 8.0      /* four, and the drive's time to run */
#define SETTLED_S 0.4   /* of a level that is held for one second */
#define STEADY_NM 0.15  /* the ramp takes 15 ms for it */
#define LEAST_NM 1.0    /* a drive without torque is no level */
#define APART_NM 2.0    /* from level to level */
#define LEVEL_LOOKS 8   /* of about 30 */
#define LOOSE_DEG 4.0   /* the gate ends it at 5 */
#define SLACK_FRAC 0.15 /* of the torque: no scale is so wrong and turns a motor */
#define SCALE_FRAC 0.2  /* strap, radius, and a tie that is not quite level */
#define UNTIED_N 5.0

/* Sums over the looks at one level; and what was more at the second one. */
typedef struct {
    double given_nm, said_nm, strap_nm;
    int looks;
} level_t;

typedef struct {
    rh_reading_t before, rest; /* with nothing at the strap; tied, and at rest */
    level_t level[2], more;
    double from_nm, since_s; /* the torque is steady */
    double moved_deg;        /* by the encoder that moved further */
    bool says;               /* the drive tells its torque */
} pull_t;

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

static void add_look(const rh_commission_t *bench, pull_t *pull)
{
    const double *value = bench->now.value;
    double given_nm = value[RH_SIGNAL_TORQUE_CONFIRMED];
    const level_t *first = &pull->level[0];
    bool is_first =
        first->looks == 0 || given_nm < first->given_nm / first->looks + APART_NM;
    level_t *level = &pull->level[is_first ? 0 : 1];
    level->given_nm += given_nm;
    level->said_nm += value[RH_SIGNAL_DRIVE_TORQUE];
    level->strap_nm += at_strap_nm(bench, &bench->now);
    level->looks++;
    pull->says = pull->says && bench->now.is_good[RH_SIGNAL_DRIVE_TORQUE];
}

static double moved_deg(const rh_commission_t *bench, const pull_t *pull, int signal)
{
    return fabs(bench->now.value[signal] - pull->rest.value[signal]);
}

static bool is_probing(const rh_commission_t *bench)
{
    return strcmp(bench->now.safety, "probe") == 0;
}

static void watch_pull(const rh_commission_t *bench, pull_t *pull)
{
    double given_nm = bench->now.value[RH_SIGNAL_TORQUE_CONFIRMED];
    double now_s = rh_commission_now_s();
    pull->moved_deg =
        fmax(pull->moved_deg, fmax(moved_deg(bench, pull, RH_SIGNAL_ARM_ANGLE),
                                   moved_deg(bench, pull, RH_SIGNAL_MOTOR_ANGLE)));
    if (!(fabs(given_nm - pull->from_nm) < STEADY_NM)) {
        pull->from_nm = given_nm;
        pull->since_s = now_s;
    }
    if (is_probing(bench) && given_nm > LEAST_NM && now_s - pull->since_s > SETTLED_S) {
        add_look(bench, pull);
    }
}

static double more_nm(const level_t level[2], double from_nm, double to_nm)
{
    return to_nm / level[1].looks - from_nm / level[0].looks;
}

/* Not-a-number where a level was not seen. */
static void compare_levels(pull_t *pull)
{
    const level_t *level = pull->level;
    pull->more = (level_t){
        .given_nm = more_nm(level, level[0].given_nm, level[1].given_nm),
        .said_nm = more_nm(level, level[0].said_nm, level[1].said_nm),
        .strap_nm = more_nm(level, level[0].strap_nm, level[1].strap_nm),
    };
}

static int pull_at_tie(rh_commission_t *bench, pull_t *pull)
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

/* ---- judging --------------------------------------------------------------------- */

static bool is_off(double shown_nm, double given_nm)
{
    return !(fabs(shown_nm / given_nm - 1.0) <= SCALE_FRAC);
}

static int judge_end(rh_commission_t *bench, const pull_t *pull)
{
    bool is_whole =
        pull->level[0].looks >= LEVEL_LOOKS && pull->level[1].looks >= LEVEL_LOOKS;
    if (strcmp(bench->now.safety, "idle") != 0) {
        return rh_commission_say_blocked(bench, "the torque was not measured");
    }
    if (is_whole) {
        return 0;
    }
    return pull->moved_deg >= LOOSE_DEG
               ? rh_commission_fail(
                     bench, "tie both sides shorter, with what does not stretch",
                     "the tie gave way or the strap is not tied: the arm moved by %.1f "
                     "deg",
                     pull->moved_deg)
               : rh_commission_fail(
                     bench, "keep away from the machine, then do the step again",
                     "the motor was not seen to hold two levels of torque: somebody "
                     "came near, the drive stopped, or the arm's weight and friction "
                     "in the machine file leave too little");
}

static int judge_slack(rh_commission_t *bench, const pull_t *pull)
{
    return fabs(pull->more.strap_nm) > SLACK_FRAC * pull->more.given_nm
               ? 0
               : rh_commission_fail(
                     bench, "tie it taut, on both sides; look at coupling and gear",
                     "the strap carries nothing: the tie is slack or the torque does "
                     "not reach the arm (%.1f N m more for %.1f N m)",
                     pull->more.strap_nm, pull->more.given_nm);
}

static int judge_scale(rh_commission_t *bench, const pull_t *pull)
{
    double shown_nm = pull->more.strap_nm;
    double given_nm = pull->more.given_nm;
    return !is_off(shown_nm, given_nm)
               ? 0
               : rh_commission_fail(
                     bench,
                     "correct rated_torque_nm, gear_ratio or the unit of the torque "
                     "command; before that see that the tie is level and square",
                     "the arm gets %.0f %% of the torque that the drive was given "
                     "(%.1f "
                     "N m more at the strap for %.1f N m): the drive's rated torque, "
                     "the gear ratio or the unit of its command is not what the "
                     "machine "
                     "file says",
                     100.0 * shown_nm / given_nm, shown_nm, given_nm);
}

static int judge_drive(rh_commission_t *bench, const pull_t *pull)
{
    return !pull->says || !is_off(pull->more.said_nm, pull->more.given_nm)
               ? 0
               : rh_commission_fail(
                     bench, "check the unit and the scale of [signal drive_torque]",
                     "the drive says %.1f N m more where it was given %.1f N m and the "
                     "strap shows %.1f N m",
                     pull->more.said_nm, pull->more.given_nm, pull->more.strap_nm);
}

static int say_torque(rh_commission_t *bench, const pull_t *pull)
{
    char said[48] = "does not tell its own";
    if (pull->says) {
        (void)snprintf(said, sizeof said, "said %.2f N m", pull->more.said_nm);
    }
    return rh_commission_note(
        bench,
        "%.2f N m more at the strap for %.2f N m (%.0f %%), from %.1f N m on; the "
        "drive %s; the tied arm moved by %.1f deg",
        pull->more.strap_nm, pull->more.given_nm,
        100.0 * pull->more.strap_nm / pull->more.given_nm,
        pull->level[0].given_nm / pull->level[0].looks, said, pull->moved_deg);
}

static int judge(rh_commission_t *bench, const pull_t *pull)
{
    static int (*const judges[])(rh_commission_t *, const pull_t *) = {
        judge_end, judge_slack, judge_scale, judge_drive, say_torque};
    int result = 0;
    for (size_t i = 0; result == 0 && i < sizeof judges / sizeof judges[0]; i++) {
        result = judges[i](bench, pull);
    }
    return result;
}

/* ---- the tie --------------------------------------------------------------------- */

static int tie(rh_commission_t *bench, pull_t *pull)
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
    const pull_t *pull = context;
    const double *now = bench->now.value;
    const double *before = pull->before.value;
    return fabs(now[RH_SIGNAL_STRAP_LEFT] - before[RH_SIGNAL_STRAP_LEFT]) < UNTIED_N &&
           fabs(now[RH_SIGNAL_STRAP_RIGHT] - before[RH_SIGNAL_STRAP_RIGHT]) < UNTIED_N;
}

/* Said in any case; a verdict that is a failure already stands. */
static int untie(rh_commission_t *bench, pull_t *pull, int result)
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
    pull_t pull = {0};
    int result = rh_commission_take_power(bench);
    result = result != 0 ? result : need_relay(bench);
    if (result != 0) {
        return result;
    }
    result = tie(bench, &pull);
    result = result != 0 ? result : pull_at_tie(bench, &pull);
    result = result != 0 ? result : judge(bench, &pull);
    return untie(bench, &pull, result);
}
