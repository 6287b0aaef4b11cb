/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Derivatives from irregular samples. Called by core's step.
 */
#include "estimate.h"

#include <math.h>

#include "rh/units.h"

#define SPACING_NS (RH_NS_PER_MS / 2) /* closer samples add noise, not knowledge */
#define GAP_NS (100 * RH_NS_PER_MS)   /* nothing is followed across a longer silence */
#define PLAUSIBLE_DPS 1000.0 /* twice the fastest drive of the table of motors */
#define REJECTED_MAX 3       /* then it is the arm that has been elsewhere */
#define ACCEL_SMOOTHING_S 0.010
#define SECONDS_PER_NS 1e-9

static rh_node_t *at(rh_estimator_t *estimator, uint32_t number)
{
    return &estimator->node[number % RH_ESTIMATE_NODES];
}

const rh_node_t *rh_estimate_node(const rh_estimator_t *estimator, uint32_t number)
{
    return &estimator->node[number % RH_ESTIMATE_NODES];
}

static double seconds(int64_t from_ns, int64_t to_ns)
{
    return (double)(to_ns - from_ns) * SECONDS_PER_NS;
}

static void restart(rh_estimator_t *estimator)
{
    estimator->count = 0;
    estimator->left = 0;
    estimator->pending = 0;
    estimator->rejected = 0;
    estimator->has_slope = false;
    estimator->accel_dps2 = 0.0;
    estimator->restarted = true;
}

/* Whether the sample belongs to the motion followed so far; a gap restarts. */
static bool accepts(rh_estimator_t *estimator, int64_t t_ns, double angle_deg)
{
    const rh_node_t *newest = at(estimator, estimator->count - 1);
    const int64_t step_ns = t_ns - newest->t_ns;

    if (step_ns < SPACING_NS) {
        return false;
    }
    if (step_ns > GAP_NS) {
        restart(estimator);
        return true;
    }
    if (fabs(angle_deg - newest->angle_deg) <=
        PLAUSIBLE_DPS * seconds(newest->t_ns, t_ns)) {
        estimator->rejected = 0;
        return true;
    }
    estimator->rejected++;
    if (estimator->rejected < REJECTED_MAX) {
        return false;
    }
    restart(estimator);
    return true;
}

/* The slope from `k` to the newest and the bend of the parabola through all three. */
static void settle(rh_estimator_t *estimator, const rh_node_t *a, const rh_node_t *k,
                   const rh_node_t *b)
{
    const double before_s = seconds(a->t_ns, k->t_ns);
    const double after_s = seconds(k->t_ns, b->t_ns);
    const double before_dps = (k->angle_deg - a->angle_deg) / before_s;
    const double after_dps = (b->angle_deg - k->angle_deg) / after_s;
    const double accel_dps2 = 2.0 * (after_dps - before_dps) / (before_s + after_s);
    const double step_s = seconds(estimator->slope_t_ns, (k->t_ns + b->t_ns) / 2);
    const double gain =
        estimator->has_slope ? step_s / (step_s + ACCEL_SMOOTHING_S) : 1.0;

    estimator->accel_dps2 += gain * (accel_dps2 - estimator->accel_dps2);
    estimator->slope_dps = after_dps;
    estimator->slope_t_ns = (k->t_ns + b->t_ns) / 2;
    estimator->has_slope = true;
}

/* Settles every sample that has another RH_ESTIMATE_SPAN_NS after it. */
static void settle_pending(rh_estimator_t *estimator)
{
    const rh_node_t *newest = at(estimator, estimator->count - 1);

    while (estimator->pending + 1 < estimator->count) {
        const rh_node_t *node = at(estimator, estimator->pending);
        const int64_t left_ns = node->t_ns - RH_ESTIMATE_SPAN_NS;

        if (newest->t_ns - node->t_ns < RH_ESTIMATE_SPAN_NS) {
            return;
        }
        while (estimator->left + 1 < estimator->pending &&
               at(estimator, estimator->left + 1)->t_ns <= left_ns) {
            estimator->left++;
        }
        estimator->pending++;
        if (at(estimator, estimator->left)->t_ns <= left_ns) {
            settle(estimator, at(estimator, estimator->left), node, newest);
        }
    }
}

void rh_estimate_feed(rh_estimator_t *estimator, int64_t t_ns, double angle_deg)
{
    estimator->restarted = false;
    if (estimator->count > 0 && !accepts(estimator, t_ns, angle_deg)) {
        return;
    }
    *at(estimator, estimator->count) =
        (rh_node_t){.t_ns = t_ns, .angle_deg = angle_deg};
    estimator->count++;
    settle_pending(estimator);
}

void rh_estimate_predict(rh_estimator_t *estimator, int64_t now_ns, int64_t age_max_ns)
{
    const rh_node_t *newest = at(estimator, estimator->count - 1);
    const int64_t age_ns = now_ns - newest->t_ns;

    estimator->is_known = estimator->has_slope && age_ns >= 0 && age_ns <= age_max_ns;
    if (!estimator->is_known) {
        estimator->angle_deg = 0.0;
        estimator->rate_dps = 0.0;
        estimator->live_accel_dps2 = 0.0;
        estimator->cos_angle = 0.0;
        return;
    }
    const double age_s = (double)age_ns * SECONDS_PER_NS;
    const double accel_dps2 = estimator->accel_dps2;
    const double shift_deg =
        age_s *
        (estimator->slope_dps +
         accel_dps2 * (seconds(estimator->slope_t_ns, newest->t_ns) + 0.5 * age_s));

    estimator->live_accel_dps2 = accel_dps2;
    estimator->rate_dps =
        estimator->slope_dps + accel_dps2 * seconds(estimator->slope_t_ns, now_ns);
    estimator->angle_deg = newest->angle_deg + shift_deg;
    estimator->cos_angle = cos(estimator->angle_deg * RH_RAD_PER_DEG);
}
