/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What core has to tell about one tick.
 */
#ifndef RH_CORE_EVENTS_H
#define RH_CORE_EVENTS_H

#include <stdint.h>

#include "rh/event.h"

/* The most that one tick can bring is eleven: session.end in a set whose last rep
 * closes in the same tick (counted, partial or rep, cue, set, two changes of session,
 * session, unloaded, load applied, mode, answer). */
#define RH_CORE_EVENTS 12

typedef struct {
    int count;
    rh_event_t event[RH_CORE_EVENTS];
} rh_core_events_t;

/* The next slot, zeroed and with kind (rh_event_kind_t) and time set. */
rh_event_t *rh_events_add(rh_core_events_t *events, int64_t now_ns, uint32_t kind);
void rh_events_note(rh_core_events_t *events, int64_t now_ns, uint32_t note, int32_t a,
                    int32_t b);
void rh_events_value(rh_core_events_t *events, int64_t now_ns, uint32_t note,
                     double value, double value2);

#endif
