/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thousand reps of each style and person, the machine's count and measures against
 * the plant's truth, with the limits opened so that nothing holds the wild styles back.
 * On ideal wires at 500 Hz the accuracy asked for is that of "A rep"; on the RTU
 * layout's rates phases within 25 ms and range within 0.3 deg.
 *
 * Now and then a hair decides. A swing's way back of 15.0 deg ends a rep, one of 14.9
 * belongs to it; legs of 120 kg that drop bounce once and stand for about 40 ms before
 * they sink to the bottom, and a stand of 40 ms ends the bounce where a shorter one
 * does not, so that the lift's start differs by 0.2 s and the bottom by 1.4 deg. The
 * truth is therefore read as who measures as well as is asked for may read it, too
 * (rig.h), and a rep that is not as the exact reading has it must be as a neighbour has
 * it: at most 3 in a hundred, and at most 2 in a thousand where the count or full and
 * partial differ.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include <math.h>

#include "pairs.h"

#ifndef REPS
#define REPS 1000
#endif
#define SET_REPS 20
#define SETS_PER_MACHINE 3 /* of one zeroing: a session's three sets */
/* "A rep" in the document on training, and for samples 11 ms apart. */
#define IDEAL_MS 10.0
#define IDEAL_DEG 0.2
#define RTU_MS 25.0
#define RTU_DEG 0.3

typedef enum {
    PHASE_MS,
    RANGE_DEG,
    RATE_DPS,
    RATE_OF_ALLOWED,
    WORK_FRAC,
    FORCE_OF_ALLOWED,
    FORCE_N,
    MEASURES
} measure_t;

typedef struct {
    const char *name;
    rh_style_t style;
    rh_leg_side_t side;
    double mass_kg;
    rig_wires_t wires;
} case_t;

typedef struct {
    double *values;
    int count, room;
} errors_t;

static unsigned seed;
static errors_t errors[MEASURES];

static void note_error(measure_t measure, double value)
{
    errors_t *list = &errors[measure];
    if (list->count == list->room) {
        list->room = list->room == 0 ? 4096 : 2 * list->room;
        list->values = realloc(list->values, (size_t)list->room * sizeof(double));
        assert_non_null(list->values);
    }
    list->values[list->count++] = fabs(value);
}

