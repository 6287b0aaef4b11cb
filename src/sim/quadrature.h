/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An incremental encoder on the arm: two square waves, a quarter of a period apart. The
 * links that drive real lines call it; they walk from one count to the next, because a
 * real disc skips no edge either. Pure.
 */
#ifndef RH_SIM_QUADRATURE_H
#define RH_SIM_QUADRATURE_H

#include <stdbool.h>
#include <stdint.h>

/* Edges a turn, 4 x the pulses, of the simulated machine's encoder. */
#define RH_QUADRATURE_EDGES 4096

/* Edges between 0 deg and `angle_deg`, rounded down; rises with the angle.
 * `edges_per_turn` > 0. */
int64_t rh_quadrature_count(double angle_deg, int edges_per_turn);
/* The levels at that count. A rising count shows 00, A, AB, B, 00: A leads. */
void rh_quadrature_levels(int64_t count, bool *a, bool *b);

#endif
