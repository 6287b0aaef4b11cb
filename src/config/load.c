/* SPDX-License-Identifier: Apache-2.0 */
/* The public reading: main file, machine file, profiles, command line, checks. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "read.h"
#include "steps.h"
#include "value.h"

typedef struct {
    const rh_override_t *rows;
    size_t count;
} overrides_t;

static int set_all(rh_draft_t *draft, const overrides_t *overrides, unsigned files)
{
    for (size_t i = 0; i < overrides->count; i++) {
        int status =
            rh_read_set(draft, overrides->rows[i].key, overrides->rows[i].value, files);
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

/* The machine's sections are in one file or the other, never in both. */
static int check_one_home(rh_draft_t *draft)
{
    for (int i = 0; i < draft->part_count; i++) {
        const rh_part_t *part = &draft->parts[i];
        if ((part->section->files & RH_FILE_MACHINE) != 0) {
            return rh_draft_refuse(
                draft, part, NULL, "move it there, or leave machine empty",
                "belongs in the machine file, %s", draft->machine_file);
        }
    }
    return 0;
}

static int read_machine_file(rh_draft_t *draft)
{
    if (draft->machine_file[0] == '\0') {
        return 0;
    }
    if (check_one_home(draft) != 0) {
        return -EINVAL;
    }
    char path[RH_FILE_NAME_MAX];
    int status = rh_read_join(draft->files[RH_SOURCE_MAIN], draft->machine_file, path,
                              sizeof(path));
    if (status != 0) {
        (void)rh_draft_refuse_line(draft, RH_SOURCE_MAIN, 0, "%s: the path is too long",
                                   draft->machine_file);
        return status;
    }
    return rh_read_file(draft, RH_SOURCE_MACHINE, path, RH_FILE_MACHINE);
}

/* Absolute, so that a printed configuration can be read from anywhere. */
static int find_profiles(rh_draft_t *draft)
{
    rh_machine_settings_t *machine = &draft->settings.machine;
    const rh_part_t *part = rh_draft_part(draft, RH_SECTION_MACHINE, NULL);
    if (part == NULL) {
        return rh_draft_refuse_missing(
            draft, "machine", "name one: [daemon] machine = machines/NAME.conf",
            "there is no machine");
    }
    char path[RH_FILE_NAME_MAX];
    char found[PATH_MAX];
    rh_source_file_t source =
        draft->machine_file[0] != '\0' ? RH_SOURCE_MACHINE : RH_SOURCE_MAIN;
    if (rh_read_join(draft->files[source], machine->profile_dir, path, sizeof(path)) !=
            0 ||
        realpath(path, found) == NULL) {
        return rh_draft_refuse(draft, part, "profiles",
                               "name the folder that holds the devices' profiles",
                               "%s: %s", machine->profile_dir, strerrordesc_np(errno));
    }
    if (strlen(found) >= sizeof(machine->profile_dir)) {
        return rh_draft_refuse(draft, part, "profiles", "take a shorter path",
                               "%s is too long", found);
    }
    memset(machine->profile_dir, 0, sizeof(machine->profile_dir));
    memcpy(machine->profile_dir, found, strlen(found));
    return 0;
}

static int load(rh_draft_t *draft, const char *path, const overrides_t *overrides)
{
    int status =
        rh_read_file(draft, RH_SOURCE_MAIN, path, RH_FILE_MAIN | RH_FILE_MACHINE);
    if (status == 0) {
        status = set_all(draft, overrides, RH_FILE_MAIN);
    }
    if (status == 0) {
        status = read_machine_file(draft);
    }
    if (status == 0) {
        status = set_all(draft, overrides, RH_FILE_MACHINE);
    }
    if (status == 0) {
        status = rh_read_check_required(draft, 0);
    }
    if (status == 0) {
        status = find_profiles(draft);
    }
    if (status == 0) {
        status = rh_draft_link(draft);
    }
    return status == 0 ? rh_draft_check(draft) : status;
}

static int load_profile(rh_draft_t *draft, const char *dir, const char *name)
{
    rh_machine_settings_t *machine = &draft->settings.machine;
    rh_device_draft_t *device = &draft->devices[0];
    char path[RH_FILE_NAME_MAX];
    (void)snprintf(path, sizeof(path), "%s/%s.conf", dir, name);
    memcpy(draft->files[RH_SOURCE_PROFILE], path, sizeof(path)); /* for the errors */
    if (strlen(dir) >= sizeof(machine->profile_dir) ||
        strlen(name) >= sizeof(device->profile)) {
        return rh_draft_refuse_line(draft, RH_SOURCE_PROFILE, 0,
                                    "the path is too long");
    }
    int number = 0;
    FILE *file = rh_read_open(path, &number);
    if (file == NULL) {
        (void)rh_draft_refuse_line(draft, RH_SOURCE_PROFILE, 0, "cannot be read: %s",
                                   rh_read_why(number));
        return -number;
    }
    (void)fclose(file);
    memset(machine->profile_dir, 0, sizeof(machine->profile_dir));
    memcpy(machine->profile_dir, dir, strlen(dir));
    memcpy(device->profile, name, strlen(name));
    return rh_profile_load(draft, 0);
}

int rh_config_profile(rh_profile_t *profile, const char *dir, const char *name,
                      char *error, size_t error_size)
{
    rh_draft_t *draft = malloc(sizeof(*draft));
    if (draft == NULL) {
        (void)snprintf(error, error_size, "no memory for the profile");
        return -ENOMEM;
    }
    rh_locale_t locale;
    rh_locale_enter(&locale);
    rh_draft_init(draft, error, error_size);
    int status = load_profile(draft, dir, name);
    if (status == 0) {
        *profile = draft->devices[0].device.profile;
    }
    rh_locale_leave(&locale);
    free(draft);
    return status;
}

int rh_config_load(rh_settings_t *settings, const char *path,
                   const rh_override_t *overrides, size_t count, char *error,
                   size_t error_size)
{
    rh_draft_t *draft = malloc(sizeof(*draft));
    if (draft == NULL) {
        (void)snprintf(error, error_size, "no memory for the configuration");
        return -ENOMEM;
    }
    const overrides_t rows = {overrides, count};
    rh_locale_t locale;
    rh_locale_enter(&locale);
    rh_draft_init(draft, error, error_size);
    int status = load(draft, path, &rows);
    if (status == 0) {
        memcpy(settings, &draft->settings, sizeof(*settings));
    }
    rh_locale_leave(&locale);
    free(draft);
    return status;
}

void rh_config_defaults(rh_settings_t *settings)
{
    memset(settings, 0, sizeof(*settings));
    rh_draft_t *draft = malloc(sizeof(*draft));
    if (draft == NULL) {
        return;
    }
    rh_locale_t locale;
    rh_locale_enter(&locale);
    rh_draft_init(draft, NULL, 0);
    memcpy(settings, &draft->settings, sizeof(*settings));
    rh_locale_leave(&locale);
    free(draft);
}
