/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One millisecond of the bench: hardware, drive, plant, truth; see bench.h.
 */
#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NS_PER_S 1e9
#define STEP_S 1e-3
#define TORQUE_OFF_NM 0.05
/* Arm rate per motor rpm: 6 deg/s, through the gear. */
#define DPS_PER_RPM 6.0
/* A speed limit of 0 rpm stops the axis; 0 would mean "no limit" to the plant. */
#define NEARLY_ZERO_DPS 1e-3

int64_t rh_now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* The physics thread must not wait for a bus thread that waits for the processor. */
static void init_mutex(pthread_mutex_t *mutex)
{
    pthread_mutexattr_t attributes;

    (void)pthread_mutexattr_init(&attributes);
    (void)pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
    (void)pthread_mutex_init(mutex, &attributes);
    (void)pthread_mutexattr_destroy(&attributes);
}

static void wire_up(rh_bench_t *bench, const rh_wiring_t *wiring)
{
    rh_hardware_t *hardware = &bench->hardware;

    bench->wiring = *wiring;
    hardware->always_closed = wiring->always_closed;
    hardware->always_open = wiring->always_open;
    hardware->floating = wiring->floating;
    hardware->relay_dead = wiring->heartbeat_open;
}

void rh_bench_init(rh_bench_t *bench, const rh_bench_settings_t *settings,
                   int64_t now_ns)
{
    rh_plant_config_t config;

    memset(bench, 0, sizeof(*bench));
    init_mutex(&bench->mutex);
    rh_plant_defaults(&config);
    config.coupling = settings->coupling;
    if (settings->wiring.no_brake) {
        config.brake_peak_nm = 0.0;
    }
    bench->person = rh_person_of_mass(settings->mass_kg);
    rh_plant_init(&bench->plant, &config, bench->person, settings->seed);
    rh_person_dismount(&bench->plant);
    rh_plant_sense(&bench->plant, &bench->sense);
    rh_hardware_init(&bench->hardware, settings->relay_ms);
    wire_up(bench, &settings->wiring);
    rh_faults_init(&bench->faults, settings->seed);
    rh_truth_init(&bench->truth, 0.0);
    bench->origin_ns = now_ns;
    rh_bench_mark(bench);
}

void rh_bench_destroy(rh_bench_t *bench)
{
    (void)pthread_mutex_destroy(&bench->mutex);
}

void rh_bench_lock(rh_bench_t *bench)
{
    (void)pthread_mutex_lock(&bench->mutex);
}

void rh_bench_unlock(rh_bench_t *bench)
{
    (void)pthread_mutex_unlock(&bench->mutex);
}

/* What reaches the arm where the drive believes in so much. */
static double permille_to_nm(const rh_bench_t *bench, int permille)
{
    return permille * 1e-3 * RH_MOTOR_RATED_NM * bench->plant.config.gear_ratio *
           rh_wiring_torque_frac(&bench->wiring);
}

/* The drive's forward lifts, unless the motor is wired the other way. */
static rh_plant_input_t plant_input(const rh_bench_t *bench,
                                    const rh_fault_set_t *faults)
{
    const rh_bench_drive_t *drive = &bench->drive;
    const int up = bench->wiring.motor_reversed ? 1 : 0;
    const int way = bench->plant.arm_rps < 0.0 ? 1 - up : up;
    const double rate_dps =
        drive->speed_rpm[way] * DPS_PER_RPM / bench->plant.config.gear_ratio;
    const double torque_nm = permille_to_nm(bench, drive->active_permille);
    const bool flipped =
        rh_fault_in(faults, RH_FAULT_SIGN_FLIP) && !faults->variant[RH_FAULT_SIGN_FLIP];

    return (rh_plant_input_t){
        .torque_command_nm =
            flipped != bench->wiring.motor_reversed ? -torque_nm : torque_nm,
        .torque_limit_up_nm = permille_to_nm(bench, drive->limit_permille[up]),
        .torque_limit_down_nm = permille_to_nm(bench, drive->limit_permille[1 - up]),
        .rate_limit_dps = rate_dps > 0.0 ? rate_dps : NEARLY_ZERO_DPS,
        .servo_on = bench->running,
        .sto_closed = bench->hardware.sto_closed,
    };
}

static int64_t to_ns(const rh_bench_t *bench, double time_s)
{
    return bench->origin_ns + (int64_t)(time_s * NS_PER_S);
}

