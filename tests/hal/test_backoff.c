/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a sick device costs, and which of its replies are told apart: without a wire,
 * time is an argument.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench.h"
#include "patience.h"
#include "schedule.h"
#include "wiring.h"

#define MS INT64_C(1000000)
#define FAILURE_NS (15 * MS)
#define READ_NS (5 * MS)

/* ---- patience --------------------------------------------------------------- */

/* Attempts and time of a device that always fails, asked whenever it may be. */
static int fail_for(rh_patience_t *patience, int sick, int64_t *now_ns, int64_t span_ns)
{
    int attempts = 0;
    int64_t until_ns = *now_ns + span_ns;
    while (*now_ns < until_ns) {
        if (*now_ns < patience->until_ns) {
            *now_ns = patience->until_ns;
            continue;
        }
        *now_ns += FAILURE_NS;
        attempts++;
        rh_patience_charge(patience, FAILURE_NS, sick, *now_ns);
    }
    return attempts;
}

static void three_failures_running_cost_no_wait(void **state)
{
    rh_patience_t patience = {0};
    int64_t now_ns = 1000 * MS;
    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_true(now_ns >= patience.until_ns);
        now_ns += FAILURE_NS;
        rh_patience_charge(&patience, FAILURE_NS, 1, now_ns);
    }
    assert_true(now_ns >= patience.until_ns);
}

static void a_dead_device_costs_its_share_and_no_more(void **state)
{
    rh_patience_t patience = {0};
    int64_t now_ns = 1000 * MS;
    (void)state;
    (void)fail_for(&patience, 1, &now_ns, 1000 * MS);
    int64_t from_ns = now_ns;
    int attempts = fail_for(&patience, 1, &now_ns, 60000 * MS);
    double share = (double)(attempts * FAILURE_NS) / (double)(now_ns - from_ns);
    print_message("one dead device: %.1f %% of its bus\n", 100 * share);
    assert_true(share > 0.03 && share <= 0.08);
}

/* Each of three waits three times as long, at most 0.6 s. */
static void three_dead_devices_share_the_share(void **state)
{
    rh_patience_t patience = {0};
    int64_t now_ns = 1000 * MS;
    (void)state;
    (void)fail_for(&patience, 3, &now_ns, 2000 * MS);
    int64_t from_ns = now_ns;
    int attempts = fail_for(&patience, 3, &now_ns, 60000 * MS);
    double share = 3.0 * (double)(attempts * FAILURE_NS) / (double)(now_ns - from_ns);
    print_message("three dead devices: %.1f %% of their bus\n", 100 * share);
    assert_true(share <= 0.08);
}

static void a_dead_device_is_asked_again_within_600_ms(void **state)
{
    rh_patience_t patience = {0};
    int64_t now_ns = 1000 * MS;
    (void)state;
    for (int sick = 1; sick <= 8; sick++) {
        for (int i = 0; i < 50; i++) {
            rh_patience_charge(&patience, 100 * MS, sick, now_ns);
            assert_true(patience.until_ns - now_ns <= 600 * MS);
            now_ns = patience.until_ns + 100 * MS;
        }
    }
}

/* One failure in a hundred requests of 5 ms, and so for an hour. */
static void a_device_that_fails_now_and_then_never_waits(void **state)
{
    rh_patience_t patience = {0};
    int64_t now_ns = 1000 * MS;
    (void)state;
    for (int i = 0; i < 7000; i++) {
        now_ns += 500 * MS;
        rh_patience_charge(&patience, FAILURE_NS, 1, now_ns);
        assert_true(patience.until_ns <= now_ns);
    }
}

/* ---- on a schedule ---------------------------------------------------------- */

typedef struct {
    rh_hal_settings_t settings;
    rh_device_t devices[RH_DEVICE_MAX];
    rh_schedule_t schedule;
    rh_outputs_t outputs;
    rh_hal_sample_t samples[RH_SIGNAL_COUNT];
    int64_t now_ns;
    int asked[RH_DEVICE_MAX], answered[RH_DEVICE_MAX];
} scene_t;

static int set_up(void **state)
{
    scene_t *scene = calloc(1, sizeof(*scene));
    if (scene == NULL) {
        return -1;
    }
    bench_rtu(&scene->settings, "/tmp");
    scene->now_ns = 1000 * MS;
    *state = scene;
    return 0;
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
}

/* One turn as the bus takes it; the device answers or does not. */
static rh_job_t go(scene_t *scene, uint32_t sick)
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
    rh_shape_t shape = rh_shape_of(&request);
    bool fails = (sick >> job.device & 1) != 0;
    scene->asked[job.device]++;
    scene->now_ns += fails ? FAILURE_NS : READ_NS;
    if (fails) {
        rh_asked_unanswered(&device->asked, &shape, scene->now_ns);
        rh_device_fail(device, job, false, scene->now_ns, scene->samples);
        rh_schedule_done(&scene->schedule, job, false);
        rh_schedule_charge(&scene->schedule, job, FAILURE_NS, scene->now_ns);
        return job;
    }
    rh_asked_answered(&device->asked, &shape);
    if (rh_device_take(device, job, reply, scene->now_ns, scene->samples)) {
        scene->answered[job.device]++;
        rh_schedule_done(&scene->schedule, job, true);
    }
    return job;
}

