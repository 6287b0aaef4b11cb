/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One tick of core, from samples to request. Called by the tick.
 */
#include "core.h"

#include <math.h>
#include <string.h>

#include "core_parts.h"
#include "resistance.h"
#include "rh/units.h"

#define PERIOD_S 0.002
#define STEP_MAX_S 0.020      /* a late tick ramps no further than this */
#define HANG_DEG (-80.0)      /* at or below: the arm is at the bottom, range or not */
#define MIDDLE_DEG (-45.0)    /* between bottom and top, before a range is taught */
#define CELL_HOLE_NS 60000000 /* a hole in the forces: no figures across it */

static int64_t nanoseconds(double ms)
{
    return (int64_t)(ms * (double)RH_NS_PER_MS);
}

void rh_core_init(rh_core_t *core, const rh_core_config_t *config)
{
    const rh_machine_settings_t *machine = &config->machine;
    const rh_training_settings_t *training = &config->training;
    const rh_limit_settings_t *limits = &config->limits;
    const double nm_per_kg = RH_GRAVITY_MPS2 * machine->strap_radius_m;

    memset(core, 0, sizeof *core);
    core->config = *config;
    core->age_drive_ns = nanoseconds(limits->age_drive_ms + limits->host_pause_ms);
    core->age_encoder_ns = nanoseconds(limits->age_encoder_ms + limits->host_pause_ms);
    core->age_cells_ns = nanoseconds(limits->age_cells_ms + limits->host_pause_ms);
    core->cell_lag_ns = (int64_t)(config->cell_lag_s * (double)RH_NS_PER_S);
    core->load_settings = (rh_load_settings_t){
        .nm_per_kg = nm_per_kg,
        .max_kg = fmin(machine->load_max_kg, machine->torque_max_nm / nm_per_kg),
        .first_max_kg = training->first_load_max_kg,
        .step_max_kg = training->load_step_max_kg,
        .ramp_nm_per_s = training->load_ramp_nm_per_s,
    };
    if (!(config->period_s > 0.0)) {
        core->config.period_s = PERIOD_S;
    }
    core->rest_pad_n = RH_UNKNOWN;
    core->rest_pad_centre_frac = RH_UNKNOWN;
    rh_counter_init(&core->counter);
}

static double law_nm(const rh_core_t *core, const rh_arm_t *arm)
{
    const double load_nm = core->load.applied_kg * core->load_settings.nm_per_kg;

    return rh_resistance_law_nm(core->mode, load_nm,
                                core->config.training.damping_nm_per_dps, arm);
}

/* A settled angle, with the forces and the law at its own moment. */
static rh_point_t point_at(rh_core_t *core, const rh_settled_t *settled)
{
    const double cos_angle = cos(settled->node.angle_deg * RH_RAD_PER_DEG);
    const rh_posture_t posture = {cos_angle, settled->accel_dps2};
    const rh_arm_t arm = {cos_angle, settled->rate_dps};
    double force_n[2] = {0.0, 0.0};
    const bool has_force = rh_cells_force_at(
        &core->cells, &core->config.machine, &posture,
        settled->node.t_ns + core->cell_lag_ns, CELL_HOLE_NS, force_n);

    return (rh_point_t){
        .t_ns = settled->node.t_ns,
        .angle_deg = settled->node.angle_deg,
        .rate_dps = settled->rate_dps,
        .force_left_n = has_force ? force_n[0] : 0.0,
        .force_right_n = has_force ? force_n[1] : 0.0,
        .law_nm = law_nm(core, &arm),
        .applied_kg = core->load.applied_kg,
        .has_force = has_force,
    };
}

static void count_reps(rh_step_t *step, const rh_settled_t *settled)
{
    rh_core_t *core = step->core;

    if (core->training.state == RH_SESSION_SET ||
        core->training.state == RH_SESSION_TEACH) {
        const rh_point_t point = point_at(core, settled);

        rh_session_rep(step, rh_counter_feed(&core->counter, &point));
    }
}

/* The live estimate, from the motor's encoder as it is: the newest there is. A rep is
 * not followed across its silence. */
static void follow_motor(rh_step_t *step)
{
    rh_core_t *core = step->core;
    const rh_reading_t angle = rh_sample_take(
        &core->sampler, step->input, RH_SIGNAL_MOTOR_ANGLE, core->age_drive_ns);

    if (angle.is_fresh) {
        rh_estimate_feed(&core->estimate, angle.t_ns, angle.value);
        if (core->estimate.restarted) {
            rh_play_restart(&core->play);
            rh_track_restart(&core->track);
            rh_session_count(step);
        }
    }
    rh_estimate_predict(&core->estimate, step->input->now_ns, core->age_drive_ns);
}

/* The arm without the gear's play: what is counted and measured. */
static void follow_arm(rh_step_t *step)
{
    rh_core_t *core = step->core;
    const rh_reading_t angle = rh_sample_take(
        &core->sampler, step->input, RH_SIGNAL_ARM_ANGLE, core->age_encoder_ns);
    rh_settled_t settled;
    rh_node_t node;

    if (angle.is_fresh) {
        rh_play_feed(&core->play, angle.t_ns, angle.value);
    }
    while (rh_play_next(&core->play, &core->estimate, &node)) {
        rh_track_feed(&core->track, &node);
        while (rh_track_next(&core->track, &settled)) {
            count_reps(step, &settled);
        }
    }
}

