/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The books of a session: reps of the set or of the teaching, the set's sum, the
 * session's. Called by core's step and by its commands.
 */
#include <math.h>

#include "core_parts.h"
#include "cue.h"
#include "metrics.h"
#include "rh/units.h"

void rh_session_move(rh_step_t *step, uint32_t state)
{
    rh_training_t *training = &step->core->training;

    if (training->state != state) {
        rh_events_note(step->events, step->input->now_ns, RH_NOTE_SESSION,
                       (int32_t)training->state, (int32_t)state);
        training->state = state;
    }
}

void rh_session_count(rh_step_t *step)
{
    rh_core_t *core = step->core;
    const rh_counter_settings_t settings = {
        .range_deg = rh_rom_range_deg(&core->rom),
        .radius_m = core->config.machine.strap_radius_m,
        .slack_n = core->config.training.slack_n,
        .impact_n = core->config.training.impact_n,
    };

    rh_counter_begin(&core->counter, &settings);
}

/* One more full rep of the set, announced on the screen and by voice. */
static void count_up(rh_step_t *step)
{
    rh_set_t *set = &step->core->training.set;

    set->reps++;
    rh_events_note(step->events, step->input->now_ns, RH_NOTE_COUNTED, set->reps, 0);
}

static void fill_rep(const rh_step_t *step, rh_rep_t *rep)
{
    const rh_core_t *core = step->core;
    const rh_training_t *training = &core->training;
    const bool is_set = training->state == RH_SESSION_SET;
    const double zeroed_s = 1e-9 * (double)(step->input->now_ns - core->zero.done_ns);
    const rh_metrics_context_t context = {
        .machine = &core->config.machine,
        .training = &core->config.training,
        .over_top_deg = core->config.limits.soft_top_deg,
        .rom_top_deg = core->rom.is_taught ? core->rom.top_deg : RH_UNKNOWN,
        .rom_bottom_deg = core->rom.is_taught ? core->rom.bottom_deg : RH_UNKNOWN,
        .pad_n = core->rest_pad_n,
        .pad_centre_frac = core->rest_pad_centre_frac,
        .zeroed_s = core->zero.is_done ? zeroed_s : RH_UNKNOWN,
        .best_rate_dps = training->best_rate_dps,
        .side = training->side,
    };

    rep->session = training->session.session;
    rep->set = is_set ? training->set.set : 0;
    rep->side = is_set ? training->side : RH_SIDE_BOTH;
    rep->kind = is_set ? training->set.kind : RH_REP_CALIBRATION;
    rep->mode = (int32_t)core->mode;
    rh_metrics_fill(rep, &core->counter.done, &context);
    rep->rep = is_set ? training->set.reps : core->rom.lifts;
    rep->partials = training->set.partials;
}

static void cue(rh_step_t *step, const rh_rep_t *rep)
{
    rh_training_t *training = &step->core->training;
    uint32_t choice;

    if (rh_cue_choose(rep->reasons, training->reasons_before, &choice)) {
        rh_event_t *event =
            rh_events_add(step->events, step->input->now_ns, RH_EVENT_CUE);

        event->cue.cue = choice;
        event->cue.rep = rep->rep;
    }
    training->reasons_before = rep->reasons;
}

static void book(rh_step_t *step, const rh_rep_t *rep)
{
    rh_training_t *training = &step->core->training;

    training->set.clean += rep->counted && rep->reasons == 0 ? 1 : 0;
    training->set.load_kg = rep->load_kg;
    if (rep->counted) {
        training->best_rate_dps =
            fmax(training->best_rate_dps, rep->lift_rate_mean_dps);
    }
    cue(step, rep);
}

static void publish_rep(rh_step_t *step)
{
    rh_core_t *core = step->core;
    const rh_stroke_t *stroke = &core->counter.done;
    const int64_t now_ns = step->input->now_ns;
    const bool is_set = core->training.state == RH_SESSION_SET;
    rh_set_t *set = &core->training.set;

    if (!stroke->is_full) {
        set->partials++;
        rh_events_note(step->events, now_ns, RH_NOTE_PARTIAL, set->partials, 0);
    } else if (!is_set) {
        rh_rom_add(&core->rom, stroke->top_deg, stroke->bottom_deg);
    } else if (!stroke->was_counted || !core->config.training.count_at_top) {
        count_up(step);
    }
    rh_event_t *event = rh_events_add(step->events, now_ns, RH_EVENT_REP);

    fill_rep(step, &event->rep);
    if (is_set) {
        /* A copy of the place, not of the rep: adding a cue moves no event. */
        book(step, &event->rep);
    }
}

