/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every style against the table of signatures (HARDWARE.md 8.2): 80 kg, 60 N m on top
 * of the compensated arm, stops moved to +25 deg, gate off. The mean over 20 seeds
 * holds each cell to 10 % or 3 deg, every single seed to twice that.
 *
 * The table's model has no gear loss (with efficiency 1 its 52..91 N come out
 * as 51..91, with 0.92 as 49..96), so its rows run with efficiency 1; the same rows
 * with the gear are derived and stand below, as do the roller's twins and the rows of
 * "lets go".
 *
 * One cell cannot be met: see a_swing_s_up_stroke_does_the_whole_work_on_the_arm.
 */
#include "rig.h"
#include "signature.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define SEEDS 20
#define FREE_STOP_DEG 25.0
#define LET_GO_S 2.0
#define LOSSLESS 1.0
#define GEAR 0.92

/* A case: who does what on which machine. */
typedef struct {
    rh_style_t style;
    rh_coupling_t coupling;
    double efficiency;
    double load_nm;
    rh_leg_side_t side;
    double mass_kg;
    double compensated; /* share of the arm's weight that the motor carries */
} case_t;

typedef enum { ANGLE, SHARE, BELOW, ABOVE } check_t;

typedef struct {
    const char *name;
    size_t offset;
    check_t check;
    double value;
} cell_t;

#define CELL(field, check, value)                                                      \
    {                                                                                  \
#field, offsetof(rh_signature_t, field), check, value                          \
    }

static rh_plan_t plan_of(const case_t *what)
{
    rh_plan_t plan = rh_plan_defaults(what->style);

    plan.reps = what->style == RH_STYLE_LETS_GO ? 1 : 11;
    plan.side = what->side;
    plan.load_nm = what->load_nm;
    if (what->style == RH_STYLE_SMOOTH || what->style == RH_STYLE_OVEREXTEND) {
        plan.hold_s = 0.0; /* the table's reps turn at once */
        plan.rest_s = 0.0;
    }
    return plan;
}

/* The steady part of a set: without the first reps, in which a swing builds up and
 * practises, and without the last, which is lowered. */
static bool is_measured(const case_t *what, const rh_plant_t *plant)
{
    const int32_t done = plant->act.reps_done;

    switch (what->style) {
    case RH_STYLE_LETS_GO:
        return plant->act.act == RH_ACT_LET_GO;
    case RH_STYLE_SWING:
    case RH_STYLE_DROP:
        return done >= 4 && done < 10;
    default:
        return done >= 1 && done < 11;
    }
}

static rh_signature_t measure(const case_t *what, uint64_t seed)
{
    rh_plant_config_t config = rig_config();
    const rh_plan_t plan = plan_of(what);
    rh_signature_meter_t meter;
    rig_t rig;
    double gone_s = 0.0;

    config.coupling = what->coupling;
    config.gear_efficiency = what->efficiency;
    config.stop_top_deg = FREE_STOP_DEG;
    rig_init(&rig, what->mass_kg, &config, seed);
    rh_signature_init(&meter);
    rig.load_nm = what->load_nm;
    rig_run(&rig, 0.2);
    assert_true(rh_person_begin(&rig.plant, &plan));
    while (gone_s < LET_GO_S && rig.plant.act.act != RH_ACT_RELAXED) {
        const rh_plant_t *plant = &rig.plant;
        rh_plant_truth_t truth = {0};

        rig.input.torque_command_nm =
            what->compensated * plant->arm_gravity_nm * plant->arm_cos - what->load_nm;
        rh_plant_step(&rig.plant, &rig.input, RIG_STEP_S);
        gone_s += plant->act.act == RH_ACT_LET_GO ? RIG_STEP_S : 0.0;
        if (is_measured(what, plant)) {
            truth = rh_plant_truth(plant);
            rh_signature_step(&meter, &truth, RIG_STEP_S);
        }
    }
    return rh_signature_read(&meter, what->load_nm);
}

