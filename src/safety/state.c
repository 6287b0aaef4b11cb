/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate's state machine: {from, guard, to}, first row that holds; unlisted means
 * stay. Faults come in as the reaction that the table of rules gave; commands and the
 * reset button are guards here. No hidden flag decides beside the state.
 */
#include "gate.h"
#include "rh/snapshot.h" /* RH_WAIT_BIT */

typedef bool (*guard_t)(const rh_gate_t *gate);

typedef struct {
    uint32_t from;
    guard_t guard;
    uint32_t to;
} transition_t;

static int64_t in_state_ms(const rh_gate_t *gate)
{
    return rh_gate_since_ms(gate->sight.now_ns, gate->safety->state_since_ns);
}

/* ---- the reset button ------------------------------------------------------------ */

/* Hazard 51: pressed at start, stuck, or before the conditions is ignored and named. A
 * press counts from its edge, once, and only where that came after the latch. */
static void watch_reset(rh_gate_t *gate)
{
    rh_safety_t *safety = gate->safety;
    bool pressed = gate->sight.reset_pressed;
    if (!pressed) {
        safety->reset_seen_open = true;
        safety->reset_since_ns = 0;
        safety->reset_done = false;
    } else if (safety->reset_seen_open && safety->reset_since_ns == 0) {
        safety->reset_since_ns = gate->sight.now_ns;
    }
}

/* Somebody is there who presses it; a button that is stuck is nobody (hazard 43). */
static void watch_consent(rh_gate_t *gate)
{
    rh_safety_t *safety = gate->safety;
    int64_t held_ms = rh_gate_since_ms(gate->sight.now_ns, safety->reset_since_ns);
    if (safety->reset_since_ns != 0 && held_ms < gate->limits->reset_stuck_ms) {
        safety->pressed_ns = gate->sight.now_ns;
    }
}

/* True in the one tick in which the button has been held for long enough. */
static bool reset_is_due(const rh_gate_t *gate)
{
    int64_t ms = rh_gate_since_ms(gate->sight.now_ns, gate->safety->reset_since_ns);
    return !gate->safety->reset_done && ms >= gate->limits->reset_hold_ms &&
           ms < gate->limits->reset_stuck_ms;
}

static bool reset_is_granted(const rh_gate_t *gate)
{
    return reset_is_due(gate) && rh_gate_waits(gate) == 0;
}

static bool is_latched(uint32_t state)
{
    return state == RH_SAFETY_LOCKED || state == RH_SAFETY_SAFE1 ||
           state == RH_SAFETY_SAFE2 || state == RH_SAFETY_SAFE3;
}

static void report_waits(rh_gate_t *gate)
{
    if (!is_latched(gate->safety->state)) {
        return;
    }
    uint32_t waits = rh_gate_waits(gate);
    int64_t held_ms =
        rh_gate_since_ms(gate->sight.now_ns, gate->safety->reset_since_ns);
    if (!gate->safety->reset_seen_open || held_ms >= gate->limits->reset_stuck_ms) {
        waits |= RH_WAIT_BIT(RESET_RELEASE);
    }
    gate->report->waits_for = waits | RH_WAIT_BIT(RESET);
    if (reset_is_due(gate) && waits != 0) {
        gate->report->reset_ignored = waits;
    }
}

/* ---- guards of the table --------------------------------------------------------- */

static bool is_armed_now(const rh_gate_t *gate)
{
    return rh_gate_granted(gate, RH_COMMAND_ARM_COMMIT);
}

static bool is_disarmed_now(const rh_gate_t *gate)
{
    return rh_gate_granted(gate, RH_COMMAND_DISARM);
}

static bool asks_for_comfort(const rh_gate_t *gate)
{
    return gate->sight.comfort_pressed || rh_gate_granted(gate, RH_COMMAND_COMFORT);
}

static bool grips_ramp_is_over(const rh_gate_t *gate)
{
    return in_state_ms(gate) >= gate->limits->comfort_ramp_ms;
}