static int by_size(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

static double percentile(measure_t measure, double frac)
{
    errors_t *list = &errors[measure];
    if (list->count == 0) {
        return NAN;
    }
    qsort(list->values, (size_t)list->count, sizeof(double), by_size);
    return list->values[(int)(frac * (list->count - 1))];
}

/* Over lift and lowering, as the truth has it. */
static double mean_force_n(const rh_rep_t *rep, double radius_m)
{
    double lower_n_s = rep->torque_lower_mean_nm / radius_m * rep->lower_s;
    return (rep->impulse_n_s + lower_n_s) / (rep->lift_s + rep->lower_s);
}

static void compare(const rh_rep_t *rep, const rh_truth_rep_t *truth, double radius_m)
{
    double lift_s = (double)rep->t_start_ns * 1e-9 + rep->rest_s;
    double top_s = lift_s + rep->lift_s;
    double lower_s = top_s + rep->hold_s;
    double end_s = lower_s + rep->lower_s;
    const double off_s[] = {lift_s - truth->t_lift_s, top_s - truth->t_top_s,
                            lower_s - truth->t_lower_s, end_s - truth->t_end_s};
    for (int i = 0; i < 4; i++) {
        note_error(PHASE_MS, off_s[i] * 1e3);
        if (getenv("RH_SHOW") != NULL && fabs(off_s[i]) > 0.01) {
            print_message(
                "boundary %d off by %.1f ms in the rep at %.3f s (top %.1f deg)\n", i,
                off_s[i] * 1e3, truth->t_lift_s, truth->top_deg);
        }
    }
    note_error(RANGE_DEG, rep->range_deg - (truth->top_deg - truth->bottom_deg));
    /* 0.6 deg/s, or 0.5 % where that is more: a swing's mean is above 150 deg/s */
    double allowed_dps = fmax(0.6, 0.005 * fabs(truth->lift_mean_dps));
    note_error(RATE_OF_ALLOWED,
               (rep->lift_rate_mean_dps - truth->lift_mean_dps) / allowed_dps);
    note_error(RATE_DPS, rep->lift_rate_mean_dps - truth->lift_mean_dps);
    double force_n = mean_force_n(rep, radius_m) - truth->mean_force_n;
    note_error(FORCE_OF_ALLOWED, force_n / fmax(5.0, 0.01 * fabs(truth->mean_force_n)));
    note_error(FORCE_N, force_n);
    if (fabs(truth->lift_work_j) > 20.0) {
        note_error(WORK_FRAC, rep->work_lift_j / truth->lift_work_j - 1.0);
    }
}

/* The four phases tile the rep to one sample. */
static void assert_tiles(const rh_rep_t *rep)
{
    double whole_s = (double)(rep->t_end_ns - rep->t_start_ns) * 1e-9;
    double parts_s = rep->rest_s + rep->lift_s + rep->hold_s + rep->lower_s;
    assert_true(fabs(whole_s - parts_s) <= 0.002 + 1e-6);
}

/* False where the two differ because the true excursion is at the edge of full. */
static bool agree_on_full(const case_t *test, const rh_rep_t *rep,
                          const rh_truth_rep_t *truth)
{
    double over_deg = truth->top_deg - truth->bottom_deg - 30.0;
    if (rep->counted == truth->full) {
        return true;
    }
    print_message("    %s by the truth's excursion of 30 %+.3f deg\n",
                  truth->full ? "full" : "partial", over_deg);
    assert_true(fabs(over_deg) <= (test->wires == RIG_RTU ? RTU_DEG : IDEAL_DEG));
    return false;
}

static void start_case(rig_t *rig, const case_t *test)
{
    rig_options_t options = rig_options();
    options.mass_kg = test->mass_kg;
    options.wires = test->wires;
    options.open_limits = true;
    options.seed = (uint64_t)rand_r(&seed) + 1;
    rig_init(rig, options);
    rig_arm(rig);
    assert_int_equal(rig_ask(rig, RH_COMMAND_ROM_TEACH), RH_REFUSAL_NONE);
}

/* What a case has come to so far. */
typedef struct {
    int full, partial, undecided, at_edge;
} tally_t;

static void report(const case_t *test, const tally_t *tally)
{
    print_message(
        "%-14s %3.0f kg %-5s %4d full %3d partial | phase p99 %5.1f ms, range p99 %.3f "
        "deg, rate p99 %.2f dps, force p99 %.1f N, work p99 %.1f %% | a hair decided "
        "%d of the count, %d of the bottom\n",
        test->name, test->mass_kg, test->wires == RIG_RTU ? "rtu" : "ideal",
        tally->full, tally->partial, percentile(PHASE_MS, 0.99),
        percentile(RANGE_DEG, 0.99), percentile(RATE_DPS, 0.99),
        percentile(FORCE_N, 0.99), 100.0 * percentile(WORK_FRAC, 0.99),
        tally->undecided, tally->at_edge);
}

/* 99 of 100 within the accuracy asked for. */
static void assert_accurate(const case_t *test)
{
    bool is_rtu = test->wires == RIG_RTU;
    assert_true(percentile(PHASE_MS, 0.99) <= (is_rtu ? RTU_MS : IDEAL_MS));
    assert_true(percentile(RANGE_DEG, 0.99) <= (is_rtu ? RTU_DEG : IDEAL_DEG));
    assert_true(percentile(FORCE_OF_ALLOWED, 0.99) <= 1.0);
    assert_true(percentile(WORK_FRAC, 0.99) <= 0.015);
    if (!is_rtu) {
        assert_true(percentile(RATE_OF_ALLOWED, 0.99) <= 1.0);
    }
}

static void compare_set(const case_t *test, const pairs_t *pairs, double radius_m,
                        tally_t *tally)
{
    bool is_rtu = test->wires == RIG_RTU;
    double allowed_ms = is_rtu ? RTU_MS : IDEAL_MS;
    double allowed_deg = is_rtu ? RTU_DEG : IDEAL_DEG;
    bool are_exact = pairs_are_exact(pairs);
    int full_before = tally->full;
    tally->undecided += !are_exact;
    for (int i = 0; i < pairs->reps; i++) {
        const rh_rep_t *rep = &pairs->rep[i];
        bool is_exact = true;
        const rh_truth_rep_t *truth =
            pairs_truth(pairs, i, allowed_ms, allowed_deg, &is_exact);
        tally->at_edge += are_exact && !is_exact;
        tally->undecided += !agree_on_full(test, rep, truth);
        tally->full += truth->full;
        tally->partial += !truth->full;
        assert_tiles(rep);
        compare(rep, truth, radius_m);
    }
    assert_true(tally->full > full_before);
}

static void counts_exactly_and_measures_well(void **state)
{
    const case_t *test = *state;
    static rig_t rig;
    static pairs_t pairs;
    tally_t tally = {0};
    for (int i = 0; i < MEASURES; i++) {
        errors[i].count = 0;
    }
    for (int sets = 0; tally.full < REPS; sets++) {
        if (sets % SETS_PER_MACHINE == 0) {
            start_case(&rig, test); /* another seed; cells that drift are zeroed anew */
        }
        rh_plan_t plan = rh_plan_defaults(test->style);
        plan.side = test->side;
        plan.reps = SET_REPS;
        plan.load_nm = 0.0;
        plan.variation_frac = 1.0;
        pairs_play(&rig, &plan, &pairs);
        compare_set(test, &pairs, rig.settings.machine.strap_radius_m, &tally);
    }
    report(test, &tally);
    assert_true(tally.undecided <= REPS / 500);
    assert_true(tally.at_edge <= 3 * REPS / 100);
    assert_accurate(test);
}

#define PERSONS(text, style, side, wires)                                              \
    {text, style, side, 50.0, wires}, {text, style, side, 80.0, wires},                \
    {                                                                                  \
        text, style, side, 120.0, wires                                                \
    }
#define STYLES(wires)                                                                  \
    PERSONS("smooth", RH_STYLE_SMOOTH, RH_LEG_BOTH, wires),                            \
        PERSONS("swing", RH_STYLE_SWING, RH_LEG_BOTH, wires),                          \
        PERSONS("overextend", RH_STYLE_OVEREXTEND, RH_LEG_BOTH, wires),                \
        PERSONS("drop", RH_STYLE_DROP, RH_LEG_BOTH, wires),                            \
        PERSONS("single_leg", RH_STYLE_SMOOTH, RH_LEG_LEFT, wires),                    \
        PERSONS("lets_go", RH_STYLE_LETS_GO, RH_LEG_BOTH, wires)

static case_t cases[] = {STYLES(RIG_IDEAL), STYLES(RIG_RTU)};

#define CASES (sizeof(cases) / sizeof(cases[0]))

int main(void)
{
    static char names[CASES][96];
    static struct CMUnitTest tests[CASES];
    const char *given = getenv("RH_SEED");
    seed = given != NULL ? (unsigned)atoi(given) : (unsigned)time(NULL);
    print_message("seed %u (RH_SEED repeats it), %d reps each\n", seed, REPS);
    for (size_t i = 0; i < CASES; i++) {
        (void)snprintf(names[i], sizeof(names[i]),
                       "%s_reps_of_%.0f_kg_are_counted_exactly_on_%s_wires",
                       cases[i].name, cases[i].mass_kg,
                       cases[i].wires == RIG_RTU ? "rtu" : "ideal");
        tests[i] = (struct CMUnitTest){.name = names[i],
                                       .test_func = counts_exactly_and_measures_well,
                                       .initial_state = &cases[i]};
    }
    return cmocka_run_group_tests_name("accuracy", tests, NULL, NULL);
}
