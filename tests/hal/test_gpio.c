/* SPDX-License-Identifier: Apache-2.0 */
/* Contacts, relays, an encoder and a converter on a chip in memory, by the HAL's own
 * operations where the loop uses them. */
#include <errno.h>
#include <math.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "encoder.h"
#include "fake_gpio.h"
#include "gpio_hal.h"
#include "modbus_hal.h"
#include "rh/grant.h"
#include "weigher.h"

#define MS INT64_C(1000000)
#define ERROR_TEXT 512
#define assert_near(value, expected, off)                                              \
    assert_true(fabs((value) - (expected)) <= (off))

typedef struct {
    rh_hal_settings_t settings;
    rh_hal_t *hal;
    rh_input_t input;
    char error[ERROR_TEXT];
} bench_t;

static bench_t bench;

static int set_up(void **state)
{
    (void)state;
    memset(&bench, 0, sizeof(bench));
    fake_gpio_reset(2);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rh_hal_modbus.close(bench.hal);
    bench.hal = NULL;
    assert_int_equal(fake_gpio.open_chips, 0);
    for (int line = 0; line < FAKE_LINES; line++) {
        assert_false(fake_gpio.is_taken[line]);
    }
    return 0;
}

static rh_binding_t *bind_line(int signal, bool is_output, const char *line)
{
    rh_binding_t *binding = &bench.settings.bindings[bench.settings.binding_count++];
    *binding = (rh_binding_t){.signal = signal,
                              .is_output = is_output,
                              .kind = RH_SOURCE_GPIO,
                              .device = -1,
                              .chip = "fake"};
    (void)snprintf(binding->role, sizeof(binding->role), "%s", line);
    return binding;
}

static int open_bench(void)
{
    return rh_hal_modbus.open(&bench.hal, &bench.settings, bench.error, ERROR_TEXT);
}

static void opens(void)
{
    if (open_bench() != 0) {
        fail_msg("%s", bench.error);
    }
}

static void refuses(const char *reason)
{
    assert_int_not_equal(open_bench(), 0);
    if (strstr(bench.error, reason) == NULL) {
        fail_msg("\"%s\" is not in \"%s\"", reason, bench.error);
    }
    bench.hal = NULL;
}

static const rh_sample_t *read_at(int signal, int64_t now_ns)
{
    rh_hal_modbus.read(bench.hal, now_ns, &bench.input);
    return &bench.input.signal[signal];
}

/* ---- contacts -------------------------------------------------------------------- */

static void an_opened_estop_is_seen_in_the_same_read(void **state)
{
    (void)state;
    bind_line(RH_SIGNAL_ESTOP_A, false, "3")->bias = RH_BIAS_UP;
    bench.settings.bindings[0].debounce_ms = 20;
    opens();
    assert_int_equal(fake_gpio.bias[3], RH_BIAS_UP);
    fake_gpio.level[3] = true;
    assert_int_equal(read_at(RH_SIGNAL_ESTOP_A, 100 * MS)->raw, 0);
    const rh_sample_t *sample = read_at(RH_SIGNAL_ESTOP_A, 120 * MS);
    assert_int_equal(sample->raw, 1);
    assert_int_equal(sample->milli, 1000);
    assert_int_equal(sample->age_ns, 0);
    assert_int_equal(sample->quality, RH_QUALITY_GOOD);
    assert_int_equal(sample->count, 2);
    fake_gpio.level[3] = false;
    assert_int_equal(read_at(RH_SIGNAL_ESTOP_A, 122 * MS)->raw, 0);
}

