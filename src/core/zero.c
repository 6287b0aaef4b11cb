/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The quiet of the cells, and their tare. Called by core's step and by sensor.zero.
 */
#include "zero.h"

#include <math.h>

#include "rh/command.h"
#include "rh/units.h"

#define SMOOTHING_S 1.0
#define LOST_NS INT64_C(1000000000)

static void begin(rh_zero_t *zero, const rh_cells_t *cells, int64_t now_ns)
{
    for (int i = 0; i < RH_CELL_COUNT; i++) {
        zero->slow_n[i] = cells->reading[i].value;
        zero->anchor_n[i] = cells->reading[i].value;
        zero->sample_ns[i] = cells->reading[i].t_ns;
    }
    zero->quiet_ns = now_ns;
    zero->is_running = true;
}

static bool all_good(const rh_cells_t *cells)
{
    bool good = true;

    for (int i = 0; i < RH_CELL_COUNT; i++) {
        good = good && cells->reading[i].is_good;
    }
    return good;
}

static void follow(rh_zero_t *zero, int cell, const rh_reading_t *reading,
                   int64_t now_ns)
{
    const double step_s = 1e-9 * (double)(reading->t_ns - zero->sample_ns[cell]);
    const double gain = step_s / (step_s + SMOOTHING_S);

    if (!(step_s > 0.0)) {
        return;
    }
    zero->slow_n[cell] += gain * (reading->value - zero->slow_n[cell]);
    zero->sample_ns[cell] = reading->t_ns;
    if (!(fabs(zero->slow_n[cell] - zero->anchor_n[cell]) <= RH_ZERO_BAND_N)) {
        zero->anchor_n[cell] = zero->slow_n[cell];
        zero->quiet_ns = now_ns;
    }
}

/* A transmitter that was away for so long may have started anew, with another zero. */
static void forget(rh_zero_t *zero, int64_t now_ns)
{
    zero->is_running = false;
    zero->lost_ns = zero->lost_ns != 0 ? zero->lost_ns : now_ns;
    zero->is_done = zero->is_done && now_ns - zero->lost_ns < LOST_NS;
}

void rh_zero_step(rh_zero_t *zero, const rh_cells_t *cells, int64_t now_ns)
{
    if (!all_good(cells)) {
        forget(zero, now_ns);
        return;
    }
    zero->lost_ns = 0;
    if (!zero->is_running) {
        begin(zero, cells, now_ns);
        return;
    }
    for (int i = 0; i < RH_CELL_COUNT; i++) {
        if (cells->reading[i].is_fresh) {
            follow(zero, i, &cells->reading[i], now_ns);
        }
    }
}

/* Before any tare: nobody is light enough to be tared away. */
static bool pad_is_empty(const rh_zero_t *zero, const rh_zero_context_t *context)
{
    const double both_n =
        fabs(zero->slow_n[RH_PAD_FRONT]) + fabs(zero->slow_n[RH_PAD_REAR]);

    return both_n < context->limits->pad_empty_n;
}

/* A pad may be off by half of what counts as nobody, as for the gate. */
static double most_n(const rh_zero_context_t *context, int cell)
{
    const double zero_max_n = context->training->zero_max_n;

    return cell <= RH_STRAP_RIGHT ? zero_max_n
                                  : fmin(zero_max_n, context->limits->pad_empty_n / 2);
}

static bool is_quiet(const rh_zero_t *zero, const rh_zero_context_t *context,
                     int64_t now_ns)
{
    const double quiet_s = 1e-9 * (double)(now_ns - zero->quiet_ns);

    return quiet_s >= context->training->zero_quiet_s;
}

uint32_t rh_zero_take(rh_zero_t *zero, rh_cells_t *cells,
                      const rh_zero_context_t *context, int64_t now_ns)
{
    const double hardware_n = rh_cells_hardware_n(context->machine, context->posture);
    double zero_n[RH_CELL_COUNT];

    if (!zero->is_running || !context->arm_is_known) {
        return RH_REFUSAL_SENSORS;
    }
    if (!context->arm_hangs) {
        return RH_REFUSAL_NOT_AT_BOTTOM;
    }
    if (!pad_is_empty(zero, context)) {
        return RH_REFUSAL_PAD_NOT_EMPTY;
    }
    if (!is_quiet(zero, context, now_ns)) {
        return RH_REFUSAL_NOT_QUIET;
    }
    for (int i = 0; i < RH_CELL_COUNT; i++) {
        zero_n[i] = zero->slow_n[i] - (i <= RH_STRAP_RIGHT ? hardware_n : 0.0);
        if (!(fabs(zero_n[i]) <= most_n(context, i))) {
            return RH_REFUSAL_ZERO_TOO_FAR;
        }
    }
    for (int i = 0; i < RH_CELL_COUNT; i++) {
        cells->zero_n[i] = zero_n[i];
    }
    zero->is_done = true;
    zero->done_ns = now_ns;
    return RH_REFUSAL_NONE;
}

double rh_zero_pad_n(const rh_zero_t *zero, const rh_cells_t *cells)
{
    if (!zero->is_running || !zero->is_done) {
        return RH_UNKNOWN;
    }
    return zero->slow_n[RH_PAD_FRONT] - cells->zero_n[RH_PAD_FRONT] +
           zero->slow_n[RH_PAD_REAR] - cells->zero_n[RH_PAD_REAR];
}
