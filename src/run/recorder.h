/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record thread: takes reps, sets and sessions from the loop's ring, commits them,
 * and only then hands them to the service thread for publication. A slow disk delays
 * them and nothing else.
 */
#ifndef RH_RECORDER_H
#define RH_RECORDER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "loop.h"
#include "record.h"
#include "ring.h"

typedef struct {
    rh_loop_t *loop;
    rh_record_t *record;
    rh_ring_t recorded;      /* rh_recorded_t, to the service thread */
    _Atomic int32_t unsaved; /* rows that wait for the disk */
    _Atomic bool stop;
    int64_t retried_ns;
    pthread_t thread;
} rh_recorder_t;

/* Before the service thread starts, which reads `recorded`. 0 or a negative errno. */
int rh_recorder_init(rh_recorder_t *recorder, rh_loop_t *loop, rh_record_t *record);
int rh_recorder_start(rh_recorder_t *recorder);
/* Commits what is still in the ring, then ends the thread. */
void rh_recorder_stop(rh_recorder_t *recorder);

#endif
