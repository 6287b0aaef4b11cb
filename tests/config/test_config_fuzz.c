/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spoilt lines by the hundred thousand: whatever stands in a file is read or refused
 * with a reason, and what is read is within its range. RH_SEED repeats a run.
 */
#include "house.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "draft.h"
#include "read.h"
#include "value.h"

#define LINES 100000
#define LINES_A_TEXT 4
#define TEXT_MAX 4096

static uint64_t seed;

static uint32_t dice(uint32_t sides)
{
    seed ^= seed << 13; /* xorshift */
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 32) % sides;
}

static const char *const tokens[] = {"[",
                                     "]",
                                     "=",
                                     ";",
                                     "#",
                                     " ",
                                     "\t",
                                     "\n",
                                     "\r\n",
                                     "0x",
                                     "-",
                                     ".",
                                     "e",
                                     "nan",
                                     "inf",
                                     "1e999",
                                     "[bus ",
                                     "yes",
                                     "99999999999",
                                     "\xEF\xBB\xBF",
                                     "\xFF",
                                     "\x01",
                                     "modbus:",
                                     "/",
                                     "%s%n",
                                     "[limits]\n",
                                     "[device x]\n",
                                     "[block 0]\n",
                                     "[register r]\n",
                                     ",",
                                     ":",
                                     "\\"};

typedef struct {
    char text[TEXT_MAX];
    size_t size;
} spoilt_t;

static void insert(spoilt_t *spoilt, size_t at, const char *token)
{
    size_t length = strlen(token);
    if (spoilt->size + length < TEXT_MAX) {
        memmove(spoilt->text + at + length, spoilt->text + at, spoilt->size - at);
        memcpy(spoilt->text + at, token, length);
        spoilt->size += length;
    }
}

static void spoil(spoilt_t *spoilt)
{
    size_t at = spoilt->size > 0 ? dice((uint32_t)spoilt->size) : 0;
    size_t left = spoilt->size - at;
    switch (dice(5)) {
    case 0: /* a byte, zero included */
        if (left > 0) {
            spoilt->text[at] = (char)dice(256);
        }
        break;
    case 1: /* a piece gone */
        if (left > 0) {
            size_t length = 1 + dice((uint32_t)left < 20 ? (uint32_t)left : 20);
            length = length < left ? length : left;
            memmove(spoilt->text + at, spoilt->text + at + length, left - length);
            spoilt->size -= length;
        }
        break;
    case 2: /* a piece twice, as often as it takes to make a line long */
        for (uint32_t i = dice(60); i > 0; i--) {
            insert(spoilt, at, "7a");
        }
        break;
    default:
        insert(spoilt, at, tokens[dice(sizeof(tokens) / sizeof(tokens[0]))]);
        break;
    }
}

/* A few whole lines of the text, from anywhere. */
static void take_lines(const char *text, spoilt_t *spoilt)
{
    spoilt->size = 0;
    for (int i = 0; i < LINES_A_TEXT; i++) {
        const char *line = text + dice((uint32_t)strlen(text));
        while (line > text && line[-1] != '\n') {
            line--;
        }
        size_t length = strcspn(line, "\n") + 1;
        if (spoilt->size + length < TEXT_MAX / 2) {
            memcpy(spoilt->text + spoilt->size, line, length);
            spoilt->size += length;
        }
    }
}

/* What stands in the draft is what the table permits, however it got there. */
static void assert_permitted(const rh_draft_t *draft)
{
    const rh_section_t *section = rh_section(RH_SECTION_LIMITS);
    for (int k = 0; k < section->key_count; k++) {
        const rh_key_t *key = &section->keys[k];
        const char *item = rh_draft_item_const(draft, section, 0);
        double value = 0.0;
        memcpy(&value, item + key->offset, sizeof(value));
        assert_true(value >= key->min && value <= key->max);
    }
    assert_true(draft->settings.daemon.tick_hz >= 100 &&
                draft->settings.daemon.tick_hz <= 1000);
    assert_true(draft->settings.hal.bus_count <= RH_BUS_MAX);
    assert_true(draft->settings.hal.device_count <= RH_DEVICE_MAX);
    assert_true(draft->profile.block_count <= RH_PROFILE_BLOCKS);
    assert_true(draft->profile.baud_count <= 8);
}

