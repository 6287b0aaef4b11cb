/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Insertion into a short list: a batch is a few edges, nearly in order.
 */
#include "edge_order.h"

#include <assert.h>
#include <string.h>

#define BATCH_MAX 64 /* of rh_gpio_take */

static bool is_before(const rh_gpio_edge_t *a, const rh_gpio_edge_t *b)
{
    if (a->has_sequence && b->has_sequence) {
        return (int32_t)(a->sequence - b->sequence) < 0;
    }
    return a->t_ns < b->t_ns;
}

int rh_edge_order_room(const rh_edge_order_t *order)
{
    return RH_EDGES_HELD - order->count;
}

void rh_edge_order_add(rh_edge_order_t *order, const rh_gpio_edge_t *edge)
{
    int place = order->count;
    assert(place < RH_EDGES_HELD);
    while (place > 0 && is_before(edge, &order->held[place - 1])) {
        order->held[place] = order->held[place - 1];
        place--;
    }
    order->held[place] = *edge;
    order->count++;
}

static bool is_its_turn(const rh_edge_order_t *order, int64_t now_ns)
{
    const rh_gpio_edge_t *first = &order->held[0];
    if (first->has_sequence && first->sequence == order->taken + 1u) {
        return true;
    }
    return now_ns - first->t_ns >= RH_EDGE_HOLD_NS ||
           rh_edge_order_room(order) < BATCH_MAX;
}

bool rh_edge_order_take(rh_edge_order_t *order, int64_t now_ns, rh_gpio_edge_t *edge)
{
    if (order->count == 0 || !is_its_turn(order, now_ns)) {
        return false;
    }
    *edge = order->held[0];
    order->taken = edge->sequence;
    order->count--;
    memmove(&order->held[0], &order->held[1],
            sizeof(order->held[0]) * (size_t)order->count);
    return true;
}

int64_t rh_edge_order_known_ns(const rh_edge_order_t *order, bool has_sequence,
                               int64_t now_ns)
{
    int64_t known_ns = has_sequence ? now_ns : now_ns - RH_EDGE_HOLD_NS;
    bool is_older = order->count > 0 && order->held[0].t_ns < known_ns;
    return is_older ? order->held[0].t_ns : known_ns;
}
