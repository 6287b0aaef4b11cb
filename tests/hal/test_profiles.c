/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every profile in config/devices: it loads, agrees with itself, names where it comes
 * from, and each of its roles can be asked on the wire.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glob.h>
#include <stdio.h>

#include "codec.h"
#include "config.h"
#include "frame.h"
#include "wiring.h"

static rh_profile_t profile;

/* Calls `check` with each profile loaded. */
static void each(void (*check)(void))
{
    glob_t files;
    assert_int_equal(glob("config/devices/*.conf", 0, NULL, &files), 0);
    assert_true(files.gl_pathc >= 11);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        char name[RH_HAL_NAME];
        char error[1024];
        const char *file = strrchr(files.gl_pathv[i], '/') + 1;
        (void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(file, "."), file);
        if (rh_config_profile(&profile, "config/devices", name, error, sizeof(error)) !=
            0) {
            fail_msg("%s", error);
        }
        check();
    }
    globfree(&files);
}

static void check_words(void)
{
    if (strcmp(profile.status, "documented") != 0 || strlen(profile.source) < 40 ||
        strlen(profile.quirks) < 20) {
        fail_msg("%s: status, source or quirks say too little", profile.name);
    }
}

static void each_profile_says_where_it_comes_from_and_what_to_know(void **state)
{
    (void)state;
    each(check_words);
}

static bool holds(const rh_block_t *block, const rh_register_t *reg)
{
    return block->space == reg->space && reg->address >= block->address &&
           reg->address + rh_codec_words(reg->type) <= block->address + block->count;
}

static void check_blocks(void)
{
    for (int i = 0; i < profile.block_count; i++) {
        int held = 0;
        for (int r = 0; r < profile.register_count; r++) {
            held += holds(&profile.blocks[i], &profile.registers[r]);
        }
        if (held == 0 || profile.blocks[i].count > profile.read_max) {
            fail_msg("%s: block %d holds no register, or more than %d words",
                     profile.name, i, profile.read_max);
        }
    }
}

static void each_block_fits_one_read_and_holds_something(void **state)
{
    (void)state;
    each(check_blocks);
}

/* A device that has no gaps may be asked over addresses that hold nothing; else each
 * word of a block must be a register's. */
static void check_gaps(void)
{
    for (int i = 0; i < profile.block_count && !profile.allow_gaps; i++) {
        const rh_block_t *block = &profile.blocks[i];
        int words = 0;
        for (int r = 0; r < profile.register_count; r++) {
            bool is_bit = profile.registers[r].type == RH_REG_BIT;
            words += !holds(block, &profile.registers[r]) ? 0
                     : is_bit                             ? 1
                              : rh_codec_words(profile.registers[r].type);
        }
        if (words != block->count) {
            fail_msg("%s: block %d reads %d words, its registers are %d", profile.name,
                     i, block->count, words);
        }
    }
}

static void a_device_without_gaps_is_read_without_gaps(void **state)
{
    (void)state;
    each(check_gaps);
}

static void check_roles(void)
{
    for (int i = 0; i < profile.register_count; i++) {
        const rh_register_t *reg = &profile.registers[i];
        rh_frame_t frame;
        rh_block_t range = {.space = reg->space,
                            .address = reg->address,
                            .count = rh_codec_words(reg->type)};
        rh_frame_read(&frame, 1, &range);
        if (frame.size != 6 || range.count > profile.read_max || reg->unit[0] == '%') {
            fail_msg("%s: %s cannot be asked", profile.name, reg->role);
        }
        for (int k = 0; k < i; k++) {
            const rh_register_t *other = &profile.registers[k];
            if (other->space == reg->space && other->address == reg->address) {
                fail_msg("%s: %s and %s have one address", profile.name, reg->role,
                         other->role);
            }
        }
    }
}

static void each_role_can_be_asked_and_has_an_address_of_its_own(void **state)
{
    (void)state;
    each(check_roles);
}

static void check_status(void)
{
    for (int i = 0; i < profile.bit_count; i++) {
        if ((profile.bits[i].value & ~profile.bits[i].mask) != 0) {
            fail_msg("%s: [status %s] can never be so", profile.name,
                     profile.bits[i].meaning);
        }
    }
    bool is_cell = strcmp(profile.kind, "cell") == 0;
    if (is_cell && profile.bit_count == 0) {
        fail_msg("%s: nothing says that a value is bad", profile.name);
    }
}

static void each_status_row_can_be_so_and_each_cell_can_say_no(void **state)
{
    (void)state;
    each(check_status);
}

static void check_drive(void)
{
    char problem[RH_HAL_TEXT];
    rh_device_settings_t *device = calloc(1, sizeof(*device));
    assert_non_null(device);
    device->profile = profile;
    rh_wiring_problem(device, problem, sizeof(problem));
    bool is_unknown = strcmp(profile.name, "stepperonline-a6rs") == 0;
    assert_int_equal(problem[0] != '\0', is_unknown);
    assert_int_equal(strstr(problem, "never arms") != NULL, is_unknown);
    free(device);
}

static void only_the_drive_with_unknown_fences_never_arms_and_says_so(void **state)
{
    (void)state;
    each(check_drive);
}

static void a_profile_that_is_not_there_is_named(void **state)
{
    char error[1024] = "";
    (void)state;
    assert_int_not_equal(
        rh_config_profile(&profile, "config/devices", "nobody", error, sizeof(error)),
        0);
    assert_non_null(strstr(error, "config/devices/nobody.conf: cannot be read"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_profile_says_where_it_comes_from_and_what_to_know),
        cmocka_unit_test(each_block_fits_one_read_and_holds_something),
        cmocka_unit_test(a_device_without_gaps_is_read_without_gaps),
        cmocka_unit_test(each_role_can_be_asked_and_has_an_address_of_its_own),
        cmocka_unit_test(each_status_row_can_be_so_and_each_cell_can_say_no),
        cmocka_unit_test(only_the_drive_with_unknown_fences_never_arms_and_says_so),
        cmocka_unit_test(a_profile_that_is_not_there_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
