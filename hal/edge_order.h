/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Edges in the order in which they happened. The kernel stamps and numbers an edge in
 * its interrupt, but queues it from a thread of each line, so two lines' edges may
 * leave in the wrong order: decoded like that, they turn the wrong way. Edges with
 * numbers pass as soon as it is their turn; without, when none before them can still
 * come. Pure. For the HAL only.
 */
#ifndef RH_HAL_EDGE_ORDER_H
#define RH_HAL_EDGE_ORDER_H

#include "gpio.h"

#define RH_EDGE_HOLD_NS INT64_C(2000000) /* so late an edge may be queued */
#define RH_EDGES_HELD 192

/* Zeroed it is a fresh one, for a fresh request. */
typedef struct {
    rh_gpio_edge_t held[RH_EDGES_HELD]; /* in order */
    int count;
    uint32_t taken; /* number of the last one that passed */
} rh_edge_order_t;

/* Room for so many more. */
int rh_edge_order_room(const rh_edge_order_t *order);

/* Puts an edge in its place; there must be room. */
void rh_edge_order_add(rh_edge_order_t *order, const rh_gpio_edge_t *edge);

/* The next edge, where it is its turn: its number follows, or it has been held for
 * RH_EDGE_HOLD_NS, or there is room for less than a batch. */
bool rh_edge_order_take(rh_edge_order_t *order, int64_t now_ns, rh_gpio_edge_t *edge);

/* Up to when everything that happened has passed. */
int64_t rh_edge_order_known_ns(const rh_edge_order_t *order, bool has_sequence,
                               int64_t now_ns);

#endif