static void each_contact_has_its_line_and_its_sense(void **state)
{
    (void)state;
    bind_line(RH_SIGNAL_GRIP_LEFT, false, "SEVEN");
    bind_line(RH_SIGNAL_GRIP_RIGHT, false, "9")->invert = true;
    bind_line(RH_SIGNAL_LIMIT_TOP, false, "2");
    opens();
    for (int levels = 0; levels < 8; levels++) {
        fake_gpio.level[7] = (levels & 1) != 0;
        fake_gpio.level[9] = (levels & 2) != 0;
        fake_gpio.level[2] = (levels & 4) != 0;
        uint64_t reads = fake_gpio.reads;
        assert_int_equal(read_at(RH_SIGNAL_GRIP_LEFT, levels)->raw, levels & 1);
        assert_int_equal(bench.input.signal[RH_SIGNAL_GRIP_RIGHT].raw,
                         (levels & 2) == 0);
        assert_int_equal(bench.input.signal[RH_SIGNAL_LIMIT_TOP].raw, levels >> 2);
        assert_int_equal(fake_gpio.reads, reads + 1); /* one call for the chip */
    }
}

static void a_chip_that_does_not_answer_is_lost_and_ages(void **state)
{
    (void)state;
    bind_line(RH_SIGNAL_ESTOP_A, false, "3");
    opens();
    fake_gpio.level[3] = true;
    (void)read_at(RH_SIGNAL_ESTOP_A, 100 * MS);
    fake_gpio.fails = -ENODEV;
    const rh_sample_t *sample = read_at(RH_SIGNAL_ESTOP_A, 150 * MS);
    assert_int_equal(sample->quality, RH_QUALITY_LOST);
    assert_int_equal(sample->age_ns, 50 * MS);
    fake_gpio.fails = 0;
    assert_int_equal(read_at(RH_SIGNAL_ESTOP_A, 152 * MS)->quality, RH_QUALITY_GOOD);
}

static void a_chip_that_never_answered_gives_nothing(void **state)
{
    (void)state;
    bind_line(RH_SIGNAL_ESTOP_A, false, "3");
    opens();
    fake_gpio.fails = -EIO;
    assert_int_equal(read_at(RH_SIGNAL_ESTOP_A, 100 * MS)->quality, RH_QUALITY_NONE);
}

/* ---- relays ---------------------------------------------------------------------- */

static const rh_grant_t all_on = {.servo_on = true, .lamp = true, .buzzer = true};
static const rh_grant_t all_off = {0};

static void bind_relays(void)
{
    bind_line(RH_OUTPUT_HEARTBEAT, true, "20");
    bind_line(RH_OUTPUT_SERVO_ON, true, "21");
    bind_line(RH_OUTPUT_LAMP, true, "22")->invert = true;
    bind_line(RH_OUTPUT_BUZZER, true, "23");
}

static void assert_relays(bool servo_on, bool lamp, bool buzzer)
{
    assert_int_equal(fake_gpio.level[21], servo_on);
    assert_int_equal(fake_gpio.level[22], !lamp);
    assert_int_equal(fake_gpio.level[23], buzzer);
}

static void relays_are_off_from_the_request_on_and_after_the_end(void **state)
{
    (void)state;
    bind_relays();
    fake_gpio.level[21] = true; /* what the board left there */
    opens();
    assert_relays(false, false, false);
    rh_hal_modbus.write(bench.hal, &all_on);
    assert_relays(true, true, true);
    rh_hal_modbus.beat(bench.hal);
    assert_true(fake_gpio.level[20]);
    rh_hal_modbus.close(bench.hal);
    bench.hal = NULL;
    assert_relays(false, false, false);
    assert_false(fake_gpio.level[20]);
}

static void a_grant_reaches_the_relays_in_its_own_tick(void **state)
{
    (void)state;
    bind_relays();
    opens();
    rh_hal_modbus.write(bench.hal, &all_on);
    assert_relays(true, true, true);
    rh_hal_modbus.write(bench.hal, &all_off);
    assert_relays(false, false, false);
}

