/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fills the tick's list of events. Called by everything in core that tells something.
 */
#include "events.h"

rh_event_t *rh_events_add(rh_core_events_t *events, int64_t now_ns, uint32_t kind)
{
    const int slot =
        events->count < RH_CORE_EVENTS ? events->count : RH_CORE_EVENTS - 1;
    rh_event_t *event = &events->event[slot];

    *event = (rh_event_t){.now_ns = now_ns, .kind = kind};
    events->count = slot + 1;
    return event;
}

void rh_events_note(rh_core_events_t *events, int64_t now_ns, uint32_t note, int32_t a,
                    int32_t b)
{
    rh_event_t *event = rh_events_add(events, now_ns, RH_EVENT_NOTE);

    event->note.note = note;
    event->note.a = a;
    event->note.b = b;
}

void rh_events_value(rh_core_events_t *events, int64_t now_ns, uint32_t note,
                     double value, double value2)
{
    rh_event_t *event = rh_events_add(events, now_ns, RH_EVENT_NOTE);

    event->note.note = note;
    event->note.value = value;
    event->note.value2 = value2;
}
