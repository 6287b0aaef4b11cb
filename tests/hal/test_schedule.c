/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a bus does next, without a wire: the devices are real, the replies are said to
 * be good or bad by the test, time is an argument.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench.h"
#include "schedule.h"
#include "wiring.h"

#define MS INT64_C(1000000)

typedef struct {
    rh_hal_settings_t settings;
    rh_device_t devices[RH_DEVICE_MAX];
    rh_schedule_t schedule;
    rh_outputs_t outputs;
    rh_hal_sample_t samples[RH_SIGNAL_COUNT];
    int64_t now_ns;
} scene_t;

static int set_up(void **state)
{
    scene_t *scene = calloc(1, sizeof(*scene));
    bench_rtu(&scene->settings, "/tmp");
    scene->now_ns = 1000 * MS;
    *state = scene;
    return scene == NULL;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

static void wire_up(scene_t *scene)
{
    char text[RH_HAL_TEXT];
    rh_wiring_error_t error = {text, sizeof(text)};
    for (int i = 0; i < scene->settings.device_count; i++) {
        assert_int_equal(
            rh_wiring_device(&scene->devices[i], &scene->settings, i, &error), 0);
        rh_schedule_add(&scene->schedule, &scene->devices[i]);
    }
    atomic_store(&scene->outputs.is_granted, true);
    atomic_store(&scene->outputs.speed_limit_mdps, 200000);
}

/* Decides, makes the request, and lets it succeed or fail 5 ms later. */
static rh_job_t go(scene_t *scene, bool is_good)
{
    rh_frame_t request;
    uint8_t reply[RH_FRAME_BYTES] = {0};
    rh_job_t job = rh_schedule_next(&scene->schedule, &scene->outputs, scene->now_ns);
    if (job.kind == RH_JOB_NONE) {
        scene->now_ns += MS;
        return job;
    }
    rh_device_t *device = scene->schedule.devices[job.device];
    rh_device_request(device, job, &scene->outputs, scene->now_ns, &request);
    scene->now_ns += 5 * MS;
    if (job.kind == RH_JOB_STEP && device->startup.reads_back) {
        const rh_step_t *step = &device->startup.steps[device->startup.next];
        reply[3] = (uint8_t)(step->words[0] >> 8);
        reply[4] = (uint8_t)step->words[0];
    }
    if (is_good) {
        rh_device_take(device, job, reply, scene->now_ns, scene->samples);
    } else {
        rh_device_fail(device, job, false, scene->now_ns, scene->samples);
    }
    rh_schedule_done(&scene->schedule, job, is_good);
    return job;
}

static void start_up(scene_t *scene)
{
    for (int i = 0; i < 100; i++) {
        bool all = true;
        for (int d = 0; d < scene->schedule.device_count; d++) {
            all = all && scene->devices[d].is_ready;
        }
        if (all && scene->schedule.last.kind == RH_JOB_BLOCK) {
            return;
        }
        (void)go(scene, true);
    }
    fail_msg("the devices never became ready");
}

static void
a_torque_that_changes_in_every_tick_never_starves_the_drives_answer(void **state)
{
    scene_t *scene = *state;
    int blocks = 0;
    bench_add_drive(&scene->settings, 1);
    wire_up(scene);
    start_up(scene);
    atomic_store(&scene->outputs.servo_on, true);
    for (int i = 0; i < 100; i++) {
        atomic_store(&scene->outputs.torque_mnm, -1000 - 500 * i);
        blocks += go(scene, true).kind == RH_JOB_BLOCK;
    }
    assert_int_equal(blocks, 50);
}

static void a_torque_that_goes_to_zero_is_next_even_after_a_torque(void **state)
{
    scene_t *scene = *state;
    bench_add_drive(&scene->settings, 1);
    wire_up(scene);
    start_up(scene);
    atomic_store(&scene->outputs.torque_mnm, -30000);
    assert_int_equal(go(scene, true).kind, RH_JOB_CHANNEL);
    atomic_store(&scene->outputs.torque_mnm, 0);
    assert_int_equal(go(scene, true).kind, RH_JOB_CHANNEL);
    assert_int_equal(scene->devices[0].channels[0].confirmed, 0);
    assert_int_equal(go(scene, true).kind, RH_JOB_BLOCK);
}

static void a_changed_speed_limit_is_next_in_both_directions(void **state)
{
    scene_t *scene = *state;
    bench_add_drive(&scene->settings, 1);
    wire_up(scene);
    start_up(scene);
    atomic_store(&scene->outputs.speed_limit_mdps, 60000);
    assert_int_equal(go(scene, true).kind, RH_JOB_CHANNEL);
    assert_int_equal(go(scene, true).kind, RH_JOB_CHANNEL);
    assert_int_equal(scene->devices[0].channels[1].confirmed,
                     300); /* rpm at 60 deg/s */
    assert_int_equal(scene->devices[0].channels[2].confirmed, 300);
}

static void a_speed_limit_beyond_the_fence_stays_at_the_fence(void **state)
{
    scene_t *scene = *state;
    bench_add_drive(&scene->settings, 1);
    wire_up(scene);
    atomic_store(&scene->outputs.speed_limit_mdps, 900000);
    assert_int_equal(rh_channel_wanted(&scene->devices[0].channels[1], &scene->outputs),
                     1000);
    atomic_store(&scene->outputs.torque_mnm, -900000);
    assert_int_equal(rh_channel_wanted(&scene->devices[0].channels[0], &scene->outputs),
                     -2000);
}

static void a_changed_servo_on_goes_before_whatever_was_planned(void **state)
{
    scene_t *scene = *state;
    bench_add_encoder(&scene->settings, 1);
    bench_add_io(&scene->settings, 2);
    wire_up(scene);
    start_up(scene);
    for (int i = 0; i < 7; i++) { /* at every place of the cycle */
        atomic_store(&scene->outputs.servo_on, i % 2 == 0);
        assert_int_equal(go(scene, true).kind, RH_JOB_BITS);
        for (int steps = 0; steps < i; steps++) {
            (void)go(scene, true);
        }
    }
}

static void a_servo_on_whose_write_failed_is_written_again_at_once(void **state)
{
    scene_t *scene = *state;
    bench_add_encoder(&scene->settings, 1);
    bench_add_io(&scene->settings, 2);
    wire_up(scene);
    start_up(scene);
    atomic_store(&scene->outputs.servo_on, true);
    assert_int_equal(go(scene, false).kind, RH_JOB_BITS);
    assert_int_equal(go(scene, true).kind, RH_JOB_BITS);
    assert_int_equal(go(scene, true).kind, RH_JOB_BLOCK);
}

static void a_failed_read_is_repeated_before_a_mere_change_of_torque(void **state)
{
    scene_t *scene = *state;
    bench_add_drive(&scene->settings, 1);
    wire_up(scene);
    start_up(scene);
    (void)go(scene, true);
    atomic_store(&scene->outputs.torque_mnm, -20000);
    assert_int_equal(go(scene, false).kind, RH_JOB_BLOCK);
    atomic_store(&scene->outputs.torque_mnm, -21000);
    assert_int_equal(go(scene, false).kind, RH_JOB_BLOCK);  /* the repeat */
    assert_int_equal(go(scene, true).kind, RH_JOB_CHANNEL); /* it failed: now torque */
    assert_int_equal(go(scene, true).kind, RH_JOB_BLOCK);
}

static void an_overdue_heartbeat_goes_before_a_repeat(void **state)
{
    scene_t *scene = *state;
    bench_add_encoder(&scene->settings, 1);
    bench_add_io(&scene->settings, 2);
    wire_up(scene);
    start_up(scene);
    while (go(scene, true).kind != RH_JOB_BITS) {
    }
    scene->now_ns += 16 * MS;
    atomic_fetch_add(&scene->outputs.beat, 1);
    assert_int_equal(go(scene, true).kind, RH_JOB_BITS);
}

static void a_lost_device_leaves_its_neighbour_the_bus(void **state)
{
    scene_t *scene = *state;
    int asked = 0;
    int neighbour = 0;
    bench_add_cell(&scene->settings, 1, 0);
    bench_add_cell(&scene->settings, 2, 1);
    wire_up(scene);
    int64_t until_ns = scene->now_ns + 1000 * MS;
    while (scene->now_ns < until_ns) {
        rh_job_t next =
            rh_schedule_next(&scene->schedule, &scene->outputs, scene->now_ns);
        asked += next.device == 1;
        neighbour += next.device == 0;
        scene->now_ns += 5 * MS;
        rh_device_t *device = scene->schedule.devices[next.device];
        uint8_t reply[RH_FRAME_BYTES] = {0};
        if (next.device == 1) {
            rh_device_fail(device, next, false, scene->now_ns, scene->samples);
        } else {
            rh_device_take(device, next, reply, scene->now_ns, scene->samples);
        }
        rh_schedule_done(&scene->schedule, next, next.device == 0);
    }
    assert_in_range(asked, 8, 14); /* three at first, then ten a second */
    assert_true(neighbour > 180);
}

/* The device answers, if late: its samples grow old, but it is not given up for a tenth
 * of a second. */
static void answers_to_earlier_requests_lose_no_device(void **state)
{
    scene_t *scene = *state;
    bench_add_cell(&scene->settings, 1, 0);
    wire_up(scene);
    rh_device_t *device = scene->schedule.devices[0];
    for (int i = 0; i < 10; i++) {
        rh_job_t job =
            rh_schedule_next(&scene->schedule, &scene->outputs, scene->now_ns);
        assert_int_equal(job.kind, RH_JOB_BLOCK);
        scene->now_ns += 5 * MS;
        rh_device_fail(device, job, true, scene->now_ns, scene->samples);
        rh_schedule_done(&scene->schedule, job, false);
    }
    assert_false(rh_device_is_lost(device));
    assert_int_equal(device->errors, 10);
}

static void before_its_startup_is_through_a_drive_is_commanded_nothing(void **state)
{
    scene_t *scene = *state;
    bench_add_drive(&scene->settings, 1);
    wire_up(scene);
    atomic_store(&scene->outputs.torque_mnm, -30000);
    for (int i = 0; i < 40 && !scene->devices[0].is_ready; i++) {
        assert_int_equal(go(scene, true).kind, RH_JOB_STEP);
    }
    assert_true(scene->devices[0].is_ready);
    assert_int_equal(go(scene, true).kind, RH_JOB_CHANNEL);
}

static void the_first_write_of_a_startup_is_torque_zero(void **state)
{
    scene_t *scene = *state;
    bench_add_drive(&scene->settings, 1);
    wire_up(scene);
    const rh_step_t *first = &scene->devices[0].startup.steps[0];
    assert_int_equal(first->target->address, AT_TORQUE);
    assert_int_equal(first->words[0], 0);
}

static void startup_writes_and_their_reads_alternate(void **state)
{
    scene_t *scene = *state;
    int former = 0;
    bench_add_drive(&scene->settings, 1);
    wire_up(scene);
    (void)go(scene, true); /* torque zero needs no reading back */
    for (int i = 0; !scene->devices[0].is_ready && i < 40; i++) {
        int reads = scene->devices[0].startup.reads_back;
        assert_true(i == 0 || reads != former);
        former = reads;
        (void)go(scene, true);
    }
}

/* ---- the heartbeat ---------------------------------------------------------- */

static void the_heartbeat_moves_to_the_complement_once_per_beat(void **state)
{
    rh_bits_t bits = {.count = 3, .heartbeat = 0, .servo_on = 1, .lamp = 2};
    rh_outputs_t outputs = {0};
    (void)state;
    assert_int_equal(rh_bits_wanted(&bits, &outputs, 1), 1);
    bits.sent = bits.confirmed = 1;
    bits.beat_used = 1;
    assert_int_equal(rh_bits_wanted(&bits, &outputs, 1), 1); /* the same beat: still */
    assert_int_equal(rh_bits_wanted(&bits, &outputs, 2), 0);
}

static void a_beat_missed_by_the_bus_is_still_one_move(void **state)
{
    rh_bits_t bits = {
        .count = 1, .heartbeat = 0, .servo_on = -1, .lamp = -1, .beat_used = 10};
    rh_outputs_t outputs = {0};
    (void)state;
    for (uint32_t beat = 11; beat < 20; beat++) { /* even steps would alias */
        assert_int_equal(rh_bits_wanted(&bits, &outputs, beat), 1);
    }
}

static void an_unconfirmed_move_is_repeated_and_not_taken_back(void **state)
{
    rh_bits_t bits = {.count = 1,
                      .heartbeat = 0,
                      .servo_on = -1,
                      .lamp = -1,
                      .sent = 1,
                      .confirmed = 0,
                      .beat_used = 5};
    rh_outputs_t outputs = {0};
    (void)state;
    assert_int_equal(rh_bits_wanted(&bits, &outputs, 5), 1); /* beat stuck: as sent */
    assert_int_equal(rh_bits_wanted(&bits, &outputs, 6), 1); /* complement of 0 */
}

#define scene_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(a_torque_that_changes_in_every_tick_never_starves_the_drives_answer),
        scene_test(a_torque_that_goes_to_zero_is_next_even_after_a_torque),
        scene_test(a_changed_speed_limit_is_next_in_both_directions),
        scene_test(a_speed_limit_beyond_the_fence_stays_at_the_fence),
        scene_test(a_changed_servo_on_goes_before_whatever_was_planned),
        scene_test(a_servo_on_whose_write_failed_is_written_again_at_once),
        scene_test(a_failed_read_is_repeated_before_a_mere_change_of_torque),
        scene_test(an_overdue_heartbeat_goes_before_a_repeat),
        scene_test(a_lost_device_leaves_its_neighbour_the_bus),
        scene_test(answers_to_earlier_requests_lose_no_device),
        scene_test(before_its_startup_is_through_a_drive_is_commanded_nothing),
        scene_test(the_first_write_of_a_startup_is_torque_zero),
        scene_test(startup_writes_and_their_reads_alternate),
        cmocka_unit_test(the_heartbeat_moves_to_the_complement_once_per_beat),
        cmocka_unit_test(a_beat_missed_by_the_bus_is_still_one_move),
        cmocka_unit_test(an_unconfirmed_move_is_repeated_and_not_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
