/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slaves that lie with a good CRC, faults that strike a share of the requests, and the
 * record of what the registers truly held.
 */
#include "sim_rig.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_MS 2000
/* Long enough for a reply that is a byte or two longer than asked for. */
#define QUIET_MS 60

static rig_t rig;
static int line;

static int start(void **state)
{
    (void)state;
    rig_start(&rig, "--seed 7 --fast-wire");
    line = rig_open_line(&rig, "cells");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    (void)close(line);
    return rig_stop(&rig);
}

static int heal(void **state)
{
    (void)state;
    rig_do(&rig, "fault clear");
    return 0;
}

static const uint8_t ask_left[] = {1, 3, 0, 5, 0, 3};
static const uint8_t ask_right[] = {2, 3, 0, 5, 0, 3};
static const uint8_t ask_mode[] = {1, 3, 0, 13, 0, 1};

/* Asks and takes whatever comes until the line is quiet. */
static size_t ask(const uint8_t *request, uint8_t *reply)
{
    size_t length;

    rig_send(line, request, 6);
    length = rig_receive(line, reply, 1, PATIENCE_MS);
    return length + rig_receive(line, reply + length, 63, QUIET_MS);
}

static bool has_good_crc(const uint8_t *frame, size_t length)
{
    uint16_t crc = 0xffff;

    for (size_t i = 0; i + 2 < length; i++) {
        crc = (uint16_t)(crc ^ frame[i]);
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc & 1) != 0 ? (uint16_t)(crc >> 1 ^ 0xa001) : (uint16_t)(crc >> 1);
        }
    }
    return frame[length - 2] == (crc & 0xff) && frame[length - 1] == crc >> 8;
}

static int32_t gross_of(const uint8_t *reply)
{
    return (int32_t)((uint32_t)reply[3] << 24 | (uint32_t)reply[4] << 16 |
                     (uint32_t)reply[5] << 8 | reply[6]);
}

static void a_foreign_reply_is_whole_and_anothers(void **state)
{
    uint8_t reply[64];
    size_t length;

    (void)state;
    (void)ask(ask_right, reply);
    rig_do(&rig, "fault strap_left foreign count 1");
    length = ask(ask_left, reply);
    assert_int_equal(length, 11);
    assert_int_equal(reply[0], 2);
    assert_true(has_good_crc(reply, length));
    length = ask(ask_left, reply);
    assert_int_equal(reply[0], 1);
}

static void a_foreign_reply_can_be_that_to_another_request(void **state)
{
    uint8_t reply[64];
    size_t length;

    (void)state;
    (void)ask(ask_mode, reply);
    (void)ask(ask_left, reply);
    rig_do(&rig, "fault strap_left foreign request count 1");
    length = ask(ask_left, reply);
    assert_int_equal(length, 7);
    assert_int_equal(reply[0], 1);
    assert_true(has_good_crc(reply, length));
}

static void a_wrong_length_has_a_good_crc_and_the_old_count(void **state)
{
    bool shorter = false;
    bool longer = false;

    (void)state;
    rig_do(&rig, "fault strap_left length");
    for (int i = 0; i < 40 && !(shorter && longer); i++) {
        uint8_t reply[64];
        const size_t length = ask(ask_left, reply);

        assert_int_not_equal(length, 11);
        assert_in_range(length, 9, 13);
        assert_int_equal(reply[2], 6);
        assert_true(has_good_crc(reply, length));
        shorter |= length < 11;
        longer |= length > 11;
    }
    assert_true(shorter && longer);
}

static void a_spike_is_a_good_reply_that_is_off_by_so_much(void **state)
{
    uint8_t reply[64];
    int32_t before;

    (void)state;
    (void)ask(ask_left, reply);
    before = gross_of(reply);
    rig_do(&rig, "fault strap_left spike -20000 count 1");
    (void)ask(ask_left, reply);
    assert_true(abs(gross_of(reply) + 20000 - before) < 40);
    (void)ask(ask_left, reply);
    assert_true(abs(gross_of(reply) - before) < 40);
}

