/* SPDX-License-Identifier: Apache-2.0 */
/* Settings to the gate's limits: the derived figures, and ceilings that nothing passes.
 */
#include "house.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "keys.h"
#include "rh/units.h"

static rh_settings_t settings;
static rh_limits_t limits;
static char error[HOUSE_ERROR];

static int make(void)
{
    error[0] = '\0';
    return rh_config_limits(&settings, &limits, error, sizeof(error));
}

static int start(void **state)
{
    (void)state;
    rh_config_defaults(&settings);
    return make();
}

static double damping_nms(int row)
{
    return limits.body[row].damping_mnm_per_dps / (double)RH_MILLI * RH_DEG_PER_RAD;
}

static void the_damping_is_that_of_the_safe_states(void **state)
{
    (void)state;
    static const struct {
        int row;
        double damping_nms;
    } rows[] = {{0, 38.0}, {1, 87.0}, {3, 137.0}, {5, 213.0}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        double off = damping_nms(rows[i].row) / rows[i].damping_nms - 1.0;
        assert_true(fabs(off) <= 0.03);
    }
}

static void damping_is_never_above_its_bound(void **state)
{
    (void)state;
    static const double legs_kgm2[] = {0.0, 3.04, 4.47, 6.17, 8.33, 10.8};
    for (int row = 0; row < RH_BODY_ROWS; row++) {
        double bound_nms = 0.25 * (settings.machine.arm_inertia_kgm2 + legs_kgm2[row]) /
                           (0.5 * 11.08e-3 + 10e-3);
        assert_true(damping_nms(row) <= bound_nms);
        assert_true(damping_nms(row) > 0.99 * bound_nms);
    }
}

/* 0.678 x mass x 9.81 on the pads: a person's own row holds on noisy cells, the next
 * one's does not. */
static void a_person_gets_the_row_of_at_most_their_own_mass(void **state)
{
    (void)state;
    static const double masses_kg[] = {50.0, 65.0, 80.0, 100.0, 120.0};
    assert_int_equal(limits.body[0].pad_min_mn, 0);
    for (int i = 0; i < 5; i++) {
        double pad_mn = 0.678 * masses_kg[i] * 9.81 * 1000.0;
        assert_true(limits.body[i + 1].pad_min_mn <= pad_mn * 0.981);
        assert_true(limits.body[i + 1].pad_min_mn >= pad_mn * 0.979);
        assert_true(i == 4 || limits.body[i + 2].pad_min_mn > pad_mn * 1.02);
    }
}

static void heavier_persons_get_more_damping_and_longer_ways_to_stop(void **state)
{
    (void)state;
    for (int row = 1; row < RH_BODY_ROWS; row++) {
        assert_true(limits.body[row].damping_mnm_per_dps >
                    limits.body[row - 1].damping_mnm_per_dps);
        assert_true(limits.body[row].stop_q16_mdeg >
                    limits.body[row - 1].stop_q16_mdeg);
    }
}

/* 80 kg at 125 deg/s: J w^2 / (2 tau) with 8.53 kg m2 and 100 N m = 11.63 deg. */
static void the_stop_distance_is_that_of_the_funnel(void **state)
{
    (void)state;
    double stop_mdeg = limits.body[3].stop_q16_mdeg / 65536.0 * 125.0 * 125.0;
    double rate_rps = 125.0 * RH_RAD_PER_DEG;
    double bound_deg = 8.53 * rate_rps * rate_rps / 200.0 * RH_DEG_PER_RAD;
    assert_near(stop_mdeg / 1000.0, bound_deg, 0.01);
    assert_true(stop_mdeg / 1000.0 >= bound_deg);
    assert_int_equal(limits.funnel_delay_us, 26620);
}

static void the_table_of_limits_is_reproduced(void **state)
{
    (void)state;
    assert_int_equal(limits.soft_top_mdeg, 3000);
    assert_int_equal(limits.soft_bottom_mdeg, -99000);
    assert_int_equal(limits.rom_soft_bottom_mdeg, 6000);
    assert_int_equal(limits.trip_top_mdeg, 8000);
    assert_int_equal(limits.trip_bottom_mdeg, -102000);
    assert_int_equal(limits.wall_mnm_per_deg, 20000);
    assert_int_equal(limits.wall_max_mnm, 100000);
    assert_int_equal(limits.sink_mdps, 60000);
    assert_int_equal(limits.rest_mdeg, -80000);
    assert_int_equal(limits.late_count_us, 4000);
    assert_int_equal(limits.late_safe1_us, 12000);
    assert_int_equal(limits.late_safe3_us, 40000);
    assert_int_equal(limits.comfort_ramp_ms, 90);
    assert_int_equal(limits.comfort_confirm_ms, 150);
    assert_int_equal(limits.grip_open_ms, 100);
    assert_int_equal(limits.runaway_mnm, 10000);
    assert_int_equal(limits.runaway_permille, 150);
    assert_int_equal(limits.strap_radius_mm, 848);
}

