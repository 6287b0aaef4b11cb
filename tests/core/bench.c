/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bench: see bench.h.
 */
#include "bench.h"

#include <math.h>
#include <string.h>

#include "rh/units.h"

enum { WIRE_DRIVE, WIRE_CELLS, WIRE_IO, WIRES };

static const struct {
    int first, last, wire;
} GROUPS[] = {
    {RH_SIGNAL_ARM_ANGLE, RH_SIGNAL_ARM_ANGLE, WIRE_IO},
    {RH_SIGNAL_MOTOR_ANGLE, RH_SIGNAL_DRIVE_STATUS, WIRE_DRIVE},
    {RH_SIGNAL_STRAP_LEFT, RH_SIGNAL_PAD_REAR, WIRE_CELLS},
    {RH_SIGNAL_ESTOP_A, RH_SIGNAL_LIMIT_BOTTOM, WIRE_IO},
};

double bench_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static double noise(bench_t *bench, double size)
{
    return size > 0.0 ? size * (2.0 * bench_random(&bench->random) - 1.0) : 0.0;
}

static double along(const bench_t *bench, double time_s)
{
    const double since_s = time_s - bench->begin_s;

    if (!(bench->length_s > 0.0) || since_s >= bench->length_s) {
        return 1.0;
    }
    return since_s > 0.0 ? since_s / bench->length_s : 0.0;
}

static double angle_at(const bench_t *bench, double time_s)
{
    const double way_deg = bench->to_deg - bench->from_deg;

    return bench->from_deg + 0.5 * way_deg * (1.0 - cos(RH_PI * along(bench, time_s)));
}

static int32_t milli(double value)
{
    return (int32_t)lround(1000.0 * value);
}

/* The cells' quantum is 0.1 N. */
static int32_t cell_milli(double value_n)
{
    return (int32_t)lround(10.0 * value_n) * 100;
}

static void sample_cells(bench_t *bench, double time_s, int32_t *out)
{
    const double angle_rad = angle_at(bench, time_s) * RH_RAD_PER_DEG;
    const double hardware_n =
        0.5 * bench->config.machine.strap_weight_n * cos(angle_rad);
    const bool is_moving = bench->to_deg != bench->from_deg;
    const double wave_n =
        is_moving ? 0.5 * bench->force_wave_n * cos(RH_PI * along(bench, time_s)) : 0.0;

    for (int i = 0; i < 4; i++) {
        const double true_n =
            i < 2 ? bench->force_n[i] + wave_n + hardware_n : bench->pad_n[i - 2];

        out[RH_SIGNAL_STRAP_LEFT + i] =
            cell_milli(true_n + bench->offset_n[i] + noise(bench, bench->cell_noise_n));
    }
}

static void sample(bench_t *bench, int wire, double time_s)
{
    int32_t *out = bench->pending_milli;
    const double angle_deg = angle_at(bench, time_s);

    if (wire == WIRE_DRIVE) {
        out[RH_SIGNAL_MOTOR_ANGLE] =
            milli(angle_deg + noise(bench, bench->angle_noise_deg));
        out[RH_SIGNAL_DRIVE_TORQUE] = milli(bench->request.torque_nm);
    } else if (wire == WIRE_CELLS) {
        sample_cells(bench, time_s, out);
    } else {
        out[RH_SIGNAL_ARM_ANGLE] = milli(angle_deg);
        for (int i = RH_SIGNAL_ESTOP_A; i <= RH_SIGNAL_LIMIT_BOTTOM; i++) {
            out[i] = 1000;
        }
        out[RH_SIGNAL_COMFORT_STOP] = 0;
        out[RH_SIGNAL_RESET_BUTTON] = 0;
    }
}

static void deliver(bench_t *bench, int wire)
{
    for (unsigned g = 0; g < sizeof GROUPS / sizeof GROUPS[0]; g++) {
        for (int i = GROUPS[g].first; i <= GROUPS[g].last && GROUPS[g].wire == wire;
             i++) {
            rh_sample_t *signal = &bench->input.signal[i];

            signal->milli = bench->pending_milli[i];
            signal->raw = signal->milli;
            signal->count++;
            signal->quality = RH_QUALITY_GOOD;
        }
    }
}

