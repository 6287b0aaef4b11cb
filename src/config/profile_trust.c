/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the gate takes a profile's word for: that the drive holds its fences, and that
 * its status tells a fault from a run. A profile that says so must show it.
 */
#include <errno.h>
#include <string.h>

#include "steps.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- registers ------------------------------------------------------------------- */

/* Two commands at one place: the later write undoes the earlier one's fence. */
static int check_writes_apart(rh_draft_t *draft)
{
    const rh_register_t *registers = draft->profile.registers;
    for (int i = 0; i < draft->profile.register_count; i++) {
        for (int j = 0; j < i; j++) {
            if (registers[i].writable && registers[j].writable &&
                rh_registers_overlap(&registers[i], &registers[j])) {
                return rh_draft_refuse(
                    draft, rh_draft_part_of(draft, RH_SECTION_REGISTER, i), "address",
                    "each register that is written has a place of its own",
                    "0x%04X is written as %s already", (unsigned)registers[i].address,
                    registers[j].role);
            }
        }
    }
    return 0;
}

/* ---- status ---------------------------------------------------------------------- */

static int check_bit(rh_draft_t *draft, int item)
{
    const rh_status_bit_t *bit = &draft->profile.bits[item];
    const rh_part_t *part = rh_draft_part_of(draft, RH_SECTION_STATUS, item);
    if (bit->mask == 0) {
        return rh_draft_refuse(draft, part, "mask", "name the bits that say it",
                               "0 looks at no bit");
    }
    if ((bit->value & ~bit->mask) != 0) {
        return rh_draft_refuse(draft, part, "value", "only bits of the mask",
                               "0x%04X is never seen through mask 0x%04X", bit->value,
                               bit->mask);
    }
    return 0;
}

static bool has_meaning(const rh_profile_t *profile, const char *meaning)
{
    for (int i = 0; i < profile->bit_count; i++) {
        if (strcmp(profile->bits[i].meaning, meaning) == 0) {
            return true;
        }
    }
    return false;
}

/* A drive with unknown fences never arms; what it cannot say need not be invented. */
static bool may_arm(const rh_profile_t *profile)
{
    return strcmp(profile->kind, "drive") == 0 && profile->fences == RH_FENCES_YES;
}

static int check_status(rh_draft_t *draft)
{
    static const char *const needed[][2] = {
        {"fault", "add [status fault]: without it no fault of the drive is seen"},
        {"run",
         "add [status run]: without it nobody knows whether the drive has power"},
    };
    for (int i = 0; i < draft->profile.bit_count; i++) {
        if (check_bit(draft, i) != 0) {
            return -EINVAL;
        }
    }
    for (size_t i = 0; may_arm(&draft->profile) && i < COUNT(needed); i++) {
        if (!has_meaning(&draft->profile, needed[i][0])) {
            return rh_draft_refuse(
                draft, rh_draft_part(draft, RH_SECTION_PROFILE, NULL), "kind",
                needed[i][1], "a drive that may arm has no [status %s]", needed[i][0]);
        }
    }
    return 0;
}

/* ---- start-up -------------------------------------------------------------------- */

static const char *const fences[] = {"torque_limit", "speed_limit"};

static bool begins(const char *text, const char *head)
{
    return strncmp(text, head, strlen(head)) == 0;
}

static bool is_fence(const char *text)
{
    return strcmp(text, fences[0]) == 0 || strcmp(text, fences[1]) == 0;
}

static int check_fence(rh_draft_t *draft, const rh_startup_t *row,
                       const rh_part_t *part)
{
    if (row->fence[0] == '\0') {
        return 0;
    }
    if (!is_fence(row->fence)) {
        return rh_draft_refuse(draft, part, "fence", NULL,
                               "%s is no fence; torque_limit or speed_limit",
                               row->fence);
    }
    if (!begins(row->role, row->fence)) {
        return rh_draft_refuse(draft, part, "fence",
                               "the role that takes it begins with the fence's name",
                               "%s is not written to %s", row->fence, row->role);
    }
    return row->readback
               ? 0
               : rh_draft_refuse(draft, part, "readback", "say readback = yes",
                                 "no: a fence that nobody read back may not be there");
}

