/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device profiles: reading one, and what its registers, blocks and start-up writes must
 * agree on. A profile that contradicts itself is refused at start, not found out on the
 * wire.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "read.h"
#include "steps.h"

#define ADDRESSES 65536

int rh_register_words(const rh_register_t *reg)
{
    bool is_wide = reg->type == RH_REG_U32 || reg->type == RH_REG_I32 ||
                   reg->type == RH_REG_F32 || reg->type == RH_REG_MAG32;
    return is_wide ? 2 : 1;
}

bool rh_registers_overlap(const rh_register_t *a, const rh_register_t *b)
{
    return a->space == b->space && a->address < b->address + rh_register_words(b) &&
           b->address < a->address + rh_register_words(a);
}

const rh_register_t *rh_profile_role(const rh_profile_t *profile, const char *role)
{
    for (int i = 0; i < profile->register_count; i++) {
        if (strcmp(profile->registers[i].role, role) == 0) {
            return &profile->registers[i];
        }
    }
    return NULL;
}

static bool is_bit_space(rh_space_t space)
{
    return space == RH_SPACE_COIL || space == RH_SPACE_DISCRETE;
}

static bool covers(const rh_block_t *block, const rh_register_t *reg)
{
    return block->space == reg->space && reg->address >= block->address &&
           reg->address + rh_register_words(reg) <= block->address + block->count;
}

/* A word that belongs to a value must be of the same moment. */
static int check_word(rh_draft_t *draft, const rh_register_t *reg,
                      const rh_part_t *part, const char *key, const char *role)
{
    const rh_profile_t *profile = &draft->profile;
    const rh_register_t *word = rh_profile_role(profile, role);
    if (word == NULL || is_bit_space(word->space) || rh_register_words(word) != 1) {
        return rh_draft_refuse(draft, part, key, "add [register ROLE], type = u16",
                               "\"%s\" is no register of one word", role);
    }
    for (int i = 0; i < profile->block_count; i++) {
        if (covers(&profile->blocks[i], reg) && covers(&profile->blocks[i], word)) {
            return 0;
        }
    }
    return rh_draft_refuse(draft, part, key, "let one [block N] cover both",
                           "%s and %s are not read in one request", reg->role, role);
}

static int check_sign(rh_draft_t *draft, const rh_register_t *reg,
                      const rh_part_t *part)
{
    if (reg->type != RH_REG_MAG32) {
        return reg->sign_role[0] == '\0' && reg->sign_mask == 0
                   ? 0
                   : rh_draft_refuse(draft, part, "sign_role", NULL,
                                     "only a mag32 has its sign elsewhere");
    }
    if (reg->writable) {
        return rh_draft_refuse(draft, part, "access", NULL,
                               "a mag32 cannot be written: its sign lies elsewhere");
    }
    if (reg->sign_mask == 0) {
        return rh_draft_refuse(draft, part, "sign_mask", "as 0x0080",
                               "a mag32 without the bit that holds its sign");
    }
    return check_word(draft, reg, part, "sign_role", reg->sign_role);
}

static int check_words(rh_draft_t *draft, const rh_register_t *reg,
                       const rh_part_t *part)
{
    if (check_sign(draft, reg, part) != 0) {
        return -EINVAL;
    }
    bool has_own =
        reg->status_role[0] != '\0' && strcmp(reg->status_role, "status") != 0;
    return has_own ? check_word(draft, reg, part, "status_role", reg->status_role) : 0;
}

static int check_register(rh_draft_t *draft, const rh_register_t *reg, int item)
{
    const rh_part_t *part = rh_draft_part_of(draft, RH_SECTION_REGISTER, item);
    if ((reg->type == RH_REG_BIT) != is_bit_space(reg->space)) {
        return rh_draft_refuse(draft, part, "space", NULL,
                               "coils and discrete inputs are of type bit, and only "
                               "they are");
    }
    if (reg->writable &&
        (reg->space == RH_SPACE_INPUT || reg->space == RH_SPACE_DISCRETE)) {
        return rh_draft_refuse(draft, part, "access", NULL,
                               "nothing can be written to this space");
    }
    if (!(reg->scale < 0.0 || reg->scale > 0.0)) {
        return rh_draft_refuse(draft, part, "scale", NULL, "0 says nothing");
    }
    if (reg->address + rh_register_words(reg) > ADDRESSES) {
        return rh_draft_refuse(draft, part, "address", NULL,
                               "two registers do not fit at the end");
    }
    return check_words(draft, reg, part);
}

static int check_registers(rh_draft_t *draft)
{
    const rh_profile_t *profile = &draft->profile;
    for (int i = 0; i < profile->register_count; i++) {
        const rh_register_t *reg = &profile->registers[i];
        if (check_register(draft, reg, i) != 0) {
            return -EINVAL;
        }
        bool has_way = is_bit_space(reg->space) || profile->fc16 ||
                       (profile->fc06 && rh_register_words(reg) == 1);
        if (reg->writable && !has_way) {
            return rh_draft_refuse(
                draft, rh_draft_part_of(draft, RH_SECTION_REGISTER, i), "access",
                "say fc16 = yes where the device takes it",
                "is written, but the profile knows no function for it");
        }
    }
    return 0;
}

