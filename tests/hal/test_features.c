/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the scattered maps need, on the shipped profiles and a device on paper: signs
 * and judgements from other words, reads in turn, torque as speed and limit, the power
 * stage by register.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "paper.h"

enum { /* Kinco */
       CONTROL = 0x3100,
       STATUS = 0x3200,
       MODE = 0x3500,
       POSITION = 0x3700,
       RATE = 0x3B00,
       TORQUE_COMMAND = 0x3C00,
       TORQUE_LIMIT = 0x3D00,
       TORQUE = 0x3E00,
       SPEED_LIMIT = 0x4900,
       SPEED_COMMAND = 0x6F00
};
#define PERMILLE_OF_NM(nm) ((nm) / (2.39 * 35.0) * 1000.0)

static uint64_t random_state;

static uint32_t next_random(void)
{
    random_state = random_state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(random_state >> 33);
}

/* ---- cells ------------------------------------------------------------------- */

static void a_magnitude_takes_its_sign_from_the_word_of_the_same_read(void **state)
{
    paper_t *paper = paper_open("laumas-tlb");
    (void)state;
    paper_bind(paper, RH_SIGNAL_STRAP_LEFT, false, "gross");
    assert_string_equal(paper_wire(paper), "");
    paper->words[6] = 0x0880; /* stable, gross negative */
    paper->words[7] = 0x0001;
    paper->words[8] = 0x0002;
    assert_int_equal(paper_go(paper, PAPER_ANSWERED).kind, RH_JOB_BLOCK);
    const rh_hal_sample_t *cell = &paper->samples[RH_SIGNAL_STRAP_LEFT];
    assert_int_equal(cell->raw, -65538);
    assert_int_equal(cell->milli, -6553800);
    assert_int_equal(cell->quality, RH_QUALITY_GOOD);
    paper->words[6] = 0x0100; /* net negative is another number's sign */
    (void)paper_go(paper, PAPER_ANSWERED);
    assert_int_equal(cell->raw, 65538);
    paper->words[6] = 0x0081; /* cell error */
    (void)paper_go(paper, PAPER_ANSWERED);
    assert_int_equal(cell->quality, RH_QUALITY_BAD);
    paper->words[6] = 0;
    paper->words[7] = 0x8000; /* no int32 holds it: an absurd weight is no weight */
    (void)paper_go(paper, PAPER_ANSWERED);
    assert_int_equal(cell->quality, RH_QUALITY_BAD);
    paper_close(paper);
}

static void of_two_channels_in_one_device_each_is_judged_by_its_own_word(void **state)
{
    static const struct {
        uint16_t words[2];
        uint32_t quality[2];
    } rows[] = {
        {{0x0000, 0x0000}, {RH_QUALITY_GOOD, RH_QUALITY_GOOD}},
        {{0x0080, 0x0000}, {RH_QUALITY_BAD, RH_QUALITY_GOOD}},
        {{0x0010, 0x0080}, {RH_QUALITY_GOOD, RH_QUALITY_BAD}},
        {{0x0001, 0x0002}, {RH_QUALITY_BAD, RH_QUALITY_BAD}},
    };
    paper_t *paper = paper_open("flintec-mcs64");
    (void)state;
    paper_bind(paper, RH_SIGNAL_STRAP_LEFT, false, "gross");
    paper_bind(paper, RH_SIGNAL_STRAP_RIGHT, false, "gross2");
    assert_string_equal(paper_wire(paper), "");
    paper->words[0x2021] = 500;
    paper->words[0x2040] = paper->words[0x2041] = 0xFFFF;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        memcpy(&paper->words[0x2060], rows[i].words, sizeof(rows[i].words));
        (void)paper_go(paper, PAPER_ANSWERED);
        assert_int_equal(paper->samples[RH_SIGNAL_STRAP_LEFT].milli, 50000);
        assert_int_equal(paper->samples[RH_SIGNAL_STRAP_RIGHT].milli, -100);
        assert_int_equal(paper->samples[RH_SIGNAL_STRAP_LEFT].quality,
                         rows[i].quality[0]);
        assert_int_equal(paper->samples[RH_SIGNAL_STRAP_RIGHT].quality,
                         rows[i].quality[1]);
    }
    paper_close(paper);
}