static double value_of(const rh_signature_t *signature, const cell_t *cell)
{
    double value;

    memcpy(&value, (const char *)signature + cell->offset, sizeof(value));
    return value;
}

static double tolerance_of(const cell_t *cell)
{
    return cell->check == ANGLE ? 3.0 : 0.1 * fabs(cell->value);
}

static bool holds(const cell_t *cell, double value, double factor)
{
    switch (cell->check) {
    case BELOW:
        return value <= cell->value + tolerance_of(cell);
    case ABOVE:
        return value >= cell->value - tolerance_of(cell);
    default:
        return fabs(value - cell->value) <= factor * tolerance_of(cell) + 1e-9;
    }
}

/* Holds all cells of a row; prints every cell that does not hold before it fails. */
static void hold_row(case_t what, const cell_t *cells, size_t count)
{
    double sum[16] = {0.0};
    int failures = 0;

    assert_true(count <= 16);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        const rh_signature_t seen = measure(&what, seed);

        for (size_t i = 0; i < count; i++) {
            const double value = value_of(&seen, &cells[i]);

            sum[i] += value;
            if ((cells[i].check == ANGLE || cells[i].check == SHARE) &&
                !holds(&cells[i], value, 2.0)) {
                print_error("seed %d: %s = %.4g, cell %.4g\n", (int)seed, cells[i].name,
                            value, cells[i].value);
                failures++;
            }
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (!holds(&cells[i], sum[i] / SEEDS, 1.0)) {
            print_error("mean of %d seeds: %s = %.4g, cell %.4g\n", SEEDS,
                        cells[i].name, sum[i] / SEEDS, cells[i].value);
            failures++;
        }
    }
    assert_int_equal(failures, 0);
}

#define HOLD(what, cells) hold_row(what, cells, sizeof(cells) / sizeof((cells)[0]))

static case_t table_case(rh_style_t style, double load_nm)
{
    return (case_t){.style = style,
                    .coupling = RH_COUPLING_STRAP,
                    .efficiency = LOSSLESS,
                    .load_nm = load_nm,
                    .mass_kg = 80.0,
                    .compensated = 1.0};
}

static void a_smooth_rep_looks_like_the_table(void **state)
{
    const case_t what = table_case(RH_STYLE_SMOOTH, 60.0);
    const cell_t cells[] = {
        CELL(bottom_deg, ANGLE, -94.0),    CELL(top_deg, ANGLE, 1.0),
        CELL(up_dps, SHARE, 125.0),        CELL(down_dps, SHARE, -125.0),
        CELL(force_min_n, SHARE, 52.0),    CELL(force_max_n, SHARE, 91.0),
        CELL(force_mean_n, SHARE, 72.0),   CELL(peak_to_mean, SHARE, 1.2),
        CELL(force_rate_kn_s, BELOW, 0.4), CELL(slack_share, BELOW, 0.0),
        CELL(hip_peak_nm, SHARE, 137.0),
    };

    (void)state;
    HOLD(what, cells);
}

static void a_smooth_rep_at_150_nm_looks_like_the_table(void **state)
{
    const case_t what = table_case(RH_STYLE_SMOOTH, 150.0);
    const cell_t cells[] = {
        CELL(bottom_deg, ANGLE, -96.0),   CELL(top_deg, ANGLE, -1.0),
        CELL(up_dps, SHARE, 125.0),       CELL(down_dps, SHARE, -125.0),
        CELL(force_mean_n, SHARE, 182.0), CELL(peak_to_mean, SHARE, 1.1),
        CELL(hip_peak_nm, SHARE, 225.0),
    };

    (void)state;
    HOLD(what, cells);
}

