/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tare, compensation and interpolation of the load cells. Called by core's step.
 */
#include "cells.h"

#include "rh/units.h"

static void add(rh_trail_t *trail, const rh_reading_t *reading)
{
    const uint32_t last = (trail->count - 1) % RH_TRAIL_SIZE;

    if (trail->count > 0 && reading->t_ns <= trail->t_ns[last]) {
        return;
    }
    trail->t_ns[trail->count % RH_TRAIL_SIZE] = reading->t_ns;
    trail->value_n[trail->count % RH_TRAIL_SIZE] = reading->value;
    trail->count++;
}

/* Moves the cursor to the last sample not after `t_ns`. */
static void seek(rh_trail_t *trail, int64_t t_ns)
{
    if (trail->count - trail->cursor > RH_TRAIL_SIZE) {
        trail->cursor = trail->count - RH_TRAIL_SIZE;
    }
    while (trail->cursor + 1 < trail->count &&
           trail->t_ns[(trail->cursor + 1) % RH_TRAIL_SIZE] <= t_ns) {
        trail->cursor++;
    }
}

static bool value_at(rh_trail_t *trail, int64_t t_ns, int64_t hole_ns, double *value_n)
{
    if (trail->count == 0) {
        return false;
    }
    seek(trail, t_ns);
    const uint32_t here = trail->cursor % RH_TRAIL_SIZE;
    const uint32_t next = (trail->cursor + 1) % RH_TRAIL_SIZE;
    const int64_t since_ns = t_ns - trail->t_ns[here];

    *value_n = trail->value_n[here];
    if (since_ns < 0) {
        return -since_ns <= hole_ns;
    }
    if (trail->cursor + 1 == trail->count) {
        return since_ns <= hole_ns;
    }
    const int64_t step_ns = trail->t_ns[next] - trail->t_ns[here];
    const double share = (double)since_ns / (double)step_ns;

    *value_n += share * (trail->value_n[next] - trail->value_n[here]);
    return step_ns <= hole_ns;
}

void rh_cells_take(rh_cells_t *cells, rh_sampler_t *sampler, const rh_input_t *input,
                   int64_t age_max_ns)
{
    for (int i = 0; i < RH_CELL_COUNT; i++) {
        cells->reading[i] =
            rh_sample_take(sampler, input, RH_SIGNAL_STRAP_LEFT + i, age_max_ns);
    }
    for (int i = RH_STRAP_LEFT; i <= RH_STRAP_RIGHT; i++) {
        if (cells->reading[i].is_fresh) {
            add(&cells->strap[i], &cells->reading[i]);
        }
    }
}

/* Gravity and acceleration read alike: weight x cos(angle) + mass x tangential
 * acceleration, half of it on each cell. */
double rh_cells_hardware_n(const rh_machine_settings_t *machine,
                           const rh_posture_t *posture)
{
    const double accel_mps2 =
        posture->accel_dps2 * RH_RAD_PER_DEG * machine->strap_radius_m;

    return 0.5 * (machine->strap_weight_n * posture->cos_angle +
                  machine->strap_mass_kg * accel_mps2);
}

bool rh_cells_force(const rh_cells_t *cells, const rh_machine_settings_t *machine,
                    const rh_posture_t *posture, double force_n[2])
{
    const double hardware_n = rh_cells_hardware_n(machine, posture);

    for (int i = RH_STRAP_LEFT; i <= RH_STRAP_RIGHT; i++) {
        force_n[i] = cells->reading[i].value - cells->zero_n[i] - hardware_n;
    }
    return cells->reading[RH_STRAP_LEFT].is_good &&
           cells->reading[RH_STRAP_RIGHT].is_good;
}

bool rh_cells_force_at(rh_cells_t *cells, const rh_machine_settings_t *machine,
                       const rh_posture_t *posture, int64_t t_ns, int64_t hole_ns,
                       double force_n[2])
{
    const double hardware_n = rh_cells_hardware_n(machine, posture);

    for (int i = RH_STRAP_LEFT; i <= RH_STRAP_RIGHT; i++) {
        if (!value_at(&cells->strap[i], t_ns, hole_ns, &force_n[i])) {
            return false;
        }
        force_n[i] -= cells->zero_n[i] + hardware_n;
    }
    return true;
}

bool rh_cells_pad(const rh_cells_t *cells, double pad_n[2])
{
    for (int i = RH_PAD_FRONT; i <= RH_PAD_REAR; i++) {
        pad_n[i - RH_PAD_FRONT] = cells->reading[i].value - cells->zero_n[i];
    }
    return cells->reading[RH_PAD_FRONT].is_good && cells->reading[RH_PAD_REAR].is_good;
}