/* A sample is taken every period and arrives its latency later. */
static void run_wire(bench_t *bench, int index, double now_s)
{
    bench_wire_t *wire = &bench->wire[index];

    if (!wire->is_pending && wire->next_s <= now_s + 1e-9) {
        wire->pending_s = wire->next_s;
        wire->next_s += wire->period_s;
        wire->is_pending = true;
        sample(bench, index, wire->pending_s);
    }
    if (wire->is_pending && wire->pending_s + wire->latency_s <= now_s + 1e-9) {
        wire->is_pending = false;
        wire->taken_ns = (int64_t)llround(wire->pending_s * 1e9);
        deliver(bench, index);
    }
}

static void set_ages(bench_t *bench)
{
    for (unsigned g = 0; g < sizeof GROUPS / sizeof GROUPS[0]; g++) {
        for (int i = GROUPS[g].first; i <= GROUPS[g].last; i++) {
            bench->input.signal[i].age_ns =
                bench->now_ns - bench->wire[GROUPS[g].wire].taken_ns;
        }
    }
}

static void keep(bench_t *bench)
{
    bench_log_t *log = &bench->log;

    for (int i = 0; i < bench->events.count; i++) {
        const rh_event_t *event = &bench->events.event[i];

        if (event->kind == RH_EVENT_REP && log->rep_count < BENCH_REPS) {
            log->reps[log->rep_count++] = *event;
        } else if (event->kind == RH_EVENT_SET && log->set_count < 16) {
            log->sets[log->set_count++] = *event;
        } else if (event->kind == RH_EVENT_SESSION && log->session_count < 16) {
            log->sessions[log->session_count++] = *event;
        } else if (event->kind == RH_EVENT_CUE && log->cue_count < BENCH_REPS) {
            log->cues[log->cue_count++] = *event;
        } else if (event->kind == RH_EVENT_NOTE && log->note_count < BENCH_NOTES) {
            log->notes[log->note_count++] = *event;
        } else if (event->kind == RH_EVENT_ANSWER) {
            log->refusal = event->answer.refusal;
            log->value = event->answer.value;
            log->value2 = event->answer.value2;
            log->answer_count++;
        }
    }
}

static void tick(bench_t *bench)
{
    bench->now_ns += (int64_t)llround(bench->period_s * 1e9);
    bench->input.now_ns = bench->now_ns;
    for (int i = 0; i < WIRES; i++) {
        run_wire(bench, i, (double)bench->now_ns * 1e-9);
    }
    set_ages(bench);
    rh_core_step(&bench->core, &bench->input, &bench->feedback, &bench->request,
                 &bench->snapshot, &bench->events);
    keep(bench);
    bench->input.command = (rh_command_t){0};
}

static void settings(rh_core_config_t *config)
{
    *config = (rh_core_config_t){
        .machine = {.strap_radius_m = 0.85,
                    .arm_gravity_nm = 40.0,
                    .arm_inertia_kgm2 = 2.4,
                    .friction_nm = 4.0,
                    .strap_weight_n = 10.0,
                    .pad_span_mm = 500.0,
                    .load_max_kg = 26.0,
                    .torque_max_nm = 231.0,
                    .strap_is_roller = true},
        .limits = {.soft_top_deg = 3.0,
                   .soft_bottom_deg = -99.0,
                   .pad_empty_n = 60.0,
                   .age_drive_ms = 40.0,
                   .age_encoder_ms = 40.0,
                   .age_cells_ms = 40.0,
                   .age_io_ms = 40.0},
        .training = {.count_at_top = true,
                     .zero_quiet_s = 2.0,
                     .zero_max_n = 40.0,
                     .first_load_max_kg = 10.0,
                     .load_step_max_kg = 2.0,
                     .load_ramp_nm_per_s = 60.0,
                     .damping_nm_per_dps = 0.5,
                     .friction_frac = 0.8,
                     .hold_min_s = 0.5,
                     .lift_rate_max_dps = 130.0,
                     .lower_rate_max_dps = 130.0,
                     .swing_max_frac = 0.35,
                     .slack_n = 10.0,
                     .impact_n = 150.0,
                     .asymmetry_max_frac = 0.15},
        .period_s = 0.002,
    };
}