static void the_heartbeat_moves_with_each_beat_and_with_nothing_else(void **state)
{
    (void)state;
    bind_relays();
    opens();
    for (int i = 0; i < 10; i++) {
        bool before = fake_gpio.level[20];
        rh_hal_modbus.write(bench.hal, i % 2 == 0 ? &all_on : &all_off);
        (void)read_at(RH_SIGNAL_ESTOP_A, i * MS);
        assert_int_equal(fake_gpio.level[20], before);
        rh_hal_modbus.beat(bench.hal);
        assert_int_equal(fake_gpio.level[20], !before);
    }
}

static void a_level_that_was_not_taken_is_written_again(void **state)
{
    (void)state;
    bind_relays();
    opens();
    rh_hal_modbus.write(bench.hal, &all_on);
    fake_gpio.fails = -EIO;
    rh_hal_modbus.write(bench.hal, &all_off);
    assert_true(fake_gpio.level[21]);
    fake_gpio.fails = 0;
    rh_hal_modbus.write(bench.hal, &all_off);
    assert_false(fake_gpio.level[21]);
}

/* ---- refusals -------------------------------------------------------------------- */

static void what_is_not_there_is_named(void **state)
{
    (void)state;
    rh_binding_t *binding = bind_line(RH_SIGNAL_ESTOP_A, false, "EIGHT");
    refuses("chip 'fake' has no line called 'EIGHT'; gpioinfo shows the names, a "
            "number from 0 to 31 does as well");
    (void)snprintf(binding->role, sizeof(binding->role), "32");
    refuses("chip 'fake' has no line 32; it has 0..31");
    (void)snprintf(binding->role, sizeof(binding->role), "7");
    fake_gpio.is_taken[7] = true;
    refuses("chip 'fake': its lines 7 cannot be taken: Device or resource busy");
    fake_gpio.is_taken[7] = false;
    (void)snprintf(binding->chip, sizeof(binding->chip), "pinctrl-bcm2711");
    (void)snprintf(binding->where, sizeof(binding->where),
                   "m.conf:4: [signal estop_a]");
    refuses("m.conf:4: [signal estop_a]: chip 'pinctrl-bcm2711' not found");
}

static void a_name_and_a_number_of_one_line_are_refused(void **state)
{
    (void)state;
    bind_line(RH_SIGNAL_ESTOP_A, false, "SEVEN");
    bind_line(RH_SIGNAL_ESTOP_B, false, "7");
    refuses("chip 'fake': line 7 has two uses; give each a line of its own");
}

static rh_binding_t *bind_counter(int signal, const char *role)
{
    rh_binding_t *binding = bind_line(signal, false, role);
    binding->kind = RH_SOURCE_QUADRATURE;
    binding->device = 0;
    bench.settings.quadrature_count = 1;
    bench.settings.quadratures[0] = (rh_quadrature_settings_t){
        "arm",      "fake", "10",  "11",
        RH_BIAS_UP, 4096,   -90.0, "m.conf:7: [quadrature arm]"};
    return binding;
}

static void generation_one_counts_only_beside_a_motor_encoder(void **state)
{
    (void)state;
    fake_gpio.generation = 1;
    rh_binding_t *binding = bind_counter(RH_SIGNAL_ARM_ANGLE, "position");
    refuses("quadrature 'arm': libgpiod 1 cannot tell whether an edge was lost, so it "
            "may only be the second encoder; bind motor_angle to the drive");
    binding->signal = RH_SIGNAL_MOTOR_ANGLE;
    refuses("it may only be arm_angle beside a motor encoder");
    binding->signal = RH_SIGNAL_ARM_ANGLE;
    rh_gpio_hal_t gpio = {0};
    const rh_gpio_error_t error = {bench.error, ERROR_TEXT};
    bind_line(RH_SIGNAL_MOTOR_ANGLE, false, "position")->kind = RH_SOURCE_MODBUS;
    assert_int_equal(rh_gpio_hal_open(&gpio, &bench.settings, &error), 0);
    rh_gpio_hal_close(&gpio);
}

