/* SPDX-License-Identifier: Apache-2.0 */
/* Loads with their units; see load.h. */
#include "load.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP_FINE_KG 0.5
#define STEP_COARSE_KG 1.0
#define STEP_CHANGE_KG 10.0
/* 22.0462262185lb is 10 kg in all but the last digits. */
#define STEP_SLACK_KG 1e-6

/* How much of `text` is a plain decimal number: -?digits(.digits)? */
static size_t number_length(const char *text)
{
    const char *at = text + (text[0] == '-' ? 1 : 0);
    size_t whole = strspn(at, "0123456789");
    if (whole == 0) {
        return 0;
    }
    at += whole;
    size_t part = at[0] == '.' ? strspn(at + 1, "0123456789") : 0;
    return (size_t)(at - text) + (part > 0 ? part + 1 : 0);
}

/* The step of the ladder next to it on the side of nought. */
static double ladder_floor(double load_kg)
{
    double size_kg = fabs(load_kg);
    double step_kg = size_kg < STEP_CHANGE_KG ? STEP_FINE_KG : STEP_COARSE_KG;
    return copysign(floor((size_kg + STEP_SLACK_KG) / step_kg) * step_kg, load_kg);
}

static int refuse(const char *text, size_t digits, rh_problem_t *problem)
{
    if (text[0] == '+') {
        return rh_problem_set(problem, RH_EXIT_USAGE, "usage",
                              "write the load that shall act, such as 12.5kg",
                              "`%s`: a load is absolute, never a change", text);
    }
    if (digits > 0 && digits < 40 && text[digits] == '\0') {
        char remedy[96];
        (void)snprintf(remedy, sizeof remedy, "write %.40skg or %.40slb", text, text);
        return rh_problem_set(problem, RH_EXIT_USAGE, "usage", remedy,
                              "`%s` has no unit", text);
    }
    return rh_problem_set(problem, RH_EXIT_USAGE, "usage",
                          "write a number and kg or lb without a space, such as 12.5kg",
                          "`%.60s` is not a load", text);
}

/* A number with its unit; false: it is none, or has more digits than any load. */
static bool read_load(const char *text, double *value, bool *is_kg)
{
    size_t digits = number_length(text);
    const char *unit = text + digits;
    *is_kg = strcmp(unit, "kg") == 0;
    if (digits == 0 || (!*is_kg && strcmp(unit, "lb") != 0)) {
        return false;
    }
    *value = strtod(text, NULL);
    return isfinite(*value);
}

int rh_load_parse(const char *text, double *load_kg, rh_problem_t *problem)
{
    double value = 0;
    bool is_kg = false;
    if (!read_load(text, &value, &is_kg)) {
        return refuse(text, number_length(text), problem);
    }
    *load_kg = is_kg ? value : ladder_floor(value * RH_KG_PER_LB);
    return 0;
}

int rh_mass_parse(const char *text, double least_kg, double most_kg, double *mass_kg,
                  rh_problem_t *problem)
{
    double value = 0;
    bool is_kg = false;
    if (!read_load(text, &value, &is_kg)) {
        return refuse(text, number_length(text), problem);
    }
    *mass_kg = is_kg ? value : value * RH_KG_PER_LB;
    if (!(*mass_kg >= least_kg && *mass_kg <= most_kg)) {
        char remedy[80];
        (void)snprintf(remedy, sizeof remedy, "give %gkg to %gkg", least_kg, most_kg);
        return rh_problem_set(problem, RH_EXIT_USAGE, "usage", remedy,
                              "`%.40s` is no mass for this", text);
    }
    return 0;
}

const char *rh_load_text(double load_kg, rh_units_t units, char *text, size_t size)
{
    if (!isfinite(load_kg)) {
        (void)snprintf(text, size, "unknown");
    } else if (units == RH_UNITS_LB) {
        (void)snprintf(text, size, "%.1f lb", load_kg / RH_KG_PER_LB);
    } else {
        (void)snprintf(text, size, "%.1f kg", load_kg);
    }
    return text;
}
