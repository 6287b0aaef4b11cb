/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every fault of a device on every make, in one process: a bench that stands still, so
 * that a difference is the fault's.
 */
#include "sim_rig.h"

#include <stdlib.h>
#include <string.h>

#include "device.h"

typedef struct {
    const rh_device_kind_t *kind;
    rh_device_id_t id;
    uint8_t request[5]; /* FC03 of the value, and of the status where there is one */
    size_t value;       /* first byte of the value in the reply */
    bool low_first;
    int32_t per_count; /* plant's counts to one of the register's */
    const char *flip;  /* how its sign is flipped */
    size_t sign;       /* byte and bit of the sign; 0 = two's complement */
    size_t status;     /* byte and bits that a broken wire sets; 0 = none */
    uint8_t broken_bits;
} make_t;

static const make_t makes[] = {
    {&rh_kind_dsy,
     RH_DEVICE_DRIVE,
     {3, 0x12, 0x07, 0, 2},
     2,
     true,
     1,
     "sign_flip position",
     0,
     0,
     0},
    {&rh_kind_kinco,
     RH_DEVICE_DRIVE,
     {3, 0x37, 0x00, 0, 2},
     2,
     true,
     2,
     "sign_flip position",
     0,
     0,
     0},
    {&rh_kind_a6rs,
     RH_DEVICE_DRIVE,
     {3, 0x40, 0x16, 0, 2},
     2,
     true,
     1,
     "sign_flip position",
     0,
     0,
     0},
    {&rh_kind_pt113,
     RH_DEVICE_PAD_FRONT,
     {3, 0, 5, 0, 3},
     2,
     false,
     1,
     "sign_flip",
     0,
     6,
     0x20},
    {&rh_kind_laumas,
     RH_DEVICE_PAD_REAR,
     {3, 0, 6, 0, 3},
     4,
     false,
     1,
     "sign_flip",
     3,
     3,
     0x03},
    {&rh_kind_flintec,
     RH_DEVICE_STRAP_LEFT,
     {3, 0x20, 0x20, 0, 66},
     2,
     false,
     1,
     "sign_flip",
     0,
     131,
     0x80},
    {&rh_kind_briter, RH_DEVICE_ENCODER, {3, 0, 0, 0, 2}, 2, false, 1, NULL, 0, 0, 0},
    {&rh_kind_kubler, RH_DEVICE_ENCODER, {3, 0, 1, 0, 2}, 2, false, 1, NULL, 0, 0, 0},
};
#define MAKES (sizeof(makes) / sizeof(makes[0]))

#define PLACE 2001 /* where every sensor stands, odd to show a rounding */

static rh_bench_t bench;
static rh_device_t device;

static void set_sensors(int32_t value)
{
    bench.sense.motor_counts = value;
    bench.sense.arm_counts = value;
    for (int i = 0; i < RH_CELLS; i++) {
        bench.sense.cell_dn[i] = value;
    }
}

static void begin(const make_t *make)
{
    const rh_bench_settings_t settings = {.mass_kg = 80.0, .seed = 1, .relay_ms = 75};

    rh_bench_init(&bench, &settings, rh_now_ns());
    set_sensors(PLACE);
    assert_int_equal(rh_device_open(&device, make->id, make->kind), 0);
    rh_device_power_up(&device, &bench);
}

static void end(void)
{
    rh_device_close(&device);
    rh_bench_destroy(&bench);
}

/* "KIND [args]" on the device that is open. */
static void add_fault(const char *words)
{
    char text[64];
    char *word[8] = {NULL};
    char *rest = text;
    char error[256] = "";
    rh_fault_t fault;
    int count = 1;

    (void)snprintf(text, sizeof(text), "%s", words);
    word[0] = strdup(rh_device_names[device.id]);
    while (count < 8 && (word[count] = strsep(&rest, " ")) != NULL) {
        count++;
    }
    assert_int_equal(rh_fault_parse(&fault, word, count, error, sizeof(error)), 0);
    assert_int_equal(rh_faults_add(&bench.faults, &fault, rh_now_ns()), 0);
    free(word[0]);
}

static rh_pdu_t ask(const make_t *make)
{
    rh_pdu_t request = {.length = sizeof(make->request)};
    rh_fault_set_t faults;
    rh_pdu_t reply;

    memcpy(request.bytes, make->request, sizeof(make->request));
    rh_device_serve(&device, &bench, &request, &reply, &faults);
    return reply;
}

static int32_t value_in(const make_t *make, const rh_pdu_t *reply)
{
    const uint8_t *byte = reply->bytes + make->value;
    const uint32_t first = (uint32_t)byte[0] << 8 | byte[1];
    const uint32_t second = (uint32_t)byte[2] << 8 | byte[3];
    const int32_t value =
        (int32_t)(make->low_first ? second << 16 | first : first << 16 | second);

    assert_int_equal(reply->bytes[0], 3);
    return make->sign > 0 && (reply->bytes[make->sign] & 0x80) != 0 ? -value : value;
}

