/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands that are core's to answer: one row each, with the states in which it is
 * refused and why, its guard, what it does, and the state that it leads to. What is not
 * in the table (arming, stopping, resetting) is the gate's. Called by core's step.
 */
#include <stddef.h>

#include "core_parts.h"
#include "rh/units.h"

#define REPS_MAX 1000
#define STAY RH_SESSION_COUNT

static bool is_armed(const rh_step_t *step)
{
    return step->last->safety == RH_SAFETY_ARMED;
}

static void tell_session(rh_step_t *step, int32_t is_open)
{
    rh_session_t *session = &step->core->training.session;

    session->is_open = is_open;
    session->t_ns = step->input->now_ns;
    rh_events_add(step->events, step->input->now_ns, RH_EVENT_SESSION)->session =
        *session;
}

static void start_session(rh_step_t *step)
{
    rh_core_t *core = step->core;
    const int32_t number = core->training.session.session + 1;

    rh_session_unload(step);
    rh_rom_clear(&core->rom);
    core->load.highest_kg = 0.0;
    rh_load_new_set(&core->load);
    core->mode_wanted = RH_MODE_DAMPING;
    core->training.session = (rh_session_t){.session = number};
    core->training.set = (rh_set_t){.session = number};
    tell_session(step, 1);
}

static void end_session(rh_step_t *step)
{
    rh_core_t *core = step->core;

    if (core->training.state == RH_SESSION_SET) {
        rh_session_finish_set(step);
    }
    rh_session_unload(step);
    rh_rom_clear(&core->rom);
    core->mode_wanted = RH_MODE_DAMPING;
    tell_session(step, 0);
}

static uint32_t may_start_set(const rh_step_t *step)
{
    const rh_command_t *command = &step->input->command;

    if (!(command->kind_of_set == RH_REP_WARMUP ||
          command->kind_of_set == RH_REP_WORK) ||
        !(command->side >= 0 && command->side < RH_SIDE_COUNT) ||
        !(command->reps_target >= 0 && command->reps_target <= REPS_MAX)) {
        return RH_REFUSAL_BAD_VALUE;
    }
    if (!step->core->zero.is_done) {
        return RH_REFUSAL_NOT_ZEROED;
    }
    return is_armed(step) ? RH_REFUSAL_NONE : RH_REFUSAL_NOT_ARMED;
}

static uint32_t may_zero(const rh_step_t *step)
{
    return is_armed(step) ? RH_REFUSAL_ARMED : RH_REFUSAL_NONE;
}

static uint32_t zero(rh_step_t *step)
{
    rh_core_t *core = step->core;
    const rh_posture_t posture = {.cos_angle = core->estimate.cos_angle};
    const rh_zero_context_t context = {
        .machine = &core->config.machine,
        .limits = &core->config.limits,
        .training = &core->config.training,
        .posture = &posture,
        .arm_is_known = core->estimate.is_known,
        .arm_hangs = core->now.at_bottom_rest,
    };
    const uint32_t refusal =
        rh_zero_take(&core->zero, &core->cells, &context, step->input->now_ns);

    if (refusal == RH_REFUSAL_NONE) {
        rh_events_note(step->events, step->input->now_ns, RH_NOTE_ZEROED, 0, 0);
    }
    return refusal;
}

/* Nothing loads before a range is accepted, so teaching takes the load off. */
static void teach(rh_step_t *step)
{
    rh_session_unload(step);
    rh_rom_clear(&step->core->rom);
    step->core->training.set.partials = 0;
    rh_session_count(step);
}

static uint32_t may_redo(const rh_step_t *step)
{
    return step->core->rom.is_taught || step->core->training.state == RH_SESSION_TEACH
               ? RH_REFUSAL_NONE
               : RH_REFUSAL_NOT_TEACHING;
}

static void tell_rom(rh_step_t *step)
{
    const rh_rom_t *rom = &step->core->rom;

    rh_events_value(step->events, step->input->now_ns, RH_NOTE_ROM_ACCEPTED,
                    rom->top_deg, rom->bottom_deg);
}

