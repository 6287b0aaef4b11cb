/* SPDX-License-Identifier: Apache-2.0 */
/* The plant, the wires and the tick. */
#include "rig.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "config.h"
#include "rh/units.h"

#define TICK_NS 2000000
#define STEP_NS 1000000
#define RELAY_NS 75000000
#define NS_PER_MS_REAL 1e6

/* The RTU layout at 115200 baud, 1.75 ms gap and turnaround: per bus its cycle, and
 * from a cycle's start the moment at which the device samples and at which the reply is
 * in. */
typedef struct {
    double cycle_ms, stamp_ms, arrives_ms;
} timing_t;

enum { BUS_DRIVE, BUS_CELLS, BUS_IO, BUS_PADS, BUSES };

static const timing_t rtu[BUSES] = {
    [BUS_DRIVE] = {11.08, 4.89 + 0.69 + 1.75, 4.89 + 0.69 + 1.75 + 2.0},
    [BUS_CELLS] = {10.30, 2.44, 3.4},
    [BUS_IO] = {14.75, 2.44, 3.3},
    [BUS_PADS] = {10.30, 2.44, 3.4},
};
static const timing_t ideal = {2.0, 0.0, 0.0};
/* From the start of a drive cycle until the torque acts, and of an I/O cycle until the
 * outputs act (FC15 is its last transaction). */
#define TORQUE_ARRIVES_MS 0.69
#define OUTPUTS_ARRIVE_MS (4.98 + 4.72 + 0.9)

static const int signals_of[BUSES][13] = {
    [BUS_DRIVE] = {RH_SIGNAL_MOTOR_ANGLE, RH_SIGNAL_MOTOR_RATE, RH_SIGNAL_DRIVE_TORQUE,
                   RH_SIGNAL_TORQUE_CONFIRMED, RH_SIGNAL_DRIVE_STATUS, -1},
    [BUS_CELLS] = {RH_SIGNAL_STRAP_LEFT, RH_SIGNAL_STRAP_RIGHT, -1},
    [BUS_IO] = {RH_SIGNAL_ARM_ANGLE, RH_SIGNAL_ESTOP_A, RH_SIGNAL_ESTOP_B,
                RH_SIGNAL_GRIP_LEFT, RH_SIGNAL_GRIP_RIGHT, RH_SIGNAL_COMFORT_STOP,
                RH_SIGNAL_RESET_BUTTON, RH_SIGNAL_LIMIT_TOP, RH_SIGNAL_LIMIT_BOTTOM,
                -1},
    [BUS_PADS] = {RH_SIGNAL_PAD_FRONT, RH_SIGNAL_PAD_REAR, -1},
};

static const timing_t *timing(const rig_t *rig, int bus)
{
    return rig->options.wires == RIG_RTU ? &rtu[bus] : &ideal;
}

static int64_t ms(double value)
{
    return (int64_t)(value * NS_PER_MS_REAL);
}

rig_options_t rig_options(void)
{
    return (rig_options_t){.mass_kg = 80.0, .coupling = RH_COUPLING_ROLLER, .seed = 1};
}

/* ---- sampling -------------------------------------------------------------------- */

static void put(rig_bus_t *bus, int signal, int32_t raw, double value)
{
    rh_sample_t *sample = &bus->sample[signal];
    sample->raw = raw;
    sample->milli = (int32_t)lround(value * RH_MILLI);
    sample->rest_micro =
        (int16_t)lround(value * 1e6 - (double)sample->milli * RH_MILLI);
}

static void put_flag(rig_bus_t *bus, int signal, bool value)
{
    put(bus, signal, value, value);
}

static bool power_is_on(const rig_t *rig)
{
    return rig->drive.sto_closed && rig->drive.servo_on;
}