static void run_for(scene_t *scene, uint32_t sick, int64_t span_ns)
{
    int64_t until_ns = scene->now_ns + span_ns;
    memset(scene->asked, 0, sizeof(scene->asked));
    memset(scene->answered, 0, sizeof(scene->answered));
    while (scene->now_ns < until_ns) {
        (void)go(scene, sick);
    }
}

static void a_dead_neighbour_leaves_nine_tenths_of_the_rate(void **state)
{
    scene_t *scene = *state;
    const uint32_t sick[] = {0x8, 0xC, 0xE};
    for (int cell = 0; cell < 4; cell++) {
        bench_add_cell(&scene->settings, cell + 1, cell);
    }
    wire_up(scene);
    for (size_t i = 0; i < sizeof(sick) / sizeof(sick[0]); i++) {
        run_for(scene, 0, 5000 * MS); /* the debts are paid */
        run_for(scene, 0, 10000 * MS);
        int well = scene->answered[0];
        run_for(scene, sick[i], 10000 * MS);
        print_message("%d dead: %d readings of %d\n", (int)i + 1, scene->answered[0],
                      well);
        assert_true(scene->answered[0] * 10 >= well * 9);
    }
}

static void a_device_that_is_well_again_is_heard_within_a_second(void **state)
{
    scene_t *scene = *state;
    bench_add_cell(&scene->settings, 1, 0);
    bench_add_cell(&scene->settings, 2, 1);
    bench_add_drive(&scene->settings, 3);
    wire_up(scene);
    for (int i = 0; i < 40; i++) {
        run_for(scene, 0x6, (3000 + 17 * i) * MS); /* until some place of its wait */
        int64_t from_ns = scene->now_ns;
        uint32_t count = scene->samples[RH_SIGNAL_STRAP_RIGHT].count;
        while (scene->samples[RH_SIGNAL_STRAP_RIGHT].count == count) {
            (void)go(scene, 0);
        }
        assert_true(scene->now_ns - from_ns <= 1000 * MS);
        run_for(scene, 0, 3000 * MS);
    }
}

/* Torque zero and servo-on go to a device in debt at once, and then every second time
 * at most: the bus is for the others, too. */
static void a_changed_safety_output_does_not_wait_for_the_debt(void **state)
{
    scene_t *scene = *state;
    bench_add_cell(&scene->settings, 1, 0);
    bench_add_io(&scene->settings, 2);
    wire_up(scene);
    run_for(scene, 0, 200 * MS);
    scene->devices[1].patience.until_ns = scene->now_ns + 500 * MS;
    run_for(scene, 0, 100 * MS);
    assert_int_equal(scene->asked[1], 0);
    atomic_store(&scene->outputs.servo_on, true);
    rh_job_t job = go(scene, 0x2);
    assert_int_equal(job.kind, RH_JOB_BITS);
    assert_int_equal(job.device, 1);
    assert_int_equal(go(scene, 0x2).device, 0);
    assert_int_equal(go(scene, 0).kind, RH_JOB_BITS);
}

/* ---- which replies are told apart ------------------------------------------- */

static rh_shape_t ask(scene_t *scene, rh_job_t job)
{
    rh_frame_t request;
    rh_device_request(&scene->devices[job.device], job, &scene->outputs, scene->now_ns,
                      &request);
    return rh_shape_of(&request);
}

static void two_reads_running_never_get_replies_of_one_length(void **state)
{
    scene_t *scene = *state;
    const rh_job_t read = {RH_JOB_BLOCK, 0, 0};
    bench_add_cell(&scene->settings, 1, 0);
    wire_up(scene);
    rh_shape_t former = {.size = 0};
    for (int i = 0; i < 50; i++) {
        rh_shape_t shape = ask(scene, read);
        assert_false(rh_shape_is_same(&former, &shape));
        if (i % 7 == 3) {
            rh_asked_unanswered(&scene->devices[0].asked, &shape, scene->now_ns);
        } else {
            rh_asked_answered(&scene->devices[0].asked, &shape);
        }
        former = shape;
        scene->now_ns += READ_NS;
    }
}

/* For a tenth of a second, longer than it may be on its way. */
static void no_read_looks_like_an_unanswered_one(void **state)
{
    scene_t *scene = *state;
    const rh_job_t read = {RH_JOB_BLOCK, 0, 0};
    bench_add_cell(&scene->settings, 1, 0);
    wire_up(scene);
    rh_shape_t lost = ask(scene, read);
    rh_asked_unanswered(&scene->devices[0].asked, &lost, scene->now_ns);
    for (int i = 0; i < 19; i++) {
        scene->now_ns += READ_NS;
        rh_shape_t shape = ask(scene, read);
        assert_false(rh_shape_is_same(&lost, &shape));
        rh_asked_answered(&scene->devices[0].asked, &shape);
    }
}