static void a_converter_feeds_the_record_alone(void **state)
{
    (void)state;
    rh_binding_t *binding = bind_line(RH_SIGNAL_PAD_FRONT, false, "force");
    binding->kind = RH_SOURCE_HX711;
    binding->device = 0;
    bench.settings.hx711_count = 1;
    bench.settings.hx711s[0] =
        (rh_hx711_settings_t){"seat", "fake", "12", "13", 128, 1.0, 0.0, ""};
    refuses("hx711 'seat': it may feed aux_force alone");
}

static void a_refusal_gives_back_what_was_taken(void **state)
{
    (void)state;
    bind_relays();
    bind_line(RH_SIGNAL_ESTOP_A, false, "3");
    fake_gpio.is_taken[3] = true;
    refuses("its lines 3 cannot be taken");
    fake_gpio.is_taken[3] = false;
}

/* ---- the encoder ----------------------------------------------------------------- */

static rh_encoder_t encoder;
static int64_t clock_ns;
static uint32_t sequence;
static int64_t place;

static void open_encoder(int generation)
{
    const rh_gpio_error_t error = {bench.error, ERROR_TEXT};
    fake_gpio_reset(generation);
    (void)bind_counter(RH_SIGNAL_ARM_ANGLE, "position");
    memset(&encoder, 0, sizeof(encoder));
    encoder.settings = &bench.settings.quadratures[0];
    clock_ns = 1000 * MS;
    sequence = 0;
    place = 0;
    assert_int_equal(rh_encoder_open(&encoder, &error), 0);
}

static bool line_of(int64_t at, bool is_b)
{
    int phase = (int)(at & 3);
    return is_b ? phase == 2 || phase == 3 : phase == 1 || phase == 2;
}

/* The arm goes on by one count; the kernel queues it unless it is lost. */
static void move(int way, bool is_lost)
{
    bool is_b = line_of(place, true) != line_of(place + way, true);
    place += way;
    clock_ns += MS;
    sequence++;
    if (!is_lost) {
        fake_gpio_edge(is_b, line_of(place, is_b), clock_ns,
                       fake_gpio.generation > 1 ? sequence : 0);
    }
}

static const rh_hal_sample_t *look_after(int64_t ms)
{
    for (int64_t i = 0; i < ms; i += 2) {
        clock_ns += 2 * MS;
        assert_int_equal(rh_encoder_step(&encoder, clock_ns), 0);
    }
    return &encoder.source.samples[RH_ENCODER_POSITION];
}

static void a_position_is_good_once_the_arm_has_hung_still(void **state)
{
    (void)state;
    for (int generation = 1; generation <= 2; generation++) {
        open_encoder(generation);
        assert_int_equal(look_after(900)->quality, RH_QUALITY_BAD);
        const rh_hal_sample_t *sample = look_after(110);
        assert_int_equal(sample->quality, RH_QUALITY_GOOD);
        assert_int_equal(sample->milli, -90000);
        for (int i = 0; i < 1024; i++) {
            move(1, false);
            assert_int_equal(rh_encoder_step(&encoder, clock_ns), 0);
        }
        sample = look_after(4);
        assert_int_equal(sample->milli, 0);
        assert_int_equal(sample->quality, RH_QUALITY_GOOD);
        assert_near(encoder.source.samples[RH_ENCODER_RATE].milli / 1000.0, 87.9, 66.0);
        assert_true(clock_ns - sample->stamp_ns <= RH_EDGE_HOLD_NS);
        assert_int_equal(encoder.source.report.errors, 0);
        rh_encoder_close(&encoder);
    }
}

static void edges_out_of_order_still_turn_the_right_way(void **state)
{
    (void)state;
    for (int generation = 1; generation <= 2; generation++) {
        open_encoder(generation);
        (void)look_after(1010);
        for (int i = 0; i < 100; i++) {
            move(1, false);
            move(1, false);
            rh_gpio_edge_t first = fake_gpio.edges[0];
            fake_gpio.edges[0] = fake_gpio.edges[1];
            fake_gpio.edges[1] = first;
            assert_int_equal(rh_encoder_step(&encoder, clock_ns), 0);
        }
        assert_int_equal(look_after(4)->raw, 200);
        assert_int_equal(encoder.source.report.errors, 0);
        rh_encoder_close(&encoder);
    }
}

