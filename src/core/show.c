/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Core's part of the snapshot; what the gate knows the landing adds. Called at the end
 * of core's step.
 */
#include <math.h>

#include "core_parts.h"

static void fill_flags(const rh_step_t *step, rh_snapshot_t *snapshot)
{
    const rh_input_t *input = step->input;
    const rh_core_t *core = step->core;

    snapshot->estop_a_closed = rh_sample_flag(input, RH_SIGNAL_ESTOP_A);
    snapshot->estop_b_closed = rh_sample_flag(input, RH_SIGNAL_ESTOP_B);
    snapshot->grip_left_held = rh_sample_flag(input, RH_SIGNAL_GRIP_LEFT);
    snapshot->grip_right_held = rh_sample_flag(input, RH_SIGNAL_GRIP_RIGHT);
    snapshot->comfort_pressed = rh_sample_flag(input, RH_SIGNAL_COMFORT_STOP);
    snapshot->reset_pressed = rh_sample_flag(input, RH_SIGNAL_RESET_BUTTON);
    snapshot->limit_top_closed = rh_sample_flag(input, RH_SIGNAL_LIMIT_TOP);
    snapshot->limit_bottom_closed = rh_sample_flag(input, RH_SIGNAL_LIMIT_BOTTOM);
    snapshot->zeroed = core->zero.is_done;
    snapshot->rom_taught = core->rom.is_taught;
}

static double as_read(const rh_step_t *step, int signal)
{
    const rh_sample_t *sample = &step->input->signal[signal];
    return sample->quality == RH_QUALITY_GOOD ? 0.001 * (double)sample->milli
                                              : RH_UNKNOWN;
}

static void fill_live(const rh_step_t *step, rh_snapshot_t *snapshot)
{
    const rh_core_t *core = step->core;
    const rh_estimator_t *estimate = &core->estimate;
    const double force_n = step->force_n[0] + step->force_n[1];
    const double pad_n = step->pad_n[0] + step->pad_n[1];
    const bool has_weight = step->has_pad && pad_n > core->config.limits.pad_empty_n;

    snapshot->angle_deg = estimate->is_known ? estimate->angle_deg : RH_UNKNOWN;
    snapshot->rate_dps = estimate->is_known ? estimate->rate_dps : RH_UNKNOWN;
    snapshot->force_n = step->has_force ? force_n : RH_UNKNOWN;
    snapshot->force_left_n = step->has_force ? step->force_n[0] : RH_UNKNOWN;
    snapshot->force_right_n = step->has_force ? step->force_n[1] : RH_UNKNOWN;
    snapshot->torque_nm =
        step->has_force ? force_n * core->config.machine.strap_radius_m : RH_UNKNOWN;
    snapshot->torque_measured_nm = as_read(step, RH_SIGNAL_DRIVE_TORQUE);
    snapshot->aux_force_n = as_read(step, RH_SIGNAL_AUX_FORCE);
    snapshot->pad_n = step->has_pad ? pad_n : RH_UNKNOWN;
    snapshot->pad_centre_frac = has_weight ? step->pad_n[1] / pad_n : RH_UNKNOWN;
    snapshot->load_applied_kg = core->load.applied_kg;
}

static void fill_state(const rh_step_t *step, rh_snapshot_t *snapshot)
{
    const rh_core_t *core = step->core;
    const rh_training_t *training = &core->training;

    snapshot->session = training->state;
    snapshot->phase = core->now.phase;
    snapshot->mode = core->mode;
    snapshot->set = training->set.set;
    snapshot->reps =
        training->state == RH_SESSION_TEACH ? core->rom.lifts : training->set.reps;
    snapshot->partials = training->set.partials;
    snapshot->reps_target = training->reps_target;
    snapshot->taught_reps = core->rom.lifts;
    snapshot->load_kg = core->load.target_kg;
    snapshot->rom_top_deg = core->rom.is_taught ? core->rom.top_deg : RH_UNKNOWN;
    snapshot->rom_bottom_deg = core->rom.is_taught ? core->rom.bottom_deg : RH_UNKNOWN;
    snapshot->load_max_kg = core->load_settings.max_kg;
}

void rh_show_fill(const rh_step_t *step, rh_snapshot_t *snapshot)
{
    *snapshot = (rh_snapshot_t){
        .tick = step->core->tick,
        .now_ns = step->input->now_ns,
        .late_ns = step->input->late_ns,
    };
    fill_flags(step, snapshot);
    fill_live(step, snapshot);
    fill_state(step, snapshot);
}
