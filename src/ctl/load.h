/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads as people write and read them: always with their unit, kg or lb. The wire knows
 * kg only.
 */
#ifndef RH_CTL_LOAD_H
#define RH_CTL_LOAD_H

#include <stddef.h>

#include "options.h"

#define RH_KG_PER_LB 0.45359237 /* exact: international avoirdupois pound */
#define RH_LOAD_TEXT 32

/*
 * "12.5kg" or "27lb" to kg; nothing else: no bare number, no sign +, no exponent, no
 * space. Pounds do not fall on the machine's ladder (0.5 kg below 10 kg, 1 kg above),
 * so they go down to its next step, never up. Returns 0 or an exit code with the
 * problem.
 */
int rh_load_parse(const char *text, double *load_kg, rh_problem_t *problem);

/* The mass of a thing, in the same words: as it is, off the ladder. Within `least_kg`
 * and `most_kg`. */
int rh_mass_parse(const char *text, double least_kg, double most_kg, double *mass_kg,
                  rh_problem_t *problem);

/* "12.5 kg", "27.6 lb" or "unknown" for not-a-number; gives `text` back. */
const char *rh_load_text(double load_kg, rh_units_t units, char *text, size_t size);

#endif