/* ---- the scattered drive ------------------------------------------------------ */

static paper_t *kinco(void)
{
    paper_t *paper = paper_open("kinco-fd");
    paper_bind_drive(paper, "torque_command", "speed_limit");
    assert_string_equal(paper_wire(paper), "");
    return paper;
}

static void a_rate_in_the_drives_own_unit_is_degrees_at_the_arm(void **state)
{
    paper_t *paper = kinco();
    (void)state;
    paper_start(paper);
    int32_t dec = (int32_t)(-700.0 * 512 * 65536 / 1875); /* -700 rpm = -120 deg/s */
    paper->words[RATE] = (uint16_t)dec;
    paper->words[RATE + 1] = (uint16_t)((uint32_t)dec >> 16);
    paper->words[TORQUE] = (uint16_t)-1000; /* rated: 83.65 N m */
    for (int i = 0; i < 10; i++) {
        (void)paper_go(paper, PAPER_ANSWERED);
    }
    assert_in_range(-paper->samples[RH_SIGNAL_MOTOR_RATE].milli, 119998, 120002);
    assert_in_range(-paper->samples[RH_SIGNAL_DRIVE_TORQUE].milli, 83649, 83651);
    paper_close(paper);
}

static void the_fences_lie_in_the_drive_before_it_is_ready(void **state)
{
    paper_t *paper = kinco();
    (void)state;
    paper_start(paper);
    assert_true(paper->device.is_ready);
    assert_int_equal(paper->words[MODE], 4);
    assert_int_equal(paper->words[TORQUE_LIMIT], 1912); /* 160 N m, rounded down */
    assert_in_range(paper->words[SPEED_LIMIT], 1749, 1866);
    paper_close(paper);
}

static void a_torque_that_always_changes_goes_once_in_a_round_of_reads(void **state)
{
    paper_t *paper = kinco();
    int writes = 0;
    int reads[4] = {0};
    (void)state;
    paper_start(paper);
    atomic_store(&paper->outputs.servo_on, true);
    for (int i = 0; i < 500; i++) {
        atomic_store(&paper->outputs.torque_mnm, -20000 - 100 * i);
        rh_job_t job = paper_go(paper, PAPER_ANSWERED);
        writes += job.kind == RH_JOB_CHANNEL;
        if (job.kind == RH_JOB_BLOCK) {
            reads[job.index]++;
        }
    }
    assert_in_range(writes, 99, 101);
    for (int i = 0; i < 4; i++) {
        assert_in_range(reads[i], 99, 101);
    }
    paper_close(paper);
}

static void zero_torque_waits_for_no_round(void **state)
{
    paper_t *paper = kinco();
    (void)state;
    paper_start(paper);
    for (int at = 0; at < 12; at++) {
        atomic_store(&paper->outputs.torque_mnm, -20000);
        for (int i = 0; i < at + 6; i++) {
            (void)paper_go(paper, PAPER_ANSWERED);
        }
        atomic_store(&paper->outputs.torque_mnm, 0);
        assert_int_equal(paper_go(paper, PAPER_ANSWERED).kind, RH_JOB_CHANNEL);
        assert_int_equal(paper->words[TORQUE_COMMAND], 0);
    }
    paper_close(paper);
}

