/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What commissioning holds for, as text that is equal where the wiring is. The keys
 * come from the table, so that a new one cannot be forgotten here.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "draft.h"
#include "steps.h"
#include "value.h"

/* Of the gate's limits those that describe the wires: damping is reckoned from them. */
static bool is_timing(const rh_key_t *key)
{
    return strcmp(key->key, "cycle_ms") == 0 || strcmp(key->key, "drive_lag_ms") == 0;
}

/* Not the wiring: what the gate is told, and where the profiles lie on this disk. */
static bool is_wiring(const rh_section_t *section, const rh_key_t *key)
{
    if (key == NULL) {
        return section != rh_section(RH_SECTION_TEST);
    }
    if (section == rh_section(RH_SECTION_LIMITS)) {
        return is_timing(key);
    }
    return key->type != RH_KEY_PROSE && !(section == rh_section(RH_SECTION_MACHINE) &&
                                          strcmp(key->key, "profiles") == 0);
}

static void print_item(const rh_draft_t *draft, const rh_section_t *section, int item,
                       FILE *file)
{
    const char *fields = rh_draft_item_const(draft, section, item);
    bool is_named = section->is_list && section->name_offset != RH_NO_FIELD;
    (void)fprintf(file, "[%s", section->name);
    if (is_named) {
        (void)fprintf(file, " %s", fields + section->name_offset);
    } else if (section->is_list) {
        (void)fprintf(file, " %d", item);
    }
    (void)fputs("]\n", file);
    for (int i = 0; i < section->key_count; i++) {
        char value[RH_VALUE_TEXT];
        if (is_wiring(section, &section->keys[i])) {
            rh_value_write(&section->keys[i], fields, value, sizeof(value));
            (void)fprintf(file, "%s = %s\n", section->keys[i].key, value);
        }
    }
}

static void print_sections(const rh_draft_t *draft, unsigned files, FILE *file)
{
    for (int i = 0; i < RH_SECTION_COUNT; i++) {
        const rh_section_t *section = rh_section(i);
        if ((section->files & files) == 0 || !is_wiring(section, NULL)) {
            continue;
        }
        for (int item = 0; item < rh_draft_count(draft, section); item++) {
            print_item(draft, section, item, file);
        }
    }
}

/* Each profile once, where its first device stands. */
static bool is_first(const rh_hal_settings_t *hal, int device)
{
    for (int i = 0; i < device; i++) {
        if (strcmp(hal->devices[i].profile.name, hal->devices[device].profile.name) ==
            0) {
            return false;
        }
    }
    return true;
}

static void print_all(rh_draft_t *draft, const rh_hal_settings_t *hal, FILE *file)
{
    print_sections(draft, RH_FILE_MACHINE, file);
    for (int i = 0; i < hal->device_count; i++) {
        if (is_first(hal, i)) {
            draft->profile = hal->devices[i].profile;
            print_sections(draft, RH_FILE_PROFILE, file);
        }
    }
}

int rh_config_print_wiring(const rh_settings_t *settings, FILE *file)
{
    rh_draft_t *draft = calloc(1, sizeof(*draft));
    if (draft == NULL) {
        return -EIO;
    }
    rh_locale_t locale;
    rh_locale_enter(&locale);
    rh_draft_unlink(draft, settings);
    print_all(draft, &settings->hal, file);
    rh_locale_leave(&locale);
    free(draft);
    return fflush(file) == 0 && ferror(file) == 0 ? 0 : -EIO;
}
