/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the arm is and how fast it moves, from the motor encoder's samples and the true
 * moments at which they were taken. Two answers from one ring of samples:
 *
 * - the live one, predicted to now, for control and for the screens;
 * - the settled one: for each sample, as soon as another stands RH_ESTIMATE_SPAN_NS
 *   after it, the derivative of the parabola through it and its neighbours on either
 *   side. It has no lag, only a delay, so that phase boundaries carry the times at
 * which the arm was there. Reps are counted and measured from it.
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
    double cos_angle;
} rh_node_t;

/* A settled sample. */
typedef struct {
    rh_node_t node;
    double rate_dps;
    double accel_dps2;
} rh_settled_t;

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

/* Takes a fresh sample; `t_ns` rises from call to call, and a sample that does not (or
 * comes within half a millisecond of the last) is left out. */
void rh_estimate_feed(rh_estimator_t *estimator, int64_t t_ns, double angle_deg);
/* The next settled sample, if there is one; call until false after each feed. */
bool rh_estimate_next(rh_estimator_t *estimator, rh_settled_t *settled);
/* Predicts to `now_ns`; not known where the newest sample is older than `age_max_ns`.
 */
void rh_estimate_predict(rh_estimator_t *estimator, int64_t now_ns, int64_t age_max_ns);

#endif