static bool rests(const rh_gate_t *gate)
{
    return gate->sight.at_bottom;
}

/* Of the reset rows: the relay is proven before the machine is idle (hazard 17). */
static bool proves_relay(const rh_gate_t *gate)
{
    return reset_is_granted(gate) && rh_gate_must_prove_relay(gate);
}

static bool is_down_and_proves_relay(const rh_gate_t *gate)
{
    return gate->safety->is_down && proves_relay(gate);
}

static bool is_down_and_reset(const rh_gate_t *gate)
{
    return gate->safety->is_down && reset_is_granted(gate);
}

static const transition_t table[] = {
    {RH_SAFETY_LOCKED, proves_relay, RH_SAFETY_PROBE},
    {RH_SAFETY_LOCKED, reset_is_granted, RH_SAFETY_IDLE},
    {RH_SAFETY_IDLE, proves_relay, RH_SAFETY_PROBE}, /* it was disturbed before */
    {RH_SAFETY_IDLE, is_armed_now, RH_SAFETY_ARMED},
    {RH_SAFETY_IDLE, rh_gate_probe_is_asked, RH_SAFETY_PROBE},
    {RH_SAFETY_PROBE, rh_gate_probe_is_over, RH_SAFETY_IDLE},
    {RH_SAFETY_ARMED, asks_for_comfort, RH_SAFETY_FLOAT},
    {RH_SAFETY_ARMED, is_disarmed_now, RH_SAFETY_IDLE},
    {RH_SAFETY_FLOAT, is_armed_now, RH_SAFETY_ARMED},
    {RH_SAFETY_FLOAT, is_disarmed_now, RH_SAFETY_IDLE},
    {RH_SAFETY_GRIPS, rests,
     RH_SAFETY_IDLE}, /* let go in the rest zone: a plain disarm */
    {RH_SAFETY_GRIPS, grips_ramp_is_over, RH_SAFETY_SAFE1},
    {RH_SAFETY_SAFE1, is_down_and_proves_relay, RH_SAFETY_PROBE},
    {RH_SAFETY_SAFE1, is_down_and_reset, RH_SAFETY_IDLE},
    /* blind comes from an armed machine alone, whose relay is proven */
    {RH_SAFETY_SAFE2, is_down_and_reset, RH_SAFETY_IDLE},
    {RH_SAFETY_SAFE3, proves_relay, RH_SAFETY_PROBE},
    {RH_SAFETY_SAFE3, reset_is_granted, RH_SAFETY_IDLE},
};

static uint32_t next_state(const rh_gate_t *gate, uint32_t reaction)
{
    uint32_t state = gate->safety->state;
    if (reaction != state) {
        return reaction; /* a fault outranks every wish */
    }
    for (uint32_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (table[i].from == state && table[i].guard(gate)) {
            return table[i].to;
        }
    }
    return state;
}

/* ---- entering -------------------------------------------------------------------- */

static uint32_t body_on_pad(const rh_gate_t *gate)
{
    uint32_t body = 0;
    for (uint32_t row = 1; row < RH_BODY_ROWS; row++) {
        if (gate->sight.pad_mn >= gate->limits->body[row].pad_min_mn) {
            body = row;
        }
    }
    return body;
}

static bool servo_was_on(uint32_t state)
{
    return state == RH_SAFETY_ARMED || state == RH_SAFETY_FLOAT ||
           state == RH_SAFETY_GRIPS;
}

/* Whether the drive should be running now. */
static bool servo_is_on(const rh_gate_t *gate)
{
    uint32_t state = gate->safety->state;
    bool lowers = state == RH_SAFETY_SAFE1 ||
                  (state == RH_SAFETY_SAFE2 && gate->limits->speed_limit_brakes != 0);
    return servo_was_on(state) || state == RH_SAFETY_PROBE ||
           (lowers && !gate->safety->is_down);
}