static void sample_drive(rig_t *rig, rig_bus_t *bus, const rh_plant_sense_t *sense)
{
    const double ratio = rig->plant.config.gear_ratio;
    const double deg_per_count = 360.0 / (RH_MOTOR_COUNTS * ratio);
    put(bus, RH_SIGNAL_MOTOR_ANGLE, sense->motor_counts,
        sense->motor_counts * deg_per_count);
    put(bus, RH_SIGNAL_MOTOR_RATE, sense->motor_rpm, sense->motor_rpm * 6.0 / ratio);
    put(bus, RH_SIGNAL_DRIVE_TORQUE, sense->torque_permille,
        sense->torque_permille * 0.001 * RH_MOTOR_RATED_NM * ratio);
    put(bus, RH_SIGNAL_TORQUE_CONFIRMED, rig->confirmed_mnm,
        power_is_on(rig) ? rig->confirmed_mnm * 0.001 : 0.0);
    put(bus, RH_SIGNAL_DRIVE_STATUS,
        RH_DRIVE_READY | (power_is_on(rig) ? RH_DRIVE_RUN : 0), 0.0);
}

static void sample_cells(rig_bus_t *bus, const rh_plant_sense_t *sense, int first,
                         int cell)
{
    for (int i = 0; i < 2; i++) {
        put(bus, first + i, sense->cell_dn[cell + i], sense->cell_dn[cell + i] * 0.1);
    }
}

static void sample_io(const rig_t *rig, rig_bus_t *bus, const rh_plant_sense_t *sense)
{
    put(bus, RH_SIGNAL_ARM_ANGLE, sense->arm_counts,
        (sense->arm_counts - RH_ARM_COUNTS / 2) * 360.0 / RH_ARM_COUNTS);
    put_flag(bus, RH_SIGNAL_ESTOP_A, rig->estop_closed);
    put_flag(bus, RH_SIGNAL_ESTOP_B, rig->estop_closed);
    put_flag(bus, RH_SIGNAL_GRIP_LEFT, rig->grips_held);
    put_flag(bus, RH_SIGNAL_GRIP_RIGHT, rig->grips_held);
    put_flag(bus, RH_SIGNAL_COMFORT_STOP, rig->comfort_pressed);
    put_flag(bus, RH_SIGNAL_RESET_BUTTON, rig->reset_pressed);
    put_flag(bus, RH_SIGNAL_LIMIT_TOP, rig->options.open_limits || !sense->limit_top);
    put_flag(bus, RH_SIGNAL_LIMIT_BOTTOM,
             rig->options.open_limits || !sense->limit_bottom);
}

static void sample_bus(rig_t *rig, int which)
{
    rh_plant_sense_t sense;
    rig_bus_t *bus = &rig->bus[which];
    rh_plant_sense(&rig->plant, &sense);
    switch (which) {
    case BUS_DRIVE:
        sample_drive(rig, bus, &sense);
        break;
    case BUS_CELLS:
        sample_cells(bus, &sense, RH_SIGNAL_STRAP_LEFT, RH_CELL_STRAP_LEFT);
        break;
    case BUS_IO:
        sample_io(rig, bus, &sense);
        break;
    default:
        sample_cells(bus, &sense, RH_SIGNAL_PAD_FRONT, RH_CELL_PAD_FRONT);
        break;
    }
}

static void deliver(rig_t *rig, int which)
{
    rig_bus_t *bus = &rig->bus[which];
    for (const int *signal = signals_of[which]; *signal >= 0; signal++) {
        rh_sample_t *sample = &rig->input.signal[*signal];
        uint32_t count = sample->count + 1;
        *sample = bus->sample[*signal];
        sample->count = count;
        sample->quality = RH_QUALITY_GOOD;
        sample->age_ns =
            bus->stamp_ns; /* a stamp until the tick turns it into an age */
    }
    bus->under_way = false;
}

static void turn_bus(rig_t *rig, int which)
{
    rig_bus_t *bus = &rig->bus[which];
    const timing_t *wire = timing(rig, which);
    if (rig->now_ns >= bus->next_ns && !bus->under_way) {
        sample_bus(rig, which);
        bus->stamp_ns = rig->now_ns;
        bus->arrives_ns = rig->now_ns + ms(wire->arrives_ms - wire->stamp_ms);
        bus->next_ns += ms(wire->cycle_ms);
        bus->under_way = true;
    }
    if (bus->under_way && rig->now_ns >= bus->arrives_ns) {
        deliver(rig, which);
    }
}

