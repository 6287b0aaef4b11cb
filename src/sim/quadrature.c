/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts and levels of an incremental encoder; see quadrature.h.
 */
#include "quadrature.h"

#include <math.h>

int64_t rh_quadrature_count(double angle_deg, int edges_per_turn)
{
    return (int64_t)floor(angle_deg * edges_per_turn / 360.0);
}

void rh_quadrature_levels(int64_t count, bool *a, bool *b)
{
    const unsigned phase = (unsigned)((uint64_t)count & 3);

    *a = phase == 1 || phase == 2;
    *b = phase == 2 || phase == 3;
}
