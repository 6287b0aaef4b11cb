/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A quadrature encoder from its edges: 4x decoding, what is wrong with them counted,
 * the rate by the time between edges. Pure: edges with their stamps in, counts out. For
 * the HAL only.
 */
#ifndef RH_HAL_QUADRATURE_H
#define RH_HAL_QUADRATURE_H

#include <stdbool.h>
#include <stdint.h>

#define RH_QUADRATURE_PERIOD_EDGES 4 /* one cycle of both lines */

/* Zeroed, and then begun, it is a fresh one. */
typedef struct {
    int64_t position; /* counts, four a cycle; a before b counts up */
    uint64_t edges, reversals;
    uint64_t illegal; /* transitions that no encoder makes: an edge was lost */
    uint64_t gaps;    /* numbers of the source that are missing: edges lost */
    int64_t stamps_ns[RH_QUADRATURE_PERIOD_EDGES + 1]; /* newest first, one direction */
    int stamp_count;
    int direction; /* of the last step; 0 = none yet */
    bool a, b;
    uint32_t sequence; /* of the last edge; 0 = none */
} rh_quadrature_t;

/* The lines as they are before the first edge. The position stays. */
void rh_quadrature_begin(rh_quadrature_t *quadrature, bool a, bool b);

/* Both lines at a time. Both changed is illegal, none changed is no edge. */
void rh_quadrature_levels(rh_quadrature_t *quadrature, bool a, bool b, int64_t t_ns);

/* An edge of one line, which then has `level`. An edge to the level that the line had
 * is illegal: the one between them was lost. */
void rh_quadrature_edge(rh_quadrature_t *quadrature, bool is_b, bool level,
                        int64_t t_ns);

/* The number that the source gave the edge (1, 2, 3 …, wrapping); call it before the
 * edge. Adds what is missing to `gaps`. */
void rh_quadrature_sequence(rh_quadrature_t *quadrature, uint32_t sequence);

/* Counts per second at now_ns: 1/T over up to one cycle, so that unequal halves of the
 * encoder's disc cancel out; never above 1/(now - last edge), which decays to 0 where
 * no edge comes. 0 after a reversal until two edges give a time. */
double rh_quadrature_rate(const rh_quadrature_t *quadrature, int64_t now_ns);

#endif