static int count_struck(int requests)
{
    int struck = 0;

    for (int i = 0; i < requests; i++) {
        uint8_t reply[64];

        rig_send(line, ask_left, 6);
        assert_int_equal(rig_receive(line, reply, 11, PATIENCE_MS), 11);
        struck += abs(gross_of(reply)) > 10000;
    }
    return struck;
}

static void a_share_strikes_that_many_requests_at_random(void **state)
{
    (void)state;
    rig_do(&rig, "fault strap_left spike 20000 permille 100");
    assert_in_range(count_struck(500), 25, 80);
    rig_do(&rig, "fault clear");
    rig_do(&rig, "fault strap_left spike 20000 rate 10%%");
    assert_in_range(count_struck(500), 25, 80);
}

static void a_share_is_refused_where_no_request_is_struck(void **state)
{
    static const char *const wrong[] = {
        "fault drive trip permille 10",        "fault drive stale permille 0",
        "fault drive stale permille",          "fault drive stale rate 1",
        "fault drive stale rate 0.01%",        "fault drive stale rate 101%",
        "fault bus:cells unplug permille 500",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_false(rig_tell(&rig, "%s", wrong[i]));
        assert_non_null(strstr(rig.answer, "permille N"));
    }
}

static const char *last_line_of(FILE *file, char *text, size_t size)
{
    char one[1024];

    text[0] = '\0';
    while (fgets(one, sizeof(one), file) != NULL) {
        (void)snprintf(text, size, "%s", one);
    }
    return text;
}

static void the_trace_says_what_the_register_held_under_a_lie(void **state)
{
    char path[64];
    char options[128];
    char text[1024];
    uint8_t reply[64];
    rig_t other;
    FILE *file;
    int fd;
    int64_t sent_ns;
    unsigned high = 0;
    unsigned low = 0;

    (void)state;
    (void)snprintf(path, sizeof(path), "/tmp/rh-trace-%d.jsonl", (int)getpid());
    (void)snprintf(options, sizeof(options), "--seed 7 --fast-wire --trace %s", path);
    rig_start(&other, options);
    fd = rig_open_line(&other, "cells");
    rig_do(&other, "fault strap_left spike 20000");
    sent_ns = rig_now_ns();
    rig_send(fd, ask_left, 6);
    assert_int_equal(rig_receive(fd, reply, 11, PATIENCE_MS), 11);
    (void)close(fd);
    assert_int_equal(rig_stop(&other), 0);

    file = fopen(path, "r");
    assert_non_null(file);
    (void)snprintf(other.answer, sizeof(other.answer), "%s",
                   last_line_of(file, text, sizeof(text)));
    (void)fclose(file);
    (void)unlink(path);
    assert_non_null(strstr(text, "\"device\":\"strap_left\",\"unit\":1,\"fc\":3,"
                                 "\"address\":5,\"faults\":[\"spike\"],\"words\":["));
    assert_int_equal(
        sscanf(strstr(text, "\"words\":["), "\"words\":[%u,%u", &high, &low), 2);
    assert_int_equal((int32_t)(high << 16 | low) + 20000, gross_of(reply));
    assert_true(rig_number(&other, NULL, "t_ns") >= (double)sent_ns);
    assert_true(rig_number(&other, NULL, "release_ns") >=
                rig_number(&other, NULL, "t_ns"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_foreign_reply_is_whole_and_anothers, heal),
        cmocka_unit_test_teardown(a_foreign_reply_can_be_that_to_another_request, heal),
        cmocka_unit_test_teardown(a_wrong_length_has_a_good_crc_and_the_old_count,
                                  heal),
        cmocka_unit_test_teardown(a_spike_is_a_good_reply_that_is_off_by_so_much, heal),
        cmocka_unit_test_teardown(a_share_strikes_that_many_requests_at_random, heal),
        cmocka_unit_test_teardown(a_share_is_refused_where_no_request_is_struck, heal),
        cmocka_unit_test(the_trace_says_what_the_register_held_under_a_lie),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
