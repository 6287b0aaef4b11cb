/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the gate's own files share: its view of the machine in one tick (the sight), its
 * findings, and the steps between. Private to src/safety.
 */
#ifndef RH_GATE_H
#define RH_GATE_H

#include "rh/units.h"
#include "safety.h"

#define RH_GATE_ENDLESS_MN 1000000000

/* The machine as the gate sees it in this tick, from raw samples only. */
typedef struct {
    int64_t now_ns;
    int32_t step_us;    /* since the last tick, 0 … 100 ms */
    int32_t angle_mdeg; /* motor encoder, carried to now by the rate */
    int32_t rate_mdps;
    int32_t mismatch_mdeg;    /* motor encoder minus arm encoder, both carried to now */
    int32_t strap_mn, pad_mn; /* sums, tared */
    int32_t strap_left_mn;    /* its part of it */
    int32_t pad_least_mn;     /* of its two cells */
    int32_t drive_torque_mnm, confirmed_mnm;
    int32_t age_us[RH_GROUPS];
    int32_t late_us;
    uint32_t drive_status;
    bool fresh_drive, fresh_encoder, fresh_strap, fresh_pad;
    bool encoders_good; /* angles and rate are read, and nobody calls them invalid */
    bool cells_good;    /* no cell says that its value is invalid, none is impossible */
    bool estop_closed, grips_held, comfort_pressed, reset_pressed;
    bool limit_top_closed, limit_bottom_closed;
    bool request_valid;
    bool at_bottom, still_at_bottom, pad_is_empty;
    int32_t request_mnm, request_load_mnm;
    int32_t soft_top_mdeg, soft_bottom_mdeg, trip_top_mdeg, trip_bottom_mdeg;
} rh_sight_t;

/* One step of the tick, so that no function needs more than a few names. */
typedef struct {
    rh_safety_t *safety;
    const rh_limits_t *limits;
    const rh_input_t *input;
    const rh_request_t *request;
    rh_safety_report_t *report;
    rh_sight_t sight;
} rh_gate_t;

typedef struct {
    bool bad;
    int32_t measured_milli, threshold_milli;
} rh_finding_t;

/* sight.c: fills gate->sight. */
void rh_gate_look(rh_gate_t *gate);

/* count.c: which samples are fresh, and the counters of what they show. */
void rh_gate_count(rh_gate_t *gate);

/* answer.c: answers the tick's command where it is the gate's to answer. */
void rh_gate_answer(rh_gate_t *gate);
/* The tick's command is of this kind and was consented to. */
bool rh_gate_granted(const rh_gate_t *gate, uint32_t kind);

/* rules.c: walks the table of rules; raises faults and gives the worst reaction that
 * outranks the present state (the present state where none does). */
uint32_t rh_gate_judge(rh_gate_t *gate);
/* Which conditions for a reset are not met; RH_WAIT_BIT()s. */
uint32_t rh_gate_waits(const rh_gate_t *gate);
void rh_gate_raise(rh_gate_t *gate, uint32_t fault, uint32_t state,
                   rh_finding_t finding);

/* state.c: commands, reset, and the table of transitions; enters the next state. */
void rh_gate_decide(rh_gate_t *gate, uint32_t reaction);

/* shape.c: the torque of the state the gate is in now; milli-newton-metres. */
int32_t rh_gate_shape(rh_gate_t *gate);

/* The damping of the damped arm at this rate, within what the arm may resist. */
int32_t rh_gate_damped_mnm(const rh_gate_t *gate, int32_t rate_mdps);

/* One kind of probe; each of its functions is asked in RH_SAFETY_PROBE alone. */
typedef struct {
    uint32_t kind;                       /* the command that asks for it */
    bool needs_relay;                    /* that was proven since the start */
    void (*forget)(rh_safety_t *safety); /* what an earlier one has shown */
    void (*watch)(rh_gate_t *gate);      /* keeps what this one shows */
    bool (*is_over)(const rh_gate_t *gate);
    int64_t (*torque_mnm)(int64_t run_ms); /* asked for, since the drive runs */
} rh_probe_t;

