/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reps of one set as they come from the machine and from the plant's truth.
 */
#ifndef PAIRS_H
#define PAIRS_H

#include "rig.h"

#define PAIRS_MOST 64

typedef struct {
    rh_truth_rep_t truth[PAIRS_MOST];
    int count, full;
} truths_t;

/* Both sides in order; the machine may tell a little later. */
typedef struct {
    truths_t reading[RIG_READINGS];
    rh_rep_t rep[PAIRS_MOST];
    int reps;
} pairs_t;

/* Has the person do the plan, and ticks until they have rested for 3 s. */
void pairs_play(rig_t *rig, const rh_plan_t *plan, pairs_t *pairs);
/* True: the machine's count is the truth's. False: it is a neighbour's, and a hair
 * decides. Fails, with both sides printed, where it is that of no reading. */
bool pairs_are_exact(const pairs_t *pairs);
/* The truth of the machine's rep `number`: the exact one where it is as close as
 * allowed, else the closest of its neighbours; is_exact tells which. */
const rh_truth_rep_t *pairs_truth(const pairs_t *pairs, int number, double allowed_ms,
                                  double allowed_deg, bool *is_exact);

#endif