/* ---- acting ---------------------------------------------------------------------- */

/* A command that is under way acts when it arrives; the next is then sent. */
static void turn_torque(rig_t *rig)
{
    if (rig->now_ns < rig->torque_at_ns) {
        return;
    }
    rig->confirmed_mnm = rig->torque_under_way_mnm;
    rig->drive.torque_command_nm = rig->confirmed_mnm * 0.001;
    rig->drive.rate_limit_dps = rig->sent.speed_limit_mdps * 0.001;
    rig->torque_under_way_mnm = rig->sent.torque_mnm;
    rig->torque_at_ns += rig->options.wires == RIG_RTU ? ms(rtu[BUS_DRIVE].cycle_ms)
                                                       : ms(ideal.cycle_ms);
}

static void turn_outputs(rig_t *rig)
{
    if (rig->now_ns >= rig->servo_at_ns) {
        rig->servo_arrived = rig->sent.servo_on;
        if (rig->sent.beat) {
            rig->relay_edge_ns = rig->now_ns;
        }
        rig->servo_at_ns += rig->options.wires == RIG_RTU ? ms(rtu[BUS_IO].cycle_ms)
                                                          : ms(ideal.cycle_ms);
    }
    bool relay = rig->relay_edge_ns != 0 && rig->now_ns - rig->relay_edge_ns < RELAY_NS;
    rig->drive.servo_on = rig->servo_arrived;
    rig->drive.sto_closed = relay && rig->estop_closed;
}

static void follow_truth(rig_t *rig)
{
    rh_plant_truth_t truth = rh_plant_truth(&rig->plant);
    rh_truth_sample_t sample = {.time_s = truth.time_s,
                                .angle_deg = truth.arm_angle_deg,
                                .rate_dps = truth.arm_rate_dps,
                                .force_n = truth.force_n[0] + truth.force_n[1],
                                .radius_m = truth.strap_radius_m};
    for (int i = 0; i < RIG_READINGS; i++) {
        if (rh_truth_step(&rig->truth[i], &sample, &rig->truth_rep[i])) {
            rig->truth_closed[i] = true;
        }
    }
    rig->top_deg = fmax(rig->top_deg, truth.arm_angle_deg);
    rig->sink_peak_dps = fmax(rig->sink_peak_dps, -truth.arm_rate_dps);
    rig->rate_peak_dps = fmax(rig->rate_peak_dps, truth.arm_rate_dps);
}

static void move(rig_t *rig)
{
    for (int i = 0; i < TICK_NS / STEP_NS; i++) {
        rig->now_ns += STEP_NS;
        rh_plant_step(&rig->plant, &rig->drive, 1e-3);
        follow_truth(rig);
        for (int bus = 0; bus < BUSES; bus++) {
            turn_bus(rig, bus);
        }
        turn_torque(rig);
        turn_outputs(rig);
    }
}

/* ---- the tick -------------------------------------------------------------------- */

static void keep_events(rig_t *rig)
{
    for (uint32_t i = 0; i < rig->output.event_count; i++) {
        const rh_event_t *event = &rig->output.event[i];
        if (event->kind == RH_EVENT_REP) {
            rig->reps += event->rep.counted;
            rig->partials += !event->rep.counted;
        }
        if (rig->event_count < RIG_EVENTS) {
            rig->events[rig->event_count++] = *event;
        }
    }
}

