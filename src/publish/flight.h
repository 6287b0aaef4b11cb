/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which live messages some reader's queue still holds, so that drops can be counted.
 *
 * libzmq says that a queue is full once, when it fills, and is silent until its reader
 * takes messages again. But it releases a message when the last queue has let go of it.
 * So the topic frame of each live message carries a mark; the mark of the newest one
 * that every queue took is in the full queue, and for as long as it is not released,
 * that reader misses what is sent. For the stream alone.
 */
#ifndef RH_FLIGHT_H
#define RH_FLIGHT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define RH_FLIGHT_MARKS 4096
#define RH_FLIGHT_STALLS 16

typedef struct {
    atomic_bool mark[RH_FLIGHT_MARKS]; /* true while held; cleared by libzmq's thread */
    uint32_t next;
    atomic_bool *newest;                  /* of the last message that all queues took */
    atomic_bool *stall[RH_FLIGHT_STALLS]; /* in queues that were found full; or NULL */
} rh_flight_t;

/* A free mark, now held; NULL when many readers hold too many: not tracked then. */
atomic_bool *rh_flight_mark(rh_flight_t *flight);

/* libzmq's callback for when a message is released: `hint` is the mark. */
void rh_flight_release(void *data, void *hint);

/* All queues took the message of this mark (may be NULL). */
void rh_flight_taken(rh_flight_t *flight, atomic_bool *mark);

/* A queue was found full. */
void rh_flight_full(rh_flight_t *flight);

/* True while a queue that was found full has not moved. */
bool rh_flight_is_stalled(rh_flight_t *flight);

#endif