static void follow_phase(rh_step_t *step)
{
    rh_core_t *core = step->core;
    rh_landmarks_t landmarks = {HANG_DEG, MIDDLE_DEG};

    if (core->rom.is_taught) {
        landmarks.bottom_deg = core->rom.bottom_deg + RH_HOME_DEG;
        landmarks.middle_deg = 0.5 * (core->rom.top_deg + core->rom.bottom_deg);
    }
    rh_phase_step(&core->now, &core->estimate, &landmarks, step->input->now_ns);
    if (step->last->limit_active && !core->limit_was_active) {
        rh_counter_hit_limit(&core->counter);
    }
    core->limit_was_active = step->last->limit_active;
}

static void follow_cells(rh_step_t *step)
{
    rh_core_t *core = step->core;
    const rh_posture_t posture = {core->estimate.cos_angle,
                                  core->estimate.live_accel_dps2};

    rh_zero_step(&core->zero, &core->cells, step->input->now_ns);
    step->has_force =
        rh_cells_force(&core->cells, &core->config.machine, &posture, step->force_n) &&
        core->estimate.is_known;
    step->has_pad = rh_cells_pad(&core->cells, step->pad_n);
    if (core->now.at_bottom_rest) {
        const double pad_n = step->pad_n[0] + step->pad_n[1];

        core->rest_pad_n = rh_zero_pad_n(&core->zero, &core->cells);
        core->rest_pad_centre_frac =
            step->has_pad && pad_n > core->config.limits.pad_empty_n
                ? step->pad_n[1] / pad_n
                : RH_UNKNOWN;
    }
}

/* The mode changes at the bottom with the load off, or while the motor may not act. */
static void change_mode(rh_step_t *step)
{
    rh_core_t *core = step->core;
    const bool is_armed = step->last->safety == RH_SAFETY_ARMED;

    if (core->mode != core->mode_wanted &&
        (!is_armed || (core->now.at_bottom_rest && !(core->load.applied_kg > 0.0)))) {
        rh_events_note(step->events, step->input->now_ns, RH_NOTE_MODE,
                       (int32_t)core->mode, (int32_t)core->mode_wanted);
        core->mode = core->mode_wanted;
    }
}

static void ramp_load(rh_step_t *step)
{
    rh_core_t *core = step->core;
    const int64_t step_ns = step->input->now_ns - core->now_ns;
    const double dt_s =
        core->now_ns == 0 ? core->config.period_s : 1e-9 * (double)step_ns;
    const bool is_armed = step->last->safety == RH_SAFETY_ARMED;
    const rh_load_moment_t moment = {
        .at_bottom_rest = is_armed && core->now.at_bottom_rest,
        .is_lifting = is_armed && core->now.phase == RH_PHASE_LIFT,
        .is_held_down = core->mode != core->mode_wanted,
    };

    if (rh_load_step(&core->load, &core->load_settings, &moment,
                     fmin(fmax(dt_s, 0.0), STEP_MAX_S))) {
        rh_events_value(step->events, step->input->now_ns, RH_NOTE_LOAD_APPLIED,
                        core->load.applied_kg, 0.0);
    }
}

/* -law + arm + friction, within what the machine may resist with. */
static void ask(rh_step_t *step, rh_request_t *request)
{
    const rh_core_t *core = step->core;
    const rh_machine_settings_t *machine = &core->config.machine;
    const rh_arm_t arm = {core->estimate.cos_angle, core->estimate.rate_dps};
    const double law =
        fmin(fmax(law_nm(core, &arm), -machine->torque_max_nm), machine->torque_max_nm);
    const double feed =
        rh_resistance_feed_nm(machine, core->config.training.friction_frac, &arm);
    const bool may_act =
        step->last->safety == RH_SAFETY_ARMED && core->estimate.is_known;

    *request = (rh_request_t){
        .rom_top_deg = core->rom.top_deg,
        .rom_bottom_deg = core->rom.bottom_deg,
        .strap_zero_n = {core->cells.zero_n[RH_STRAP_LEFT],
                         core->cells.zero_n[RH_STRAP_RIGHT]},
        .pad_zero_n = {core->cells.zero_n[RH_PAD_FRONT],
                       core->cells.zero_n[RH_PAD_REAR]},
        .rom_taught = core->rom.is_taught,
    };
    if (may_act && isfinite(law) && isfinite(feed)) {
        request->torque_nm = feed - law;
        request->load_nm = core->mode == RH_MODE_DAMPING ? 0.0 : law;
    }
}

void rh_core_step(rh_core_t *core, const rh_input_t *input,
                  const rh_core_feedback_t *last, rh_request_t *request,
                  rh_snapshot_t *snapshot, rh_core_events_t *events)
{
    rh_step_t step = {.core = core, .input = input, .last = last, .events = events};

    events->count = 0;
    core->tick++;
    rh_cells_take(&core->cells, &core->sampler, input, core->age_cells_ns);
    follow_motor(&step);
    follow_arm(&step);
    follow_phase(&step);
    follow_cells(&step);
    rh_session_watch(&step);
    if (input->command.kind != RH_COMMAND_NONE) {
        rh_command_answer(&step);
    }
    change_mode(&step);
    ramp_load(&step);
    ask(&step, request);
    rh_show_fill(&step, snapshot);
    core->now_ns = input->now_ns;
}
