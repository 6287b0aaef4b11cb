/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zeroing the load cells: with nobody on the pad, the arm hanging, and every cell quiet
 * for long enough, its smoothed value becomes its tare. Private to src/core.
 */
#ifndef RH_CORE_ZERO_H
#define RH_CORE_ZERO_H

#include <stdbool.h>
#include <stdint.h>

#include "cells.h"
#include "rh/settings.h"

/* A smoothed value that leaves this band about where the quiet began ends it: six times
 * a cell's noise, a tenth of what a hand weighs. */
#define RH_ZERO_BAND_N 2.0

/* Caller-owned; zeroed: never zeroed. */
typedef struct {
    bool is_running;
    int64_t sample_ns[RH_CELL_COUNT];
    double slow_n[RH_CELL_COUNT]; /* smoothed over a second */
    double anchor_n[RH_CELL_COUNT];
    int64_t quiet_ns; /* since when; meaningful while is_running */
    int64_t lost_ns;  /* since when a cell is not good; 0 = all are */
    bool is_done;
    int64_t done_ns;
} rh_zero_t;

/* What must hold beside the quiet, as the caller sees it. */
typedef struct {
    const rh_machine_settings_t *machine;
    const rh_limit_settings_t *limits;
    const rh_training_settings_t *training;
    const rh_posture_t *posture;
    bool arm_is_known, arm_hangs; /* at rest at the bottom */
} rh_zero_context_t;

/* Follows the cells; once a tick. */
void rh_zero_step(rh_zero_t *zero, const rh_cells_t *cells, int64_t now_ns);
/* Sets the cells' zeros, or changes nothing and says why (rh_refusal_t): SENSORS,
 * NOT_AT_BOTTOM, PAD_NOT_EMPTY, NOT_QUIET, ZERO_TOO_FAR. */
uint32_t rh_zero_take(rh_zero_t *zero, rh_cells_t *cells,
                      const rh_zero_context_t *context, int64_t now_ns);
/* Weight on the pads, smoothed and tared; not a number where they are not known. */
double rh_zero_pad_n(const rh_zero_t *zero, const rh_cells_t *cells);

#endif
