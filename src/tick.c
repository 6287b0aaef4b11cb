/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One tick: core makes a request from the samples, the gate makes a grant from the
 * request and the raw samples, and both are told to the outside as snapshot and events.
 */
#include "tick.h"

#include <string.h>

#include "rh/units.h"

void rh_machine_init(rh_machine_t *machine, const rh_core_config_t *config,
                     const rh_limits_t *limits)
{
    memset(machine, 0, sizeof(*machine));
    rh_core_init(&machine->core, config);
    machine->limits = *limits;
}

/* No event can be lost for want of room: core's, the gate's faults, every fault cleared
 * at once, and the gate's notes (state, pain angle, limit, reset) with its answer. */
#define GATE_NOTES_AND_ANSWER 5
_Static_assert(RH_CORE_EVENTS + RH_SAFETY_FAULTS + RH_FAULT_COUNT +
                       GATE_NOTES_AND_ANSWER <=
                   RH_TICK_EVENTS,
               "a tick's events have room in its output");

static rh_event_t *add(rh_output_t *output, uint32_t kind, int64_t now_ns)
{
    uint32_t place = output->event_count++; /* within the array: asserted above */
    rh_event_t *event = &output->event[place];
    memset(event, 0, sizeof(*event));
    event->kind = kind;
    event->now_ns = now_ns;
    return event;
}

static void add_note(rh_output_t *output, int64_t now_ns, uint32_t note, int32_t a,
                     int32_t b, double value)
{
    rh_event_t *event = add(output, RH_EVENT_NOTE, now_ns);
    event->note.note = note;
    event->note.a = a;
    event->note.b = b;
    event->note.value = value;
}

static void tell_faults(rh_output_t *output, const rh_safety_report_t *report,
                        int64_t now_ns)
{
    for (uint32_t i = 0; i < report->fault_count; i++) {
        add(output, RH_EVENT_FAULT, now_ns)->fault = report->faults[i];
    }
    for (uint32_t id = 0; report->cleared != 0 && id < RH_FAULT_COUNT; id++) {
        if ((report->cleared & RH_FAULT_BIT_OF(id)) != 0) {
            add(output, RH_EVENT_CLEARED, now_ns)->fault =
                (rh_fault_t){.id = id, .state = report->state};
        }
    }
}

static void tell_gate(rh_output_t *output, const rh_input_t *input,
                      const rh_safety_report_t *report)
{
    int64_t now_ns = input->now_ns;
    tell_faults(output, report, now_ns);
    if (report->state != report->state_before) {
        add_note(output, now_ns, RH_NOTE_STATE, (int32_t)report->state_before,
                 (int32_t)report->state, 0.0);
        if (report->state == RH_SAFETY_FLOAT) {
            add_note(output, now_ns, RH_NOTE_PAIN_ANGLE, 0, 0,
                     (double)report->angle_mdeg / RH_MILLI);
        }
    }
    if (report->limit_began) {
        add_note(output, now_ns, RH_NOTE_LIMIT, 0, 0,
                 (double)report->angle_mdeg / RH_MILLI);
    }
    if (report->reset_ignored != 0) {
        add_note(output, now_ns, RH_NOTE_RESET_IGNORED, (int32_t)report->reset_ignored,
                 0, 0.0);
    }
    if (report->is_answer) {
        rh_event_t *event = add(output, RH_EVENT_ANSWER, now_ns);
        event->answer.ticket = input->command.ticket;
        event->answer.refusal = report->refusal;
    }
}

static void tell_core(rh_output_t *output, const rh_core_events_t *events)
{
    for (int i = 0; i < events->count; i++) {
        output->event[output->event_count++] = events->event[i];
    }
}

static void fill_gate(rh_snapshot_t *snapshot, const rh_safety_report_t *report,
                      const rh_grant_t *grant)
{
    snapshot->safety = report->state;
    snapshot->armed = report->state == RH_SAFETY_ARMED;
    snapshot->faults[0] = (uint32_t)report->latched;
    snapshot->faults[1] = (uint32_t)(report->latched >> 32);
    snapshot->waits_for = report->waits_for;
    snapshot->limit_active = report->limit_active;
    snapshot->pad_empty = report->pad_is_empty;
    snapshot->torque_granted_nm = (double)grant->torque_mnm / RH_MILLI;
    snapshot->soft_top_deg = (double)report->soft_top_mdeg / RH_MILLI;
    snapshot->soft_bottom_deg = (double)report->soft_bottom_mdeg / RH_MILLI;
    snapshot->trip_top_deg = (double)report->trip_top_mdeg / RH_MILLI;
    snapshot->trip_bottom_deg = (double)report->trip_bottom_mdeg / RH_MILLI;
    snapshot->margin_top_deg = snapshot->soft_top_deg - snapshot->angle_deg;
    snapshot->margin_bottom_deg = snapshot->angle_deg - snapshot->soft_bottom_deg;
    snapshot->relay_ms = (double)report->relay_us / RH_MILLI;
    snapshot->polarity_deg = (double)report->polarity_mdeg / RH_MILLI;
    snapshot->age_worst_ns = 0;
    for (int group = 0; group < RH_GROUPS; group++) {
        snapshot->age_ns[group] = report->age_ns[group];
        if (report->age_ns[group] > snapshot->age_worst_ns) {
            snapshot->age_worst_ns = report->age_ns[group];
        }
    }
}

void rh_tick(rh_machine_t *machine, const rh_input_t *input, rh_output_t *output)
{
    rh_request_t request = {0};
    rh_safety_report_t report;
    rh_core_events_t events;
    events.count = 0;
    output->event_count = 0;

    rh_core_step(&machine->core, input, &machine->feedback, &request, &output->snapshot,
                 &events);
    rh_safety_step(&machine->safety, &machine->limits, input, &request, &output->grant,
                   &report);

    machine->tick++;
    machine->overruns +=
        input->late_ns > (int64_t)machine->limits.late_count_us * RH_NS_PER_US;
    output->snapshot.tick = machine->tick;
    output->snapshot.now_ns = input->now_ns;
    output->snapshot.late_ns = input->late_ns;
    output->snapshot.overruns = machine->overruns;
    output->snapshot.torque_requested_nm = request.torque_nm;
    output->snapshot.commissioned = machine->limits.is_commissioned != 0;
    memcpy(output->snapshot.signal, input->signal, sizeof(input->signal));
    fill_gate(&output->snapshot, &report, &output->grant);
    tell_core(output, &events);
    tell_gate(output, input, &report);
    machine->feedback = (rh_core_feedback_t){.safety = report.state,
                                             .limit_active = report.limit_active};
}
