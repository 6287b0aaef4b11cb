/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of options after "reps"; see reps.h.
 */
#include "reps.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How fast an expectation follows the legs when no load is announced. */
#define ADAPT_S 0.4
#define REPS_MAX 1000

typedef struct {
    const char *name;
    rh_style_t style;
    rh_leg_side_t side;
} style_t;

static const style_t styles[] = {
    {"smooth", RH_STYLE_SMOOTH, RH_LEG_BOTH},
    {"swing", RH_STYLE_SWING, RH_LEG_BOTH},
    {"overextend", RH_STYLE_OVEREXTEND, RH_LEG_BOTH},
    {"drop", RH_STYLE_DROP, RH_LEG_BOTH},
    {"single_leg", RH_STYLE_SMOOTH, RH_LEG_LEFT},
    {"lets_go", RH_STYLE_LETS_GO, RH_LEG_BOTH},
};

static const char *const sides[] = {"both", "left", "right"};

static bool read_real(const char *word, double low, double high, double *value)
{
    char *end = NULL;
    const double number = strtod(word, &end);

    if (end == word || *end != '\0' || !(number >= low && number <= high)) {
        return false;
    }
    *value = number;
    return true;
}

/* "style" replaces the plan's laws, so it must keep what was already said. */
static bool read_style(rh_plan_t *plan, const char *word)
{
    const int32_t reps = plan->reps;

    for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++) {
        if (strcmp(word, styles[i].name) == 0) {
            *plan = rh_plan_defaults(styles[i].style);
            plan->reps = reps;
            plan->side = styles[i].side;
            plan->load_nm = 0.0;
            plan->adapt_s = ADAPT_S;
            return true;
        }
    }
    return false;
}

static bool read_pace(rh_plan_t *plan, const char *word)
{
    double *const field[] = {&plan->lift_s, &plan->hold_s, &plan->lower_s,
                             &plan->rest_s};
    const double low[] = {0.2, 0.0, 0.2, 0.0};
    char text[64];
    char *rest = text;

    (void)snprintf(text, sizeof(text), "%s", word);
    for (int i = 0; i < 4; i++) {
        const char *part = strsep(&rest, "/");

        if (part == NULL || !read_real(part, low[i], 60.0, field[i])) {
            return false;
        }
    }
    return rest == NULL;
}

static bool read_bottom(rh_plan_t *plan, const char *word)
{
    return read_real(word, -105.0, 0.0, &plan->bottom_deg);
}

static bool read_top(rh_plan_t *plan, const char *word)
{
    return read_real(word, -80.0, 25.0, &plan->top_deg);
}

static bool read_side(rh_plan_t *plan, const char *word)
{
    for (int i = 0; i < 3; i++) {
        if (strcmp(word, sides[i]) == 0) {
            plan->side = (rh_leg_side_t)i;
            return true;
        }
    }
    return false;
}

static bool read_load(rh_plan_t *plan, const char *word)
{
    plan->adapt_s = 0.0;
    return read_real(word, 0.0, 300.0, &plan->load_nm);
}

static const struct {
    const char *name;
    bool (*read)(rh_plan_t *plan, const char *word);
    const char *wants;
} options[] = {
    {"style", read_style,
     "smooth, swing, overextend, drop, single_leg or lets_go, before "
     "the other options"},
    {"pace", read_pace, "LIFT/HOLD/LOWER/REST in s (lift and lower 0.2 to 60)"},
    {"bottom", read_bottom, "-105 to 0 (deg)"},
    {"top", read_top, "-80 to 25 (deg)"},
    {"side", read_side, "left, right or both"},
    {"load", read_load, "0 to 300 (N m)"},
};

static int read_option(rh_plan_t *plan, const char *name, const char *word, char *error,
                       size_t size)
{
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (strcmp(name, options[i].name) != 0) {
            continue;
        }
        if (word != NULL && options[i].read(plan, word)) {
            return 0;
        }
        (void)snprintf(error, size, "%s wants %s", name, options[i].wants);
        return -EINVAL;
    }
    (void)snprintf(error, size,
                   "'%s' is no option of reps: style, pace, bottom, top, "
                   "side, load",
                   name);
    return -EINVAL;
}

int rh_reps_parse(rh_plan_t *plan, char *const *words, int count, char *error,
                  size_t error_size)
{
    double reps = 0.0;

    if (count < 1 || !read_real(words[0], 1.0, REPS_MAX, &reps)) {
        (void)snprintf(error, error_size, "reps wants how many, 1 to %d", REPS_MAX);
        return -EINVAL;
    }
    (void)read_style(plan, "smooth");
    plan->reps = (int32_t)reps;
    for (int i = 1; i < count; i += 2) {
        const char *word = i + 1 < count ? words[i + 1] : NULL;
        const int result = read_option(plan, words[i], word, error, error_size);

        if (result != 0) {
            return result;
        }
    }
    return 0;
}
