/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plays a set and holds the machine's count against the truth's; see pairs.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>

#include "pairs.h"

static void collect_truth(const rig_t *rig, pairs_t *pairs)
{
    for (int i = 0; i < RIG_READINGS; i++) {
        truths_t *truths = &pairs->reading[i];
        if (rig->truth_closed[i]) {
            assert_true(truths->count < PAIRS_MOST);
            truths->truth[truths->count++] = rig->truth_rep[i];
            truths->full += rig->truth_rep[i].full;
        }
    }
}

static void collect(rig_t *rig, pairs_t *pairs)
{
    collect_truth(rig, pairs);
    for (uint32_t i = 0; i < rig->output.event_count; i++) {
        if (rig->output.event[i].kind == RH_EVENT_REP) {
            assert_true(pairs->reps < PAIRS_MOST);
            pairs->rep[pairs->reps++] = rig->output.event[i].rep;
        }
    }
}

void pairs_play(rig_t *rig, const rh_plan_t *plan, pairs_t *pairs)
{
    *pairs = (pairs_t){0};
    assert_true(rh_person_begin(&rig->plant, plan));
    int64_t quiet_ns = 0;
    int64_t end_ns = rig->now_ns + (int64_t)((20.0 + plan->reps * 12.0) * 1e9);
    while (quiet_ns < 3000000000 && rig->now_ns < end_ns) {
        rig_tick(rig);
        collect(rig, pairs);
        quiet_ns = rh_person_is_busy(&rig->plant) ? 0 : quiet_ns + 2000000;
    }
    assert_true(rig->now_ns < end_ns);
}

static void print_pairs(const truths_t *truths, const pairs_t *pairs)
{
    for (int i = 0; i < truths->count; i++) {
        const rh_truth_rep_t *truth = &truths->truth[i];
        print_message("    truth %2d: lift at %.3f s, end %.3f s, range %.3f deg\n", i,
                      truth->t_lift_s, truth->t_end_s,
                      truth->top_deg - truth->bottom_deg);
    }
    for (int i = 0; i < pairs->reps; i++) {
        const rh_rep_t *rep = &pairs->rep[i];
        print_message("    machine %2d: lift at %.3f s, end %.3f s, range %.3f deg\n",
                      i, (double)rep->t_start_ns * 1e-9 + rep->rest_s,
                      (double)rep->t_end_ns * 1e-9, rep->range_deg);
    }
}

bool pairs_are_exact(const pairs_t *pairs)
{
    const truths_t *exact = &pairs->reading[RIG_EXACT];
    for (int i = 0; i < RIG_READINGS; i++) {
        if (pairs->reading[i].count == pairs->reps) {
            return i == RIG_EXACT;
        }
    }
    print_pairs(exact, pairs);
    fail_msg("%d true reps, %d of the machine", exact->count, pairs->reps);
    return false;
}

/* How far the machine's lift and range are from the truth's, in what is allowed. */
static double distance(const rh_rep_t *rep, const rh_truth_rep_t *truth,
                       double allowed_ms, double allowed_deg)
{
    double lift_s = (double)rep->t_start_ns * 1e-9 + rep->rest_s;
    double range_deg = truth->top_deg - truth->bottom_deg;
    return fmax(fabs(lift_s - truth->t_lift_s) * 1e3 / allowed_ms,
                fabs(rep->range_deg - range_deg) / allowed_deg);
}

const rh_truth_rep_t *pairs_truth(const pairs_t *pairs, int number, double allowed_ms,
                                  double allowed_deg, bool *is_exact)
{
    const rh_truth_rep_t *nearest = NULL;
    double nearest_far = (double)INFINITY;
    for (int i = 0; i < RIG_READINGS; i++) {
        const truths_t *truths = &pairs->reading[i];
        const rh_truth_rep_t *truth = &truths->truth[number];
        double far = truths->count != pairs->reps ? (double)INFINITY
                                                  : distance(&pairs->rep[number], truth,
                                                             allowed_ms, allowed_deg);
        if (i == RIG_EXACT && far <= 1.0) {
            *is_exact = true;
            return truth;
        }
        if (far < nearest_far) {
            nearest = truth;
            nearest_far = far;
            *is_exact = i == RIG_EXACT;
        }
    }
    return nearest;
}