/* Hazard 12: one spike is counted, and leaves the position within one cycle, four
 * counts. */
static void one_lost_edge_is_counted_and_leaves_the_position_good(void **state)
{
    (void)state;
    for (int generation = 1; generation <= 2; generation++) {
        open_encoder(generation);
        (void)look_after(1010);
        for (int i = 0; i < 200; i++) {
            move(1, i == 100);
        }
        const rh_hal_sample_t *sample = look_after(10);
        assert_int_equal(sample->quality, RH_QUALITY_GOOD);
        assert_in_range(sample->raw, 196, 200);
        assert_true(encoder.source.report.errors > 0);
        rh_encoder_close(&encoder);
    }
}

static void three_lost_edges_within_a_second_make_it_bad(void **state)
{
    (void)state;
    for (int apart = 100; apart <= 600; apart += 500) {
        open_encoder(1);
        (void)look_after(1010);
        for (int i = 0; i < 2 * apart + 20; i++) { /* one each millisecond */
            move(1, i == 10 || i == 10 + apart || i == 10 + 2 * apart);
            assert_int_equal(rh_encoder_step(&encoder, clock_ns), 0);
        }
        assert_int_equal(look_after(10)->quality,
                         apart == 100 ? RH_QUALITY_BAD : RH_QUALITY_GOOD);
        rh_encoder_close(&encoder);
    }
}

/* Each alone is none, but what they may have moved adds up until it is home again. */
static void lost_edges_far_apart_add_up(void **state)
{
    (void)state;
    open_encoder(2);
    (void)look_after(1010);
    for (int round = 0; round < 2; round++) {
        for (int lost = 1; lost <= 3; lost++) { /* 5 counts each, a degree has 12 */
            for (int i = 0; i < 40; i++) {
                move(i < 20 ? 1 : -1, i == 10);
            }
            for (int i = 0; i < 180; i++) { /* never still for a second meanwhile */
                move(i % 6 < 3 ? 1 : -1, false);
                (void)look_after(8);
            }
            assert_int_equal(look_after(10)->quality,
                             lost < 3 ? RH_QUALITY_GOOD : RH_QUALITY_BAD);
        }
        assert_int_equal(look_after(1010)->quality, RH_QUALITY_GOOD);
    }
    rh_encoder_close(&encoder);
}

static void
lost_edges_of_more_than_a_degree_make_it_bad_until_it_is_home_again(void **state)
{
    (void)state;
    open_encoder(2);
    (void)look_after(1010);
    for (int i = 0; i < 200; i++) {
        move(1, i >= 100 && i < 114);
    }
    assert_int_equal(look_after(10)->quality, RH_QUALITY_BAD);
    assert_int_equal(encoder.source.report.gaps, 14);
    assert_int_equal(look_after(3000)->quality, RH_QUALITY_BAD); /* still, but up */
    for (int i = 0; i < 200; i++) {
        move(-1, false);
    }
    assert_int_equal(look_after(900)->quality, RH_QUALITY_BAD);
    const rh_hal_sample_t *sample = look_after(110);
    assert_int_equal(sample->quality, RH_QUALITY_GOOD);
    assert_int_equal(sample->milli, -90000);
    rh_encoder_close(&encoder);
}

static void without_numbers_a_lost_edge_shows_as_an_illegal_transition(void **state)
{
    (void)state;
    open_encoder(1);
    (void)look_after(1010);
    for (int i = 0; i < 20; i++) {
        move(1, i == 10);
    }
    (void)look_after(10);
    assert_int_equal(encoder.source.report.gaps, 0);
    assert_true(encoder.source.report.illegal > 0);
    rh_encoder_close(&encoder);
}

