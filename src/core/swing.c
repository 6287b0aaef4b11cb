/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The energy balance of a lift. Called by the metrics when a rep closes.
 */
#include "swing.h"

#include <math.h>
#include <stddef.h>

#include "rh/units.h"

#define PAD_SHARE 0.678 /* of the body's weight: all but the two legs (0.161 each) */
#define ENERGY_MIN_J 1.0

/* HARDWARE, mechanics and biomechanics: per person, both legs. */
static const struct {
    double body_kg, gravity_nm, inertia_kgm2;
} PERSONS[] = {
    {50.0, 55.0, 3.04},   {65.0, 76.0, 4.47},    {80.0, 99.0, 6.17},
    {100.0, 128.0, 8.33}, {120.0, 160.0, 10.80},
};
#define PERSON_COUNT (sizeof PERSONS / sizeof PERSONS[0])
#define REFERENCE_KG 80.0

static double between(double from, double to, double share)
{
    return from + share * (to - from);
}

static void legs_of(double body_kg, double *gravity_nm, double *inertia_kgm2)
{
    const double kg =
        fmin(fmax(body_kg, PERSONS[0].body_kg), PERSONS[PERSON_COUNT - 1].body_kg);
    size_t row = 0;

    while (row + 2 < PERSON_COUNT && PERSONS[row + 1].body_kg < kg) {
        row++;
    }
    const double share =
        (kg - PERSONS[row].body_kg) / (PERSONS[row + 1].body_kg - PERSONS[row].body_kg);

    *gravity_nm = between(PERSONS[row].gravity_nm, PERSONS[row + 1].gravity_nm, share);
    *inertia_kgm2 =
        between(PERSONS[row].inertia_kgm2, PERSONS[row + 1].inertia_kgm2, share);
}

/* sin(x) = cos(x - 90 deg): sin and cos of one angle would be merged to sincos. */
static double sine(double angle_deg)
{
    return cos((angle_deg - 90.0) * RH_RAD_PER_DEG);
}

double rh_swing_frac(const rh_swing_t *swing)
{
    const double rate_rps = swing->rate_peak_dps * RH_RAD_PER_DEG;
    const double known_kg = swing->pad_n / (RH_GRAVITY_MPS2 * PAD_SHARE);
    double gravity_nm, inertia_kgm2;

    legs_of(known_kg > 0.0 ? known_kg : REFERENCE_KG, &gravity_nm, &inertia_kgm2);
    const double kinetic_j =
        0.5 * (inertia_kgm2 + swing->arm_inertia_kgm2) * rate_rps * rate_rps;
    const double lift_j =
        gravity_nm * (sine(swing->top_deg) - sine(swing->bottom_deg)) +
        fmax(0.0, swing->work_j);

    return fmin(1.0, kinetic_j / fmax(lift_j, ENERGY_MIN_J));
}