static void log_rep(rh_bench_t *bench, const rh_truth_rep_t *rep)
{
    rh_bench_rep_t *closed;

    if (bench->closed_count == RH_BENCH_REPS) {
        return;
    }
    closed = &bench->closed[bench->closed_count++];
    closed->rep = *rep;
    closed->number = rep->full ? bench->truth.full_count : bench->truth.partial_count;
    closed->t_start_ns = to_ns(bench, rep->t_start_s);
    closed->t_lift_ns = to_ns(bench, rep->t_lift_s);
    closed->t_top_ns = to_ns(bench, rep->t_top_s);
    closed->t_lower_ns = to_ns(bench, rep->t_lower_s);
    closed->t_end_ns = to_ns(bench, rep->t_end_s);
}

static void watch_torque(rh_bench_t *bench, double torque_nm, int64_t now_ns)
{
    const bool has_torque = fabs(torque_nm) >= TORQUE_OFF_NM;

    if (bench->has_torque && !has_torque) {
        bench->torque_off_ns = now_ns;
    }
    bench->has_torque = has_torque;
}

/* Reps are a person's: the arm alone, or pushed by the motor, makes none. */
static void step_truth(rh_bench_t *bench, const rh_plant_truth_t *now)
{
    rh_truth_rep_t rep;
    const rh_truth_sample_t sample = {
        .time_s = now->time_s,
        .angle_deg = now->arm_angle_deg,
        .rate_dps = now->arm_rate_dps,
        .force_n = now->force_n[RH_LEFT] + now->force_n[RH_RIGHT],
        .radius_m = now->strap_radius_m,
    };

    if (bench->lies && rh_truth_step(&bench->truth, &sample, &rep)) {
        log_rep(bench, &rep);
    }
    if (-now->arm_rate_dps > bench->peak_sink_dps) {
        bench->peak_sink_dps = -now->arm_rate_dps;
    }
    if (now->arm_angle_deg > bench->peak_top_deg) {
        bench->peak_top_deg = now->arm_angle_deg;
    }
    if (now->arm_angle_deg < bench->peak_bottom_deg) {
        bench->peak_bottom_deg = now->arm_angle_deg;
    }
}

void rh_bench_step(rh_bench_t *bench, int64_t now_ns)
{
    rh_fault_set_t faults;
    rh_plant_input_t input;
    rh_plant_truth_t now;
    bool was_running;

    rh_bench_lock(bench);
    was_running = bench->running;
    rh_hardware_step(&bench->hardware, now_ns);
    rh_faults_look(&bench->faults, RH_DEVICE_DRIVE, now_ns, &faults);
    rh_bench_drive_step(bench, &faults);
    input = plant_input(bench, &faults);
    if (was_running && !bench->running) {
        now = rh_plant_truth(&bench->plant);
        bench->cut_angle_deg = now.arm_angle_deg;
        bench->cut_rate_dps = now.arm_rate_dps;
    }
    rh_hand_step(&bench->hand, &bench->plant, STEP_S);
    rh_plant_step(&bench->plant, &input, STEP_S);
    rh_plant_sense(&bench->plant, &bench->sense);
    now = rh_plant_truth(&bench->plant);
    /* A step is as long as its clock says only on average; the truth's times follow. */
    bench->origin_ns = now_ns - (int64_t)(now.time_s * NS_PER_S);
    step_truth(bench, &now);
    watch_torque(bench, now.motor_torque_nm, now_ns);
    bench->hardware.limit_open[0] = bench->sense.limit_top;
    bench->hardware.limit_open[1] = bench->sense.limit_bottom;
    bench->steps++;
    rh_bench_unlock(bench);
}

void rh_bench_lie_down(rh_bench_t *bench)
{
    rh_person_lie_down(&bench->plant, 0.0);
    bench->lies = true;
}

void rh_bench_dismount(rh_bench_t *bench)
{
    rh_person_dismount(&bench->plant);
    bench->lies = false;
    bench->hardware.grip_held[0] = false;
    bench->hardware.grip_held[1] = false;
}

int64_t rh_bench_quadrature_count(const rh_bench_t *bench, int edges_per_turn)
{
    const double angle_deg = rh_plant_truth(&bench->plant).arm_angle_deg;

    return rh_quadrature_count(bench->wiring.encoder_reversed ? -angle_deg : angle_deg,
                               edges_per_turn);
}