static void lines_that_cannot_be_read_any_more_end_it(void **state)
{
    (void)state;
    open_encoder(2);
    fake_gpio.fails = -ENODEV;
    assert_int_equal(rh_encoder_step(&encoder, clock_ns), -ENODEV);
    rh_encoder_close(&encoder);
}

/* Nobody reads any more: the last position must not go on as a good one. */
static void an_encoder_whose_thread_has_ended_is_lost(void **state)
{
    (void)state;
    rh_hal_sample_t samples[RH_GPIO_ROLES] = {{0}};
    rh_gpio_report_t report = {.is_ready = true};
    open_encoder(2);
    assert_int_equal(look_after(2000)->quality, RH_QUALITY_GOOD);
    fake_gpio.fails = -ENODEV;
    assert_int_equal(rh_encoder_start(&encoder, 0), 0);
    while (report.errors == 0) { /* ctest's time limit ends it */
        (void)rh_mailbox_get(&encoder.source.report_out, &report, sizeof(report));
        (void)sched_yield();
    }
    assert_true(rh_mailbox_get(&encoder.source.samples_out, samples, sizeof(samples)));
    for (int role = 0; role < RH_GPIO_ROLES; role++) {
        assert_int_equal(samples[role].quality, RH_QUALITY_LOST);
    }
    assert_false(report.is_ready);
    rh_encoder_close(&encoder);
}

/* ---- the converter --------------------------------------------------------------- */

/* A chip: line 12 is its clock, line 13 its data. */
static struct {
    uint32_t word;
    int pulses;
    bool clk;
    int spoilt_pulse; /* the next conversion pulls data high here; -1 = never */
} chip = {.spoilt_pulse = -1};

static void chip_follows(void)
{
    bool clk = fake_gpio.level[12];
    if (clk && !chip.clk) {
        bool is_word = chip.pulses < 24;
        fake_gpio.level[13] = !is_word || (chip.word >> (23 - chip.pulses) & 1u) != 0;
        chip.pulses++;
    }
    if (!clk && chip.pulses == chip.spoilt_pulse) {
        fake_gpio.level[13] = true;
    }
    chip.clk = clk;
}

static int convert(rh_weigher_t *weigher, int32_t value)
{
    chip.word = (uint32_t)value & 0xFFFFFFu;
    chip.pulses = 0;
    fake_gpio.level[13] = false;
    return rh_weigher_step(weigher);
}

static void open_weigher(rh_weigher_t *weigher, const rh_hx711_settings_t *settings)
{
    const rh_gpio_error_t error = {bench.error, ERROR_TEXT};
    *weigher = (rh_weigher_t){.settings = settings};
    chip.spoilt_pulse = -1;
    chip.clk = false;
    fake_gpio.wrote = chip_follows;
    assert_int_equal(rh_weigher_open(weigher, &error), 0);
}

/* What this computer does in between may spoil a reading: so some, of many. */
static void a_converter_is_read_pulse_by_pulse(void **state)
{
    (void)state;
    static rh_weigher_t weigher;
    static const rh_hx711_settings_t settings = {"seat", "fake", "12", "13",
                                                 128,    0.01,   -3.5, ""};
    open_weigher(&weigher, &settings);
    fake_gpio.level[13] = true;
    assert_int_equal(rh_weigher_step(&weigher), 0); /* nothing ready */
    for (int32_t value = -4000; value < 4000; value += 100) {
        uint64_t good = weigher.decoder.count[RH_HX711_GOOD];
        assert_int_equal(convert(&weigher, value + 1), 1);
        assert_int_equal(chip.pulses, 25);
        if (weigher.decoder.count[RH_HX711_GOOD] > good) {
            assert_int_equal(weigher.source.samples[0].raw, value + 1);
            assert_int_equal(weigher.source.samples[0].milli, value * 10 + 10 - 3500);
        }
    }
    assert_true(weigher.decoder.count[RH_HX711_GOOD] > 0);
    rh_weigher_close(&weigher);
    assert_false(fake_gpio.level[12]);
}

