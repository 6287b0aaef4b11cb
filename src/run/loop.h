/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control thread: an absolute-time loop of read, tick, write, beat. It waits for
 * nothing but its own clock. What it has to tell leaves through rings and the seqlock;
 * what it is told comes through one ring, the stop words' cells and some flags.
 */
#ifndef RH_LOOP_H
#define RH_LOOP_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "latest.h"
#include "outbox.h"
#include "plan.h"
#include "rh/hal.h"
#include "rh/settings.h"
#include "ring.h"
#include "stops.h"
#include "tick.h"

#define RH_LOOP_EVENTS 4096
#define RH_LOOP_COMMANDS 256
#define RH_LOOP_COSTS 2048

/* What one tick cost; for `health`. */
typedef struct {
    uint32_t cost_ns, late_ns;
} rh_tick_cost_t;

typedef struct {
    /* set before start */
    const rh_settings_t *settings;
    const rh_hal_ops_t *ops;
    rh_hal_t *hal;
    int service_wake, record_wake; /* eventfds, written without waiting */
    /* to other threads */
    rh_ring_t service, record, costs; /* rh_event_t, rh_event_t, rh_tick_cost_t */
    rh_latest_t latest;
    _Atomic uint64_t ticks;
    _Atomic bool is_realtime, is_wakeful;
    _Atomic bool servo_on; /* granted by the latest tick */
    /* from other threads */
    rh_ring_t commands; /* rh_command_t, the ordinary ones */
    rh_stops_t stops;
    _Atomic uint64_t console;    /* number of the lease, and in the lowest bit "held" */
    _Atomic bool uncommissioned; /* the record was taken back; never given again */
    _Atomic bool recording_stalled; /* the record thread's backlog is full */
    _Atomic bool stop;
    /* the thread's own */
    pthread_t thread;
    rh_machine_t machine;
    rh_input_t input;
    rh_output_t output;
    rh_plan_t plan;
    int64_t live_every;
    rh_outbox_t to_service, to_record;
} rh_loop_t;

/* Takes all memory the loop will ever use. 0 or a negative errno with error. */
int rh_loop_init(rh_loop_t *loop, const rh_settings_t *settings, char *error,
                 size_t size);
/* Starts the control thread (SCHED_FIFO where permitted). 0 or a negative errno. */
int rh_loop_start(rh_loop_t *loop);
/* Ends it: the last tick has been and its grant was written. */
void rh_loop_stop(rh_loop_t *loop);
void rh_loop_free(rh_loop_t *loop);

/* Events that no thread will ever see, since start. Any thread. */
uint64_t rh_loop_events_lost(const rh_loop_t *loop);

/* For the service thread; `loop` is an rh_loop_t. False where the ring is full. */
bool rh_loop_send(void *loop, const rh_command_t *command);
void rh_loop_stop_word(void *loop, rh_lane_t lane, uint32_t ticket);
void rh_loop_console(void *loop, bool present, uint32_t lease);

#endif
