/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The training load: the ladder of permitted loads and steps (hazard 31) and the ramp
 * from the load commanded to the load acting (hazard 29): up only from a bottom rest
 * and slowly, down at any moment and within 150 ms. Private to src/core.
 */
#ifndef RH_CORE_LOAD_H
#define RH_CORE_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "rh/settings.h"

typedef struct {
    double nm_per_kg; /* 9.81 x strap radius */
    double max_kg;
    double first_max_kg, step_max_kg;
    double ramp_nm_per_s;
} rh_load_settings_t;

/* Caller-owned; zeroed: no load, none ever. */
typedef struct {
    double target_kg, applied_kg;
    double fall_kg_per_s; /* of the ramp down that runs */
    double highest_kg;    /* carried in this session: going back to it is no step up */
    bool stepped_in_set, stepped_between; /* one step up each */
    bool may_finish; /* the ramp began at a bottom rest and lacks one step at most */
} rh_load_t;

/* How the arm stands, for the ramp. */
typedef struct {
    bool at_bottom_rest;
    bool is_lifting;
    bool is_held_down; /* the load is to be off for now (mode change), not forgotten */
} rh_load_moment_t;

/* The distance to the next load of the ladder, upwards. */
double rh_load_ladder_step_kg(double load_kg);
/* The largest load of the ladder that may be commanded now: within the machine's limit
 * and one step up (hazard 31), which a set and a pause have one of each. */
double rh_load_most_kg(const rh_load_t *load, const rh_load_settings_t *settings,
                       bool in_set);
/* rh_refusal_t: BAD_VALUE, OFF_LADDER, ABOVE_CEILING, ABOVE_LADDER or 0. */
uint32_t rh_load_check(const rh_load_t *load, const rh_load_settings_t *settings,
                       double load_kg, bool in_set);
/* Commands a load that passed the check. */
void rh_load_set(rh_load_t *load, double load_kg, bool in_set);
/* A set began: one step up is free again in it, and one after it. */
void rh_load_new_set(rh_load_t *load);
/* Ramps the load off, and gives what was commanded before. */
double rh_load_unload(rh_load_t *load);
/* Off at once: the gate has left ARMED and ramps by itself. */
void rh_load_drop(rh_load_t *load);
/* One tick of the ramp; true when the commanded load has been reached just now. */
bool rh_load_step(rh_load_t *load, const rh_load_settings_t *settings,
                  const rh_load_moment_t *moment, double dt_s);

#endif
