/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of a machine at rest: zero of the cells, zero of the encoders, pads. */
#include <math.h>
#include <stdio.h>

#include "commission_parts.h"
#include "names.h"
#include "rh/units.h"

#define MEAN_S 1.0
#define HANG_DEG (-90.0)
#define HANG_OFF_DEG 2.0
#define DRIFT_S 3.0         /* nobody is told an offset before so long a look */
#define DRIFT_DEG 0.1       /* moved meanwhile: it still sinks */
#define ZERO_MAX_N 100.0    /* 2 % of a 5 kN cell, as for sensor.zero */
#define PAD_ZERO_MAX_N 50.0 /* half of what counts as nobody, as there */

static const int cells[] = {RH_SIGNAL_STRAP_LEFT, RH_SIGNAL_STRAP_RIGHT,
                            RH_SIGNAL_PAD_FRONT, RH_SIGNAL_PAD_REAR};

#define CELLS (sizeof cells / sizeof cells[0])

/* ---- cells ----------------------------------------------------------------------- */

int rh_commission_cells(rh_commission_t *bench)
{
    rh_reading_t mean;
    rh_commission_do(bench,
                     "nobody on the machine, nothing on the pads, the arm hangs");
    int result = rh_commission_await_still(bench);
    result = result != 0 ? result : rh_commission_mean(bench, MEAN_S, &mean);
    for (size_t i = 0; result == 0 && i < CELLS; i++) {
        const char *name = rh_name_input((uint32_t)cells[i])->name;
        double value_n = mean.value[cells[i]];
        double most_n = i < 2 ? ZERO_MAX_N : PAD_ZERO_MAX_N;
        if (!mean.is_good[cells[i]]) {
            return rh_commission_fail(bench, "check the cell's plug and cable",
                                      "%s is not valid (%s): broken wire or overload",
                                      name, bench->now.quality[cells[i]]);
        }
        if (!(fabs(value_n) <= most_n)) {
            return rh_commission_fail(
                bench, "zero the transmitter, look for what leans on the cell",
                "%s shows %.1f N with nothing on it (at most %.0f N)", name, value_n,
                most_n);
        }
    }
    return result != 0
               ? result
               : rh_commission_note(bench,
                                    "strap %.1f and %.1f N, pads %.1f and %.1f N",
                                    mean.value[cells[0]], mean.value[cells[1]],
                                    mean.value[cells[2]], mean.value[cells[3]]);
}

/* ---- encoders -------------------------------------------------------------------- */

static bool has_moved(const rh_commission_t *bench, const rh_reading_t *from,
                      int signal)
{
    return !(fabs(bench->now.value[signal] - from->value[signal]) < DRIFT_DEG);
}

/* The brake lets an arm sink ever more slowly: what it shows meanwhile is no zero. */
static int refuse_drift(rh_commission_t *bench, const rh_reading_t *from)
{
    double end_s = rh_commission_now_s() + DRIFT_S;
    int failed = 0;
    while (failed == 0 && rh_commission_now_s() < end_s) {
        failed = rh_commission_look(bench);
        if (failed == 0 && (has_moved(bench, from, RH_SIGNAL_ARM_ANGLE) ||
                            has_moved(bench, from, RH_SIGNAL_MOTOR_ANGLE))) {
            return rh_commission_fail(
                bench, "wait until it hangs still, then do the step again",
                "the arm still moves, from %.2f to %.2f deg: its zero cannot be judged",
                from->value[RH_SIGNAL_ARM_ANGLE],
                bench->now.value[RH_SIGNAL_ARM_ANGLE]);
        }
    }
    return failed;
}

static int judge_hang(rh_commission_t *bench, const rh_reading_t *mean, int signal)
{
    const char *name = rh_name_input((uint32_t)signal)->name;
    double off_deg = mean->value[signal] - HANG_DEG;
    char remedy[120];
    if (fabs(off_deg) <= HANG_OFF_DEG) {
        return 0;
    }
    int drifts = refuse_drift(bench, mean);
    if (drifts != 0) {
        return drifts;
    }
    (void)snprintf(remedy, sizeof remedy,
                   "set the encoder's zero, or add %.2f to offset of [signal %s]",
                   -off_deg, name);
    return rh_commission_fail(
        bench, remedy,
        "%s shows %.1f deg while the arm hangs, which is -90: its "
        "zero is wrong",
        name, mean->value[signal]);
}

int rh_commission_zero(rh_commission_t *bench)
{
    rh_reading_t mean;
    rh_commission_do(bench, "let the arm hang freely and still");
    int result = rh_commission_await_still(bench);
    result = result != 0 ? result : rh_commission_mean(bench, MEAN_S, &mean);
    result = result != 0 ? result : judge_hang(bench, &mean, RH_SIGNAL_ARM_ANGLE);
    result = result != 0 ? result : judge_hang(bench, &mean, RH_SIGNAL_MOTOR_ANGLE);
    return result != 0 ? result
                       : rh_commission_note(bench, "arm %.2f deg, motor %.2f deg",
                                            mean.value[RH_SIGNAL_ARM_ANGLE],
                                            mean.value[RH_SIGNAL_MOTOR_ANGLE]);
}

/* ---- pads ------------------------------------------------------------------------ */

static int try_pad(rh_commission_t *bench, rh_commission_mass_t *mass)
{
    mass->wanted_n = bench->known_kg * RH_GRAVITY_MPS2;
    mass->part = "pad";
    mass->pair = "front and rear";
    rh_commission_do(bench,
                     "put the known mass (%.1f kg, --known) on the middle of the %s",
                     bench->known_kg, mass->where);
    return rh_commission_take_mass(bench, mass, "take the mass off again");
}

int rh_commission_pads(rh_commission_t *bench)
{
    rh_commission_mass_t front = {.signal = RH_SIGNAL_PAD_FRONT,
                                  .other = RH_SIGNAL_PAD_REAR,
                                  .where = "front pad"};
    rh_commission_mass_t rear = {.signal = RH_SIGNAL_PAD_REAR,
                                 .other = RH_SIGNAL_PAD_FRONT,
                                 .where = "rear pad"};
    int result = rh_commission_await_still(bench); /* the hand of the step before */
    result = result != 0 ? result : rh_commission_mean(bench, MEAN_S, &front.empty);
    rear.empty = front.empty;
    result = result != 0 ? result : try_pad(bench, &front);
    result = result != 0 ? result : try_pad(bench, &rear);
    return result != 0 ? result
                       : rh_commission_note(bench, "%.1f kg: front %.1f N, rear %.1f N",
                                            bench->known_kg, front.main_n, rear.main_n);
}