static void no_limit_is_left_at_zero(void **state)
{
    (void)state;
    const int32_t *words = (const int32_t *)&limits;
    /* the last two are facts about this machine, not limits */
    size_t facts = offsetof(rh_limits_t, speed_limit_brakes) / sizeof(int32_t);
    for (size_t i = 0; i < facts; i++) {
        size_t bodies = offsetof(rh_limits_t, body) / sizeof(int32_t);
        bool arm_alone = i == bodies || i == bodies + 3; /* no pad weight, no legs */
        assert_true(arm_alone ? words[i] == 0 : words[i] != 0);
    }
}

static void carrying_the_arm_is_permitted_and_lifting_legs_is_not(void **state)
{
    (void)state;
    assert_true(limits.lift_max_mnm > limits.arm_gravity_mnm);
    assert_true(limits.lift_max_mnm < limits.arm_gravity_mnm + 55000);
    assert_true(limits.lift_max_mnm <= 0.8 * (55000 + limits.arm_gravity_mnm));
}

/* Net torque of a smooth rep, cosine from -94 to +1 deg peaking at 125 deg/s: arm
 * carried and 60 N m of plate or constant load. Neither slew nor window may bite. */
static void a_smooth_rep_passes_slew_and_window_untouched(void **state)
{
    (void)state;
    for (int plate = 0; plate <= 1; plate++) {
        double window_s = limits.window_ms / 1000.0;
        double frequency_rps = 2.0 * 125.0 / 95.0;
        double before_nm = 0.0;
        for (int step = 0; step < 1500; step++) {
            double time_s = step * 0.002;
            double torque_nm[2];
            for (int i = 0; i < 2; i++) {
                double phase = frequency_rps * (time_s - i * window_s);
                double angle = (-46.5 - 47.5 * cos(phase)) * RH_RAD_PER_DEG;
                torque_nm[i] =
                    fabs(39.7 * cos(angle) - 60.0 * (plate ? cos(angle) : 1.0));
            }
            double growth_nm = torque_nm[0] - before_nm;
            assert_true(step == 0 ||
                        growth_nm <= limits.slew_load_mnm_per_s / 1000.0 * 0.002);
            assert_true(torque_nm[0] - torque_nm[1] <= limits.window_mnm / 1000.0);
            before_nm = torque_nm[0];
        }
    }
}

/* ---- ceilings -------------------------------------------------------------------- */

static void refuses(const char *reason)
{
    assert_int_equal(make(), -EINVAL);
    if (strstr(error, reason) == NULL) {
        print_error("%s\n", error);
    }
    assert_non_null(strstr(error, reason));
    static const rh_limits_t nothing;
    assert_memory_equal(&limits, &nothing, sizeof(limits));
}

static void settings_beyond_a_ceiling_are_refused_and_grant_nothing(void **state)
{
    (void)state;
    settings.machine.torque_max_nm = 250.001;
    refuses("[machine] torque_max_nm: 250.001 is out of range; permitted: 10..250 N m");
    rh_config_defaults(&settings);
    settings.limits.soft_top_deg = 3.001;
    refuses("soft_top_deg");
    rh_config_defaults(&settings);
    settings.limits.sink_dps = 61.0;
    refuses("sink_dps");
}

static void what_is_no_number_is_refused(void **state)
{
    (void)state;
    settings.limits.wall_max_nm = NAN;
    refuses("wall_max_nm");
    rh_config_defaults(&settings);
    settings.limits.trip_top_deg = -INFINITY;
    refuses("trip_top_deg");
}

/* Every number of the two sections, just outside either end of its row. */
static void each_row_of_the_table_holds_for_the_gate_too(void **state)
{
    (void)state;
    static const rh_section_id_t ids[] = {RH_SECTION_MACHINE, RH_SECTION_LIMITS};
    void *const items[] = {&settings.machine, &settings.limits};
    int tried = 0;
    for (int s = 0; s < 2; s++) {
        const rh_section_t *section = rh_section(ids[s]);
        for (int k = 0; k < section->key_count; k++) {
            const rh_key_t *key = &section->keys[k];
            if (key->type != RH_KEY_REAL) {
                continue;
            }
            const double outside[] = {nextafter(key->min, -INFINITY),
                                      nextafter(key->max, INFINITY)};
            for (int end = 0; end < 2; end++) {
                rh_config_defaults(&settings);
                memcpy((char *)items[s] + key->offset, &outside[end], sizeof(double));
                refuses(key->key);
                tried++;
            }
        }
    }
    assert_true(tried > 100);
}

