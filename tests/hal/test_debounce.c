/* SPDX-License-Identifier: Apache-2.0 */
/* Contacts by time, edges in order, a counter's home: the pure parts of GPIO. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "debounce.h"
#include "edge_order.h"
#include "homing.h"

#define MS INT64_C(1000000)

static uint32_t draw(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u; /* Numerical Recipes */
    return *seed >> 8;
}

static uint32_t seed_of_test(void)
{
    const char *wish = getenv("RH_SEED"); // NOLINT(concurrency-mt-unsafe)
    uint32_t seed = wish != NULL ? (uint32_t)strtoul(wish, NULL, 10) : 20260103u;
    print_message("seed %u (RH_SEED)\n", seed);
    return seed;
}

/* ---- debounce -------------------------------------------------------------------- */

static void a_contact_that_opens_counts_at_once_and_closes_when_it_holds(void **state)
{
    (void)state;
    const rh_debounce_rule_t rule = {RH_AT_ONCE_FALSE, 5 * MS};
    rh_debounce_t contact = {0};
    assert_false(rh_debounce_step(&contact, &rule, true, 0));
    assert_false(rh_debounce_step(&contact, &rule, true, 4 * MS));
    assert_true(rh_debounce_step(&contact, &rule, true, 5 * MS));
    assert_false(rh_debounce_step(&contact, &rule, false, 6 * MS));
    assert_false(rh_debounce_step(&contact, &rule, true, 7 * MS));
    assert_false(rh_debounce_step(&contact, &rule, false, 8 * MS));
    assert_false(rh_debounce_step(&contact, &rule, true, 10 * MS));
    assert_false(rh_debounce_step(&contact, &rule, true, 14 * MS));
    assert_true(rh_debounce_step(&contact, &rule, true, 15 * MS));
}

static void a_button_that_takes_load_off_counts_at_once(void **state)
{
    (void)state;
    const rh_debounce_rule_t rule = {RH_AT_ONCE_TRUE, 5 * MS};
    rh_debounce_t button = {0};
    assert_true(rh_debounce_step(&button, &rule, false, 0)); /* until it has held */
    assert_false(rh_debounce_step(&button, &rule, false, 5 * MS));
    assert_true(rh_debounce_step(&button, &rule, true, 6 * MS));
    assert_true(rh_debounce_step(&button, &rule, false, 7 * MS));
    assert_true(rh_debounce_step(&button, &rule, false, 11 * MS));
    assert_false(rh_debounce_step(&button, &rule, false, 12 * MS));
}

static void the_reset_button_waits_both_ways(void **state)
{
    (void)state;
    const rh_debounce_rule_t rule = {RH_AT_ONCE_NONE, 5 * MS};
    rh_debounce_t button = {0};
    assert_false(rh_debounce_step(&button, &rule, true, 0));
    assert_true(rh_debounce_step(&button, &rule, true, 5 * MS));
    assert_true(rh_debounce_step(&button, &rule, false, 6 * MS));
    assert_true(rh_debounce_step(&button, &rule, true, 8 * MS));
    assert_true(rh_debounce_step(&button, &rule, false, 9 * MS));
    assert_true(rh_debounce_step(&button, &rule, false, 13 * MS));
    assert_false(rh_debounce_step(&button, &rule, false, 14 * MS));
}

static void without_a_time_the_level_is_the_value(void **state)
{
    (void)state;
    uint32_t seed = seed_of_test();
    for (int at_once = RH_AT_ONCE_NONE; at_once <= RH_AT_ONCE_TRUE; at_once++) {
        const rh_debounce_rule_t rule = {(rh_at_once_t)at_once, 0};
        rh_debounce_t contact = {0};
        for (int i = 0; i < 1000; i++) {
            bool level = draw(&seed) % 2 == 0;
            assert_int_equal(rh_debounce_step(&contact, &rule, level, i * MS), level);
        }
    }
}

/* Whatever a contact does: open is open in the same look, closed has held its time. */
static void a_bouncing_contact_is_never_closed_before_it_has_held(void **state)
{
    (void)state;
    uint32_t seed = seed_of_test();
    const rh_debounce_rule_t rule = {RH_AT_ONCE_FALSE, 5 * MS};
    rh_debounce_t contact = {0};
    int64_t closed_since_ns = -1;
    for (int64_t now_ns = 0; now_ns < 20000 * MS; now_ns += 2 * MS) {
        bool level = draw(&seed) % 8 != 0;
        closed_since_ns = !level ? -1 : closed_since_ns < 0 ? now_ns : closed_since_ns;
        bool has_held = level && now_ns - closed_since_ns >= rule.hold_ns;
        assert_int_equal(rh_debounce_step(&contact, &rule, level, now_ns), has_held);
    }
}

/* ---- order of edges -------------------------------------------------------------- */

static rh_gpio_edge_t numbered(uint32_t sequence)
{
    return (rh_gpio_edge_t){sequence * 10000, sequence, true, 0, false};
}

static void numbered_edges_pass_as_soon_as_it_is_their_turn(void **state)
{
    (void)state;
    rh_edge_order_t order = {0};
    rh_gpio_edge_t edge = numbered(2);
    rh_edge_order_add(&order, &edge);
    assert_false(rh_edge_order_take(&order, 20000, &edge));
    assert_int_equal(rh_edge_order_known_ns(&order, true, 50000), 20000);
    edge = numbered(1);
    rh_edge_order_add(&order, &edge);
    for (uint32_t expected = 1; expected <= 2; expected++) {
        assert_true(rh_edge_order_take(&order, 20000, &edge));
        assert_int_equal(edge.sequence, expected);
    }
    assert_int_equal(rh_edge_order_known_ns(&order, true, 50000), 50000);
}