/* probe_proofs.c: that kind of probe; where the command asks for none, the one that
 * gives no torque. Its rules. */
const rh_probe_t *rh_gate_probe_of(uint32_t kind);
bool rh_gate_probe_withholds(const rh_gate_t *gate); /* the heartbeat */
rh_finding_t rh_gate_relay_stuck(const rh_gate_t *gate);
rh_finding_t rh_gate_polarity_wrong(const rh_gate_t *gate);

/* probe.c: the probes of a machine that may not arm yet. */
uint32_t rh_gate_answer_probe(rh_gate_t *gate);
/* The tick's command asks for one, and was consented to. */
bool rh_gate_probe_is_asked(const rh_gate_t *gate);
void rh_gate_probe_enter(rh_gate_t *gate);
void rh_gate_probe_watch(rh_gate_t *gate);
/* The reset button was held in a state that it leaves (or in idle), nobody is on the
 * machine, and its relay was not proven since the start: prove it before anything arms.
 */
bool rh_gate_must_prove_relay(const rh_gate_t *gate);
bool rh_gate_probe_is_over(const rh_gate_t *gate);
int32_t rh_gate_probe_mnm(rh_gate_t *gate);
int32_t rh_gate_probe_speed_mdps(const rh_gate_t *gate);

/* force.c: how long, and how often, the cells have shown what cannot be. */
void rh_gate_follow_force(rh_gate_t *gate);
/* The strap's mean force against what the motor's torque makes due. */
rh_finding_t rh_gate_strap_is_off(const rh_gate_t *gate);
/* A torque of the arm as a force at the strap. */
int32_t rh_gate_at_strap_mn(const rh_gate_t *gate, int64_t torque_mnm);

/* confirm.c: counts strap samples that show a floating arm. */
void rh_gate_confirm(rh_gate_t *gate);

/* gravity.c */
int32_t rh_gate_cosine_q16(int32_t angle_mdeg);
/* Torque that holds `at_horizontal_mnm` of gravity at this angle; never negative. */
int32_t rh_gate_gravity_mnm(int32_t at_horizontal_mnm, int32_t angle_mdeg);

static inline int32_t rh_gate_clamp(int64_t value, int32_t low, int32_t high)
{
    if (value < low) {
        return low;
    }
    return value > high ? high : (int32_t)value;
}

static inline bool rh_gate_runs(const rh_gate_t *gate)
{
    return (gate->sight.drive_status & RH_DRIVE_RUN) != 0;
}

/* The torque that the drive should give: what was confirmed, and none where it is off.
 */
static inline int32_t rh_gate_expected_mnm(const rh_gate_t *gate)
{
    return rh_gate_runs(gate) ? gate->sight.confirmed_mnm : 0;
}

/* How far angle and rate of the motor may disagree: two thirds of what the two encoders
 * may, so that of two causes the more exact one is told. */
static inline int32_t rh_gate_rate_off_mdeg(const rh_gate_t *gate)
{
    return gate->limits->mismatch_mdeg / 3 * 2;
}

/* How many samples in a row have shown something; a thousand are as good as more. */
static inline uint32_t rh_gate_counted(uint32_t count, bool holds)
{
    return holds ? (count < 1000 ? count + 1 : count) : 0;
}

static inline int32_t rh_gate_size(int32_t value)
{
    return value < 0 ? (value == INT32_MIN ? INT32_MAX : -value) : value;
}

/* Milliseconds since a moment; 0 as the moment means that it has not come. */
static inline int64_t rh_gate_since_ms(int64_t now_ns, int64_t since_ns)
{
    return since_ns == 0 ? 0 : (now_ns - since_ns) / RH_NS_PER_MS;
}

#endif
