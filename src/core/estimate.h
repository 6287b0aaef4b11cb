/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the arm is and how fast it moves now: the motor encoder's samples with the true
 * moments at which they were taken, predicted to this instant, for control and for the
 * screens. Reps are measured from the track, which waits until it knows better.
 *
 * The encoder resolves less than 0.001 deg at the arm, so that a parabola over 20 ms
 * has a rate noise of 0.03 deg/s; the drive's own speed (steps of 0.171 deg/s) adds
 * nothing. Private to src/core.
 */
#ifndef RH_CORE_ESTIMATE_H
#define RH_CORE_ESTIMATE_H

#include <stdbool.h>
#include <stdint.h>

#define RH_ESTIMATE_NODES 64 /* a power of two */
#define RH_ESTIMATE_SPAN_NS 10000000

typedef struct {
    int64_t t_ns;
    double angle_deg;
} rh_node_t;

/* Caller-owned; zeroed is empty. Read the fields below `live` only. */
typedef struct {
    rh_node_t node[RH_ESTIMATE_NODES];
    uint32_t count;         /* nodes since the last restart */
    uint32_t left, pending; /* running numbers of nodes */
    uint32_t rejected;      /* implausible samples in a row */
    bool has_slope;
    int64_t slope_t_ns; /* the middle of the newest slope */
    double slope_dps;
    double accel_dps2; /* smoothed, for prediction only */
    /* live */
    bool is_known;  /* else the values below are zero */
    bool restarted; /* the last fed sample began anew: what was followed is lost */
    double angle_deg, rate_dps, live_accel_dps2, cos_angle;
} rh_estimator_t;

/* A sample by its running number: one of the last RH_ESTIMATE_NODES. */
const rh_node_t *rh_estimate_node(const rh_estimator_t *estimator, uint32_t number);
/* Takes a fresh sample; `t_ns` rises from call to call, and a sample that does not (or
 * comes within half a millisecond of the last) is left out. */
void rh_estimate_feed(rh_estimator_t *estimator, int64_t t_ns, double angle_deg);
/* Predicts to `now_ns`; not known where the newest sample is older than `age_max_ns`.
 */
void rh_estimate_predict(rh_estimator_t *estimator, int64_t now_ns, int64_t age_max_ns);

#endif