void rh_bench_quadrature_levels(const rh_bench_t *bench, int64_t count, bool *a,
                                bool *b)
{
    if (bench->wiring.ab_swapped) {
        rh_quadrature_levels(count, b, a);
    } else {
        rh_quadrature_levels(count, a, b);
    }
}

void rh_bench_mark(rh_bench_t *bench)
{
    const rh_plant_truth_t now = rh_plant_truth(&bench->plant);

    bench->reps_at_mark = bench->truth.full_count;
    bench->partials_at_mark = bench->truth.partial_count;
    bench->peak_sink_dps = 0.0;
    bench->peak_top_deg = now.arm_angle_deg;
    bench->peak_bottom_deg = now.arm_angle_deg;
}

static const char *yes(bool value)
{
    return value ? "true" : "false";
}

size_t rh_bench_truth_json(const rh_bench_t *bench, char *text, size_t size)
{
    const rh_plant_truth_t now = rh_plant_truth(&bench->plant);
    const rh_hardware_t *hardware = &bench->hardware;
    const rh_plant_t *plant = &bench->plant;
    int length = snprintf(
        text, size,
        "\"reps_made\":%d,\"partials\":%d,\"reps_since_mark\":%d,\"partials_since_"
        "mark\":%d,"
        "\"arm_angle_deg\":%.4f,\"arm_rate_dps\":%.3f,\"servo_on\":%s,\"sto\":%s,"
        "\"running\":%s,\"tripped\":%s,\"relay_closed\":%s,\"chain_open\":%s,"
        "\"motor_torque_nm\":%.3f,\"command_permille\":%d,"
        "\"limit_permille\":[%d,%d],\"speed_limit_rpm\":[%d,%d],"
        "\"force_left_n\":%.2f,\"force_right_n\":%.2f,"
        "\"peak_sink_dps\":%.2f,\"peak_top_deg\":%.3f,\"peak_bottom_deg\":%.3f,"
        "\"cut_angle_deg\":%.3f,\"cut_rate_dps\":%.3f,"
        "\"brake_equation_peak_sink_dps\":%.2f,\"brake_from_level_peak_sink_dps\":%.2f,"
        "\"mass_kg\":%.1f,\"brake_peak_nm\":%.1f,\"brake_peak_dps\":%.1f,"
        "\"lies\":%s,\"busy\":%s,\"mono_ns\":%lld,\"edge_ns\":%lld,\"chain_change_ns\":"
        "%lld,"
        "\"cut_ns\":%lld,\"torque_off_ns\":%lld",
        bench->truth.full_count, bench->truth.partial_count,
        bench->truth.full_count - bench->reps_at_mark,
        bench->truth.partial_count - bench->partials_at_mark, now.arm_angle_deg,
        now.arm_rate_dps, yes(hardware->servo_on), yes(!hardware->sto_closed),
        yes(bench->running), yes(bench->drive.tripped), yes(hardware->relay_closed),
        yes(hardware->chain_open), now.motor_torque_nm, bench->drive.active_permille,
        bench->drive.limit_permille[0], bench->drive.limit_permille[1],
        bench->drive.speed_rpm[0], bench->drive.speed_rpm[1], now.force_n[RH_LEFT],
        now.force_n[RH_RIGHT], bench->peak_sink_dps, bench->peak_top_deg,
        bench->peak_bottom_deg, bench->cut_angle_deg, bench->cut_rate_dps,
        rh_brake_peak_sink_dps(plant, bench->cut_angle_deg, bench->cut_rate_dps),
        rh_brake_peak_sink_dps(plant, 0.0, 0.0), bench->person.mass_kg,
        plant->config.brake_peak_nm, plant->config.brake_peak_dps, yes(bench->lies),
        yes(rh_person_is_busy(plant)), (long long)rh_now_ns(),
        (long long)hardware->edge_ns, (long long)hardware->chain_change_ns,
        (long long)hardware->cut_ns, (long long)bench->torque_off_ns);

    return length > 0 ? (size_t)length : 0;
}

int rh_bench_take_reps(rh_bench_t *bench, rh_bench_rep_t *reps, int room)
{
    const int count = bench->closed_count < room ? bench->closed_count : room;

    memcpy(reps, bench->closed, (size_t)count * sizeof(*reps));
    bench->closed_count -= count;
    memmove(bench->closed, bench->closed + count,
            (size_t)bench->closed_count * sizeof(*reps));
    return count;
}