void rig_tick(rig_t *rig)
{
    memset(rig->truth_closed, 0, sizeof(rig->truth_closed));
    move(rig);
    rh_input_t input = rig->input;
    input.now_ns = rig->now_ns;
    for (int signal = 0; signal < RH_SIGNAL_COUNT; signal++) {
        rh_sample_t *sample = &input.signal[signal];
        sample->age_ns = rig->now_ns - sample->age_ns;
    }
    rig->last_input = input;
    rh_tick(&rig->machine, &input, &rig->output);
    rig->sent = rig->output.grant;
    if (rig->options.wires == RIG_IDEAL) {
        rig->torque_under_way_mnm = rig->sent.torque_mnm;
    }
    keep_events(rig);
    memset(&rig->input.command, 0, sizeof(rig->input.command));
}

void rig_run(rig_t *rig, double seconds)
{
    for (int64_t end = rig->now_ns + (int64_t)(seconds * 1e9); rig->now_ns < end;) {
        rig_tick(rig);
    }
}

uint32_t rig_command(rig_t *rig, rh_command_t command)
{
    rig->input.command = command;
    rig_tick(rig);
    for (uint32_t i = 0; i < rig->output.event_count; i++) {
        if (rig->output.event[i].kind == RH_EVENT_ANSWER) {
            return rig->output.event[i].answer.refusal;
        }
    }
    fail_msg("command %u was not answered in its tick", command.kind);
    return RH_REFUSAL_COUNT;
}

uint32_t rig_ask(rig_t *rig, uint32_t kind)
{
    return rig_command(rig, (rh_command_t){.kind = kind});
}

/* ---- set-up ---------------------------------------------------------------------- */

static void open_settings(rh_settings_t *settings)
{
    settings->machine.simulated = true;
    settings->limits.open_limits = true;
}

/* Nothing holds the arm back: no wall, the trips beyond the stops. */
static void open_limits(rh_limits_t *limits)
{
    limits->wall_mnm_per_deg = 0;
    limits->rom_soft_bottom_mdeg = 40000;
    limits->soft_bottom_mdeg = -130000;
    limits->trip_bottom_mdeg = -150000;
    limits->trip_over_top_mdeg = 60000;
    limits->trip_top_mdeg = 60000;
    limits->cell_max_mn = 100000000;
    limits->rate_limit_mdps = 2000000;
}

static void init_truth(rig_t *rig)
{
    static const struct {
        double deg, s;
    } side[RIG_READINGS] = {[RIG_NEARER] = {.deg = -1.0},
                            [RIG_FURTHER] = {.deg = 1.0},
                            [RIG_SHORTER] = {.s = -1.0},
                            [RIG_LONGER] = {.s = 1.0}};
    bool is_rtu = rig->options.wires == RIG_RTU;
    for (int i = 0; i < RIG_READINGS; i++) {
        rh_truth_init(&rig->truth[i], 0.0);
        rh_truth_set_edge(&rig->truth[i], side[i].deg * (is_rtu ? 0.3 : 0.2),
                          side[i].s * (is_rtu ? 0.006 : 0.001));
    }
}

void rig_init(rig_t *rig, rig_options_t options)
{
    memset(rig, 0, sizeof(*rig));
    rig->options = options;
    rh_plant_config_t config;
    rh_plant_defaults(&config);
    config.coupling = options.coupling;
    rh_config_defaults(&rig->settings);
    rig->settings.machine.strap_is_roller = options.coupling == RH_COUPLING_ROLLER;
    rig->settings.training.zero_quiet_s = 1.0;
    if (options.open_limits) {
        open_settings(&rig->settings);
        config.stop_top_deg = 25.0;
    }
    rh_person_t person = rh_person_of_mass(options.mass_kg);
    rh_plant_init(&rig->plant, &config, person, options.seed);
    rig->settings.machine.strap_radius_m = rh_plant_truth(&rig->plant).strap_radius_m;
    rig->settings.machine.strap_mass_kg = 0.0; /* the plant's has weight only */
    init_truth(rig);
    char error[256] = "";
    rh_limits_t limits;
    if (rh_config_limits(&rig->settings, &limits, error, sizeof(error)) != 0) {
        fail_msg("%s", error);
    }
    limits.is_commissioned = 1; /* what the rig is about begins behind that */
    if (options.open_limits) {
        open_limits(&limits);
    }
    rh_core_config_t core = {.machine = rig->settings.machine,
                             .limits = rig->settings.limits,
                             .training = rig->settings.training,
                             .period_s = TICK_NS * 1e-9,
                             .cell_lag_s = config.cell_filter_s};
    rh_machine_init(&rig->machine, &core, &limits);
    rig->input.console_present = true;
    rig->estop_closed = true;
    rig->drive.torque_limit_up_nm = 250.0;
    rig->drive.torque_limit_down_nm = 250.0;
    rig_clear(rig);
}

