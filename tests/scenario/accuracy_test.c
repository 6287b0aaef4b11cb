/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thousand reps of each style and person, the machine's count and measures against
 * the plant's truth, with the limits opened so that nothing holds the wild styles back.
 * On ideal wires at 500 Hz the accuracy asked for is that of "A rep"; on the RTU
 * layout's rates phases within 25 ms and range within 0.3 deg.
 *
 * One style plays the very edge of a definition, so that a hair decides a boundary:
 * legs of 120 kg that drop bounce once and stand for about 40 ms before they sink to
 * the bottom. A stand of 40 ms ends the bounce, a shorter one does not: the lift's
 * start then differs by 0.2 s and the bottom by 1.4 deg. One to two stands of a hundred
 * are within half a millisecond of 40, and on the RTU layout samples are 11 ms apart.
 * There 97 of 100 must be within the accuracy asked for, 99 within bounds of their own,
 * and both are printed.
 *
 * A rep whose true excursion is as close to the full rep's 30 deg as the range may be
 * wrong is full or partial alike; such reps are printed, at most two in a thousand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include <math.h>

#include "rig.h"

#ifndef REPS
#define REPS 1000
#endif
#define SET_REPS 20
#define SETS_PER_MACHINE 3 /* of one zeroing: a session's three sets */

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

/* What 99 of 100 must reach, or 97 and these of their own where a definition's edge is
 * what the style plays. */
typedef struct {
    double asked_frac;
    double own[MEASURES];
} gate_t;

static gate_t gate_of(const case_t *test)
{
    gate_t gate = {.asked_frac = 0.99};
    if (test->style == RH_STYLE_DROP && test->mass_kg > 100.0 &&
        test->wires == RIG_RTU) {
        gate.asked_frac = 0.97;
        gate.own[RANGE_DEG] = 2.0;
    }
    return gate;
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

/* Reps as they come from both sides, in order; the machine may tell a little later. */
typedef struct {
    rh_truth_rep_t truth[64];
    rh_rep_t rep[64];
    int truths, reps, full, partial;
} pairs_t;

static void collect(rig_t *rig, pairs_t *pairs)
{
    if (rig->truth_closed) {
        assert_true(pairs->truths < 64);
        pairs->truth[pairs->truths++] = rig->truth_rep;
        pairs->full += rig->truth_rep.full;
        pairs->partial += !rig->truth_rep.full;
    }
    for (uint32_t i = 0; i < rig->output.event_count; i++) {
        if (rig->output.event[i].kind == RH_EVENT_REP) {
            assert_true(pairs->reps < 64);
            pairs->rep[pairs->reps++] = rig->output.event[i].rep;
        }
    }
}

static void play_and_collect(rig_t *rig, const rh_plan_t *plan, pairs_t *pairs)
{
    *pairs = (pairs_t){0};
    assert_true(rh_person_begin(&rig->plant, plan));
    int64_t quiet_ns = 0;
    int64_t end_ns = rig->now_ns + (int64_t)((20.0 + plan->reps * 12.0) * 1e9);
    while (quiet_ns < 3000000000 && rig->now_ns < end_ns) {
        rig_tick(rig);
        collect(rig, pairs);
        quiet_ns = rh_person_is_busy(&rig->plant) ? 0 : quiet_ns + 2000000;
    }
    assert_true(rig->now_ns < end_ns);
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
    assert_true(fabs(over_deg) <= (test->wires == RIG_RTU ? 0.3 : 0.2));
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

static void report(const case_t *test, int full, int partial)
{
    print_message(
        "%-14s %3.0f kg %-5s %4d full %3d partial | phase p99 %5.1f ms, range p99 %.3f "
        "deg, rate p99 %.2f dps, force p99 %.1f N, work p99 %.1f %%\n",
        test->name, test->mass_kg, test->wires == RIG_RTU ? "rtu" : "ideal", full,
        partial, percentile(PHASE_MS, 0.99), percentile(RANGE_DEG, 0.99),
        percentile(RATE_DPS, 0.99), percentile(FORCE_N, 0.99),
        100.0 * percentile(WORK_FRAC, 0.99));
}

static bool is_within(measure_t measure, double bound, const gate_t *gate)
{
    double reached = percentile(measure, gate->asked_frac);
    if (gate->asked_frac < 0.99) {
        print_message(
            "    at the edge: p%.0f %.3f of %.3f asked, p99 %.3f of %.3f own\n",
            100.0 * gate->asked_frac, reached, bound, percentile(measure, 0.99),
            fmax(bound, gate->own[measure]));
    }
    return reached <= bound &&
           percentile(measure, 0.99) <= fmax(bound, gate->own[measure]);
}

static void assert_accurate(const case_t *test)
{
    gate_t gate = gate_of(test);
    bool is_rtu = test->wires == RIG_RTU;
    assert_true(is_within(PHASE_MS, is_rtu ? 25.0 : 10.0, &gate));
    assert_true(is_within(RANGE_DEG, is_rtu ? 0.3 : 0.2, &gate));
    assert_true(is_within(FORCE_OF_ALLOWED, 1.0, &gate));
    assert_true(is_within(WORK_FRAC, 0.015, &gate));
    if (!is_rtu) {
        assert_true(is_within(RATE_OF_ALLOWED, 1.0, &gate));
    }
}

static void counts_exactly_and_measures_well(void **state)
{
    const case_t *test = *state;
    static rig_t rig;
    int full = 0;
    int partial = 0;
    int undecided = 0;
    for (int i = 0; i < MEASURES; i++) {
        errors[i].count = 0;
    }
    for (int sets = 0; full < REPS; sets++) {
        if (sets % SETS_PER_MACHINE == 0) {
            start_case(&rig, test); /* another seed; cells that drift are zeroed anew */
        }
        rh_plan_t plan = rh_plan_defaults(test->style);
        plan.side = test->side;
        plan.reps = SET_REPS;
        plan.load_nm = 0.0;
        plan.variation_frac = 1.0;
        static pairs_t pairs;
        play_and_collect(&rig, &plan, &pairs);
        assert_int_equal(pairs.reps, pairs.truths);
        for (int i = 0; i < pairs.reps; i++) {
            undecided += !agree_on_full(test, &pairs.rep[i], &pairs.truth[i]);
            assert_tiles(&pairs.rep[i]);
            compare(&pairs.rep[i], &pairs.truth[i],
                    rig.settings.machine.strap_radius_m);
        }
        assert_true(pairs.full > 0);
        full += pairs.full;
        partial += pairs.partial;
    }
    report(test, full, partial);
    assert_true(undecided <= REPS / 500);
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
