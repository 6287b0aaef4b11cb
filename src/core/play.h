/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes the gear's play out of the motor's angle. The motor's encoder is fine but sits
 * behind the play: when the torque changes its sign, the rotor crosses the gap while
 * the arm does not move, which looks like 10 deg/s for some milliseconds. The arm's
 * encoder sits where the legs are, but its steps are coarse. So the motor's angle is
 * corrected by the difference of the two, and that only as far as the difference leaves
 * RH_PLAY_BAND_DEG about the correction in force: what the arm's steps explain is no
 * play. Without an arm encoder the correction stays as it was.
 *
 * Corrected samples come out a little later than the motor's, because the difference is
 * a mean about their own moment. Private to src/core.
 */
#ifndef RH_CORE_PLAY_H
#define RH_CORE_PLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "estimate.h"

#define RH_PLAY_NODES 8          /* a power of two */
#define RH_PLAY_BAND_DEG 0.015   /* 2/3 of a step of 14 bits */
#define RH_PLAY_MEAN_NS 10000000 /* differences closer together are averaged */
#define RH_PLAY_MOST_DEG 1.0     /* zeros and play; more is a fault of an encoder */
#define RH_PLAY_WAIT_NS 40000000 /* so long a sample waits for the arm's encoder */

/* Caller-owned; zeroed: no correction. */
typedef struct {
    rh_node_t arm[RH_PLAY_NODES]; /* as sampled */
    uint32_t arm_count, compared; /* running numbers */
    rh_node_t difference[RH_PLAY_NODES];
    uint32_t difference_count;
    rh_node_t before, offset; /* the last two corrections, at their moments */
    uint32_t next;            /* the motor's sample to correct next */
} rh_play_t;

/* Takes a sample of the arm's encoder; `t_ns` rises from call to call. */
void rh_play_feed(rh_play_t *play, int64_t t_ns, double angle_deg);
/* The next corrected sample of the motor's, if there is one; call until false after
 * each feed of either. */
bool rh_play_next(rh_play_t *play, const rh_estimator_t *motor, rh_node_t *node);
/* The motor's samples begin anew. */
void rh_play_restart(rh_play_t *play);

#endif