/* A profile that knows no register behind the block: a shorter read comes first, whose
 * reply shows that the earlier one can no longer come, and then the read itself. */
static void without_spare_registers_a_shorter_read_goes_before_the_repeat(void **state)
{
    scene_t *scene = *state;
    bench_add_cell(&scene->settings, 1, 0);
    scene->settings.devices[0].profile.blocks[0].spare = 0;
    wire_up(scene);
    (void)go(scene, 0);
    assert_int_equal(scene->devices[0].blocks[0].asked, 3);
    (void)go(scene, 1);
    uint32_t count = scene->samples[RH_SIGNAL_STRAP_LEFT].count;
    (void)go(scene, 0);
    assert_int_equal(scene->devices[0].blocks[0].asked, 1);
    assert_int_equal(scene->samples[RH_SIGNAL_STRAP_LEFT].count, count);
    (void)go(scene, 0);
    assert_int_equal(scene->devices[0].blocks[0].asked, 3);
    assert_int_equal(scene->samples[RH_SIGNAL_STRAP_LEFT].count, count + 1);
}

static void the_inputs_of_an_io_module_are_repeated_after_its_outputs(void **state)
{
    scene_t *scene = *state;
    bench_add_io(&scene->settings, 1);
    wire_up(scene);
    for (int i = 0; i < 10; i++) {
        (void)go(scene, 0);
    }
    while (go(scene, 1).kind != RH_JOB_BLOCK) {
        (void)go(scene, 0);
    }
    assert_int_equal(go(scene, 0).kind, RH_JOB_BITS);
    assert_int_equal(go(scene, 0).kind, RH_JOB_BLOCK);
}

static void
a_block_of_one_register_is_repeated_after_one_of_another_length(void **state)
{
    scene_t *scene = *state;
    bench_add_cell(&scene->settings, 1, 0);
    rh_profile_t *profile = &scene->settings.devices[0].profile;
    profile->blocks[0] = (rh_block_t){.address = 5, .count = 2, .every = 1};
    profile->blocks[1] = (rh_block_t){.address = 7, .count = 1, .every = 1};
    profile->block_count = 2;
    wire_up(scene);
    (void)go(scene, 0);
    assert_int_equal(go(scene, 1).index, 1);
    assert_int_equal(go(scene, 0).index, 0);
    assert_int_equal(go(scene, 0).index, 1);
}

static void
a_device_that_says_busy_is_asked_again_after_10_ms_and_not_lost(void **state)
{
    scene_t *scene = *state;
    const rh_job_t read = {RH_JOB_BLOCK, 0, 0};
    bench_add_cell(&scene->settings, 1, 0);
    wire_up(scene);
    (void)go(scene, 0);
    for (int i = 0; i < 20; i++) {
        rh_job_t job =
            rh_schedule_next(&scene->schedule, &scene->outputs, scene->now_ns);
        assert_int_equal(job.kind, RH_JOB_BLOCK);
        rh_device_wait(&scene->devices[0], read, scene->now_ns);
        rh_schedule_done(&scene->schedule, job, true);
        job = rh_schedule_next(&scene->schedule, &scene->outputs, scene->now_ns);
        assert_int_equal(job.kind, RH_JOB_NONE);
        scene->now_ns += 10 * MS;
    }
    assert_int_equal(scene->samples[RH_SIGNAL_STRAP_LEFT].quality,
                     RH_QUALITY_BAD); /* as
its status says, and not lost */
}

#define scene_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_failures_running_cost_no_wait),
        cmocka_unit_test(a_dead_device_costs_its_share_and_no_more),
        cmocka_unit_test(three_dead_devices_share_the_share),
        cmocka_unit_test(a_dead_device_is_asked_again_within_600_ms),
        cmocka_unit_test(a_device_that_fails_now_and_then_never_waits),
        scene_test(a_dead_neighbour_leaves_nine_tenths_of_the_rate),
        scene_test(a_device_that_is_well_again_is_heard_within_a_second),
        scene_test(a_changed_safety_output_does_not_wait_for_the_debt),
        scene_test(two_reads_running_never_get_replies_of_one_length),
        scene_test(no_read_looks_like_an_unanswered_one),
        scene_test(without_spare_registers_a_shorter_read_goes_before_the_repeat),
        scene_test(the_inputs_of_an_io_module_are_repeated_after_its_outputs),
        scene_test(a_block_of_one_register_is_repeated_after_one_of_another_length),
        scene_test(a_device_that_says_busy_is_asked_again_after_10_ms_and_not_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
