/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plant and the tick in one process, faster than real time: for scenario tests and
 * the bench. Between them stand the wires: either ideal ones (each tick sees this
 * instant and its grant acts at once) or the four-bus RTU layout of the simulated
 * machine, with the moments at which each device is sampled, each reply arrives and
 * each write acts.
 */
#ifndef RH_RIG_H
#define RH_RIG_H

#include "plant.h"
#include "tick.h"
#include "truth.h"

#define RIG_EVENTS 256

typedef enum { RIG_IDEAL, RIG_RTU } rig_wires_t;

/* The truth reads the definitions of a rep exactly, and as who measures to 0.2 deg and
 * 1 ms (ideal wires) or to 0.3 deg and 6 ms (RTU) may read them. */
typedef enum {
    RIG_EXACT,
    RIG_NEARER,
    RIG_FURTHER,
    RIG_SHORTER,
    RIG_LONGER,
    RIG_READINGS
} rig_reading_t;

typedef struct {
    double mass_kg;
    rh_coupling_t coupling;
    rig_wires_t wires;
    bool open_limits; /* soft and trip limits at the stops, and the stops at +25 deg */
    uint64_t seed;
} rig_options_t;

/* What a bus knows of its device and has not delivered yet. */
typedef struct {
    int64_t next_ns;              /* when the device is sampled next */
    int64_t stamp_ns, arrives_ns; /* of the sample that is under way */
    bool under_way;
    rh_sample_t sample[RH_SIGNAL_COUNT];
} rig_bus_t;

typedef struct {
    rig_options_t options;
    rh_settings_t settings;
    rh_plant_t plant;
    rh_machine_t machine;
    rh_truth_t truth[RIG_READINGS];
    rh_input_t input;
    rh_input_t last_input; /* what the last tick was told */
    rh_output_t output;
    rh_plant_input_t drive; /* what the drive was told last */
    int64_t now_ns;
    rig_bus_t bus[4];
    /* commands under way to the drive and the I/O module */
    rh_grant_t sent;
    int64_t torque_at_ns, servo_at_ns;
    int32_t confirmed_mnm, torque_under_way_mnm;
    int64_t relay_edge_ns; /* the last heartbeat that arrived */
    bool servo_arrived;
    /* the machine's own hardware */
    bool estop_closed, grips_held, comfort_pressed, reset_pressed;
    /* what came out */
    rh_event_t events[RIG_EVENTS]; /* the newest, oldest first, emptied by rig_clear */
    int event_count;
    rh_truth_rep_t truth_rep[RIG_READINGS];
    bool truth_closed[RIG_READINGS];              /* in the last tick */
    int reps, partials;                           /* published by the machine */
    double top_deg, sink_peak_dps, rate_peak_dps; /* since rig_clear, from the plant */
} rig_t;

rig_options_t
rig_options(void); /* 80 kg, rollers, ideal wires, shipped limits, seed 1 */
void rig_init(rig_t *rig, rig_options_t options);
/* One tick of 2 ms: the plant moves, the wires carry, rh_tick decides. */
void rig_tick(rig_t *rig);
void rig_run(rig_t *rig, double seconds);
/* One command in the next tick; its refusal (rh_refusal_t). */
uint32_t rig_command(rig_t *rig, rh_command_t command);
uint32_t rig_ask(rig_t *rig, uint32_t kind); /* a command without arguments */
/* Reset, zero, session, person on the bench, armed, range accepted without teaching
 * where the limits are open. */
void rig_arm(rig_t *rig);
/* A range taught by the plan's lifts and accepted, and constant resistance as the mode.
 */
void rig_teach(rig_t *rig, const rh_plan_t *plan);
/* The load commanded, and the set that carries it. */
void rig_start_set(rig_t *rig, double load_kg);
/* Starts a set of the plan's reps and runs until the person has done and rests. */
void rig_play(rig_t *rig, const rh_plan_t *plan);
void rig_clear(rig_t *rig);
/* True when an event of this fault was seen since rig_clear. */
bool rig_saw_fault(const rig_t *rig, uint32_t fault);

#endif