static int check_startup_row(rh_draft_t *draft, const rh_startup_t *row,
                             const rh_part_t *part)
{
    const rh_register_t *reg = rh_profile_role(&draft->profile, row->role);
    if (reg == NULL || !reg->writable) {
        return rh_draft_refuse(draft, part, "role", "add [register ROLE], access = rw",
                               "%s is no register that may be written", row->role);
    }
    const rh_section_t *section = part->section;
    bool has_value = part->key_line[rh_key_find(section, "value") - section->keys] != 0;
    if (has_value == (row->fence[0] != '\0')) {
        return rh_draft_refuse(draft, part, "value", NULL,
                               "give a value or a fence, one of the two");
    }
    return check_fence(draft, row, part);
}

/* A later row for the same register would put the fence down again. */
static int check_fence_stays(rh_draft_t *draft, int item)
{
    const rh_startup_t *rows = draft->profile.startup;
    for (int i = 0; i < item; i++) {
        bool has_fence = rows[i].fence[0] != '\0' || rows[item].fence[0] != '\0';
        if (has_fence && strcmp(rows[i].role, rows[item].role) == 0) {
            return rh_draft_refuse(
                draft, rh_draft_part_of(draft, RH_SECTION_STARTUP, item), "role",
                "leave one of them out",
                "%s is written by [startup %d] already, and a fence is written once",
                rows[item].role, i);
        }
    }
    return 0;
}

static bool is_fenced(const rh_profile_t *profile, const char *role)
{
    for (int i = 0; i < profile->startup_count; i++) {
        if (profile->startup[i].fence[0] != '\0' &&
            strcmp(profile->startup[i].role, role) == 0) {
            return true;
        }
    }
    return false;
}

/* A limit for one direction alone leaves the other one open. */
static int check_pairs(rh_draft_t *draft)
{
    static const char *const limits[] = {"torque_limit",     "torque_limit_pos",
                                         "torque_limit_neg", "speed_limit",
                                         "speed_limit_pos",  "speed_limit_neg"};
    const rh_profile_t *profile = &draft->profile;
    for (size_t i = 0; i < COUNT(limits); i++) {
        const rh_register_t *reg = rh_profile_role(profile, limits[i]);
        /* with speed+limit the torque limit is the command itself */
        bool is_command = profile->mode == RH_DRIVE_MODE_SPEED_LIMIT &&
                          begins(limits[i], "torque_limit");
        if (reg != NULL && !is_command && !is_fenced(profile, limits[i])) {
            return rh_draft_refuse(
                draft,
                rh_draft_part_of(draft, RH_SECTION_REGISTER,
                                 (int)(reg - profile->registers)),
                NULL, "write it in a [startup N] with its fence, readback = yes",
                "the profile says fences = yes, but start-up leaves this limit as it "
                "is");
        }
    }
    return 0;
}

static bool has_fence(const rh_profile_t *profile, const char *fence)
{
    for (int i = 0; i < profile->startup_count; i++) {
        if (strcmp(profile->startup[i].fence, fence) == 0) {
            return true;
        }
    }
    return false;
}

static int check_fences(rh_draft_t *draft)
{
    const rh_profile_t *profile = &draft->profile;
    bool torque = has_fence(profile, "torque_limit") ||
                  profile->mode == RH_DRIVE_MODE_SPEED_LIMIT;
    if (profile->fences != RH_FENCES_YES) {
        return 0;
    }
    if (!torque || !has_fence(profile, "speed_limit")) {
        return rh_draft_refuse(draft, rh_draft_part(draft, RH_SECTION_PROFILE, NULL),
                               "fences", "write both in [startup N], or say no",
                               "yes, but no start-up write sets both torque_limit and "
                               "speed_limit");
    }
    return check_pairs(draft);
}

static int check_startup(rh_draft_t *draft)
{
    const rh_profile_t *profile = &draft->profile;
    for (int i = 0; i < profile->startup_count; i++) {
        if (check_startup_row(draft, &profile->startup[i],
                              rh_draft_part_of(draft, RH_SECTION_STARTUP, i)) != 0 ||
            check_fence_stays(draft, i) != 0) {
            return -EINVAL;
        }
    }
    return check_fences(draft);
}

int rh_profile_check_trust(rh_draft_t *draft)
{
    if (check_writes_apart(draft) != 0 || check_status(draft) != 0) {
        return -EINVAL;
    }
    return check_startup(draft);
}