static void blocks_in_turn_come_in_turn(void **state)
{
    paper_t *paper = paper_open("kinco-fd");
    char order[64] = "";
    (void)state;
    rh_block_t *blocks = paper->settings.devices[0].profile.blocks;
    blocks[1].every = blocks[3].every = 2;
    blocks[3].phase = 1;
    paper_bind_drive(paper, "torque_command", "speed_limit");
    assert_string_equal(paper_wire(paper), "");
    paper_start(paper);
    for (size_t i = 0; i < 16; i++) {
        rh_job_t job = paper_go(paper, PAPER_ANSWERED);
        const char letters[] = "rtps"; /* rate, torque, position, status */
        order[i] = job.kind == RH_JOB_BLOCK
                       ? letters[paper->device.blocks[job.index].range - blocks]
                       : 'w';
    }
    if (strstr(order, "wrtpwrpswrtp") == NULL &&
        strstr(order, "wrpswrtpwrps") == NULL) {
        fail_msg("order: %s", order);
    }
    paper_close(paper);
}

/* ---- torque as speed and limit ------------------------------------------------ */

static paper_t *speeder(void)
{
    paper_t *paper = paper_open("kinco-fd-speed");
    paper_bind_drive(paper, "torque_limit", "speed_command");
    assert_string_equal(paper_wire(paper), "");
    return paper;
}

static void settle(paper_t *paper, int32_t torque_mnm)
{
    atomic_store(&paper->outputs.torque_mnm, torque_mnm);
    for (int i = 0; i < 20; i++) {
        (void)paper_go(paper, PAPER_ANSWERED);
    }
}

static void a_torque_becomes_a_speed_that_way_and_a_limit_of_its_size(void **state)
{
    paper_t *paper = speeder();
    (void)state;
    paper_start(paper);
    settle(paper, -50000);
    assert_int_equal(paper->words[MODE], 3);
    assert_int_equal(paper->words[TORQUE_LIMIT], (int)(PERMILLE_OF_NM(50.0) + 0.5));
    /* 300 deg/s at the arm = 1750 rpm */
    assert_in_range(-paper_i32_low_first(paper, SPEED_COMMAND), 31317468, 31317470);
    assert_in_range(-paper->samples[RH_SIGNAL_TORQUE_CONFIRMED].milli, 49950, 50050);
    settle(paper, 20000);
    assert_int_equal(paper->words[TORQUE_LIMIT], (int)(PERMILLE_OF_NM(20.0) + 0.5));
    assert_in_range(paper_i32_low_first(paper, SPEED_COMMAND), 31317468, 31317470);
    assert_in_range(paper->samples[RH_SIGNAL_TORQUE_CONFIRMED].milli, 19950, 20050);
    settle(paper, 0);
    assert_int_equal(paper->words[TORQUE_LIMIT], 0);
    paper_close(paper);
}

static void neither_speed_nor_limit_ever_passes_its_fence(void **state)
{
    paper_t *paper = speeder();
    (void)state;
    paper_start(paper);
    atomic_store(&paper->outputs.speed_limit_mdps, 900000);
    settle(paper, -900000);
    assert_int_equal(paper->words[TORQUE_LIMIT], (int)(PERMILLE_OF_NM(160.0) + 0.5));
    /* 320 deg/s = 1866.67 rpm, x 512 x 65536 / 1875 */
    assert_in_range(-paper_i32_low_first(paper, SPEED_COMMAND), 33405300, 33405302);
    assert_int_equal(paper->words[SPEED_LIMIT], 1866);
    paper_close(paper);
}

/* What must hold in the drive itself, whatever is lost on the way: the speed turns only
 * at a limit of zero, and a limit is set only while the speed points its way. */
static void watch_direction(paper_t *paper, int address, const uint16_t *words,
                            int count)
{
    int32_t now = paper_i32_low_first(paper, SPEED_COMMAND);
    (void)count;
    if (address == SPEED_COMMAND) {
        int32_t next = (int32_t)((uint32_t)words[1] << 16 | words[0]);
        bool turns = next != 0 && (now == 0 || (now < 0) != (next < 0));
        assert_true(!turns || paper->words[TORQUE_LIMIT] == 0);
    }
    if (address == TORQUE_LIMIT && words[0] != 0) {
        int32_t torque = atomic_load(&paper->outputs.torque_mnm);
        assert_true(now != 0 && (now < 0) == (torque < 0));
        (*(int *)paper->context)++;
    }
}

