/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The settled motion: for each sample, as soon as two others stand on either side of
 * it, the derivative of the curve of fourth order through the five. It has no lag, only
 * a delay, and none of the rounding that a parabola gives to a landing or a short
 * stand. So phase boundaries carry the times at which the arm was there: reps are
 * counted and measured from it. Private to src/core.
 */
#ifndef RH_CORE_TRACK_H
#define RH_CORE_TRACK_H

#include <stdbool.h>
#include <stdint.h>

#include "estimate.h"

#define RH_TRACK_NODES 64         /* a power of two */
#define RH_TRACK_SPAN_NS 10000000 /* at least, from each of the five to the next */

/* A settled sample. */
typedef struct {
    rh_node_t node;
    double rate_dps;
    double accel_dps2;
} rh_settled_t;

/* Caller-owned; zeroed is empty. */
typedef struct {
    rh_node_t node[RH_TRACK_NODES];
    uint32_t count, pending; /* running numbers */
} rh_track_t;

/* Takes a sample; they rise in time. */
void rh_track_feed(rh_track_t *track, const rh_node_t *node);
/* The next settled sample, if there is one; call until false after each feed. */
bool rh_track_next(rh_track_t *track, rh_settled_t *settled);
/* What was followed is lost. */
void rh_track_restart(rh_track_t *track);

#endif