static void a_smooth_rep_without_compensation_looks_like_the_re_run(void **state)
{
    case_t what = table_case(RH_STYLE_SMOOTH, 60.0);
    const cell_t cells[] = {
        CELL(force_min_n, SHARE, 78.0),
        CELL(force_max_n, SHARE, 111.0),
        CELL(force_mean_n, SHARE, 97.0),
        CELL(hip_peak_nm, SHARE, 168.0),
    };

    (void)state;
    what.compensated = 0.0;
    HOLD(what, cells);
}

static void a_swing_looks_like_the_table(void **state)
{
    const case_t what = table_case(RH_STYLE_SWING, 60.0);
    const cell_t cells[] = {
        CELL(bottom_deg, ANGLE, -103.0),    CELL(top_deg, ANGLE, 15.0),
        CELL(up_dps, SHARE, 275.0),         CELL(down_dps, SHARE, -371.0),
        CELL(force_min_n, BELOW, 0.0),      CELL(peak_to_mean, SHARE, 9.5),
        CELL(force_rate_kn_s, ABOVE, 50.0), CELL(slack_share, ABOVE, 0.07),
        CELL(slack_share, BELOW, 0.54),
    };

    (void)state;
    HOLD(what, cells);
}

/* The table says W / (F_set x travel) < 0.7. The arm stands at both ends of an
 * up-stroke, so what it gets from the coupling is the motor's resistance times the
 * travel plus friction, whatever the course of the force: at least 1, and 1.1 with 4 N
 * m and 0.6 N m s. A ratio below 0.7 would need an arm that enters the stroke with
 * energy from elsewhere (a springy stop at the bottom, or a meter that sees no spikes).
 */
static void a_swing_s_up_stroke_does_the_whole_work_on_the_arm(void **state)
{
    const case_t what = table_case(RH_STYLE_SWING, 60.0);
    const cell_t cells[] = {CELL(work_ratio, SHARE, 1.10)};

    (void)state;
    HOLD(what, cells);
}

static void an_overextension_looks_like_the_table(void **state)
{
    const case_t what = table_case(RH_STYLE_OVEREXTEND, 60.0);
    const cell_t cells[] = {
        CELL(bottom_deg, ANGLE, -94.0),  CELL(top_deg, ANGLE, 18.0),
        CELL(up_dps, SHARE, 150.0),      CELL(down_dps, SHARE, -150.0),
        CELL(force_mean_n, SHARE, 72.0), CELL(slack_share, BELOW, 0.0),
    };

    (void)state;
    HOLD(what, cells);
}

/* Legs that only let go do not run away from an arm that is pulled down with 60 N m
 * (see the rows of "lets go"); the table's slack needs hips that pull, and so they do.
 */
static void a_drop_looks_like_the_table(void **state)
{
    const case_t what = table_case(RH_STYLE_DROP, 60.0);
    const cell_t cells[] = {
        CELL(bottom_deg, ANGLE, -103.0),    CELL(down_dps, SHARE, -341.0),
        CELL(force_min_n, BELOW, 0.0),      CELL(force_max_n, ABOVE, 400.0),
        CELL(falling_slack_s, ABOVE, 0.08),
    };

    (void)state;
    HOLD(what, cells);
}

static void a_single_leg_looks_like_the_table(void **state)
{
    case_t what = table_case(RH_STYLE_SMOOTH, 60.0);
    const cell_t cells[] = {
        CELL(bottom_deg, ANGLE, -94.0), CELL(top_deg, ANGLE, 1.0),
        CELL(up_dps, SHARE, 122.0),     CELL(force_mean_n, SHARE, 72.0),
        CELL(left_share, ABOVE, 0.75),  CELL(hip_peak_nm, SHARE, 102.0),
    };

    (void)state;
    what.side = RH_LEG_LEFT;
    HOLD(what, cells);
}