void rh_session_rep(rh_step_t *step, int found)
{
    const rh_core_t *core = step->core;
    const bool counts_now =
        core->training.state == RH_SESSION_SET && core->config.training.count_at_top;

    /* A rep announced at its top closes later: with both bits the close came first. */
    if ((found & RH_COUNTER_CLOSED) != 0) {
        publish_rep(step);
    }
    if ((found & RH_COUNTER_TOP) != 0 && counts_now) {
        count_up(step);
    }
}

void rh_session_start_set(rh_step_t *step)
{
    rh_core_t *core = step->core;
    rh_training_t *training = &core->training;
    const rh_command_t *command = &step->input->command;

    training->session.sets++;
    training->set = (rh_set_t){
        .t_start_ns = step->input->now_ns,
        .session = training->session.session,
        .set = training->session.sets,
        .kind = command->kind_of_set,
        .mode = (int32_t)core->mode,
        .load_kg = core->load.target_kg,
    };
    training->side = command->side;
    training->reps_target = command->reps_target;
    training->set_end_ns = 0;
    training->best_rate_dps = 0.0;
    training->reasons_before = 0;
    rh_load_new_set(&core->load);
    rh_session_count(step);
}

void rh_session_finish_set(rh_step_t *step)
{
    rh_core_t *core = step->core;
    rh_training_t *training = &core->training;
    const bool was_announced = core->counter.is_running && core->counter.is_counted &&
                               core->config.training.count_at_top;
    const int found = rh_counter_finish(&core->counter);

    rh_session_rep(step, found);
    if (was_announced && found == 0) {
        training->set.reps--; /* it never came down: not a rep */
    }
    training->set.t_end_ns = step->input->now_ns;
    training->set_end_ns = 0;
    training->session.reps += training->set.reps;
    training->session.partials += training->set.partials;
    rh_events_add(step->events, step->input->now_ns, RH_EVENT_SET)->set = training->set;
    rh_session_move(step, RH_SESSION_READY);
}

void rh_session_unload(rh_step_t *step)
{
    const double before_kg = rh_load_unload(&step->core->load);

    if (before_kg > 0.0) {
        rh_events_value(step->events, step->input->now_ns, RH_NOTE_UNLOADED, before_kg,
                        0.0);
    }
}

/* The gate has left ARMED: no set without the motor, no load, no rep half done. */
static void answer_gate(rh_step_t *step)
{
    rh_core_t *core = step->core;
    const int64_t now_ns = step->input->now_ns;
    const double load_kg = core->load.target_kg;

    rh_load_drop(&core->load);
    if (load_kg > 0.0) {
        rh_events_value(step->events, now_ns, RH_NOTE_UNLOADED, load_kg, 0.0);
    }
    if (core->training.state == RH_SESSION_SET) {
        rh_session_finish_set(step);
    } else if (core->training.state == RH_SESSION_TEACH) {
        rh_session_rep(step, rh_counter_finish(&core->counter));
    }
}

void rh_session_end_set(rh_step_t *step)
{
    rh_core_t *core = step->core;

    if (!rh_counter_is_past_top(&core->counter)) {
        rh_session_finish_set(step);
    } else if (core->training.set_end_ns == 0) {
        core->training.set_end_ns = step->input->now_ns + RH_SET_END_WAIT_NS;
    }
}

/* Hazard 45, the trainer walked off: the rep ends, then the load goes off. */
static void leave_alone(rh_step_t *step)
{
    if (step->core->training.state == RH_SESSION_SET) {
        rh_session_end_set(step);
    } else if (step->core->load.target_kg > 0.0) {
        rh_session_unload(step);
    }
}

void rh_session_watch(rh_step_t *step)
{
    rh_core_t *core = step->core;
    const rh_training_t *training = &core->training;
    const bool was_armed = core->safety == RH_SAFETY_ARMED;
    const bool waits = training->set_end_ns != 0;

    if (was_armed && step->last->safety != RH_SAFETY_ARMED) {
        answer_gate(step);
    }
    core->safety = step->last->safety;
    if (!step->input->console_present) {
        leave_alone(step);
    }
    if (waits && training->state == RH_SESSION_SET &&
        (step->input->now_ns >= training->set_end_ns ||
         !rh_counter_is_past_top(&core->counter))) {
        rh_session_finish_set(step);
    }
}
