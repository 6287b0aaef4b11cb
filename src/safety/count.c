/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must hold for several samples: counted once for each fresh sample, so that a
 * repeated one counts for nothing.
 */
#include "gate.h"

#define US_PER_S 1000000
#define RATE_MEMORY_US 100000
#define JUMP_MDEG 20000
#define RECENT_US 8000 /* apart at least */

static const rh_sample_t *sample(const rh_gate_t *gate, int signal)
{
    return &gate->input->signal[signal];
}

static bool is_fresh(rh_gate_t *gate, int signal)
{
    uint32_t count = sample(gate, signal)->count;
    bool fresh = count != gate->safety->seen[signal];
    gate->safety->seen[signal] = count;
    return fresh;
}

static bool runs(const rh_gate_t *gate)
{
    return (gate->sight.drive_status & RH_DRIVE_RUN) != 0;
}

static int32_t runaway_threshold_mnm(const rh_gate_t *gate)
{
    int64_t share = (int64_t)rh_gate_size(rh_gate_expected_mnm(gate)) *
                    gate->limits->runaway_permille / RH_MILLI;
    return rh_gate_clamp(share + gate->limits->runaway_mnm, 0, RH_CEILING_TORQUE_MNM);
}

/* Hazard 3, running or not: a drive that is off gives no torque. At its speed limit the
 * drive may brake on its own: a torque that differs from the command but opposes the
 * motion there is no runaway. */
static bool torque_differs(const rh_gate_t *gate)
{
    const rh_sight_t *sight = &gate->sight;
    int64_t difference = (int64_t)sight->drive_torque_mnm - rh_gate_expected_mnm(gate);
    int32_t size = rh_gate_size(rh_gate_clamp(difference, INT32_MIN + 1, INT32_MAX));
    bool opposes = (difference < 0) == (sight->rate_mdps > 0);
    int32_t limit_mdps = gate->safety->speed_limit_mdps;
    bool at_limit = rh_gate_size(sight->rate_mdps) >= limit_mdps / 10 * 9;
    return size > runaway_threshold_mnm(gate) && !(opposes && at_limit);
}

/* Hazard 9: the same count again and again, and where the arm was when it began. */
static void count_frozen(rh_gate_t *gate)
{
    rh_safety_t *safety = gate->safety;
    int32_t raw = sample(gate, RH_SIGNAL_MOTOR_ANGLE)->raw;
    bool stands = raw == safety->frozen_motor_raw;
    safety->frozen_count = rh_gate_counted(safety->frozen_count, stands);
    if (!stands) {
        safety->frozen_motor_raw = raw;
        safety->frozen_arm_mdeg = sample(gate, RH_SIGNAL_ARM_ANGLE)->milli;
    }
}

/* What the angle has moved beyond what the rate says, over the last tenth of a second:
 * a rate that stands still, lags or has the other sign blinds funnel and damping. A
 * jump is for the other encoder to judge. */
static void follow_rate(rh_gate_t *gate)
{
    rh_safety_t *safety = gate->safety;
    const rh_sample_t *angle = sample(gate, RH_SIGNAL_MOTOR_ANGLE);
    int64_t age_us = rh_gate_clamp(angle->age_ns / RH_NS_PER_US, -RATE_MEMORY_US,
                                   RATE_MEMORY_US); /* whatever it claims to be */
    int64_t t_us = gate->sight.now_ns / RH_NS_PER_US - age_us;
    int64_t step_us = rh_gate_clamp(t_us - safety->moved_us, 0, RATE_MEMORY_US);
    int64_t mean_mdps = ((int64_t)safety->moved_mdps + gate->sight.rate_mdps) / 2;
    int64_t moved_mdeg = (int64_t)angle->milli - safety->moved_mdeg;
    int64_t off_mdeg = moved_mdeg - mean_mdps * step_us / US_PER_S;
    bool follows = step_us > 0 && step_us < RATE_MEMORY_US && off_mdeg >= -JUMP_MDEG &&
                   off_mdeg <= JUMP_MDEG;
    int64_t kept_mdeg = (int64_t)safety->rate_off_mdeg * (RATE_MEMORY_US - step_us);
    safety->rate_off_mdeg = follows
                                ? rh_gate_clamp(kept_mdeg / RATE_MEMORY_US + off_mdeg,
                                                -JUMP_MDEG, JUMP_MDEG)
                                : 0;
    safety->moved_us = t_us;
    safety->moved_mdps = gate->sight.rate_mdps;
    safety->moved_mdeg = angle->milli;
    bool differs = rh_gate_size(safety->rate_off_mdeg) > rh_gate_rate_off_mdeg(gate);
    safety->rate_count = rh_gate_counted(safety->rate_count, differs);
}

/* The rates of the last moments: what the cells show now is some of them old. */
static void keep_rate(rh_gate_t *gate)
{
    rh_safety_t *safety = gate->safety;
    if (safety->moved_us - safety->recent_us >= RECENT_US) {
        safety->recent = (safety->recent + 1) % RH_SAFETY_RATES;
        safety->recent_us = safety->moved_us;
    }
    safety->recent_mdps[safety->recent] = gate->sight.rate_mdps;
}

static void count_drive(rh_gate_t *gate)
{
    rh_safety_t *safety = gate->safety;
    safety->runaway_count =
        rh_gate_counted(safety->runaway_count, torque_differs(gate));
    safety->stopped_count =
        rh_gate_counted(safety->stopped_count, safety->has_run_since_on && !runs(gate));
    count_frozen(gate);
    follow_rate(gate);
    keep_rate(gate);
}

static void count_encoder(rh_gate_t *gate)
{
    bool differs =
        rh_gate_size(gate->sight.mismatch_mdeg) > gate->limits->mismatch_mdeg;
    gate->safety->mismatch_count =
        rh_gate_counted(gate->safety->mismatch_count, differs);
}

/* Contact with the legs is believed, and given up, at the third sample that says so. */
static void count_strap(rh_gate_t *gate)
{
    rh_safety_t *safety = gate->safety;
    bool pulls = rh_gate_size(gate->sight.strap_mn) > gate->limits->contact_mn;
    safety->contact_count =
        rh_gate_counted(safety->contact_count, pulls != safety->contact);
    if (safety->contact_count >= 3) {
        safety->contact = pulls;
        safety->contact_count = 0;
    }
}

void rh_gate_count(rh_gate_t *gate)
{
    rh_sight_t *sight = &gate->sight;
    sight->fresh_drive = is_fresh(gate, RH_SIGNAL_MOTOR_ANGLE);
    sight->fresh_encoder = is_fresh(gate, RH_SIGNAL_ARM_ANGLE);
    sight->fresh_strap = is_fresh(gate, RH_SIGNAL_STRAP_LEFT);
    sight->fresh_pad = is_fresh(gate, RH_SIGNAL_PAD_FRONT);
    if (sight->fresh_drive) {
        count_drive(gate);
    }
    if (sight->fresh_encoder) {
        count_encoder(gate);
    }
    if (sight->fresh_strap) {
        count_strap(gate);
    }
    rh_gate_follow_force(gate);
}