/* Derived: the default machine, whose gear loses 8 %. */
static void with_the_gear_s_losses_a_smooth_rep_has_its_derived_cells(void **state)
{
    case_t what = table_case(RH_STYLE_SMOOTH, 60.0);
    const cell_t cells[] = {
        CELL(bottom_deg, ANGLE, -91.9),     CELL(top_deg, ANGLE, 1.4),
        CELL(force_min_n, SHARE, 49.2),     CELL(force_max_n, SHARE, 96.4),
        CELL(force_mean_n, SHARE, 71.0),    CELL(peak_to_mean, SHARE, 1.36),
        CELL(force_rate_kn_s, SHARE, 0.65), CELL(hip_peak_nm, SHARE, 143.0),
    };

    (void)state;
    what.efficiency = GEAR;
    HOLD(what, cells);
    what.coupling = RH_COUPLING_ROLLER; /* taut throughout: no difference */
    HOLD(what, cells);
}

/* Derived: a roller cannot go slack, it pulls; the spikes of the strap are missing. */
static void the_roller_s_swing_has_its_derived_cells(void **state)
{
    case_t what = table_case(RH_STYLE_SWING, 60.0);
    const cell_t cells[] = {
        CELL(bottom_deg, ANGLE, -103.5), CELL(top_deg, ANGLE, 15.3),
        CELL(up_dps, SHARE, 265.0),      CELL(down_dps, SHARE, -349.0),
        CELL(force_min_n, BELOW, -60.0), CELL(peak_to_mean, SHARE, 3.84),
        CELL(slack_share, SHARE, 0.28),
    };

    (void)state;
    what.coupling = RH_COUPLING_ROLLER;
    HOLD(what, cells);
    what.efficiency = GEAR;
    HOLD(what, cells);
}

static void the_roller_s_drop_has_its_derived_cells(void **state)
{
    case_t what = table_case(RH_STYLE_DROP, 60.0);
    const cell_t cells[] = {
        CELL(bottom_deg, ANGLE, -103.5),    CELL(down_dps, SHARE, -285.0),
        CELL(force_min_n, SHARE, -150.0),   CELL(force_max_n, SHARE, 262.0),
        CELL(falling_slack_s, ABOVE, 0.08),
    };

    (void)state;
    what.coupling = RH_COUPLING_ROLLER;
    HOLD(what, cells);
    what.efficiency = GEAR;
    HOLD(what, cells);
}

/* Derived: all torque to 0 in 100 ms at -20 deg of a lift. The arm's 60 N m and the
 * legs fall together into the lower stop; nothing is slack on the way. */
static void letting_go_has_its_derived_cells_with_strap_and_roller(void **state)
{
    case_t what = table_case(RH_STYLE_LETS_GO, 60.0);
    const cell_t strap[] = {
        CELL(bottom_deg, ANGLE, -108.0), CELL(top_deg, ANGLE, -11.5),
        CELL(down_dps, SHARE, -344.0),   CELL(force_min_n, BELOW, 0.0),
        CELL(force_max_n, SHARE, 975.0), CELL(falling_slack_s, BELOW, 0.02),
    };
    const cell_t roller[] = {
        CELL(bottom_deg, ANGLE, -108.0), CELL(top_deg, ANGLE, -11.5),
        CELL(down_dps, SHARE, -344.0),   CELL(force_min_n, SHARE, -995.0),
        CELL(force_max_n, SHARE, 569.0), CELL(falling_slack_s, BELOW, 0.02),
    };

    (void)state;
    for (int gear = 0; gear < 2; gear++) {
        what.efficiency = gear ? GEAR : LOSSLESS;
        what.coupling = RH_COUPLING_STRAP;
        HOLD(what, strap);
        what.coupling = RH_COUPLING_ROLLER;
        HOLD(what, roller);
    }
}

/* The load grows with the person's own leg gravity, as programs do. */
static case_t scaled_case(rh_style_t style, rh_coupling_t coupling, double mass_kg)
{
    case_t what = table_case(style, 0.0);

    what.coupling = coupling;
    what.efficiency = GEAR;
    what.mass_kg = mass_kg;
    what.load_nm = 60.0 * rh_person_body(rh_person_of_mass(mass_kg)).gravity_nm / 99.0;
    return what;
}

