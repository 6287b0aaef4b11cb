/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Derivatives through five uneven samples. Called by core's step.
 */
#include "track.h"

#include <stddef.h>

#define SIDES 4 /* two on the left, two on the right */

static const rh_node_t *at(const rh_track_t *track, uint32_t number)
{
    return &track->node[number % RH_TRACK_NODES];
}

void rh_track_restart(rh_track_t *track)
{
    track->count = 0;
    track->pending = 0;
}

void rh_track_feed(rh_track_t *track, const rh_node_t *node)
{
    track->node[track->count % RH_TRACK_NODES] = *node;
    track->count++;
}

/* The nearest sample at least a span before this one, or after it. */
static const rh_node_t *earlier(const rh_track_t *track, uint32_t *number)
{
    const int64_t t_ns = at(track, *number)->t_ns - RH_TRACK_SPAN_NS;
    const uint32_t oldest =
        track->count > RH_TRACK_NODES ? track->count - RH_TRACK_NODES : 0;

    while (*number > oldest) {
        (*number)--;
        if (at(track, *number)->t_ns <= t_ns) {
            return at(track, *number);
        }
    }
    return NULL;
}

static const rh_node_t *later(const rh_track_t *track, uint32_t *number)
{
    const int64_t t_ns = at(track, *number)->t_ns + RH_TRACK_SPAN_NS;

    while (*number + 1 < track->count) {
        (*number)++;
        if (at(track, *number)->t_ns >= t_ns) {
            return at(track, *number);
        }
    }
    return NULL;
}

/* The slopes from `centre` to the others are a cubic in time; its value at the centre
 * (Neville) is the rate. */
static void settle(const rh_node_t *centre, const rh_node_t *const side[SIDES],
                   rh_settled_t *settled)
{
    double x_s[SIDES], slope_dps[SIDES];

    for (int i = 0; i < SIDES; i++) {
        x_s[i] = 1e-9 * (double)(side[i]->t_ns - centre->t_ns);
        slope_dps[i] = (side[i]->angle_deg - centre->angle_deg) / x_s[i];
    }
    settled->node = *centre;
    settled->accel_dps2 =
        2.0 * (slope_dps[SIDES - 1] - slope_dps[0]) / (x_s[SIDES - 1] - x_s[0]);
    for (int order = 1; order < SIDES; order++) {
        for (int i = 0; i + order < SIDES; i++) {
            slope_dps[i] = (x_s[i + order] * slope_dps[i] - x_s[i] * slope_dps[i + 1]) /
                           (x_s[i + order] - x_s[i]);
        }
    }
    settled->rate_dps = slope_dps[0];
}

bool rh_track_next(rh_track_t *track, rh_settled_t *settled)
{
    while (track->pending < track->count) {
        const rh_node_t *side[SIDES];
        uint32_t right = track->pending, left = track->pending;

        side[2] = later(track, &right);
        side[3] = side[2] != NULL ? later(track, &right) : NULL;
        if (side[3] == NULL) {
            return false;
        }
        side[1] = earlier(track, &left);
        side[0] = side[1] != NULL ? earlier(track, &left) : NULL;
        track->pending++;
        if (side[0] != NULL) {
            settle(at(track, track->pending - 1), side, settled);
            return true;
        }
    }
    return false;
}