static void no_torque_ever_points_the_wrong_way_whatever_is_lost(void **state)
{
    paper_t *paper = speeder();
    int limits_set = 0;
    (void)state;
    paper_start(paper);
    paper->on_write = watch_direction;
    paper->context = &limits_set;
    for (int i = 0; i < 200000; i++) {
        if (next_random() % 7 == 0) {
            int32_t torque = (int32_t)(next_random() % 200001) - 100000;
            atomic_store(&paper->outputs.torque_mnm,
                         next_random() % 5 == 0 ? 0 : torque);
        }
        if (next_random() % 50 == 0) {
            atomic_store(&paper->outputs.speed_limit_mdps,
                         (int32_t)(next_random() % 300000));
        }
        uint32_t luck = next_random() % 10;
        (void)paper_go(paper, luck == 0   ? PAPER_REQUEST_LOST
                              : luck == 1 ? PAPER_REPLY_LOST
                                          : PAPER_ANSWERED);
    }
    assert_true(limits_set > 5000); /* it did work meanwhile */
    paper_close(paper);
}

static void a_limit_without_a_signed_speed_beside_it_is_refused(void **state)
{
    paper_t *paper = paper_open("kinco-fd-speed");
    (void)state;
    paper_bind_drive(paper, "torque_limit", "speed_limit");
    assert_non_null(strstr(paper_wire(paper), "signed speed command"));
    paper_close(paper);
}

/* ---- the power stage by register ---------------------------------------------- */

static paper_t *by_register(bool says_so)
{
    paper_t *paper = paper_open("kinco-fd");
    paper->settings.devices[0].profile.servo_on_by_register = says_so;
    paper_bind_drive(paper, "torque_command", "speed_limit");
    paper_bind(paper, RH_OUTPUT_SERVO_ON, true, "control");
    return paper;
}

/* The states of CiA 402 as far as they go here: what the drive makes of a word. */
static void follow(paper_t *paper)
{
    uint16_t state = paper->words[STATUS] & 0x6Fu;
    uint16_t control = paper->words[CONTROL];
    if (control == 0x06) {
        paper->words[STATUS] = 0x21;
    } else if (control == 0x07 && state == 0x21) {
        paper->words[STATUS] = 0x23;
    } else if (control == 0x0F && state == 0x23) {
        paper->words[STATUS] = 0x27;
    }
}

static void servo_on_walks_the_states_and_off_is_the_next_request(void **state)
{
    paper_t *paper = by_register(true);
    (void)state;
    assert_string_equal(paper_wire(paper), "");
    paper->words[STATUS] = 0x40; /* switch on disabled */
    paper_start(paper);
    for (int i = 0; i < 20; i++) {
        (void)paper_go(paper, PAPER_ANSWERED);
        follow(paper);
    }
    assert_int_equal(paper->words[CONTROL], 0x06);
    assert_int_equal(paper->samples[RH_SIGNAL_DRIVE_STATUS].raw, RH_DRIVE_READY);
    atomic_store(&paper->outputs.servo_on, true);
    for (int i = 0; i < 30; i++) {
        (void)paper_go(paper, PAPER_ANSWERED);
        follow(paper);
    }
    assert_int_equal(paper->words[CONTROL], 0x0F);
    assert_int_equal(paper->samples[RH_SIGNAL_DRIVE_STATUS].raw,
                     RH_DRIVE_READY | RH_DRIVE_RUN);
    atomic_store(&paper->outputs.servo_on, false);
    (void)paper_go(paper, PAPER_ANSWERED);
    assert_int_equal(paper->words[CONTROL], 0x06);
    paper_close(paper);
}

