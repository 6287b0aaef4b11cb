/* SPDX-License-Identifier: Apache-2.0 */
/* The single-producer, single-consumer ring. */
#include "ring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int rh_ring_init(rh_ring_t *ring, size_t item_size, size_t count)
{
    if (count == 0 || (count & (count - 1)) != 0 || item_size == 0) {
        return -EINVAL;
    }
    memset(ring, 0, sizeof(*ring));
    ring->slots = calloc(count, item_size);
    if (ring->slots == NULL) {
        return -ENOMEM;
    }
    ring->size = item_size;
    ring->count = count;
    return 0;
}

void rh_ring_free(rh_ring_t *ring)
{
    free(ring->slots);
    ring->slots = NULL;
    ring->count = 0;
}

bool rh_ring_push(rh_ring_t *ring, const void *item)
{
    size_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    size_t tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
    size_t depth = head - tail;
    if (depth >= ring->count) {
        return false;
    }
    memcpy(ring->slots + (head & (ring->count - 1)) * ring->size, item, ring->size);
    atomic_store_explicit(&ring->head, head + 1, memory_order_release);
    if (depth + 1 > atomic_load_explicit(&ring->depth_max, memory_order_relaxed)) {
        atomic_store_explicit(&ring->depth_max, depth + 1, memory_order_relaxed);
    }
    return true;
}

bool rh_ring_pop(rh_ring_t *ring, void *item)
{
    size_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    size_t head = atomic_load_explicit(&ring->head, memory_order_acquire);
    if (head == tail) {
        return false;
    }
    memcpy(item, ring->slots + (tail & (ring->count - 1)) * ring->size, ring->size);
    atomic_store_explicit(&ring->tail, tail + 1, memory_order_release);
    return true;
}

size_t rh_ring_depth_max(const rh_ring_t *ring)
{
    return atomic_load_explicit(&ring->depth_max, memory_order_relaxed);
}
