/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The landing that joins core and safety: the one entry point. Daemon, in-process
 * simulation, replay, fuzzers and tests all call rh_tick, so they cannot disagree. Time
 * is in the input; the same inputs give the same outputs, bit for bit.
 */
#ifndef RH_TICK_H
#define RH_TICK_H

#include "core.h"
#include "rh/event.h"
#include "rh/grant.h"
#include "rh/input.h"
#include "rh/limits.h"
#include "rh/snapshot.h"
#include "safety.h"

#define RH_TICK_EVENTS 64 /* more than the rooms can make in one tick: see tick.c */

/* All of the machine's state; the caller owns it. Zeroed it is locked; it must be
 * initialised before the first tick. */
typedef struct {
    rh_core_t core;
    rh_safety_t safety;
    rh_limits_t limits;
    rh_core_feedback_t feedback; /* what the gate said in the last tick */
    uint64_t tick;
    uint32_t overruns;
} rh_machine_t;

typedef struct {
    rh_grant_t grant;
    rh_snapshot_t snapshot;
    uint32_t event_count;
    rh_event_t event[RH_TICK_EVENTS];
} rh_output_t;

void rh_machine_init(rh_machine_t *machine, const rh_core_config_t *config,
                     const rh_limits_t *limits);

/* One tick. The output is complete: grant, snapshot and events are all written. */
void rh_tick(rh_machine_t *machine, const rh_input_t *input, rh_output_t *output);

#endif
