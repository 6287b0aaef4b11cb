/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The four load cells: tare, the weight and inertia of the hardware beyond the strap
 * cells, and the strap force at the moment of a settled angle, interpolated between the
 * cells' own samples (they come on another bus at other times). Private to src/core.
 */
#ifndef RH_CORE_CELLS_H
#define RH_CORE_CELLS_H

#include <stdbool.h>
#include <stdint.h>

#include "rh/input.h"
#include "rh/settings.h"
#include "sample.h"

/* In the order of RH_SIGNAL_STRAP_LEFT … RH_SIGNAL_PAD_REAR. */
enum { RH_STRAP_LEFT, RH_STRAP_RIGHT, RH_PAD_FRONT, RH_PAD_REAR, RH_CELL_COUNT };

#define RH_TRAIL_SIZE 32 /* a power of two */

/* The last samples of one strap cell. */
typedef struct {
    int64_t t_ns[RH_TRAIL_SIZE];
    double value_n[RH_TRAIL_SIZE];
    uint32_t count, cursor;
} rh_trail_t;

/* Caller-owned; zeroed: no sample, no tare. */
typedef struct {
    rh_trail_t strap[2];
    rh_reading_t reading[RH_CELL_COUNT]; /* of this tick, without tare */
    double zero_n[RH_CELL_COUNT];
} rh_cells_t;

/* What a strap force is compensated for: the arm at the moment of the sample. */
typedef struct {
    double cos_angle;
    double accel_dps2;
} rh_posture_t;

void rh_cells_take(rh_cells_t *cells, rh_sampler_t *sampler, const rh_input_t *input,
                   int64_t age_max_ns);
/* Strap forces left and right now; false where a strap cell is not good. */
bool rh_cells_force(const rh_cells_t *cells, const rh_machine_settings_t *machine,
                    const rh_posture_t *posture, double force_n[2]);
/* Strap forces at `t_ns`, which rises from call to call; false where it lies in a hole
 * of more than `hole_ns`. A cell whose later sample is not there yet holds its last. */
bool rh_cells_force_at(rh_cells_t *cells, const rh_machine_settings_t *machine,
                       const rh_posture_t *posture, int64_t t_ns, int64_t hole_ns,
                       double force_n[2]);
/* Pad forces front and rear, tared; false where a pad cell is not good. */
bool rh_cells_pad(const rh_cells_t *cells, double pad_n[2]);
/* What the hardware beyond one strap cell makes it read. */
double rh_cells_hardware_n(const rh_machine_settings_t *machine,
                           const rh_posture_t *posture);

#endif
