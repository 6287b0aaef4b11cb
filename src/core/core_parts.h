/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One step of the tick as core's own files hand it on to each other. Private to
 * src/core.
 */
#ifndef RH_CORE_PARTS_H
#define RH_CORE_PARTS_H

#include "core.h"

typedef struct {
    rh_core_t *core;
    const rh_input_t *input;
    const rh_core_feedback_t *last;
    rh_core_events_t *events;
    double force_n[2]; /* strap, now */
    double pad_n[2];
    bool has_force, has_pad;
} rh_step_t;

/* session.c */
void rh_session_move(rh_step_t *step, uint32_t state);
/* Starts counting as at a bottom: for teaching and for a set. */
void rh_session_count(rh_step_t *step);
/* Handles RH_COUNTER_* bits: announces, publishes, teaches. */
void rh_session_rep(rh_step_t *step, int found);
void rh_session_start_set(rh_step_t *step);
/* The training load to nothing, at any moment, by its fast ramp. */
void rh_session_unload(rh_step_t *step);
/* Closes what can be closed, drops the rest, publishes the set. */
void rh_session_finish_set(rh_step_t *step);
/* As asked for: a rep past its top is worth waiting for; else the set ends now. */
void rh_session_end_set(rh_step_t *step);
/* Ends what the gate's leaving of ARMED ends, and sets that waited for a rep. */
void rh_session_watch(rh_step_t *step);

/* command.c: answers the tick's command, if it is core's to answer. */
void rh_command_answer(rh_step_t *step);

/* show.c */
void rh_show_fill(const rh_step_t *step, rh_snapshot_t *snapshot);

#endif