static void light_and_heavy_persons_show_the_same_styles(void **state)
{
    const cell_t smooth[] = {CELL(bottom_deg, ANGLE, -92.0), CELL(top_deg, ANGLE, 1.0),
                             CELL(up_dps, SHARE, 130.0), CELL(slack_share, BELOW, 0.0)};
    const cell_t swing[] = {CELL(top_deg, ANGLE, 15.5), CELL(bottom_deg, BELOW, -89.0),
                            CELL(up_dps, ABOVE, 190.0), CELL(down_dps, BELOW, -300.0)};
    const cell_t over[] = {CELL(top_deg, ANGLE, 17.5), CELL(up_dps, ABOVE, 145.0)};
    const cell_t drop[] = {CELL(top_deg, ANGLE, 1.0), CELL(bottom_deg, ANGLE, -103.5),
                           CELL(down_dps, BELOW, -230.0)};
    const cell_t lets_go[] = {CELL(top_deg, ANGLE, -11.5),
                              CELL(down_dps, BELOW, -300.0),
                              CELL(bottom_deg, BELOW, -105.0)};
    const double kg[] = {50.0, 120.0};

    (void)state;
    for (int i = 0; i < 4; i++) {
        const rh_coupling_t coupling = i < 2 ? RH_COUPLING_STRAP : RH_COUPLING_ROLLER;
        const double mass_kg = kg[i % 2];

        HOLD(scaled_case(RH_STYLE_SMOOTH, coupling, mass_kg), smooth);
        HOLD(scaled_case(RH_STYLE_SWING, coupling, mass_kg), swing);
        HOLD(scaled_case(RH_STYLE_OVEREXTEND, coupling, mass_kg), over);
        HOLD(scaled_case(RH_STYLE_DROP, coupling, mass_kg), drop);
        HOLD(scaled_case(RH_STYLE_LETS_GO, coupling, mass_kg), lets_go);
    }
}

/* Not with a strap: without load nothing brings the arm down again from the top. */
static void in_rollers_a_swing_is_a_swing_at_every_load(void **state)
{
    const double load_nm[] = {0.0, 10.0, 30.0, 90.0, 120.0};
    const cell_t cells[] = {
        CELL(top_deg, ABOVE, 10.0),     CELL(top_deg, BELOW, 18.0),
        CELL(bottom_deg, BELOW, -92.0), CELL(up_dps, ABOVE, 230.0),
        CELL(down_dps, BELOW, -270.0),  CELL(force_rate_kn_s, ABOVE, 10),
    };

    (void)state;
    for (int i = 0; i < 5; i++) {
        case_t what = table_case(RH_STYLE_SWING, load_nm[i]);

        what.efficiency = GEAR;
        what.coupling = RH_COUPLING_ROLLER;
        HOLD(what, cells);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_smooth_rep_looks_like_the_table),
        cmocka_unit_test(a_smooth_rep_at_150_nm_looks_like_the_table),
        cmocka_unit_test(a_smooth_rep_without_compensation_looks_like_the_re_run),
        cmocka_unit_test(a_swing_looks_like_the_table),
        cmocka_unit_test(a_swing_s_up_stroke_does_the_whole_work_on_the_arm),
        cmocka_unit_test(an_overextension_looks_like_the_table),
        cmocka_unit_test(a_drop_looks_like_the_table),
        cmocka_unit_test(a_single_leg_looks_like_the_table),
        cmocka_unit_test(with_the_gear_s_losses_a_smooth_rep_has_its_derived_cells),
        cmocka_unit_test(the_roller_s_swing_has_its_derived_cells),
        cmocka_unit_test(the_roller_s_drop_has_its_derived_cells),
        cmocka_unit_test(letting_go_has_its_derived_cells_with_strap_and_roller),
        cmocka_unit_test(light_and_heavy_persons_show_the_same_styles),
        cmocka_unit_test(in_rollers_a_swing_is_a_swing_at_every_load),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
