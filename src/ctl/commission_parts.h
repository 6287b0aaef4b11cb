/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of `commission` share: the bench of a step, and the steps. */
#ifndef RH_CTL_COMMISSION_PARTS_H
#define RH_CTL_COMMISSION_PARTS_H

#include "commissioning.h"
#include "lease.h"
#include "reading.h"

#define RH_STEP_FAILED (-1) /* the sentence is in `values` */

typedef struct {
    const rh_call_t *call;
    rh_problem_t *problem;
    rh_client_t client;
    rh_lease_t lease;
    json_t *show; /* the result of commissioning.show */
    const char *wiring;
    rh_commissioning_step_t step;
    rh_reading_t now;
    double wait_s;      /* for a deed */
    double known_kg;    /* the mass for the pads */
    double hung_kg;     /* on the strap, for the brake; 0: none */
    const char *before; /* what this step said when it was last ok; "" */
    char values[640];
    char remedy[256];
    int64_t kept_ms; /* the lease */
} rh_commission_t;

/* ---- commission_verdict.c ---- */

/* What the step found: one line. Gives 0. */
int rh_commission_note(rh_commission_t *bench, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* One plain sentence that names the mistake. Gives RH_STEP_FAILED. */
int rh_commission_fail(rh_commission_t *bench, const char *remedy, const char *format,
                       ...) __attribute__((format(printf, 3, 4)));
/* A number of the wiring, such as "[machine]" "strap_radius_m"; not-a-number where
 * there is none. */
double rh_commission_setting(const rh_commission_t *bench, const char *section,
                             const char *key);

/* ---- commission_bench.c ---- */

/* Tells the person what to do. */
void rh_commission_do(const rh_commission_t *bench, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Tells what the machine itself waits for. */
void rh_commission_waits(const rh_commission_t *bench, const char *text);
/* Asks before something moves: 0, or an exit code with the problem. */
int rh_commission_confirm(rh_commission_t *bench, const char *question);

/* The newest reading into bench->now, about 50 a second; keeps the lease. 0 or an exit
 * code. */
int rh_commission_look(rh_commission_t *bench);
/* The mean of what is read within so many seconds. 0 or an exit code. */
int rh_commission_mean(rh_commission_t *bench, double seconds, rh_reading_t *mean);
/* Looks until it holds: 0; RH_STEP_FAILED when wait_s is over; or an exit code. */
int rh_commission_await(rh_commission_t *bench,
                        bool (*holds)(const rh_commission_t *bench, void *context),
                        void *context);
/* Looks until both encoders keep within 0.1 deg for a second, wherever the arm is. */
int rh_commission_await_still(rh_commission_t *bench);

bool rh_commission_is_set(const rh_reading_t *reading, int signal);
double rh_commission_now_s(void);

/* ---- commission_record.c ---- */

/* The record is one run's alone: two at once would write over each other's verdicts. 0,
 * or an exit code with the problem; `lock` is given back by the other call. */
int rh_commission_lock_record(const rh_commission_t *bench, int *lock);
void rh_commission_unlock_record(int lock);
/* What is there, where it is for this machine as it is wired now; else the one that was
 * set aside, where that is; else a new one. The caller frees it. 0 or an exit code. */
int rh_commission_open_record(const rh_commission_t *bench, rh_commissioning_t *record);
void rh_commission_fill_result(const rh_commission_t *bench, bool is_ok,
                               rh_commissioning_result_t *result);
int rh_commission_write_record(const rh_commission_t *bench,
                               rh_commissioning_t *record);

/* ---- commission_lift_judge.c ---- */

typedef struct {
    rh_reading_t hang, held;
    double arm_deg, motor_deg; /* moved */
    /* the drive's rate summed up, and its angle, over the parts of the lift that were
     * looked at closely: a console that pauses must not be taken for a wrong scale */
    double rate_deg, along_deg;
    double left_n, right_n; /* without what they show in the hang */
} rh_commission_lift_t;

/* Directions and scales of both encoders and of the drive's rate; then signs and span
 * of the strap cells. 0, or RH_STEP_FAILED with its sentence. */
int rh_commission_judge_encoders(rh_commission_t *bench,
                                 const rh_commission_lift_t *lift);
int rh_commission_judge_straps(rh_commission_t *bench,
                               const rh_commission_lift_t *lift);
/* What the cells must show of an arm that is held still, N: its weight, and that of the
 * hardware beyond them. */
double rh_commission_lift_n(const rh_commission_t *bench,
                            const rh_commission_lift_t *lift);

/* ---- commission_mass.c ---- */

/* A known mass on one of two cells that share their load. */
typedef struct {
    int signal, other;      /* the cell that it is put on, and its neighbour */
    const char *where;      /* "front pad" */
    const char *part;       /* "pad": what each of the two cells carries */
    const char *pair;       /* "front and rear" */
    double wanted_n;        /* of both together, with its sign */
    rh_reading_t empty;     /* before anything was put there */
    double main_n, other_n; /* shown, without what they show empty */
    double since_s, last_n; /* to see it settle */
} rh_commission_mass_t;

/* Waits for the mass that one was told to put there, judges place, sign and span of the
 * cell, and waits until it is off again. 0, RH_STEP_FAILED or an exit code. */
int rh_commission_take_mass(rh_commission_t *bench, rh_commission_mass_t *mass,
                            const char *take_off);

/* 0, or RH_STEP_FAILED where the pair of cells (straps or pads) that was not touched
 * took the force meant for the pair of `signal`, which shows hardly any of it: between
 * the two readings. */
int rh_commission_judge_pair(rh_commission_t *bench, const rh_reading_t *empty,
                             const rh_reading_t *loaded, int signal);

/* ---- commission_power.c: the gate switches the drive on ---------------------------
 */

/* Unlocks the machine, asking for what it waits for, and takes the lease. 0,
 * RH_STEP_FAILED or an exit code, here and below. */
int rh_commission_take_power(rh_commission_t *bench);
/* Asks for one of the gate's probes, and for the reset button where the gate wants
 * somebody at the machine: it stands for two minutes. */
int rh_commission_ask(rh_commission_t *bench, const char *verb);
/* The same, until it is over; `key` of the state, above 0, is its proof, else the step
 * fails: `what`, and why. */
int rh_commission_probe(rh_commission_t *bench, const char *verb, const char *key,
                        const char *what, double *value);
/* Behind a question. */
int rh_commission_prove_relay(rh_commission_t *bench, double *relay_ms);
/* Until the arm hangs still at the bottom and the machine is idle. */
int rh_commission_await_rest(rh_commission_t *bench);
/* One number of the daemon's state, such as "relay_ms". */
int rh_commission_read_state(rh_commission_t *bench, const char *key, double *value);
/* Fails with `what` and why the machine is not idle: the first open fault, else what it
 * waits for. */
int rh_commission_say_blocked(rh_commission_t *bench, const char *what);

/* ---- commission_torque_judge.c ---- */

/* Sums over the looks at one level; and what was more at the second one. */
typedef struct {
    double given_nm, said_nm, strap_nm;
    int looks;
} rh_commission_level_t;

typedef struct {
    rh_reading_t before, rest; /* with nothing at the strap; tied, and at rest */
    rh_commission_level_t level[2], more;
    double from_nm, since_s; /* the torque is steady */
    double moved_deg;        /* by the encoder that moved further */
    double most_nm;          /* that the strap took more than at rest */
    bool says;               /* the drive tells its torque */
} rh_commission_pull_t;

/* 0 with a note, or RH_STEP_FAILED with its sentence; bench->now is the last look. */
int rh_commission_judge_torque(rh_commission_t *bench,
                               const rh_commission_pull_t *pull);

/* ---- the steps: 0 with a note, RH_STEP_FAILED, or an exit code ---- */

int rh_commission_computer(rh_commission_t *bench);
int rh_commission_devices(rh_commission_t *bench);
int rh_commission_fences(rh_commission_t *bench);
int rh_commission_estop(rh_commission_t *bench);
int rh_commission_buttons(rh_commission_t *bench);
int rh_commission_limits(rh_commission_t *bench);
int rh_commission_cells(rh_commission_t *bench);
int rh_commission_lift(rh_commission_t *bench);
int rh_commission_span(rh_commission_t *bench);
int rh_commission_zero(rh_commission_t *bench);
int rh_commission_pads(rh_commission_t *bench);
int rh_commission_brake(rh_commission_t *bench);
int rh_commission_relay(rh_commission_t *bench);
int rh_commission_torque(rh_commission_t *bench);

#endif
