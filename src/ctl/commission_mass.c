/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A known mass on one cell of a pair: the second of the two points that a cell is
 * checked at (SAFETY hazard 7: within 5 %); the first is its zero, in the step `cells`.
 */
#include <math.h>

#include "commission_parts.h"
#include "names.h"

#define MEAN_S 1.0
#define SPAN_FRAC 0.05   /* hazard 7 */
#define PLACED_N 4.0     /* 10 kg, read in kilograms */
#define ELSEWHERE_N 20.0 /* the other pair: more than what somebody brushes against */
#define LITTLE_FRAC 0.2  /* of what the other pair shows: somebody leaning is more */

static double more_n(const rh_commission_t *bench, const rh_commission_mass_t *mass,
                     int signal)
{
    return bench->now.value[signal] - mass->empty.value[signal];
}

/* Something is there, differently from before, and has settled. */
static bool is_placed(const rh_commission_t *bench, void *context)
{
    rh_commission_mass_t *mass = context;
    double here_n = fabs(more_n(bench, mass, mass->signal));
    double there_n = fabs(more_n(bench, mass, mass->other));
    double now_s = rh_commission_now_s();
    double sum_n = here_n - there_n;
    if (!(fabs(sum_n - mass->last_n) < 2.0 + 0.05 * fabs(sum_n))) {
        mass->last_n = sum_n;
        mass->since_s = now_s;
    }
    return here_n + there_n > PLACED_N && now_s - mass->since_s >= 1.0;
}

static bool is_bare(const rh_commission_t *bench, void *context)
{
    const rh_commission_mass_t *mass = context;
    return fabs(more_n(bench, mass, mass->signal)) +
               fabs(more_n(bench, mass, mass->other)) <
           PLACED_N;
}

static const char *name_of(const rh_commission_mass_t *mass)
{
    return rh_name_input((uint32_t)mass->signal)->name;
}

/* ---- the other pair -------------------------------------------------------------- */

static bool is_of_pads(int signal)
{
    return signal == RH_SIGNAL_PAD_FRONT || signal == RH_SIGNAL_PAD_REAR;
}

/* What a pair of cells shows otherwise than before. */
static double changed_n(const rh_reading_t *now, const rh_reading_t *empty, bool pads)
{
    int one = pads ? RH_SIGNAL_PAD_FRONT : RH_SIGNAL_STRAP_LEFT;
    int other = pads ? RH_SIGNAL_PAD_REAR : RH_SIGNAL_STRAP_RIGHT;
    return fabs(now->value[one] - empty->value[one]) +
           fabs(now->value[other] - empty->value[other]);
}

int rh_commission_judge_pair(rh_commission_t *bench, const rh_reading_t *empty,
                             const rh_reading_t *loaded, int signal)
{
    bool at_pads = is_of_pads(signal);
    double here_n = changed_n(loaded, empty, at_pads);
    double there_n = changed_n(loaded, empty, !at_pads);
    return there_n > ELSEWHERE_N && here_n < LITTLE_FRAC * there_n
               ? rh_commission_fail(
                     bench,
                     "exchange the two lines, or the paths or hosts of their buses",
                     "the cells of the %s took what was at the %s (%.1f N, its own "
                     "%.1f N): the two pairs of cells are exchanged",
                     at_pads ? "straps" : "pads", at_pads ? "pads" : "straps", there_n,
                     here_n)
               : 0;
}

/* ---- one of a pair --------------------------------------------------------------- */

static int judge_place(rh_commission_t *bench, const rh_commission_mass_t *mass)
{
    if (fabs(mass->other_n) > fabs(mass->main_n)) {
        return rh_commission_fail(bench, "exchange the two cells or their sources",
                                  "the other %s's cell took the mass (%.1f N, %s %.1f "
                                  "N): %s are exchanged",
                                  mass->part, mass->other_n, name_of(mass),
                                  mass->main_n, mass->pair);
    }
    return mass->main_n * mass->wanted_n > 0
               ? 0
               : rh_commission_fail(bench,
                                    "exchange its signal wires, or turn the sign of "
                                    "its scale",
                                    "%s counts the wrong way: %.1f N with the mass on "
                                    "it (sign reversed)",
                                    name_of(mass), mass->main_n);
}

static int judge_span(rh_commission_t *bench, const rh_commission_mass_t *mass)
{
    double sum_n = mass->main_n + mass->other_n;
    double ratio = sum_n / mass->wanted_n;
    bool in_kilograms = ratio > 0.08 && ratio < 0.13;
    if (fabs(ratio - 1.0) <= SPAN_FRAC) {
        return 0;
    }
    return rh_commission_fail(
        bench,
        in_kilograms ? "set the transmitters to newtons, or scale by 9.81"
                     : "check its span and mV/V, and the mass you said",
        "%s: the two cells show %.1f N for %.1f kg, which are %.1f N there: %s",
        name_of(mass), sum_n, bench->known_kg, mass->wanted_n,
        in_kilograms ? "they give kilograms, not newtons" : "more than 5 % off");
}

int rh_commission_take_mass(rh_commission_t *bench, rh_commission_mass_t *mass,
                            const char *take_off)
{
    rh_reading_t mean;
    int result = rh_commission_await(bench, is_placed, mass);
    if (result == RH_STEP_FAILED) {
        int pair =
            rh_commission_judge_pair(bench, &mass->empty, &bench->now, mass->signal);
        return pair != 0 ? pair
                         : rh_commission_fail(bench, "check both cells",
                                              "neither cell showed the mass on the %s",
                                              mass->where);
    }
    result = result != 0 ? result : rh_commission_mean(bench, MEAN_S, &mean);
    mass->main_n = mean.value[mass->signal] - mass->empty.value[mass->signal];
    mass->other_n = mean.value[mass->other] - mass->empty.value[mass->other];
    result = result != 0
                 ? result
                 : rh_commission_judge_pair(bench, &mass->empty, &mean, mass->signal);
    result = result != 0 ? result : judge_place(bench, mass);
    result = result != 0 ? result : judge_span(bench, mass);
    if (result != 0) {
        return result;
    }
    rh_commission_do(bench, "%s", take_off);
    result = rh_commission_await(bench, is_bare, mass);
    return result != RH_STEP_FAILED
               ? result
               : rh_commission_fail(bench, "look for what leans on it",
                                    "the %s did not go back to its zero", mass->where);
}
