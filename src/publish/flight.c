/* SPDX-License-Identifier: Apache-2.0 */
/* Marks on live messages. */
#include "flight.h"

#include <stddef.h>

#define TRIES 8

atomic_bool *rh_flight_mark(rh_flight_t *flight)
{
    for (int i = 0; i < TRIES; i++) {
        atomic_bool *mark = &flight->mark[flight->next];
        flight->next = (flight->next + 1) % RH_FLIGHT_MARKS;
        if (!atomic_load_explicit(mark, memory_order_acquire)) {
            atomic_store_explicit(mark, true, memory_order_relaxed);
            return mark;
        }
    }
    return NULL;
}

void rh_flight_release(void *data, void *hint)
{
    (void)data;
    atomic_store_explicit((atomic_bool *)hint, false, memory_order_release);
}

void rh_flight_taken(rh_flight_t *flight, atomic_bool *mark)
{
    if (mark != NULL) {
        flight->newest = mark;
    }
}

void rh_flight_full(rh_flight_t *flight)
{
    int room = -1;
    for (int i = 0; i < RH_FLIGHT_STALLS; i++) {
        if (flight->stall[i] == flight->newest) {
            return;
        }
        room = flight->stall[i] == NULL ? i : room;
    }
    if (room >= 0) {
        flight->stall[room] = flight->newest;
    }
}

bool rh_flight_is_stalled(rh_flight_t *flight)
{
    bool is_stalled = false;
    for (int i = 0; i < RH_FLIGHT_STALLS; i++) {
        atomic_bool *mark = flight->stall[i];
        if (mark != NULL && !atomic_load_explicit(mark, memory_order_acquire)) {
            flight->stall[i] = NULL; /* before the mark is given to another message */
        }
        is_stalled = is_stalled || flight->stall[i] != NULL;
    }
    return is_stalled;
}