static void a_drive_with_a_fault_is_told_to_stay_off(void **state)
{
    paper_t *paper = by_register(true);
    (void)state;
    assert_string_equal(paper_wire(paper), "");
    paper->words[STATUS] = 0x08;
    paper_start(paper);
    atomic_store(&paper->outputs.servo_on, true);
    for (int i = 0; i < 30; i++) {
        (void)paper_go(paper, PAPER_ANSWERED);
        assert_int_equal(paper->words[CONTROL], 0x06);
    }
    assert_int_equal(paper->samples[RH_SIGNAL_DRIVE_STATUS].raw, RH_DRIVE_FAULT);
    paper_close(paper);
}

static void a_control_word_is_bound_only_where_the_profile_says_so(void **state)
{
    paper_t *paper = by_register(false);
    (void)state;
    assert_non_null(strstr(paper_wire(paper), "does not switch its power stage"));
    paper_close(paper);
}

/* ---- fences ------------------------------------------------------------------- */

static void a_drive_with_unknown_fences_is_read_and_never_ready(void **state)
{
    paper_t *paper = paper_open("stepperonline-a6rs");
    (void)state;
    paper_bind(paper, RH_SIGNAL_MOTOR_ANGLE, false, "position");
    paper_bind(paper, RH_SIGNAL_MOTOR_RATE, false, "rate");
    paper_bind(paper, RH_OUTPUT_TORQUE_COMMAND, true, "torque_command");
    assert_string_equal(paper_wire(paper), "");
    paper->words[0x4001] = (uint16_t)-350;
    paper->words[0x4016] = 0x0001; /* low word first */
    paper->words[0x4017] = 0x0002;
    paper_start(paper);
    (void)paper_go(paper, PAPER_ANSWERED);
    (void)paper_go(paper, PAPER_ANSWERED);
    assert_false(paper->device.is_ready);
    assert_int_equal(paper->samples[RH_SIGNAL_MOTOR_ANGLE].raw, 0x00020001);
    assert_in_range(-paper->samples[RH_SIGNAL_MOTOR_RATE].milli, 59999, 60001);
    paper_close(paper);
}

int main(void)
{
    // NOLINTNEXTLINE(concurrency-mt-unsafe): there is no other thread here
    const char *seed = getenv("RH_SEED");
    random_state = seed != NULL ? strtoull(seed, NULL, 0) : (uint64_t)time(NULL);
    printf("seed %" PRIu64 " (RH_SEED repeats it)\n", random_state);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_magnitude_takes_its_sign_from_the_word_of_the_same_read),
        cmocka_unit_test(of_two_channels_in_one_device_each_is_judged_by_its_own_word),
        cmocka_unit_test(a_rate_in_the_drives_own_unit_is_degrees_at_the_arm),
        cmocka_unit_test(the_fences_lie_in_the_drive_before_it_is_ready),
        cmocka_unit_test(a_torque_that_always_changes_goes_once_in_a_round_of_reads),
        cmocka_unit_test(zero_torque_waits_for_no_round),
        cmocka_unit_test(blocks_in_turn_come_in_turn),
        cmocka_unit_test(a_torque_becomes_a_speed_that_way_and_a_limit_of_its_size),
        cmocka_unit_test(neither_speed_nor_limit_ever_passes_its_fence),
        cmocka_unit_test(no_torque_ever_points_the_wrong_way_whatever_is_lost),
        cmocka_unit_test(a_limit_without_a_signed_speed_beside_it_is_refused),
        cmocka_unit_test(servo_on_walks_the_states_and_off_is_the_next_request),
        cmocka_unit_test(a_drive_with_a_fault_is_told_to_stay_off),
        cmocka_unit_test(a_control_word_is_bound_only_where_the_profile_says_so),
        cmocka_unit_test(a_drive_with_unknown_fences_is_read_and_never_ready),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
