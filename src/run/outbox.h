/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring's events on the loop's side: what the ring has no room for is held and goes in
 * first later, so that the order stays. Static memory, no waiting; the control thread's
 * alone, but for the count of what was lost.
 */
#ifndef RH_OUTBOX_H
#define RH_OUTBOX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "rh/event.h"
#include "ring.h"

#define RH_OUTBOX_HELD 512 /* a power of two */

typedef struct {
    rh_ring_t *ring;
    rh_event_t held[RH_OUTBOX_HELD]; /* a circle: `count` of them from `first` on */
    uint32_t first, count;
    _Atomic uint64_t lost; /* neither ring nor hold had room */
} rh_outbox_t;

void rh_outbox_init(rh_outbox_t *outbox, rh_ring_t *ring);

/* Into the ring, or behind what is held already. */
void rh_outbox_send(rh_outbox_t *outbox, const rh_event_t *event);

/* Moves held events into the ring, as many as it takes; true if it took any. */
bool rh_outbox_flush(rh_outbox_t *outbox);

/* True while an event waits here: its reader is too slow. */
bool rh_outbox_is_holding(const rh_outbox_t *outbox);

/* Events that are gone for good, since init. Any thread. */
uint64_t rh_outbox_lost(const rh_outbox_t *outbox);

#endif