/* The table may be narrowed by anybody; it must never be opened past the ceilings. */
static void the_table_ends_where_the_ceilings_are(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        double bound;
        rh_section_id_t section;
        bool is_floor;
    } rows[] = {
        {"torque_max_nm", RH_CEILING_TORQUE_MNM, RH_SECTION_MACHINE, false},
        {"soft_top_deg", RH_CEILING_SOFT_TOP_MDEG, RH_SECTION_LIMITS, false},
        {"trip_top_deg", RH_CEILING_TRIP_TOP_MDEG, RH_SECTION_LIMITS, false},
        {"trip_bottom_deg", RH_FLOOR_TRIP_BOTTOM_MDEG, RH_SECTION_LIMITS, true},
        {"sink_dps", RH_CEILING_SINK_MDPS, RH_SECTION_LIMITS, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const rh_key_t *key = rh_key_find(rh_section(rows[i].section), rows[i].key);
        double end = rows[i].is_floor ? key->min : key->max;
        assert_true(rows[i].is_floor ? end * RH_MILLI >= rows[i].bound
                                     : end * RH_MILLI <= rows[i].bound);
    }
}

static void limits_open_to_the_stops_for_a_simulated_machine_only(void **state)
{
    (void)state;
    settings.limits.open_limits = true;
    refuses("only for a machine with simulated = yes");
    settings.machine.simulated = true;
    assert_int_equal(make(), 0);
    assert_true(limits.soft_top_mdeg >= 15000);
    assert_true(limits.trip_top_mdeg > limits.soft_top_mdeg);
    assert_true(limits.soft_bottom_mdeg <= -105000);
    assert_true(limits.trip_bottom_mdeg < limits.soft_bottom_mdeg);
    assert_int_equal(limits.sink_mdps, 60000);
    assert_int_equal(limits.resist_max_mnm, 150000);
}

static void pauses_of_the_host_are_allowed_for_a_simulated_machine_only(void **state)
{
    (void)state;
    settings.limits.host_pause_ms = 30.0;
    refuses("only for a machine with simulated = yes");
    settings.machine.simulated = true;
    assert_int_equal(make(), 0);
    assert_int_equal(limits.late_safe1_us, 42000);
    assert_int_equal(limits.late_safe3_us, 70000);
    assert_int_equal(limits.late_count_us, 4000);
    for (int group = 0; group < 4; group++) {
        assert_int_equal(limits.age_max_us[group], 70000);
    }
    assert_int_equal(limits.age_cut_us, 110000);
    settings.limits.host_pause_ms = 41.0;
    refuses("host_pause_ms: 41 is out of range");
}

static void an_unproven_speed_limit_does_not_brake(void **state)
{
    (void)state;
    static house_t *house;
    void *built = NULL;
    assert_int_equal(house_build(&built), 0);
    house = built;
    house_accepts(house);
    assert_int_equal(rh_config_limits(&house->settings, &limits, error, sizeof(error)),
                     0);
    assert_int_equal(limits.speed_limit_brakes, 0);
    house_edit(house, "devices/rtelligent-dsy.conf", "speed_limit_brakes = unknown",
               "speed_limit_brakes = yes");
    house_accepts(house);
    assert_int_equal(rh_config_limits(&house->settings, &limits, error, sizeof(error)),
                     0);
    assert_int_equal(limits.speed_limit_brakes, 1);
    assert_int_equal(house_tear_down(&built), 0);
}

#define ROW(name) cmocka_unit_test_setup(name, start)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(the_damping_is_that_of_the_safe_states),
        ROW(damping_is_never_above_its_bound),
        ROW(a_person_gets_the_row_of_at_most_their_own_mass),
        ROW(heavier_persons_get_more_damping_and_longer_ways_to_stop),
        ROW(the_stop_distance_is_that_of_the_funnel),
        ROW(the_table_of_limits_is_reproduced),
        ROW(no_limit_is_left_at_zero),
        ROW(carrying_the_arm_is_permitted_and_lifting_legs_is_not),
        ROW(a_smooth_rep_passes_slew_and_window_untouched),
        ROW(settings_beyond_a_ceiling_are_refused_and_grant_nothing),
        ROW(what_is_no_number_is_refused),
        ROW(each_row_of_the_table_holds_for_the_gate_too),
        ROW(the_table_ends_where_the_ceilings_are),
        ROW(limits_open_to_the_stops_for_a_simulated_machine_only),
        ROW(pauses_of_the_host_are_allowed_for_a_simulated_machine_only),
        ROW(an_unproven_speed_limit_does_not_brake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
