/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an electrician can do wrong, as contacts, lines and registers show it.
 */
#include <math.h>

#include "bench.h"
#include "sim_rig.h"

#define MS 1000000LL

/* Relays closed, as after a second of beating. */
static rh_hardware_t closed_at(int64_t now_ns)
{
    rh_hardware_t hardware;

    rh_hardware_init(&hardware, 1000);
    rh_hardware_beat(&hardware, true, now_ns);
    rh_hardware_step(&hardware, now_ns);
    assert_true(hardware.sto_closed);
    return hardware;
}

static void an_input_without_pull_chatters_only_while_its_contact_is_open(void **state)
{
    rh_hardware_t hardware;
    int levels[2][2] = {{0}};

    (void)state;
    rh_hardware_init(&hardware, 75);
    hardware.floating = 1u << RH_CONTACT_GRIP_LEFT;
    for (int i = 1; i <= 2000; i++) {
        hardware.grip_held[0] = i > 1000;
        rh_hardware_step(&hardware, i * MS);
        levels[i > 1000][rh_hardware_input(&hardware, RH_CONTACT_GRIP_LEFT)]++;
        assert_false(rh_hardware_input(&hardware, RH_CONTACT_GRIP_RIGHT));
    }
    assert_in_range(levels[0][0], 400, 600);
    assert_int_equal(levels[1][0], 0);
}

static void a_welded_estop_channel_stays_closed_and_the_other_still_cuts(void **state)
{
    rh_hardware_t hardware = closed_at(500 * MS);

    (void)state;
    hardware.always_closed = 1u << RH_CONTACT_ESTOP_A;
    rh_hardware_press(&hardware, RH_BUTTON_ESTOP_A, 0, 500 * MS);
    for (int64_t now_ns = 501 * MS; now_ns <= 525 * MS; now_ns += MS) {
        rh_hardware_step(&hardware, now_ns);
    }
    assert_true(rh_hardware_input(&hardware, RH_CONTACT_ESTOP_A));
    assert_true(hardware.sto_closed);
    rh_hardware_press(&hardware, RH_BUTTON_ESTOP_B, 0, 525 * MS);
    for (int64_t now_ns = 526 * MS; now_ns <= 550 * MS; now_ns += MS) {
        rh_hardware_step(&hardware, now_ns);
    }
    assert_false(hardware.sto_closed);
}

/* Four times decoding, written apart from the encoder: the step between two states. */
static int decoded_step(int before, int after)
{
    static const int order[4] = {0, 1, 3, 2}; /* place of BA in the forward cycle */
    const int step = (order[after] - order[before] + 4) % 4;

    return step == 3 ? -1 : step;
}

static void a_decoder_of_the_levels_follows_the_arm_both_ways(void **state)
{
    const double way_deg[] = {-90.0, 12.0, -105.0, -30.5};
    int64_t count = rh_quadrature_count(-90.0, RH_QUADRATURE_EDGES);
    int64_t decoded = count;
    bool a = false;
    bool b = false;
    int before;

    (void)state;
    rh_quadrature_levels(count, &a, &b);
    before = a | b << 1;
    for (size_t i = 1; i < sizeof(way_deg) / sizeof(way_deg[0]); i++) {
        const int64_t goal = rh_quadrature_count(way_deg[i], RH_QUADRATURE_EDGES);

        while (count != goal) {
            count += goal > count ? 1 : -1;
            rh_quadrature_levels(count, &a, &b);
            decoded += decoded_step(before, a | b << 1);
            before = a | b << 1;
        }
        assert_int_equal(decoded, goal);
        assert_true(fabs((double)decoded * 360.0 / RH_QUADRATURE_EDGES - way_deg[i]) <
                    0.1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_input_without_pull_chatters_only_while_its_contact_is_open),
        cmocka_unit_test(a_welded_estop_channel_stays_closed_and_the_other_still_cuts),
        cmocka_unit_test(a_decoder_of_the_levels_follows_the_arm_both_ways),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