static void a_missing_number_is_waited_for_and_then_given_up(void **state)
{
    (void)state;
    rh_edge_order_t order = {0};
    rh_gpio_edge_t edge = numbered(5);
    rh_edge_order_add(&order, &edge);
    assert_false(rh_edge_order_take(&order, 50000 + RH_EDGE_HOLD_NS - 1, &edge));
    assert_true(rh_edge_order_take(&order, 50000 + RH_EDGE_HOLD_NS, &edge));
    edge = numbered(6);
    rh_edge_order_add(&order, &edge);
    assert_true(rh_edge_order_take(&order, 60000, &edge));
}

static void edges_without_numbers_pass_by_their_stamps(void **state)
{
    (void)state;
    uint32_t seed = seed_of_test();
    rh_edge_order_t order = {0};
    rh_gpio_edge_t edge;
    int64_t last_ns = -10 * MS;
    int taken = 0;
    for (int64_t now_ns = 0; now_ns < 4000 * MS; now_ns += MS) {
        int64_t late_ns = draw(&seed) % RH_EDGE_HOLD_NS;
        edge = (rh_gpio_edge_t){now_ns - late_ns, 0, false, (int)(seed & 1), true};
        rh_edge_order_add(&order, &edge);
        while (rh_edge_order_take(&order, now_ns, &edge)) {
            assert_true(edge.t_ns >= last_ns);
            last_ns = edge.t_ns;
            taken++;
        }
        assert_true(rh_edge_order_known_ns(&order, false, now_ns) >= last_ns);
    }
    assert_true(taken > 3990);
}

static void a_full_list_passes_what_it_holds(void **state)
{
    (void)state;
    rh_edge_order_t order = {0};
    rh_gpio_edge_t edge;
    uint32_t next = 2; /* the first never comes */
    for (int i = 0; i < 1000; i++) {
        edge = numbered(next++);
        rh_edge_order_add(&order, &edge);
        while (rh_edge_order_take(&order, 0, &edge)) {
        }
        assert_true(rh_edge_order_room(&order) >= 64);
    }
}

/* ---- home ------------------------------------------------------------------------ */

static bool look_for(rh_homing_t *homing, int64_t count, int64_t *now_ns, int64_t ms)
{
    bool is_homed = false;
    for (int64_t i = 0; i <= ms; i += 2) {
        is_homed = rh_homing_look(homing, count, 57, *now_ns);
        *now_ns += 2 * MS;
    }
    return is_homed;
}

static void home_is_where_the_arm_was_still_for_a_second(void **state)
{
    (void)state;
    rh_homing_t homing = {0};
    int64_t now_ns = 5000 * MS;
    assert_false(look_for(&homing, 0, &now_ns, 900));
    assert_false(look_for(&homing, 12, &now_ns, 998));
    assert_true(look_for(&homing, 13, &now_ns, 2)); /* flicker of one count is still */
    assert_int_equal(homing.home, 13);
    assert_true(look_for(&homing, 900, &now_ns, 0)); /* and moving loses nothing */
}

static void after_a_lost_edge_home_is_found_again_near_home_alone(void **state)
{
    (void)state;
    rh_homing_t homing = {0};
    int64_t now_ns = 0;
    assert_true(look_for(&homing, 0, &now_ns, 1000));
    rh_homing_spoil(&homing, now_ns);
    assert_false(look_for(&homing, 500, &now_ns, 3000)); /* still, but held up there */
    assert_false(look_for(&homing, 58, &now_ns, 3000));
    assert_false(look_for(&homing, -3, &now_ns, 998));
    assert_true(look_for(&homing, -3, &now_ns, 2));
    assert_int_equal(homing.home, -3);
}

static void a_lost_edge_begins_the_stillness_anew(void **state)
{
    (void)state;
    rh_homing_t homing = {0};
    int64_t now_ns = 0;
    assert_false(look_for(&homing, 0, &now_ns, 900));
    rh_homing_spoil(&homing, now_ns);
    assert_false(look_for(&homing, 0, &now_ns, 900));
    assert_true(look_for(&homing, 0, &now_ns, 100));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_contact_that_opens_counts_at_once_and_closes_when_it_holds),
        cmocka_unit_test(a_button_that_takes_load_off_counts_at_once),
        cmocka_unit_test(the_reset_button_waits_both_ways),
        cmocka_unit_test(without_a_time_the_level_is_the_value),
        cmocka_unit_test(a_bouncing_contact_is_never_closed_before_it_has_held),
        cmocka_unit_test(numbered_edges_pass_as_soon_as_it_is_their_turn),
        cmocka_unit_test(a_missing_number_is_waited_for_and_then_given_up),
        cmocka_unit_test(edges_without_numbers_pass_by_their_stamps),
        cmocka_unit_test(a_full_list_passes_what_it_holds),
        cmocka_unit_test(home_is_where_the_arm_was_still_for_a_second),
        cmocka_unit_test(after_a_lost_edge_home_is_found_again_near_home_alone),
        cmocka_unit_test(a_lost_edge_begins_the_stillness_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