/* Modbus RTU replies do not say which registers they are: one that comes late would be
 * taken for the answer to the next request of the same shape (hazard 15). */
static bool is_taken_for(const rh_profile_t *profile, const rh_block_t *block)
{
    const rh_block_t *before = block - 1;
    return profile->rtu && block != profile->blocks && before->space == block->space &&
           before->count == block->count;
}

static int check_blocks(rh_draft_t *draft)
{
    const rh_profile_t *profile = &draft->profile;
    for (int i = 0; i < profile->block_count; i++) {
        const rh_block_t *block = &profile->blocks[i];
        const rh_part_t *part = rh_draft_part_of(draft, RH_SECTION_BLOCK, i);
        if (block->count + block->spare > profile->read_max) {
            return rh_draft_refuse(draft, part, "count", "split the block",
                                   "%d are more than read_max = %d",
                                   block->count + block->spare, profile->read_max);
        }
        if (is_taken_for(profile, block)) {
            return rh_draft_refuse(
                draft, part, "count",
                "read another block between them, or one more word in one of them",
                "%d as in the block before it: a late reply would be taken for this "
                "one's",
                block->count);
        }
        if (block->phase >= block->every) {
            return rh_draft_refuse(draft, part, "phase", NULL,
                                   "%d never comes with every = %d", block->phase,
                                   block->every);
        }
        if (block->address + block->count + block->spare > ADDRESSES) {
            return rh_draft_refuse(draft, part, "count", NULL,
                                   "goes beyond the last address");
        }
    }
    return 0;
}

static int check_profile(rh_draft_t *draft, const char *name)
{
    const rh_profile_t *profile = &draft->profile;
    const rh_part_t *part = rh_draft_part(draft, RH_SECTION_PROFILE, NULL);
    if (strcmp(profile->name, name) != 0) {
        return rh_draft_refuse(draft, part, "name", NULL,
                               "%s, but the file is called %s.conf", profile->name,
                               name);
    }
    if (profile->rtu && profile->baud_count == 0) {
        return rh_draft_refuse(draft, part, "baud", NULL,
                               "a device on a serial line has at least one rate");
    }
    if (profile->bit_count > 0 && rh_profile_role(profile, "status") == NULL) {
        return rh_draft_refuse(draft, part, NULL, "add [register status]",
                               "[status] rows without a register of the role status");
    }
    if (profile->servo_on_by_register && (rh_profile_role(profile, "control") == NULL ||
                                          rh_profile_role(profile, "status") == NULL)) {
        return rh_draft_refuse(draft, part, "servo_on",
                               "add [register control] and [register status]",
                               "register, but there is no control word, or no status");
    }
    if (check_registers(draft) != 0 || check_blocks(draft) != 0) {
        return -EINVAL;
    }
    return rh_profile_check_trust(draft);
}

static int read_profile(rh_draft_t *draft, int device, const char *path)
{
    int first = draft->part_count;
    memset(&draft->profile, 0, sizeof(draft->profile));
    rh_draft_default_item(draft, rh_section(RH_SECTION_PROFILE), 0);
    int status = rh_read_file(draft, RH_SOURCE_PROFILE, path, RH_FILE_PROFILE);
    if (status == 0 && rh_draft_part(draft, RH_SECTION_PROFILE, NULL) == NULL) {
        status = rh_draft_refuse_line(draft, RH_SOURCE_PROFILE, 0,
                                      "has no section [profile]");
    }
    if (status == 0) {
        status = rh_read_check_required(draft, first);
    }
    if (status == 0) {
        status = check_profile(draft, draft->devices[device].profile);
    }
    draft->part_count = first; /* the next profile has sections of the same names */
    draft->devices[device].device.profile = draft->profile;
    return status;
}

static const rh_device_draft_t *same_profile(const rh_draft_t *draft, int device)
{
    for (int i = 0; i < device; i++) {
        if (strcmp(draft->devices[i].profile, draft->devices[device].profile) == 0) {
            return &draft->devices[i];
        }
    }
    return NULL;
}

int rh_profile_load(rh_draft_t *draft, int device)
{
    const rh_device_draft_t *known = same_profile(draft, device);
    if (known != NULL) {
        draft->devices[device].device.profile = known->device.profile;
        return 0;
    }
    char path[RH_FILE_NAME_MAX];
    (void)snprintf(path, sizeof(path), "%s/%s.conf",
                   draft->settings.machine.profile_dir, draft->devices[device].profile);
    int number = 0;
    FILE *file = rh_read_open(path, &number);
    if (file == NULL) {
        (void)rh_draft_refuse(draft, rh_draft_part_of(draft, RH_SECTION_DEVICE, device),
                              "profile", "[machine] profiles names the folder",
                              "%s cannot be read: %s", path, rh_read_why(number));
        return -number;
    }
    (void)fclose(file);
    return read_profile(draft, device, path);
}