/* A button that is held while the latch falls must be let go first. */
static void enter_latched(rh_gate_t *gate)
{
    gate->safety->reset_since_ns = 0;
    gate->safety->reset_seen_open = !gate->sight.reset_pressed;
}

/* What was latched is cleared as the reset takes the machine out of it. */
static void leave_latched(rh_gate_t *gate)
{
    rh_safety_t *safety = gate->safety;
    gate->report->cleared = safety->latched;
    safety->latched = 0;
    safety->reset_done = true;
    safety->arm_begin_ns = 0;
}

static void enter_armed(rh_gate_t *gate)
{
    rh_safety_t *safety = gate->safety;
    safety->body = body_on_pad(gate);
    safety->not_running_since_ns = gate->sight.now_ns;
    safety->arm_begin_ns = 0;
    safety->is_down = false;
    safety->base_mnm = 0;
    for (uint32_t i = 0; i < RH_SAFETY_WINDOW_SLOTS; i++) {
        safety->slot_mnm[i] = 0;
    }
}

static void enter(rh_gate_t *gate, uint32_t state)
{
    rh_safety_t *safety = gate->safety;
    if (state == safety->state) {
        return;
    }
    if (state == RH_SAFETY_IDLE || state == RH_SAFETY_PROBE) {
        leave_latched(gate);
    }
    if (state == RH_SAFETY_ARMED) {
        enter_armed(gate);
    } else if (state == RH_SAFETY_PROBE) {
        safety->is_down = false;
        rh_gate_probe_enter(gate);
    } else if (state != RH_SAFETY_SAFE2 && state != RH_SAFETY_IDLE) {
        safety->is_down = !servo_was_on(safety->state);
    }
    if (is_latched(state)) {
        enter_latched(gate);
    }
    safety->leaving_mnm = safety->torque_mnm;
    safety->confirm_count = 0;
    safety->state = state;
    safety->state_since_ns = gate->sight.now_ns;
}

/* Arming is one gesture of one trainer: letting a grip or the console go in between, or
 * another lease, begins it anew. */
static void watch_arming(rh_gate_t *gate)
{
    if (!gate->sight.grips_held || !gate->input->console_present ||
        gate->input->lease != gate->safety->arm_lease) {
        gate->safety->arm_begin_ns = 0;
    }
}

static void watch_drive(rh_gate_t *gate)
{
    rh_safety_t *safety = gate->safety;
    bool runs = (gate->sight.drive_status & RH_DRIVE_RUN) != 0;
    bool should = servo_is_on(gate);
    safety->has_run_since_on = should && (safety->has_run_since_on || runs);
    if (runs || !should) {
        safety->not_running_since_ns = 0;
    } else if (safety->not_running_since_ns == 0) {
        safety->not_running_since_ns = gate->sight.now_ns;
    }
    if (should || !runs) {
        safety->unasked_since_ns = 0;
    } else if (safety->unasked_since_ns == 0) {
        safety->unasked_since_ns = gate->sight.now_ns;
    }
}

static void watch_descent(rh_gate_t *gate)
{
    rh_safety_t *safety = gate->safety;
    bool lowers = safety->state == RH_SAFETY_SAFE1;
    bool blind = safety->state == RH_SAFETY_SAFE2;
    if ((lowers && gate->sight.still_at_bottom) ||
        (blind && in_state_ms(gate) >= gate->limits->safe2_servo_ms)) {
        safety->is_down = true;
    }
}

void rh_gate_decide(rh_gate_t *gate, uint32_t reaction)
{
    watch_arming(gate);
    rh_gate_answer(gate);
    watch_reset(gate);
    watch_consent(gate);
    report_waits(gate);
    uint32_t state = next_state(gate, reaction);
    if (reset_is_due(gate)) {
        gate->safety->reset_done = true;
    }
    enter(gate, state);
    watch_drive(gate);
    rh_gate_probe_watch(gate);
    watch_descent(gate);
}
