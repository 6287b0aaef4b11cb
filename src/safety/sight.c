/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate's eyes: from raw samples with their ages to the numbers the rules look at.
 * Nothing is filtered here, and nothing is remembered but since when something holds.
 */
#include "gate.h"

#define AGE_NEVER_US 1000000000 /* never read: older than any limit */
#define AGE_FUTURE_US                                                                  \
    (-2000) /* a stamp may lie a little past the tick's planned start */
#define STEP_MAX_US 100000
#define ANGLE_MAX_MDEG 400000
#define RATE_MAX_MDPS 3000000
#define ESTOP_DIFFERS_MS 500 /* two contacts of one mushroom never take that long */
#define HANG_MDEG (-90000)   /* the arm's natural rest */

static const rh_sample_t *sample(const rh_gate_t *gate, int signal)
{
    return &gate->input->signal[signal];
}

/* Age in microseconds; a sample never read, or from the future, is infinitely old. */
static int32_t age_us(const rh_sample_t *sample)
{
    int64_t age = sample->age_ns / RH_NS_PER_US;
    if (sample->quality == RH_QUALITY_NONE ||
        !(age >= AGE_FUTURE_US && age < AGE_NEVER_US)) {
        return AGE_NEVER_US;
    }
    return age > 0 ? (int32_t)age : 0;
}

/* As age_us, and a value its own device calls invalid is as good as none. */
static int32_t trusted_age_us(const rh_sample_t *sample)
{
    return sample->quality == RH_QUALITY_BAD ? AGE_NEVER_US : age_us(sample);
}

