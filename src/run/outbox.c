/* SPDX-License-Identifier: Apache-2.0 */
/* Events on their way into a ring. */
#include "outbox.h"

#include <string.h>

_Static_assert((RH_OUTBOX_HELD & (RH_OUTBOX_HELD - 1)) == 0, "the circle is a mask");

static rh_event_t *place(rh_outbox_t *outbox, uint32_t index)
{
    return &outbox->held[(outbox->first + index) & (RH_OUTBOX_HELD - 1)];
}

void rh_outbox_init(rh_outbox_t *outbox, rh_ring_t *ring)
{
    memset(outbox, 0, sizeof(*outbox));
    outbox->ring = ring;
}

void rh_outbox_send(rh_outbox_t *outbox, const rh_event_t *event)
{
    if (outbox->count == 0 && rh_ring_push(outbox->ring, event)) {
        return;
    }
    if (outbox->count == RH_OUTBOX_HELD) {
        atomic_fetch_add_explicit(&outbox->lost, 1, memory_order_relaxed);
        return;
    }
    *place(outbox, outbox->count++) = *event;
}

bool rh_outbox_flush(rh_outbox_t *outbox)
{
    const uint32_t before = outbox->count;
    while (outbox->count > 0 && rh_ring_push(outbox->ring, place(outbox, 0))) {
        outbox->first = (outbox->first + 1) & (RH_OUTBOX_HELD - 1);
        outbox->count--;
    }
    return outbox->count != before;
}

bool rh_outbox_is_holding(const rh_outbox_t *outbox)
{
    return outbox->count > 0;
}

uint64_t rh_outbox_lost(const rh_outbox_t *outbox)
{
    return atomic_load_explicit(&outbox->lost, memory_order_relaxed);
}
