/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a drive's profile says of itself, held against its rows. Files are read with the
 * same rules; here they hold for whoever opens the hardware.
 */
#include <errno.h>
#include <string.h>

#include "codec.h"
#include "wiring.h"

static bool overlap(const rh_register_t *a, const rh_register_t *b)
{
    return a->space == b->space && a->address < b->address + rh_codec_words(b->type) &&
           b->address < a->address + rh_codec_words(a->type);
}

static int check_writes_apart(const rh_profile_t *profile,
                              const rh_wiring_error_t *error)
{
    const rh_register_t *registers = profile->registers;
    for (int i = 0; i < profile->register_count; i++) {
        for (int j = 0; j < i; j++) {
            if (registers[i].writable && registers[j].writable &&
                overlap(&registers[i], &registers[j])) {
                return rh_wiring_refuse(error,
                                        "profile %s: '%s' and '%s' are both written to "
                                        "0x%04X; give each its own address",
                                        profile->name, registers[j].role,
                                        registers[i].role,
                                        (unsigned)registers[i].address);
            }
        }
    }
    return 0;
}

static bool tells(const rh_profile_t *profile, const char *meaning)
{
    for (int i = 0; i < profile->bit_count; i++) {
        const rh_status_bit_t *bit = &profile->bits[i];
        if (strcmp(bit->meaning, meaning) == 0) {
            return bit->mask != 0 && (bit->value & ~bit->mask) == 0;
        }
    }
    return false;
}

static bool begins(const char *text, const char *head)
{
    return strncmp(text, head, strlen(head)) == 0;
}

/* Each row with a fence: of the right register, read back, and nothing after it. */
static bool is_sound(const rh_profile_t *profile, int index)
{
    const rh_startup_t *row = &profile->startup[index];
    for (int i = 0; i < index; i++) {
        const rh_startup_t *other = &profile->startup[i];
        if ((row->fence[0] != '\0' || other->fence[0] != '\0') &&
            strcmp(row->role, other->role) == 0) {
            return false;
        }
    }
    return row->fence[0] == '\0' || (row->readback && begins(row->role, row->fence));
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

/* Every limit that the drive has, of both directions. */
static bool are_limits_fenced(const rh_profile_t *profile, const char *fence)
{
    static const char *const ends[] = {"", "_pos", "_neg"};
    int fenced = 0;
    for (int i = 0; i < profile->register_count; i++) {
        const char *role = profile->registers[i].role;
        for (size_t end = 0; end < sizeof(ends) / sizeof(ends[0]); end++) {
            if (begins(role, fence) && strcmp(role + strlen(fence), ends[end]) == 0 &&
                !is_fenced(profile, role)) {
                return false;
            }
        }
        fenced += begins(role, fence) && is_fenced(profile, role);
    }
    return fenced > 0;
}

static int check_fences(const rh_device_settings_t *device,
                        const rh_wiring_error_t *error)
{
    const rh_profile_t *profile = &device->profile;
    /* with speed+limit the torque limit is the command itself */
    bool holds = profile->mode == RH_DRIVE_MODE_SPEED_LIMIT ||
                 are_limits_fenced(profile, "torque_limit");
    holds = holds && are_limits_fenced(profile, "speed_limit");
    for (int i = 0; i < profile->startup_count; i++) {
        holds = holds && is_sound(profile, i);
    }
    return holds ? 0
                 : rh_wiring_refuse(error,
                                    "device %s: profile %s says fences = yes, but does "
                                    "not write each torque_limit and speed_limit, once "
                                    "and to its own register, at start with readback = "
                                    "yes",
                                    device->name, profile->name);
}

int rh_wiring_check_trust(const rh_device_settings_t *device,
                          const rh_wiring_error_t *error)
{
    const rh_profile_t *profile = &device->profile;
    if (check_writes_apart(profile, error) != 0) {
        return -EINVAL;
    }
    if (profile->fences != RH_FENCES_YES) {
        return 0; /* it never arms: what it does not know need not be invented */
    }
    if (!tells(profile, "fault") || !tells(profile, "run")) {
        return rh_wiring_refuse(error,
                                "device %s: profile %s has no status bits for fault or "
                                "for run, so nobody would see that it failed; add them",
                                device->name, profile->name);
    }
    return check_fences(device, error);
}