static int32_t older(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static void look_at_ages(rh_gate_t *gate)
{
    rh_sight_t *sight = &gate->sight;
    int32_t drive = older(age_us(sample(gate, RH_SIGNAL_MOTOR_ANGLE)),
                          age_us(sample(gate, RH_SIGNAL_MOTOR_RATE)));
    for (int signal = RH_SIGNAL_MOTOR_RATE + 1; signal <= RH_SIGNAL_DRIVE_STATUS;
         signal++) {
        drive = older(drive, trusted_age_us(sample(gate, signal)));
    }
    int32_t strap = older(age_us(sample(gate, RH_SIGNAL_STRAP_LEFT)),
                          age_us(sample(gate, RH_SIGNAL_STRAP_RIGHT)));
    int32_t pad = older(age_us(sample(gate, RH_SIGNAL_PAD_FRONT)),
                        age_us(sample(gate, RH_SIGNAL_PAD_REAR)));
    int32_t inputs = 0;
    for (int signal = RH_SIGNAL_ESTOP_A; signal < RH_SIGNAL_COUNT; signal++) {
        inputs = older(inputs, trusted_age_us(sample(gate, signal)));
    }
    sight->age_us[RH_GROUP_DRIVE] = drive;
    sight->age_us[RH_GROUP_ENCODER] = age_us(sample(gate, RH_SIGNAL_ARM_ANGLE));
    sight->age_us[RH_GROUP_CELLS] = older(strap, pad);
    sight->age_us[RH_GROUP_INPUTS] = inputs;
}

/* Where the axis is now: a sample's angle plus rate times its age (at most 100 ms). */
static int32_t carried_mdeg(const rh_sample_t *angle, int32_t rate_mdps)
{
    int64_t age = rh_gate_clamp(age_us(angle), 0, STEP_MAX_US);
    int64_t moved_mdeg = (int64_t)rate_mdps * age / 1000000;
    return rh_gate_clamp(angle->milli + moved_mdeg, -ANGLE_MAX_MDEG, ANGLE_MAX_MDEG);
}

static void look_at_motion(rh_gate_t *gate)
{
    rh_sight_t *sight = &gate->sight;
    sight->rate_mdps = rh_gate_clamp(sample(gate, RH_SIGNAL_MOTOR_RATE)->milli,
                                     -RATE_MAX_MDPS, RATE_MAX_MDPS);
    sight->angle_mdeg =
        carried_mdeg(sample(gate, RH_SIGNAL_MOTOR_ANGLE), sight->rate_mdps);
    sight->mismatch_mdeg =
        sight->angle_mdeg -
        carried_mdeg(sample(gate, RH_SIGNAL_ARM_ANGLE), sight->rate_mdps);
    sight->encoders_good =
        sample(gate, RH_SIGNAL_MOTOR_ANGLE)->quality != RH_QUALITY_BAD &&
        sample(gate, RH_SIGNAL_MOTOR_RATE)->quality != RH_QUALITY_BAD &&
        sample(gate, RH_SIGNAL_ARM_ANGLE)->quality != RH_QUALITY_BAD;
    sight->drive_torque_mnm = sample(gate, RH_SIGNAL_DRIVE_TORQUE)->milli;
    sight->confirmed_mnm = sample(gate, RH_SIGNAL_TORQUE_CONFIRMED)->milli;
    sight->drive_status = (uint32_t)sample(gate, RH_SIGNAL_DRIVE_STATUS)->raw;
}

/* Nobody is light enough to be tared away: of a pad half of what counts as nobody. */
static int32_t most_tare_mn(const rh_limits_t *limits, int signal)
{
    int32_t half_mn = limits->pad_empty_mn / 2;
    bool is_pad = signal == RH_SIGNAL_PAD_FRONT || signal == RH_SIGNAL_PAD_REAR;
    return is_pad && half_mn < limits->zero_max_mn ? half_mn : limits->zero_max_mn;
}

/* A tare from the request counts only within what a zeroing may be off (hazard 6,
 * accept form): a person on the pad cannot be tared away. */
static int32_t tared_mn(const rh_gate_t *gate, int signal, double zero_n)
{
    const rh_sample_t *cell = sample(gate, signal);
    double most_mn = (double)most_tare_mn(gate->limits, signal);
    double zero_mn = zero_n * RH_MILLI;
    bool accepted = zero_mn >= -most_mn && zero_mn <= most_mn;
    int32_t zero = accepted ? (int32_t)zero_mn : 0;
    int32_t max_mn = gate->limits->cell_max_mn;
    return rh_gate_clamp((int64_t)cell->milli - zero, -2 * max_mn, 2 * max_mn);
}

static bool cell_is_good(const rh_sample_t *cell, int32_t max_mn)
{
    return cell->quality != RH_QUALITY_BAD && cell->milli >= -max_mn &&
           cell->milli <= max_mn;
}

static void look_at_cells(rh_gate_t *gate)
{
    const rh_request_t *request = gate->request;
    rh_sight_t *sight = &gate->sight;
    int32_t max_mn = gate->limits->cell_max_mn;
    sight->strap_left_mn =
        tared_mn(gate, RH_SIGNAL_STRAP_LEFT, request->strap_zero_n[0]);
    sight->strap_mn = sight->strap_left_mn +
                      tared_mn(gate, RH_SIGNAL_STRAP_RIGHT, request->strap_zero_n[1]);
    int32_t front_mn = tared_mn(gate, RH_SIGNAL_PAD_FRONT, request->pad_zero_n[0]);
    int32_t rear_mn = tared_mn(gate, RH_SIGNAL_PAD_REAR, request->pad_zero_n[1]);
    sight->pad_mn = front_mn + rear_mn;
    sight->pad_least_mn = front_mn < rear_mn ? front_mn : rear_mn;
    /* not the sum's size: a reversed cell would hide the person on the other one */
    sight->pad_is_empty = (int64_t)rh_gate_size(front_mn) + rh_gate_size(rear_mn) <
                          gate->limits->pad_empty_mn;
    sight->cells_good = true;
    for (int signal = RH_SIGNAL_STRAP_LEFT; signal <= RH_SIGNAL_PAD_REAR; signal++) {
        sight->cells_good =
            sight->cells_good && cell_is_good(sample(gate, signal), max_mn);
    }
}

static bool is_true(const rh_gate_t *gate, int signal)
{
    return sample(gate, signal)->raw != 0;
}

static void look_at_inputs(rh_gate_t *gate)
{
    rh_sight_t *sight = &gate->sight;
    sight->estop_closed =
        is_true(gate, RH_SIGNAL_ESTOP_A) && is_true(gate, RH_SIGNAL_ESTOP_B);
    sight->grips_held =
        is_true(gate, RH_SIGNAL_GRIP_LEFT) && is_true(gate, RH_SIGNAL_GRIP_RIGHT);
    sight->comfort_pressed = is_true(gate, RH_SIGNAL_COMFORT_STOP);
    sight->reset_pressed = is_true(gate, RH_SIGNAL_RESET_BUTTON);
    sight->limit_top_closed = is_true(gate, RH_SIGNAL_LIMIT_TOP);
    sight->limit_bottom_closed = is_true(gate, RH_SIGNAL_LIMIT_BOTTOM);
}

static int64_t held_since(int64_t since_ns, bool holds, int64_t now_ns)
{
    if (!holds) {
        return 0;
    }
    return since_ns != 0 ? since_ns : now_ns;
}

/* Hazard 38: a channel that stays closed is found by the other's opening, and believed
 * again only when both have been seen open: releasing the button proves nothing. */
static void look_at_estop(rh_gate_t *gate)
{
    rh_safety_t *safety = gate->safety;
    bool a = is_true(gate, RH_SIGNAL_ESTOP_A);
    bool b = is_true(gate, RH_SIGNAL_ESTOP_B);
    safety->estop_differs_since_ns =
        held_since(safety->estop_differs_since_ns, a != b, gate->sight.now_ns);
    if (rh_gate_since_ms(gate->sight.now_ns, safety->estop_differs_since_ns) >
        ESTOP_DIFFERS_MS) {
        safety->estop_is_suspect = true;
    }
    if (!a && !b) {
        safety->estop_is_suspect = false;
    }
}

/* Hazard 49. Time in which a grip reads open adds up until both have been closed for
 * half of what takes the load off: an input that floats would else be called held by
 * every other sample, and letting go would show only by chance. */
static void look_at_grips(rh_gate_t *gate)
{
    rh_safety_t *safety = gate->safety;
    int64_t now_ns = gate->sight.now_ns;
    bool closed = gate->sight.grips_held;
    safety->grips_closed_since_ns =
        held_since(safety->grips_closed_since_ns, closed, now_ns);
    if (!closed) {
        safety->grip_open_since_ns =
            held_since(safety->grip_open_since_ns, true, now_ns);
    } else if (rh_gate_since_ms(now_ns, safety->grips_closed_since_ns) >=
               gate->limits->grip_open_ms / 2) {
        safety->grip_open_since_ns = 0;
    } else if (safety->grip_open_since_ns != 0) {
        safety->grip_open_since_ns += gate->sight.step_us * (int64_t)RH_NS_PER_US;
    }
}

/* Degrees to milli-degrees within [low, high]; what is not in it gives the fallback. */
static int32_t accepted_mdeg(double angle_deg, int32_t low, int32_t high,
                             int32_t fallback)
{
    double angle_mdeg = angle_deg * RH_MILLI;
    bool accepted = angle_mdeg >= (double)low && angle_mdeg <= (double)high;
    return accepted ? (int32_t)angle_mdeg : fallback;
}

static int32_t lower_of(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* The limits in force: the taught range may only narrow the gate's own, and never so
 * far that legs which simply hang would be past the bottom trip. */
static void look_at_limits(rh_gate_t *gate)
{
    const rh_limits_t *limits = gate->limits;
    rh_sight_t *sight = &gate->sight;
    int32_t top = limits->soft_top_mdeg;
    int32_t bottom = limits->soft_bottom_mdeg;
    if (gate->request->rom_taught) {
        top = accepted_mdeg(gate->request->rom_top_deg, limits->soft_bottom_mdeg, top,
                            top);
        int32_t floor_mdeg = bottom + limits->rom_soft_bottom_mdeg;
        bottom = lower_of(accepted_mdeg(gate->request->rom_bottom_deg, floor_mdeg, top,
                                        floor_mdeg),
                          HANG_MDEG) -
                 limits->rom_soft_bottom_mdeg;
    }
    sight->soft_top_mdeg = top;
    sight->soft_bottom_mdeg = bottom;
    sight->trip_top_mdeg =
        lower_of(top + limits->trip_over_top_mdeg, limits->trip_top_mdeg);
    sight->trip_bottom_mdeg =
        older(bottom - limits->trip_over_bottom_mdeg, limits->trip_bottom_mdeg);
}

/* The request's floating point passes an accept-form test before it is converted:
 * casting a not-a-number is undefined, and a comparison with one is false. */
static void look_at_request(rh_gate_t *gate)
{
    const double most_nm = (double)RH_CEILING_TORQUE_MNM / RH_MILLI;
    double torque_nm = gate->request->torque_nm;
    double load_nm = gate->request->load_nm;
    rh_sight_t *sight = &gate->sight;
    sight->request_valid = torque_nm >= -4.0 * most_nm && torque_nm <= 4.0 * most_nm &&
                           load_nm >= 0.0 && load_nm <= 4.0 * most_nm;
    sight->request_mnm = sight->request_valid ? (int32_t)(torque_nm * RH_MILLI) : 0;
    sight->request_load_mnm = sight->request_valid ? (int32_t)(load_nm * RH_MILLI) : 0;
}

static void look_at_rest(rh_gate_t *gate)
{
    rh_safety_t *safety = gate->safety;
    rh_sight_t *sight = &gate->sight;
    const rh_limits_t *limits = gate->limits;
    sight->at_bottom =
        sight->angle_mdeg <= limits->rest_mdeg &&
        rh_gate_size(sight->rate_mdps) < limits->rest_rate_mdps &&
        sight->age_us[RH_GROUP_DRIVE] <= limits->age_max_us[RH_GROUP_DRIVE];
    safety->still_since_ns =
        held_since(safety->still_since_ns, sight->at_bottom, sight->now_ns);
    sight->still_at_bottom =
        rh_gate_since_ms(sight->now_ns, safety->still_since_ns) >= limits->rest_hold_ms;
    safety->alone_since_ns = held_since(safety->alone_since_ns,
                                        !gate->input->console_present, sight->now_ns);
}

/* The larger of what the loop says and what the time between two ticks shows: a stall
 * within a tick is a late tick, too. */
static int32_t late_us(const rh_gate_t *gate, int64_t step_ns)
{
    int64_t said_us = gate->input->late_ns / RH_NS_PER_US;
    int64_t seen_us = step_ns / RH_NS_PER_US - gate->limits->period_us;
    bool has_seen = gate->safety->has_run && seen_us > said_us;
    return rh_gate_clamp(has_seen ? seen_us : said_us, 0, AGE_NEVER_US);
}

void rh_gate_look(rh_gate_t *gate)
{
    rh_sight_t *sight = &gate->sight;
    int64_t step_ns = gate->input->now_ns - gate->safety->now_ns;
    sight->now_ns = gate->input->now_ns;
    sight->step_us = gate->safety->has_run
                         ? rh_gate_clamp(step_ns / RH_NS_PER_US, 0, STEP_MAX_US)
                         : 0;
    sight->late_us = late_us(gate, step_ns);
    look_at_ages(gate);
    look_at_motion(gate);
    look_at_cells(gate);
    look_at_inputs(gate);
    look_at_estop(gate);
    look_at_grips(gate);
    look_at_limits(gate);
    look_at_request(gate);
    look_at_rest(gate);
}