static int32_t ask_value(const make_t *make)
{
    const rh_pdu_t reply = ask(make);

    return value_in(make, &reply);
}

static void each_make_shows_what_its_sensor_measures(void **state)
{
    (void)state;
    for (size_t i = 0; i < MAKES; i++) {
        begin(&makes[i]);
        assert_int_equal(ask_value(&makes[i]), PLACE / makes[i].per_count);
        set_sensors(PLACE + 500);
        assert_int_equal(ask_value(&makes[i]), (PLACE + 500) / makes[i].per_count);
        end();
    }
}

static void each_make_can_freeze(void **state)
{
    (void)state;
    for (size_t i = 0; i < MAKES; i++) {
        int32_t before;

        begin(&makes[i]);
        before = ask_value(&makes[i]);
        add_fault("frozen");
        set_sensors(PLACE + 500);
        assert_int_equal(ask_value(&makes[i]), before);
        end();
    }
}

static void each_make_can_hand_out_the_reply_before(void **state)
{
    (void)state;
    for (size_t i = 0; i < MAKES; i++) {
        int32_t before;

        begin(&makes[i]);
        before = ask_value(&makes[i]);
        add_fault("stale count 1");
        set_sensors(PLACE + 500);
        assert_int_equal(ask_value(&makes[i]), before);
        assert_int_not_equal(ask_value(&makes[i]), before);
        end();
    }
}

static void each_make_can_exchange_its_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < MAKES; i++) {
        int32_t straight;

        begin(&makes[i]);
        straight = ask_value(&makes[i]);
        add_fault("word_swap");
        assert_int_equal((uint32_t)ask_value(&makes[i]),
                         (uint32_t)straight << 16 | (uint32_t)straight >> 16);
        end();
    }
}

static void each_make_can_be_off_by_a_spike(void **state)
{
    (void)state;
    for (size_t i = 0; i < MAKES; i++) {
        begin(&makes[i]);
        add_fault("spike 4000 count 1");
        assert_int_equal(ask_value(&makes[i]), (PLACE + 4000) / makes[i].per_count);
        assert_int_equal(ask_value(&makes[i]), PLACE / makes[i].per_count);
        end();
    }
}

static void each_make_can_show_the_other_sign(void **state)
{
    (void)state;
    for (size_t i = 0; i < MAKES; i++) {
        const make_t *make = &makes[i];

        begin(make);
        add_fault(make->flip != NULL ? make->flip : "sign_flip");
        if (make->flip == NULL) { /* an encoder of one turn mirrors its angle */
            assert_int_equal(ask_value(make), RH_ARM_COUNTS - PLACE);
        } else { /* rounded down, as counts are */
            assert_int_equal(ask_value(make),
                             -((PLACE + make->per_count - 1) / make->per_count));
        }
        end();
    }
}

static void each_transmitter_says_that_its_wire_is_broken_or_hides_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < MAKES; i++) {
        const make_t *make = &makes[i];
        rh_pdu_t reply;

        if (make->status == 0) {
            continue;
        }
        begin(make);
        reply = ask(make);
        assert_int_equal(reply.bytes[make->status] & make->broken_bits, 0);
        add_fault("wire_break count 1");
        reply = ask(make);
        assert_int_equal(reply.bytes[make->status] & make->broken_bits,
                         make->broken_bits);
        add_fault("wire_break silent");
        reply = ask(make);
        assert_int_equal(reply.bytes[make->status] & make->broken_bits, 0);
        assert_true(value_in(make, &reply) > 50000);
        end();
    }
}

static void each_make_can_answer_an_exception_and_lose_its_power(void **state)
{
    (void)state;
    for (size_t i = 0; i < MAKES; i++) {
        rh_pdu_t reply;

        begin(&makes[i]);
        add_fault("exception 4 count 1");
        reply = ask(&makes[i]);
        assert_int_equal(reply.length, 2);
        assert_memory_equal(reply.bytes, "\x83\x04", 2);
        add_fault("unplug");
        assert_int_equal(ask(&makes[i]).length, 0);
        end();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_make_shows_what_its_sensor_measures),
        cmocka_unit_test(each_make_can_freeze),
        cmocka_unit_test(each_make_can_hand_out_the_reply_before),
        cmocka_unit_test(each_make_can_exchange_its_words),
        cmocka_unit_test(each_make_can_be_off_by_a_spike),
        cmocka_unit_test(each_make_can_show_the_other_sign),
        cmocka_unit_test(each_transmitter_says_that_its_wire_is_broken_or_hides_it),
        cmocka_unit_test(each_make_can_answer_an_exception_and_lose_its_power),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