void bench_init(bench_t *bench, bench_layout_t layout)
{
    static const double RTU_S[WIRES][2] = {
        {0.01108, 0.0062}, {0.01030, 0.0052}, {0.01475, 0.0050}};

    memset(bench, 0, sizeof *bench);
    settings(&bench->config);
    rh_core_init(&bench->core, &bench->config);
    bench->period_s = bench->config.period_s;
    bench->now_ns = 1000 * RH_NS_PER_S;
    bench->input.console_present = true;
    bench->from_deg = -90.0;
    bench->to_deg = -90.0;
    bench->random = 1;
    for (int i = 0; i < WIRES; i++) {
        bench->wire[i].next_s = 1000.0 + 0.002 + 0.0017 * i * (layout == BENCH_RTU);
        bench->wire[i].period_s = layout == BENCH_RTU ? RTU_S[i][0] : 0.002;
        bench->wire[i].latency_s = layout == BENCH_RTU ? RTU_S[i][1] : 0.0;
    }
    bench_pause(bench, 3.0);
    (void)bench_do(bench, RH_COMMAND_SENSOR_ZERO);
    bench_gate(bench, RH_SAFETY_ARMED);
    bench_pause(bench, 0.1);
}

void bench_run(bench_t *bench, double seconds)
{
    const int64_t end_ns = bench->now_ns + (int64_t)llround(seconds * 1e9);

    while (bench->now_ns + (int64_t)llround(bench->period_s * 1e9) <= end_ns) {
        tick(bench);
    }
}

void bench_aim(bench_t *bench, double to_deg, double seconds)
{
    bench->from_deg = angle_at(bench, (double)bench->now_ns * 1e-9);
    bench->to_deg = to_deg;
    bench->begin_s = (double)bench->now_ns * 1e-9;
    bench->length_s = seconds;
}

void bench_stroke(bench_t *bench, double to_deg, double seconds)
{
    bench_aim(bench, to_deg, seconds);
    bench_run(bench, seconds);
}

void bench_pause(bench_t *bench, double seconds)
{
    bench_stroke(bench, bench->to_deg, seconds);
}

void bench_rep(bench_t *bench, double top_deg, double bottom_deg)
{
    bench_stroke(bench, top_deg, 1.7);
    bench_pause(bench, 1.0);
    bench_stroke(bench, bottom_deg, 2.5);
    bench_pause(bench, 0.5);
}

uint32_t bench_tell(bench_t *bench, rh_command_t command)
{
    bench->log.refusal = RH_REFUSAL_COUNT;
    bench->input.command = command;
    tick(bench);
    return bench->log.refusal;
}

uint32_t bench_do(bench_t *bench, uint32_t command)
{
    return bench_tell(bench, (rh_command_t){.kind = command, .ticket = 7});
}

uint32_t bench_load(bench_t *bench, double load_kg)
{
    return bench_tell(bench,
                      (rh_command_t){.kind = RH_COMMAND_LOAD_SET, .load_kg = load_kg});
}

uint32_t bench_mode(bench_t *bench, int32_t mode)
{
    return bench_tell(bench, (rh_command_t){.kind = RH_COMMAND_MODE_SET, .mode = mode});
}

uint32_t bench_set(bench_t *bench)
{
    return bench_tell(bench, (rh_command_t){.kind = RH_COMMAND_SET_START,
                                            .kind_of_set = RH_REP_WORK,
                                            .reps_target = 12});
}

void bench_teach(bench_t *bench, double top_deg)
{
    (void)bench_do(bench, RH_COMMAND_SESSION_START);
    (void)bench_do(bench, RH_COMMAND_ROM_TEACH);
    for (int i = 0; i < 3; i++) {
        bench_rep(bench, top_deg, -90.0);
    }
    (void)bench_do(bench, RH_COMMAND_ROM_ACCEPT);
    (void)bench_mode(bench, RH_MODE_CONSTANT);
    bench_pause(bench, 0.1);
    bench_forget(bench);
}

void bench_gate(bench_t *bench, uint32_t safety)
{
    bench->feedback.safety = safety;
}

const rh_rep_t *bench_last_rep(const bench_t *bench)
{
    static const rh_rep_t NONE;

    return bench->log.rep_count > 0 ? &bench->log.reps[bench->log.rep_count - 1].rep
                                    : &NONE;
}

int bench_noted(const bench_t *bench, uint32_t note)
{
    int count = 0;

    for (int i = 0; i < bench->log.note_count; i++) {
        count += bench->log.notes[i].note.note == note ? 1 : 0;
    }
    return count;
}

void bench_forget(bench_t *bench)
{
    memset(&bench->log, 0, sizeof bench->log);
}

double bench_onset_s(double way_deg, double length_s)
{
    return length_s / RH_PI * asin(5.0 * 2.0 * length_s / (RH_PI * fabs(way_deg)));
}
