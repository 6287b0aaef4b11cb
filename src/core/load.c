/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ladder and ramp. Called by core's step and commands.
 */
#include "load.h"

#include <math.h>

#include "rh/command.h"

#define LADDER_FINE_KG 0.5
#define LADDER_COARSE_KG 1.0
#define LADDER_COARSE_FROM_KG 10.0
#define STEP_FRAC 0.10         /* hazard 31: min(10 %, the largest step) … */
#define RAMP_MAX_NM_PER_S 60.0 /* hazard 29 */
#define RAMP_MIN_NM_PER_S 10.0
#define RAMP_FRAC_PER_S 0.20
#define FALL_S 0.140 /* a tick or two under the 150 ms */
#define SAME_KG 1e-9

double rh_load_ladder_step_kg(double load_kg)
{
    return load_kg < LADDER_COARSE_FROM_KG - SAME_KG ? LADDER_FINE_KG
                                                     : LADDER_COARSE_KG;
}

static bool is_on_ladder(double load_kg)
{
    const double step_kg = rh_load_ladder_step_kg(load_kg);
    const double steps = (double)(int64_t)(load_kg / step_kg + 0.5);

    return fabs(load_kg - steps * step_kg) < SAME_KG;
}

/* What may be reached from here in one step: max(one step of the ladder, min(10 %, the
 * largest step)) above what was carried; the first has its own limit. */
static double reach_kg(const rh_load_t *load, const rh_load_settings_t *settings)
{
    const double base_kg = load->highest_kg;

    if (!(base_kg > 0.0)) {
        return settings->first_max_kg;
    }
    return base_kg + fmax(rh_load_ladder_step_kg(base_kg),
                          fmin(STEP_FRAC * base_kg, settings->step_max_kg));
}

double rh_load_most_kg(const rh_load_t *load, const rh_load_settings_t *settings,
                       bool in_set)
{
    /* The first load may be corrected until it has been carried. */
    const bool has_stepped = load->highest_kg > 0.0 &&
                             (in_set ? load->stepped_in_set : load->stepped_between);
    const double had_kg = fmax(load->highest_kg, load->target_kg);
    const double may_kg = has_stepped ? had_kg : fmax(had_kg, reach_kg(load, settings));
    const double most_kg = fmin(may_kg, settings->max_kg);
    const double step_kg = rh_load_ladder_step_kg(most_kg);

    return step_kg * (double)(int64_t)(most_kg / step_kg + SAME_KG);
}

uint32_t rh_load_check(const rh_load_t *load, const rh_load_settings_t *settings,
                       double load_kg, bool in_set)
{
    if (!(load_kg >= 0.0 && load_kg < 1000.0)) {
        return RH_REFUSAL_BAD_VALUE;
    }
    if (!(load_kg <= settings->max_kg)) {
        return RH_REFUSAL_ABOVE_CEILING;
    }
    if (!is_on_ladder(load_kg)) {
        return RH_REFUSAL_OFF_LADDER;
    }
    return load_kg <= rh_load_most_kg(load, settings, in_set) + SAME_KG
               ? RH_REFUSAL_NONE
               : RH_REFUSAL_ABOVE_LADDER;
}

static void fall_to_target(rh_load_t *load)
{
    if (load->applied_kg > load->target_kg) {
        load->fall_kg_per_s = (load->applied_kg - load->target_kg) / FALL_S;
    }
}

void rh_load_set(rh_load_t *load, double load_kg, bool in_set)
{
    const bool is_step_up = load_kg > load->highest_kg + SAME_KG;

    if (is_step_up && in_set) {
        load->stepped_in_set = true;
    } else if (is_step_up) {
        load->stepped_between = true;
    }
    load->target_kg = load_kg;
    load->may_finish = false;
    fall_to_target(load);
}

void rh_load_new_set(rh_load_t *load)
{
    load->stepped_in_set = false;
    load->stepped_between = false;
}

double rh_load_unload(rh_load_t *load)
{
    const double before_kg = load->target_kg;

    load->target_kg = 0.0;
    load->may_finish = false;
    fall_to_target(load);
    return before_kg;
}

void rh_load_drop(rh_load_t *load)
{
    load->target_kg = 0.0;
    load->applied_kg = 0.0;
    load->may_finish = false;
}

/* min(60 N m/s, max(10 N m/s, 20 %/s of the target)), in kilograms. */
static double rise_kg_per_s(const rh_load_settings_t *settings, double target_kg)
{
    const double target_nm = target_kg * settings->nm_per_kg;
    const double rate_nm_per_s =
        fmin(fmin(settings->ramp_nm_per_s, RAMP_MAX_NM_PER_S),
             fmax(RAMP_MIN_NM_PER_S, RAMP_FRAC_PER_S * target_nm));

    return rate_nm_per_s / settings->nm_per_kg;
}

static bool may_rise(rh_load_t *load, const rh_load_moment_t *moment)
{
    const double missing_kg = load->target_kg - load->applied_kg;

    if (moment->at_bottom_rest) {
        load->may_finish =
            missing_kg <= rh_load_ladder_step_kg(load->applied_kg) + SAME_KG;
        return true;
    }
    load->may_finish = load->may_finish && moment->is_lifting;
    return load->may_finish;
}

static bool fall(rh_load_t *load, double target_kg, double dt_s)
{
    load->applied_kg = fmax(target_kg, load->applied_kg - load->fall_kg_per_s * dt_s);
    return load->applied_kg <= target_kg;
}

bool rh_load_step(rh_load_t *load, const rh_load_settings_t *settings,
                  const rh_load_moment_t *moment, double dt_s)
{
    if (moment->is_held_down) {
        if (load->applied_kg > 0.0) {
            load->fall_kg_per_s = fmax(load->fall_kg_per_s, load->applied_kg / FALL_S);
            (void)fall(load, 0.0, dt_s);
        }
        return false;
    }
    if (load->applied_kg > load->target_kg) {
        return fall(load, load->target_kg, dt_s);
    }
    if (!(load->applied_kg < load->target_kg) || !may_rise(load, moment)) {
        return false;
    }
    load->applied_kg =
        fmin(load->target_kg,
             load->applied_kg + rise_kg_per_s(settings, load->target_kg) * dt_s);
    if (load->applied_kg < load->target_kg) {
        return false;
    }
    load->highest_kg = fmax(load->highest_kg, load->applied_kg);
    return true;
}
