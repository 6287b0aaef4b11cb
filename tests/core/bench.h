/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bench for core: moves an arm along strokes of a cosine (so that every true figure
 * is known in closed form), samples it as the wires of a layout would, runs the ticks
 * and keeps what core had to tell. Used by the tests of src/core.
 */
#ifndef CORE_BENCH_H
#define CORE_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include "core.h"

typedef enum {
    BENCH_IDEAL, /* every signal fresh in every tick, age 0, 500 Hz */
    BENCH_RTU,   /* drive 11.08 ms, cells 10.30 ms, encoder and inputs 14.75 ms */
} bench_layout_t;

#define BENCH_REPS 256
#define BENCH_NOTES 512

typedef struct {
    rh_event_t reps[BENCH_REPS];
    int rep_count;
    rh_event_t sets[16], sessions[16], cues[BENCH_REPS], notes[BENCH_NOTES];
    int set_count, session_count, cue_count, note_count;
    uint32_t refusal; /* of the last answer */
    double value, value2;
    int answer_count;
} bench_log_t;

/* One group of signals on one bus. */
typedef struct {
    double period_s, latency_s, next_s;
    bool is_pending;
    double pending_s;
    int64_t taken_ns;
    bool has_sample;
} bench_wire_t;

typedef struct {
    rh_core_t core;
    rh_core_config_t config;
    rh_core_feedback_t feedback;
    rh_input_t input;
    rh_request_t request;
    rh_snapshot_t snapshot;
    rh_core_events_t events;
    bench_log_t log;
    int64_t now_ns;
    double period_s;
    bench_wire_t wire[3]; /* drive, cells, encoder and inputs */
    int32_t pending_milli[RH_SIGNAL_COUNT];
    /* the motion: a cosine stroke from one angle to another */
    double from_deg, to_deg, begin_s, length_s;
    /* what the cells see: side forces, as a function of the motion */
    double force_n[2];   /* constant part, left and right */
    double force_wave_n; /* both together: times cos(pi x) along a stroke */
    double pad_n[2];
    double offset_n[4];                   /* the cells' zero errors */
    double angle_noise_deg, cell_noise_n; /* uniform, +- */
    uint64_t random;
} bench_t;

/* Default settings, an armed machine with zeroed cells and nobody moving at -90 deg. */
void bench_init(bench_t *bench, bench_layout_t layout);
/* Runs for `seconds` along the motion. */
void bench_run(bench_t *bench, double seconds);
/* Sets the motion on a cosine stroke without running it. */
void bench_aim(bench_t *bench, double to_deg, double seconds);
/* One cosine stroke to an angle; then a pause of `seconds`. */
void bench_stroke(bench_t *bench, double to_deg, double seconds);
void bench_pause(bench_t *bench, double seconds);
/* bottom (where the arm is) → top → bottom → rest, with the pace of the default plan.
 */
void bench_rep(bench_t *bench, double top_deg, double bottom_deg);
/* One tick with a command; gives its refusal (RH_REFUSAL_COUNT: not answered). */
uint32_t bench_tell(bench_t *bench, rh_command_t command);
uint32_t bench_do(bench_t *bench, uint32_t command);
uint32_t bench_load(bench_t *bench, double load_kg);
uint32_t bench_mode(bench_t *bench, int32_t mode);
uint32_t bench_set(bench_t *bench);
/* Session, three lifts from -90 to `top_deg`, accepted, mode constant. */
void bench_teach(bench_t *bench, double top_deg);
/* The gate's state, as the next tick will see it. */
void bench_gate(bench_t *bench, uint32_t safety);
const rh_rep_t *bench_last_rep(const bench_t *bench);
int bench_noted(const bench_t *bench, uint32_t note);
void bench_forget(bench_t *bench);
/* A uniform number in 0 … 1 (splitmix64): the same from the same seed everywhere. */
double bench_random(uint64_t *state);
/* Seconds from a cosine stroke's beginning until its rate passes 5 deg/s. */
double bench_onset_s(double way_deg, double length_s);

#endif