static void expect(rig_t *rig, uint32_t kind)
{
    uint32_t refusal = rig_ask(rig, kind);
    if (refusal != RH_REFUSAL_NONE) {
        fail_msg("command %u refused with %u in state %u", kind, refusal,
                 rig->output.snapshot.safety);
    }
}

void rig_arm(rig_t *rig)
{
    rh_person_dismount(&rig->plant);
    rig_run(rig, 3.0);
    rig->reset_pressed = true;
    rig_run(rig, 0.7);
    rig->reset_pressed = false;
    rig_run(rig, 0.1);
    assert_int_equal(rig->output.snapshot.safety, RH_SAFETY_IDLE);
    expect(rig, RH_COMMAND_SENSOR_ZERO);
    rh_person_lie_down(&rig->plant, 0.0);
    rig->grips_held = true;
    rig_run(rig, 2.0);
    expect(rig, RH_COMMAND_SESSION_START);
    expect(rig, RH_COMMAND_ARM_BEGIN);
    rig_run(rig, 0.6);
    expect(rig, RH_COMMAND_ARM_COMMIT);
    rig_run(rig, 0.5);
    assert_int_equal(rig->output.snapshot.safety, RH_SAFETY_ARMED);
    rig_clear(rig);
}

void rig_play(rig_t *rig, const rh_plan_t *plan)
{
    assert_true(rh_person_begin(&rig->plant, plan));
    double most_s = 10.0 + plan->reps * 15.0;
    for (int64_t end = rig->now_ns + (int64_t)(most_s * 1e9); rig->now_ns < end;) {
        rig_tick(rig);
        if (!rh_person_is_busy(&rig->plant)) {
            rig_run(rig, 2.0);
            return;
        }
    }
    fail_msg("the person did not finish the plan in %g s", most_s);
}

void rig_teach(rig_t *rig, const rh_plan_t *plan)
{
    const rh_command_t mode = {.kind = RH_COMMAND_MODE_SET, .mode = RH_MODE_CONSTANT};
    expect(rig, RH_COMMAND_ROM_TEACH);
    rig_play(rig, plan);
    expect(rig, RH_COMMAND_ROM_ACCEPT);
    assert_int_equal(rig_command(rig, mode), RH_REFUSAL_NONE);
    rig_run(rig, 0.5);
}

void rig_start_set(rig_t *rig, double load_kg)
{
    const rh_command_t load = {.kind = RH_COMMAND_LOAD_SET, .load_kg = load_kg};
    const rh_command_t set = {.kind = RH_COMMAND_SET_START, .kind_of_set = RH_REP_WORK};
    assert_int_equal(rig_command(rig, load), RH_REFUSAL_NONE);
    assert_int_equal(rig_command(rig, set), RH_REFUSAL_NONE);
}

void rig_clear(rig_t *rig)
{
    rig->event_count = 0;
    rig->reps = 0;
    rig->partials = 0;
    rig->top_deg = -180.0;
    rig->sink_peak_dps = 0.0;
    rig->rate_peak_dps = 0.0;
}

bool rig_saw_fault(const rig_t *rig, uint32_t fault)
{
    for (int i = 0; i < rig->event_count; i++) {
        if (rig->events[i].kind == RH_EVENT_FAULT && rig->events[i].fault.id == fault) {
            return true;
        }
    }
    return false;
}