static void readings_that_race_are_dropped_and_many_make_it_bad(void **state)
{
    (void)state;
    static rh_weigher_t weigher;
    static const rh_hx711_settings_t settings = {"seat", "fake", "12", "13",
                                                 64,     1.0,    0.0,  ""};
    open_weigher(&weigher, &settings);
    do {
        (void)convert(&weigher, 4384);
    } while (weigher.decoder.count[RH_HX711_GOOD] == 0);
    weigher.dropped = 0;
    chip.spoilt_pulse = 9;
    for (int i = 1; i <= 5; i++) {
        (void)convert(&weigher, 0x123456);
        assert_int_equal(weigher.source.samples[0].raw, 4384);
        assert_int_equal(weigher.source.samples[0].quality,
                         i > 3 ? RH_QUALITY_BAD : RH_QUALITY_GOOD);
    }
    assert_int_equal(chip.pulses, 27); /* gain 64 */
    rh_weigher_close(&weigher);
}

/* ---- counters -------------------------------------------------------------------- */

static void health_has_a_row_for_each(void **state)
{
    (void)state;
    rh_hal_stats_t stats;
    bind_line(RH_SIGNAL_ESTOP_A, false, "3");
    (void)bind_counter(RH_SIGNAL_ARM_ANGLE, "position");
    opens();
    (void)read_at(RH_SIGNAL_ESTOP_A, 100 * MS);
    rh_hal_modbus.stats(bench.hal, &stats);
    assert_int_equal(stats.device_count, 2);
    assert_string_equal(stats.devices[0].name, "fake");
    assert_string_equal(stats.devices[0].profile, "gpio");
    assert_string_equal(stats.devices[0].status, "libgpiod-2");
    assert_int_equal(stats.devices[0].bus, -1);
    assert_true(stats.devices[0].is_ready);
    assert_int_equal(stats.devices[0].replies, 1);
    assert_string_equal(stats.devices[1].name, "arm");
    assert_string_equal(stats.devices[1].profile, "quadrature");
    assert_false(stats.devices[1].is_ready);
    assert_non_null(strstr(stats.devices[1].problem, "hung still for a second"));
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(an_opened_estop_is_seen_in_the_same_read),
        ROW(each_contact_has_its_line_and_its_sense),
        ROW(a_chip_that_does_not_answer_is_lost_and_ages),
        ROW(a_chip_that_never_answered_gives_nothing),
        ROW(relays_are_off_from_the_request_on_and_after_the_end),
        ROW(a_grant_reaches_the_relays_in_its_own_tick),
        ROW(the_heartbeat_moves_with_each_beat_and_with_nothing_else),
        ROW(a_level_that_was_not_taken_is_written_again),
        ROW(what_is_not_there_is_named),
        ROW(a_name_and_a_number_of_one_line_are_refused),
        ROW(generation_one_counts_only_beside_a_motor_encoder),
        ROW(a_converter_feeds_the_record_alone),
        ROW(a_refusal_gives_back_what_was_taken),
        ROW(a_position_is_good_once_the_arm_has_hung_still),
        ROW(edges_out_of_order_still_turn_the_right_way),
        ROW(one_lost_edge_is_counted_and_leaves_the_position_good),
        ROW(three_lost_edges_within_a_second_make_it_bad),
        ROW(lost_edges_far_apart_add_up),
        ROW(lost_edges_of_more_than_a_degree_make_it_bad_until_it_is_home_again),
        ROW(without_numbers_a_lost_edge_shows_as_an_illegal_transition),
        ROW(lines_that_cannot_be_read_any_more_end_it),
        ROW(an_encoder_whose_thread_has_ended_is_lost),
        ROW(a_converter_is_read_pulse_by_pulse),
        ROW(readings_that_race_are_dropped_and_many_make_it_bad),
        ROW(health_has_a_row_for_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
