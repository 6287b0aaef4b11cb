/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The difference of two encoders and what of it is play. Called by core's step.
 */
#include "play.h"

#include <math.h>

#define NODE(ring, number) (&(ring)[(number) % RH_PLAY_NODES])

void rh_play_restart(rh_play_t *play)
{
    play->compared = play->arm_count;
    play->difference_count = 0;
    play->next = 0;
}

void rh_play_feed(rh_play_t *play, int64_t t_ns, double angle_deg)
{
    if (play->arm_count > 0 && t_ns <= NODE(play->arm, play->arm_count - 1)->t_ns) {
        return;
    }
    *NODE(play->arm, play->arm_count) =
        (rh_node_t){.t_ns = t_ns, .angle_deg = angle_deg};
    play->arm_count++;
    if (play->arm_count - play->compared > RH_PLAY_NODES) {
        play->compared = play->arm_count - RH_PLAY_NODES;
    }
}

/* On the straight line between two nodes. */
static double angle_at(const rh_node_t *from, const rh_node_t *to, int64_t t_ns)
{
    const double share = (double)(t_ns - from->t_ns) / (double)(to->t_ns - from->t_ns);

    return from->angle_deg + share * (to->angle_deg - from->angle_deg);
}

/* The motor's angle at a moment within what is known of it. */
static bool motor_at(const rh_estimator_t *motor, int64_t t_ns, double *angle_deg)
{
    for (uint32_t i = 2; i <= motor->count && i <= RH_ESTIMATE_NODES; i++) {
        const rh_node_t *from = rh_estimate_node(motor, motor->count - i);

        if (from->t_ns <= t_ns) {
            *angle_deg =
                angle_at(from, rh_estimate_node(motor, motor->count - i + 1), t_ns);
            return true;
        }
    }
    return false;
}

static rh_node_t mean_difference(const rh_play_t *play)
{
    const rh_node_t *newest = NODE(play->difference, play->difference_count - 1);
    int64_t before_ns = 0;
    double sum_deg = newest->angle_deg;
    int count = 1;

    for (uint32_t i = 2; i <= play->difference_count && i <= RH_PLAY_NODES; i++) {
        const rh_node_t *node = NODE(play->difference, play->difference_count - i);

        if (newest->t_ns - node->t_ns >= RH_PLAY_MEAN_NS) {
            break;
        }
        before_ns += newest->t_ns - node->t_ns;
        sum_deg += node->angle_deg;
        count++;
    }
    return (rh_node_t){newest->t_ns - before_ns / count, sum_deg / count};
}

/* Follows the difference no further than it leaves the band. */
static void correct(rh_play_t *play)
{
    const rh_node_t mean = mean_difference(play);
    const double off_deg = mean.angle_deg - play->offset.angle_deg;
    const double certain_deg =
        fmax(0.0, off_deg - RH_PLAY_BAND_DEG) + fmin(0.0, off_deg + RH_PLAY_BAND_DEG);

    play->before = play->offset;
    play->offset.t_ns = mean.t_ns;
    play->offset.angle_deg += certain_deg;
}

/* Compares the next sample of the arm, once the motor's around it are known. */
static bool compare(rh_play_t *play, const rh_estimator_t *motor)
{
    const rh_node_t *arm = NODE(play->arm, play->compared);
    double motor_deg;

    if (play->compared == play->arm_count || motor->count == 0 ||
        arm->t_ns > rh_estimate_node(motor, motor->count - 1)->t_ns) {
        return false;
    }
    play->compared++;
    if (motor_at(motor, arm->t_ns, &motor_deg) &&
        fabs(arm->angle_deg - motor_deg) <= RH_PLAY_MOST_DEG) {
        *NODE(play->difference, play->difference_count) =
            (rh_node_t){arm->t_ns, arm->angle_deg - motor_deg};
        play->difference_count++;
        correct(play);
    }
    return true;
}

/* The correction at a moment: between the last two, or the last one held. */
static double offset_at(const rh_play_t *play, int64_t t_ns)
{
    const bool is_between = t_ns >= play->before.t_ns && t_ns < play->offset.t_ns;

    return is_between ? angle_at(&play->before, &play->offset, t_ns)
                      : play->offset.angle_deg;
}

/* Long enough for an arm encoder that answers, and for the motor's ring. */
static bool has_waited(const rh_play_t *play, const rh_estimator_t *motor)
{
    const int64_t next_ns = rh_estimate_node(motor, play->next)->t_ns;

    return rh_estimate_node(motor, motor->count - 1)->t_ns - next_ns >=
               RH_PLAY_WAIT_NS ||
           motor->count - play->next >= RH_ESTIMATE_NODES / 2;
}

bool rh_play_next(rh_play_t *play, const rh_estimator_t *motor, rh_node_t *node)
{
    while (play->next < motor->count) {
        *node = *rh_estimate_node(motor, play->next);
        if (node->t_ns <= play->offset.t_ns || has_waited(play, motor)) {
            node->angle_deg += offset_at(play, node->t_ns);
            play->next++;
            return true;
        }
        if (!compare(play, motor)) {
            return false;
        }
    }
    return false;
}
