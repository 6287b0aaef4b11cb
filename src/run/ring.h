/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lock-free ring for one writer and one reader: events from the loop to the service
 * and record threads, commands back. It never blocks and never overwrites; a full ring
 * is the writer's to deal with. Memory is taken once, at init.
 */
#ifndef RH_RING_H
#define RH_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    unsigned char *slots;
    size_t size;         /* of one item, bytes */
    size_t count;        /* a power of two */
    _Atomic size_t head; /* written by the writer alone */
    _Atomic size_t tail; /* written by the reader alone */
    _Atomic size_t depth_max;
} rh_ring_t;

/* `count` must be a power of two. 0, or -ENOMEM or -EINVAL. */
int rh_ring_init(rh_ring_t *ring, size_t item_size, size_t count);
void rh_ring_free(rh_ring_t *ring);
/* Copies an item in; false, and nothing changed, where the ring is full. */
bool rh_ring_push(rh_ring_t *ring, const void *item);
/* Copies the oldest item out; false where the ring is empty. */
bool rh_ring_pop(rh_ring_t *ring, void *item);
/* The greatest depth seen since init. Any thread. */
size_t rh_ring_depth_max(const rh_ring_t *ring);

#endif