static uint32_t accept(rh_step_t *step)
{
    const uint32_t refusal = rh_rom_accept(&step->core->rom);

    if (refusal == RH_REFUSAL_NONE) {
        tell_rom(step);
    }
    return refusal;
}

/* A limit must not come down onto legs that are up. */
static uint32_t nudge(rh_step_t *step)
{
    const rh_command_t *command = &step->input->command;

    if (step->last->safety != RH_SAFETY_IDLE && !step->core->now.at_bottom_rest) {
        return RH_REFUSAL_NOT_AT_BOTTOM;
    }
    const uint32_t refusal = rh_rom_nudge(&step->core->rom, command->nudge_top_deg,
                                          command->nudge_bottom_deg);

    if (refusal == RH_REFUSAL_NONE) {
        tell_rom(step);
    }
    return refusal;
}

static uint32_t set_load(rh_step_t *step)
{
    rh_core_t *core = step->core;
    const double load_kg = step->input->command.load_kg;
    const bool in_set = core->training.state == RH_SESSION_SET;
    const uint32_t refusal =
        rh_load_check(&core->load, &core->load_settings, load_kg, in_set);

    if (refusal != RH_REFUSAL_NONE) {
        return refusal;
    }
    if (load_kg > 0.0 && !core->rom.is_taught) {
        return RH_REFUSAL_NOT_TAUGHT;
    }
    if (load_kg > 0.0 && core->mode_wanted == RH_MODE_DAMPING) {
        return RH_REFUSAL_NO_LOAD_IN_MODE;
    }
    rh_load_set(&core->load, load_kg, in_set);
    rh_events_value(step->events, step->input->now_ns, RH_NOTE_LOAD_REQUESTED, load_kg,
                    0.0);
    return RH_REFUSAL_NONE;
}

/* In a set only without load and at the bottom; between sets the change itself waits
 * for the bottom (core's step), with the load held down meanwhile. */
static uint32_t set_mode(rh_step_t *step)
{
    rh_core_t *core = step->core;
    const int32_t mode = step->input->command.mode;
    const bool is_loaded = core->load.target_kg > 0.0 || core->load.applied_kg > 0.0;

    if (!(mode >= 0 && mode < RH_MODE_COUNT)) {
        return RH_REFUSAL_BAD_VALUE;
    }
    if (core->training.state == RH_SESSION_SET) {
        if (is_loaded) {
            return RH_REFUSAL_IN_SET;
        }
        if (!core->now.at_bottom_rest) {
            return RH_REFUSAL_NOT_AT_BOTTOM;
        }
    }
    if (mode == RH_MODE_DAMPING) {
        rh_session_unload(step);
    }
    core->mode_wanted = (uint32_t)mode;
    return RH_REFUSAL_NONE;
}

typedef uint32_t (*rh_try_t)(rh_step_t *);
typedef uint32_t (*rh_guard_t)(const rh_step_t *);
typedef void (*rh_deed_t)(rh_step_t *);

typedef struct {
    uint32_t command;
    uint32_t to;                        /* rh_session_state_t, or STAY */
    uint32_t refused[RH_SESSION_COUNT]; /* FREE, READY, TEACH, SET: 0 = permitted */
    rh_guard_t guard;                   /* asks, changes nothing */
    rh_try_t attempt;                   /* does it, or changes nothing and refuses */
    rh_deed_t deed;                     /* does it */
} rh_command_row_t;

#define NO(reason) RH_REFUSAL_##reason
#define YES RH_REFUSAL_NONE

