/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulated bench: plant, person, hardware, drive state and truth in one object
 * that the physics thread steps every millisecond and that buses and script share under
 * one lock. Functions marked "locked" want rh_bench_lock held; rh_bench_step takes it.
 */
#ifndef RH_SIM_BENCH_H
#define RH_SIM_BENCH_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "faults.h"
#include "hand.h"
#include "hardware.h"
#include "plant.h"
#include "quadrature.h"
#include "truth.h"
#include "wiring.h"

#define RH_BENCH_STEP_NS 1000000LL
#define RH_BENCH_REPS 64 /* true reps that wait for the log */

typedef enum { RH_DRIVE_OTHER, RH_DRIVE_SPEED, RH_DRIVE_TORQUE } rh_drive_mode_t;

/* What the drive's registers command, in the drive's own directions; written by the
 * drive's register map alone. */
typedef struct {
    rh_drive_mode_t mode;
    int torque_permille;   /* of rated torque, positive = forward (lifting) */
    double target_rpm;     /* in speed mode */
    int limit_permille[2]; /* forward, back */
    int speed_rpm[2];      /* speed limits: forward, back */
    bool stopped;
    bool tripped;
    bool has_control; /* power wants the CiA 402 control word to say 0x0f */
    int control;
    /* the drive's loops */
    bool was_servo_on;
    bool at_limit;
    double integral_nm;  /* of the speed loop */
    int active_permille; /* what the torque loop follows */
} rh_bench_drive_t;

/* One closed rep of the truth, times on the monotonic clock. */
typedef struct {
    rh_truth_rep_t rep;
    int number; /* 1.. within its kind */
    int64_t t_start_ns;
    int64_t t_lift_ns;
    int64_t t_top_ns;
    int64_t t_lower_ns;
    int64_t t_end_ns;
} rh_bench_rep_t;

typedef struct {
    pthread_mutex_t mutex;
    rh_plant_t plant;
    rh_plant_sense_t sense;
    rh_hardware_t hardware;
    rh_hand_t hand; /* of somebody beside the bench */
    rh_faults_t faults;
    rh_bench_drive_t drive;
    rh_person_t person;
    rh_wiring_t wiring;
    bool lies;
    bool running; /* drive in run: power on the motor */
    /* truth */
    rh_truth_t truth;
    int64_t origin_ns; /* monotonic time of plant time 0 */
    int reps_at_mark;
    int partials_at_mark;
    double peak_sink_dps; /* since mark, positive = downwards */
    double peak_top_deg;  /* highest and lowest arm angle since mark */
    double peak_bottom_deg;
    double cut_angle_deg; /* the arm when power last went off */
    double cut_rate_dps;
    bool has_torque;
    int64_t torque_off_ns; /* when the motor last became free of torque; 0 = never */
    rh_bench_rep_t closed[RH_BENCH_REPS];
    int closed_count;
    uint64_t steps;
} rh_bench_t;

typedef struct {
    double mass_kg;
    rh_coupling_t coupling;
    uint64_t seed;
    int64_t relay_ms;
    rh_wiring_t wiring;
} rh_bench_settings_t;

/* Nobody on the bench, arm hanging, drive without power. */
void rh_bench_init(rh_bench_t *bench, const rh_bench_settings_t *settings,
                   int64_t now_ns);
void rh_bench_destroy(rh_bench_t *bench);
void rh_bench_lock(rh_bench_t *bench);
void rh_bench_unlock(rh_bench_t *bench);
/* One millisecond that ends at `now_ns`. */
void rh_bench_step(rh_bench_t *bench, int64_t now_ns);

/* The person; locked. */
void rh_bench_lie_down(rh_bench_t *bench);
void rh_bench_dismount(rh_bench_t *bench);
/* Locked: the arm's incremental encoder, for links that drive real lines: its count for
 * `edges_per_turn`, and the levels on lines A and B at a count, as they are wired. */
int64_t rh_bench_quadrature_count(const rh_bench_t *bench, int edges_per_turn);
void rh_bench_quadrature_levels(const rh_bench_t *bench, int64_t count, bool *a,
                                bool *b);
/* Locked: starts peaks and rep counts anew. */
void rh_bench_mark(rh_bench_t *bench);
/* Locked: the truth as one JSON object's members (no braces); returns its length. "sto"
 * is true while torque is cut; times are CLOCK_MONOTONIC ns; cut_* is the moment and
 * the arm when power last went off, from which brake_equation_peak_sink_dps is
 * computed; torque_off_ns is when the motor's torque last fell below 0.05 N m. */
size_t rh_bench_truth_json(const rh_bench_t *bench, char *text, size_t size);
/* Locked: moves up to `room` closed reps out; returns how many. */
int rh_bench_take_reps(rh_bench_t *bench, rh_bench_rep_t *reps, int room);

/* Locked: the drive's own millisecond: who has power, and the torque its loops ask for
 * (drive.active_permille). */
void rh_bench_drive_step(rh_bench_t *bench, const rh_fault_set_t *faults);

/*
 * Peak sinking speed, in deg/s (positive), that the passive brake's own equation gives
 * legs and arm of `plant`'s person, from `angle_deg` and `rate_dps` at the loss of
 * power (HARDWARE.md 8.1, tau_brake): gravity, friction and brake on one rigid body,
 * the brake from its delay on. Independent of the plant's integration.
 */
double rh_brake_peak_sink_dps(const rh_plant_t *plant, double angle_deg,
                              double rate_dps);

/* CLOCK_MONOTONIC in ns. */
int64_t rh_now_ns(void);

#endif
