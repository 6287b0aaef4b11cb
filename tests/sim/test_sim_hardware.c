/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hardware under the software, over the real wire: a master that beats like the
 * daemon does, and what happens when it stops, or when somebody presses the mushroom.
 */
#include "sim_rig.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define MS 1000000LL
/* Longer than the usual 75, because a busy computer delays ptys by tens of ms, now and
 * then by more than 100. */
#define RELAY_MS 1000

static rig_t rig;

/* A master on the I/O bus, in a thread of its own like the daemon's. */
typedef struct {
    pthread_t thread;
    atomic_bool beating;
    atomic_bool servo_on;
    atomic_bool stop;
    atomic_int level;
    int fd;
} heart_t;

static heart_t heart;

static void *beat(void *argument)
{
    const int fd = *(const int *)argument;
    uint8_t request[] = {2, 15, 0, 0, 0, 3, 1, 0};
    uint8_t reply[8];

    while (!atomic_load(&heart.stop)) {
        if (atomic_load(&heart.beating)) {
            atomic_store(&heart.level, !atomic_load(&heart.level));
        }
        request[7] =
            (uint8_t)(atomic_load(&heart.level) | atomic_load(&heart.servo_on) << 1);
        /* Like a daemon on a pulled cable, it goes on without an answer. */
        (void)rig_try_send(fd, request, sizeof(request));
        (void)rig_receive(fd, reply, sizeof(reply), 30);
        rig_sleep_ns(6 * MS);
    }
    return NULL;
}

static void start_beating(void)
{
    heart.fd = rig_open_line(&rig, "io");
    atomic_store(&heart.stop, false);
    assert_int_equal(pthread_create(&heart.thread, NULL, beat, &heart.fd), 0);
}

static void stop_beating(void)
{
    atomic_store(&heart.stop, true);
    assert_int_equal(pthread_join(heart.thread, NULL), 0);
    assert_int_equal(close(heart.fd), 0);
}

static int start(void **state)
{
    (void)state;
    rig_start(&rig, "--seed 11 --relay-ms 1000");
    memset(&heart, 0, sizeof(heart));
    atomic_store(&heart.servo_on, true);
    start_beating();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    stop_beating();
    return rig_stop(&rig);
}

static int go(void **state)
{
    (void)state;
    rig_do(&rig, "fault clear");
    rig_do(&rig, "release estop");
    atomic_store(&heart.servo_on, true);
    atomic_store(&heart.beating, true);
    return rig_becomes(&rig, "running", 1, 1) ? 0 : -1;
}

static void edges_hold_the_relay_as_long_as_they_come(void **state)
{
    const int64_t until_ns = rig_now_ns() + 2000 * MS;

    (void)state;
    while (rig_now_ns() < until_ns) {
        assert_true(rig_truth(&rig, "relay_closed") == 1.0);
        assert_true(rig_number(&rig, NULL, "running") == 1.0);
        rig_sleep_ns(5 * MS); /* leaves the processor to the line */
    }
}

/* Stops the heart at `level` while the output goes on being written. */
static void stop_at(int level)
{
    int64_t held_ns;

    atomic_store(&heart.beating, false);
    atomic_store(&heart.level, level);
    assert_true(rig_becomes(&rig, "sto", 1, 1));
    held_ns =
        (int64_t)(rig_number(&rig, NULL, "cut_ns") - rig_number(&rig, NULL, "edge_ns"));
    assert_in_range(held_ns, RELAY_MS * MS, (RELAY_MS + 2) * MS);
    assert_true(rig_number(&rig, NULL, "servo_on") == 1.0);
    assert_true(rig_number(&rig, NULL, "running") == 0.0);
}

static void a_heart_stuck_high_drops_the_relay_in_relay_ms(void **state)
{
    (void)state;
    stop_at(1);
}

static void a_heart_stuck_low_drops_the_relay_in_relay_ms(void **state)
{
    (void)state;
    stop_at(0);
}

static void a_dead_bus_drops_the_relay_whatever_the_daemon_does(void **state)
{
    int64_t held_ns;

    (void)state;
    rig_do(&rig, "fault bus:io unplug for 2500");
    assert_true(rig_becomes(&rig, "sto", 1, 1));
    held_ns =
        (int64_t)(rig_number(&rig, NULL, "cut_ns") - rig_number(&rig, NULL, "edge_ns"));
    assert_in_range(held_ns, RELAY_MS * MS, (RELAY_MS + 2) * MS);
    /* The rig's master holds the old line; a new one beats on. */
    stop_beating();
    rig_do(&rig, "fault clear");
    while (access(rig_path(&rig, "bus-io"), F_OK) != 0) {
        rig_sleep_ns(MS);
    }
    start_beating();
    assert_true(rig_becomes(&rig, "running", 1, 1));
}

static void the_estop_cuts_within_25_ms_while_the_software_goes_on(void **state)
{
    double longest_ms = 0.0;

    (void)state;
    for (int round = 0; round < 20; round++) {
        double pressed_ns;
        double cut_ms;

        rig_do(&rig, "press estop");
        pressed_ns = rig_number(&rig, NULL, "mono_ns");
        assert_true(rig_becomes(&rig, "sto", 1, 1));
        cut_ms = (rig_number(&rig, NULL, "cut_ns") - pressed_ns) / 1e6;
        longest_ms = cut_ms > longest_ms ? cut_ms : longest_ms;
        assert_true(rig_number(&rig, NULL, "relay_closed") == 1.0);
        assert_true(cut_ms > 0.0);
        assert_true(cut_ms <= 25.0);
        rig_do(&rig, "release estop");
        assert_true(rig_becomes(&rig, "running", 1, 1));
    }
    print_message("e-stop to STO, 20 times: at most %.1f ms\n", longest_ms);
}

static void without_servo_on_the_passive_brake_lowers_the_person(void **state)
{
    double equation_dps;
    double sink_dps;

    (void)state;
    rig_do(&rig, "lie down");
    rig_do(&rig, "reps 1 pace 0.8/5/0.8/0.2");
    assert_true(rig_becomes(&rig, "arm_angle_deg", -6.0, 8.0));
    rig_do(&rig, "mark");
    atomic_store(&heart.servo_on, false);
    assert_true(rig_becomes(&rig, "running", 0, 0));
    rig_do(&rig, "let go");
    assert_true(rig_becomes(&rig, "arm_angle_deg", -100.0, -85.0));
    sink_dps = rig_number(&rig, NULL, "peak_sink_dps");
    equation_dps = rig_number(&rig, NULL, "brake_equation_peak_sink_dps");
    print_message(
        "80 kg let go from %.1f deg: sank at %.0f deg/s, the brake's equation "
        "says %.0f\n",
        rig_number(&rig, NULL, "cut_angle_deg"), sink_dps, equation_dps);
    /* A fall without any brake reaches 300 deg/s. */
    assert_true(sink_dps < 1.15 * equation_dps);
    assert_true(sink_dps > 0.7 * equation_dps);
    rig_do(&rig, "dismount");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(edges_hold_the_relay_as_long_as_they_come, go),
        cmocka_unit_test_setup(a_heart_stuck_high_drops_the_relay_in_relay_ms, go),
        cmocka_unit_test_setup(a_heart_stuck_low_drops_the_relay_in_relay_ms, go),
        cmocka_unit_test_setup(a_dead_bus_drops_the_relay_whatever_the_daemon_does, go),
        cmocka_unit_test_setup(the_estop_cuts_within_25_ms_while_the_software_goes_on,
                               go),
        cmocka_unit_test_setup(without_servo_on_the_passive_brake_lowers_the_person,
                               go),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
