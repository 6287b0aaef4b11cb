/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The numbers and the verdict of a rep, from the marks that the counter left. What was
 * not measured is not a number. Private to src/core.
 */
#ifndef RH_CORE_METRICS_H
#define RH_CORE_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "counter.h"
#include "rh/rep.h"
#include "rh/settings.h"

/* What a rep's numbers need beyond the stroke; unknown = not a number. */
typedef struct {
    const rh_machine_settings_t *machine;
    const rh_training_settings_t *training;
    double over_top_deg; /* "past the line" begins here */
    double rom_top_deg, rom_bottom_deg;
    double pad_n, pad_centre_frac; /* at the rest before the lift */
    double zeroed_s;               /* since the cells were zeroed */
    double best_rate_dps;          /* mean lift rate of the set's best rep; 0 = none */
    int32_t side;                  /* rh_side_t */
} rh_metrics_context_t;

/* Fills numbers, thresholds, reasons, counted and times; leaves session, set, rep,
 * partials, side, kind and mode alone. */
void rh_metrics_fill(rh_rep_t *rep, const rh_stroke_t *stroke,
                     const rh_metrics_context_t *context);

#endif
