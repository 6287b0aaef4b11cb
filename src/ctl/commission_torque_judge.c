/* SPDX-License-Identifier: Apache-2.0 */
/* What a pull at the tied strap says of the motor's torque: numbers in, one sentence
 * out; see commission_torque.c. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "commission_parts.h"

#define LEVEL_LOOKS 8   /* of about 30 */
#define LOOSE_DEG 4.0   /* the gate ends it at 5 */
#define OVER_NM 36.0    /* the gate ends it at 40 */
#define SLACK_FRAC 0.15 /* of the torque: no scale is so wrong and turns a motor */
#define SCALE_FRAC 0.2  /* strap, radius, and a tie that is not quite level */

/* ---- judging --------------------------------------------------------------------- */

static bool is_off(double shown_nm, double given_nm)
{
    return !(fabs(shown_nm / given_nm - 1.0) <= SCALE_FRAC);
}

static int judge_end(rh_commission_t *bench, const rh_commission_pull_t *pull)
{
    bool is_whole =
        pull->level[0].looks >= LEVEL_LOOKS && pull->level[1].looks >= LEVEL_LOOKS;
    if (strcmp(bench->now.safety, "idle") != 0) {
        return rh_commission_say_blocked(bench, "the torque was not measured");
    }
    if (is_whole) {
        return 0;
    }
    if (pull->most_nm >= OVER_NM) {
        return rh_commission_fail(
            bench,
            "correct rated_torque_nm, gear_ratio or the unit of the torque command",
            "the arm gets far more torque than the drive was given: the strap took "
            "%.0f N m "
            "more, and the test asks for 20 N m at most",
            pull->most_nm);
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

static int judge_slack(rh_commission_t *bench, const rh_commission_pull_t *pull)
{
    return fabs(pull->more.strap_nm) > SLACK_FRAC * pull->more.given_nm
               ? 0
               : rh_commission_fail(
                     bench, "tie it taut, on both sides; look at coupling and gear",
                     "the strap carries nothing: the tie is slack or the torque does "
                     "not reach the arm (%.1f N m more for %.1f N m)",
                     pull->more.strap_nm, pull->more.given_nm);
}

static int judge_scale(rh_commission_t *bench, const rh_commission_pull_t *pull)
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

static int judge_drive(rh_commission_t *bench, const rh_commission_pull_t *pull)
{
    return !pull->says || !is_off(pull->more.said_nm, pull->more.given_nm)
               ? 0
               : rh_commission_fail(
                     bench, "check the unit and the scale of [signal drive_torque]",
                     "the drive says %.1f N m more where it was given %.1f N m and the "
                     "strap shows %.1f N m",
                     pull->more.said_nm, pull->more.given_nm, pull->more.strap_nm);
}

static int say_torque(rh_commission_t *bench, const rh_commission_pull_t *pull)
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

int rh_commission_judge_torque(rh_commission_t *bench, const rh_commission_pull_t *pull)
{
    static int (*const judges[])(rh_commission_t *, const rh_commission_pull_t *) = {
        judge_end, judge_slack, judge_scale, judge_drive, say_torque};
    int result = 0;
    for (size_t i = 0; result == 0 && i < sizeof judges / sizeof judges[0]; i++) {
        result = judges[i](bench, pull);
    }
    return result;
}
