/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service thread: feeds the stream and the command sockets, gathers `health` once a
 * second, and pets systemd's watchdog, but only while ticks advance. It never touches
 * the control state.
 */
#ifndef RH_SERVICE_H
#define RH_SERVICE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "commissioned.h"
#include "loop.h"
#include "publish.h"
#include "recorder.h"

typedef struct {
    rh_loop_t *loop;
    rh_recorder_t *recorder;
    rh_publish_t *publish;
    rh_commissioned_t *commissioned;
    pthread_mutex_t wires; /* held while the counters of the buses are asked for */
    bool is_wired;         /* the buses are open */
    _Atomic bool stop;
    pthread_t thread;
    int64_t started_ns, health_ns, watchdog_ns, looked_ns;
    uint64_t watched_ticks; /* at the last pat */
} rh_service_t;

/* `commissioned` is this thread's from here on. */
int rh_service_start(rh_service_t *service, rh_loop_t *loop, rh_recorder_t *recorder,
                     rh_publish_t *publish, rh_commissioned_t *commissioned);
/* The buses open after this thread starts and close before it ends: says since when,
 * and until when, it may ask them for their counters. */
void rh_service_wire(rh_service_t *service, bool is_wired);
/* Sends what is still in the rings, then ends the thread. */
void rh_service_stop(rh_service_t *service);

#endif