static const rh_command_row_t COMMANDS[] = {
    {.command = RH_COMMAND_SESSION_START,
     .to = RH_SESSION_READY,
     .refused = {YES, NO(SESSION_OPEN), NO(SESSION_OPEN), NO(SESSION_OPEN)},
     .deed = start_session},
    {.command = RH_COMMAND_SESSION_END,
     .to = RH_SESSION_FREE,
     .refused = {NO(NO_SESSION), YES, YES, YES},
     .deed = end_session},
    {.command = RH_COMMAND_SET_START,
     .to = RH_SESSION_SET,
     .refused = {NO(NO_SESSION), YES, NO(WRONG_STATE), NO(IN_SET)},
     .guard = may_start_set,
     .deed = rh_session_start_set},
    {.command = RH_COMMAND_SET_END,
     .to = STAY,
     .refused = {NO(NO_SESSION), NO(NO_SET), NO(NO_SET), YES},
     .deed = rh_session_end_set},
    {.command = RH_COMMAND_SENSOR_ZERO,
     .to = STAY,
     .refused = {YES, YES, NO(WRONG_STATE), NO(IN_SET)},
     .guard = may_zero,
     .attempt = zero},
    {.command = RH_COMMAND_ROM_TEACH,
     .to = RH_SESSION_TEACH,
     .refused = {NO(NO_SESSION), YES, YES, NO(IN_SET)},
     .deed = teach},
    {.command = RH_COMMAND_ROM_ACCEPT,
     .to = RH_SESSION_READY,
     .refused = {NO(NO_SESSION), NO(NOT_TEACHING), YES, NO(NOT_TEACHING)},
     .attempt = accept},
    {.command = RH_COMMAND_ROM_NUDGE,
     .to = STAY,
     .refused = {NO(NO_SESSION), YES, NO(NOT_TAUGHT), NO(IN_SET)},
     .attempt = nudge},
    {.command = RH_COMMAND_ROM_REDO,
     .to = RH_SESSION_TEACH,
     .refused = {NO(NO_SESSION), YES, YES, NO(IN_SET)},
     .guard = may_redo,
     .deed = teach},
    {.command = RH_COMMAND_LOAD_SET,
     .to = STAY,
     .refused = {NO(NO_SESSION), YES, NO(NOT_TAUGHT), YES},
     .attempt = set_load},
    {.command = RH_COMMAND_MODE_SET,
     .to = STAY,
     .refused = {NO(NO_SESSION), YES, YES, YES},
     .attempt = set_mode},
    {.command = RH_COMMAND_UNLOAD,
     .to = STAY,
     .refused = {YES, YES, YES, YES},
     .deed = rh_session_unload},
};

static uint32_t carry_out(rh_step_t *step, const rh_command_row_t *row)
{
    uint32_t refusal = row->refused[step->core->training.state % RH_SESSION_COUNT];

    if (refusal == RH_REFUSAL_NONE && row->guard != NULL) {
        refusal = row->guard(step);
    }
    if (refusal == RH_REFUSAL_NONE && row->attempt != NULL) {
        refusal = row->attempt(step);
    }
    if (refusal != RH_REFUSAL_NONE) {
        return refusal;
    }
    if (row->deed != NULL) {
        row->deed(step);
    }
    if (row->to != STAY) {
        rh_session_move(step, row->to);
    }
    return RH_REFUSAL_NONE;
}

static double load_value_kg(const rh_core_t *core, uint32_t refusal)
{
    const bool in_set = core->training.state == RH_SESSION_SET;

    return refusal == RH_REFUSAL_NONE
               ? core->load.target_kg
               : rh_load_most_kg(&core->load, &core->load_settings, in_set);
}

/* What was set, in the answer: the range of rom.*, the load of load.set; where that was
 * refused, the most that is permitted now. */
static void tell_values(const rh_step_t *step, uint32_t kind, rh_event_t *event)
{
    const rh_core_t *core = step->core;

    if (kind == RH_COMMAND_ROM_ACCEPT || kind == RH_COMMAND_ROM_NUDGE) {
        event->answer.value = core->rom.top_deg;
        event->answer.value2 = core->rom.bottom_deg;
    } else if (kind == RH_COMMAND_LOAD_SET) {
        event->answer.value = load_value_kg(core, event->answer.refusal);
    }
}

void rh_command_answer(rh_step_t *step)
{
    const rh_command_t *command = &step->input->command;

    for (unsigned i = 0; i < sizeof COMMANDS / sizeof COMMANDS[0]; i++) {
        if (COMMANDS[i].command == command->kind) {
            const uint32_t refusal = carry_out(step, &COMMANDS[i]);
            rh_event_t *event =
                rh_events_add(step->events, step->input->now_ns, RH_EVENT_ANSWER);

            event->answer.ticket = command->ticket;
            event->answer.refusal = refusal;
            tell_values(step, command->kind, event);
            return;
        }
    }
}