static void read_spoilt(rh_draft_t *draft, const char *text, const char *head,
                        unsigned files)
{
    static char error[HOUSE_ERROR];
    spoilt_t spoilt;
    take_lines(text, &spoilt);
    insert(&spoilt, 0, head);
    for (uint32_t i = 1 + dice(4); i > 0; i--) {
        spoil(&spoilt);
    }
    char *exact = malloc(spoilt.size + 1); /* one byte more is out of bounds */
    memcpy(exact, spoilt.text, spoilt.size);
    exact[spoilt.size] = '\0';
    error[0] = '\0';
    rh_draft_init(draft, error, sizeof(error));
    int status = rh_read_text(draft, RH_SOURCE_MAIN, exact, spoilt.size, files);
    assert_true((status == 0) == (error[0] == '\0'));
    assert_permitted(draft);
    free(exact);
}

static void spoilt_lines_are_read_or_refused_and_never_crash(void **state)
{
    (void)state;
    const char *wish = house_wish("RH_SEED");
    uint64_t start = wish != NULL ? strtoull(wish, NULL, 0) : (uint64_t)time(NULL);
    print_message("RH_SEED=%llu\n", (unsigned long long)start);
    seed = start * 2862933555777941757ULL + 3037000493ULL;
    static char machine[HOUSE_TEXT];
    static char profile[HOUSE_TEXT];
    (void)snprintf(machine, sizeof(machine), "%s",
                   source_text("config/machines/simulated-rtu.conf"));
    (void)snprintf(profile, sizeof(profile), "%s",
                   source_text("config/devices/rtelligent-dsy.conf"));
    static const char *const heads[] = {"[limits]\n", "[machine]\n",     "[daemon]\n",
                                        "[bus b]\n",  "[signal lamp]\n", ""};
    rh_draft_t *draft = malloc(sizeof(*draft));
    assert_non_null(draft);
    for (int i = 0; i < LINES / LINES_A_TEXT; i++) {
        if (dice(2) == 0) {
            read_spoilt(draft, machine, heads[dice(6)], RH_FILE_MAIN | RH_FILE_MACHINE);
        } else {
            read_spoilt(draft, profile, dice(2) == 0 ? "[profile]\n" : "[register x]\n",
                        RH_FILE_PROFILE);
        }
    }
    free(draft);
}

static void whole_files_with_spoilt_places_are_loaded_or_refused(void **state)
{
    house_t *house = *state;
    static char text[HOUSE_TEXT];
    (void)snprintf(text, sizeof(text), "%s", house_text(house, "machine.conf"));
    size_t size = strlen(text);
    for (int i = 0; i < 300; i++) {
        static char spoilt[HOUSE_TEXT];
        memcpy(spoilt, text, size + 1);
        for (uint32_t n = 1 + dice(3); n > 0; n--) {
            spoilt[dice((uint32_t)size)] = (char)(' ' + dice(95));
        }
        house_write(house, "machine.conf", spoilt);
        int status = house_load(house, NULL, 0);
        assert_true((status == 0) == (house->error[0] == '\0'));
    }
}

static void random_values_are_in_range_or_refused(void **state)
{
    (void)state;
    static const char letters[] = "0123456789.-+eExXnai ;#";
    const rh_key_t *key = rh_key_find(rh_section(RH_SECTION_LIMITS), "sink_dps");
    rh_limit_settings_t limits = {.sink_dps = 60.0};
    char why[128];
    for (int i = 0; i < 50000; i++) {
        char text[24];
        size_t length = dice(sizeof(text));
        for (size_t k = 0; k < length; k++) {
            text[k] = letters[dice(sizeof(letters) - 1)];
        }
        text[length] = '\0';
        (void)rh_value_read(key, &limits, text, why, sizeof(why));
        assert_true(limits.sink_dps >= key->min && limits.sink_dps <= key->max);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spoilt_lines_are_read_or_refused_and_never_crash),
        cmocka_unit_test_setup_teardown(
            whole_files_with_spoilt_places_are_loaded_or_refused, house_build,
            house_tear_down),
        cmocka_unit_test(random_values_are_in_range_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
