/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pure half of the controller that knows the exercise: sample → estimate → phase →
 * rep → set, resistance and load. From one tick's input it makes a request to the gate,
 * a snapshot for everybody, and events. No I/O, clock, heap, lock or global: the same
 * inputs give the same outputs, bit for bit. Called by the tick (src/tick.c) and by
 * tests; it never sees the gate.
 */
#ifndef RH_CORE_H
#define RH_CORE_H

#include <stdbool.h>
#include <stdint.h>

#include "cells.h"
#include "counter.h"
#include "estimate.h"
#include "events.h"
#include "load.h"
#include "phase.h"
#include "play.h"
#include "rh/event.h"
#include "rh/input.h"
#include "rh/request.h"
#include "rh/settings.h"
#include "rh/snapshot.h"
#include "rom.h"
#include "sample.h"
#include "session.h"
#include "track.h"
#include "zero.h"

typedef struct {
    rh_machine_settings_t machine;
    rh_limit_settings_t limits;
    rh_training_settings_t training;
    double period_s;   /* of the tick; 0 = 2 ms */
    double cell_lag_s; /* delay of the cell transmitters' own filters, beyond what the
                          ages say; 0 = none known */
} rh_core_config_t;

/* What the gate did in the last tick, as far as core may know it. */
typedef struct {
    uint32_t safety;   /* rh_safety_state_t */
    bool limit_active; /* funnel or wall acted */
} rh_core_feedback_t;

/* Caller-owned; zeroed = safe: it asks for no torque. Private but for its size. */
typedef struct {
    rh_core_config_t config;
    rh_load_settings_t load_settings;
    int64_t age_drive_ns, age_encoder_ns, age_cells_ns, cell_lag_ns;
    uint64_t tick;
    int64_t now_ns;  /* of the last tick; 0 = none yet */
    uint32_t safety; /* rh_safety_state_t that core has answered to */
    bool limit_was_active;
    rh_sampler_t sampler;
    rh_cells_t cells;
    rh_estimator_t estimate; /* live, from the motor */
    rh_play_t play;
    rh_track_t track; /* settled, without the gear's play */
    rh_now_t now;     /* the live phase */
    rh_zero_t zero;
    rh_rom_t rom;
    rh_load_t load;
    uint32_t mode, mode_wanted; /* rh_mode_t; the change waits for the bottom */
    rh_training_t training;
    double rest_pad_n, rest_pad_centre_frac; /* at the rest before the lift */
    rh_counter_t counter;
} rh_core_t;

/* Copies the settings; everything else begins as zero. */
void rh_core_init(rh_core_t *core, const rh_core_config_t *config);
/*
 * One tick. Total: any input gives a finite request, and one for no torque while the
 * gate is not ARMED or the arm's angle is not known. `request`, `snapshot` and `events`
 * are filled anew; the tick adds to the snapshot what only the gate knows (faults,
 * waits_for, armed, limits, torque_granted_nm, ages).
 */
void rh_core_step(rh_core_t *core, const rh_input_t *input,
                  const rh_core_feedback_t *last, rh_request_t *request,
                  rh_snapshot_t *snapshot, rh_core_events_t *events);

#endif
