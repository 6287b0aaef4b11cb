/* SPDX-License-Identifier: Apache-2.0 */
/* Settings and record to one answer; see commissioned.h. */
#include "commissioned.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "commissioning.h"
#include "config.h"
#include "rh/units.h"

static int print_wiring(const rh_settings_t *settings, char **wiring)
{
    size_t size = 0;
    FILE *file = open_memstream(wiring, &size);
    if (file == NULL) {
        return -ENOMEM;
    }
    int status = rh_config_print_wiring(settings, file);
    return fclose(file) == 0 ? status : -ENOMEM;
}

static void mark(const rh_settings_t *settings, rh_commissioned_mark_t marks[2])
{
    static const char *const names[] = {RH_COMMISSIONING_FILE_A,
                                        RH_COMMISSIONING_FILE_B};
    for (int i = 0; i < 2; i++) {
        char path[512];
        struct stat file;
        (void)snprintf(path, sizeof(path), "%s/%s", settings->daemon.state_dir,
                       names[i]);
        memset(&marks[i], 0, sizeof(marks[i]));
        if (stat(path, &file) == 0) {
            marks[i].inode = file.st_ino;
            marks[i].changed_ns =
                file.st_ctim.tv_sec * RH_NS_PER_S + file.st_ctim.tv_nsec;
            marks[i].size = file.st_size;
        }
    }
}

/* Marked before it is read: what is written meanwhile is read once more. */
static void judge(rh_commissioned_t *commissioned)
{
    const rh_settings_t *settings = commissioned->settings;
    mark(settings, commissioned->marks);
    commissioned->may_arm = rh_commissioning_judge(
        settings->daemon.state_dir, settings->machine.name, commissioned->wiring,
        commissioned->sentence, sizeof(commissioned->sentence));
}

int rh_commissioned_read(rh_commissioned_t *commissioned, const rh_settings_t *settings)
{
    memset(commissioned, 0, sizeof(*commissioned));
    commissioned->settings = settings;
    commissioned->is_needed = rh_config_needs_commissioning(settings);
    int status = print_wiring(settings, &commissioned->wiring);
    if (status != 0) {
        return status;
    }
    if (!commissioned->is_needed) {
        commissioned->may_arm = true;
        (void)snprintf(commissioned->sentence, sizeof(commissioned->sentence),
                       "a simulated machine: needs no commissioning");
        return 0;
    }
    judge(commissioned);
    if (commissioned->may_arm) {
        (void)snprintf(commissioned->sentence, sizeof(commissioned->sentence),
                       "commissioned with the wiring that is in force");
    }
    return 0;
}

bool rh_commissioned_is_lost(rh_commissioned_t *commissioned)
{
    rh_commissioned_mark_t marks[2];
    if (!commissioned->is_needed || !commissioned->may_arm) {
        return false;
    }
    mark(commissioned->settings, marks);
    if (memcmp(marks, commissioned->marks, sizeof(marks)) == 0) {
        return false;
    }
    judge(commissioned);
    return !commissioned->may_arm;
}

void rh_commissioned_free(rh_commissioned_t *commissioned)
{
    free(commissioned->wiring);
    memset(commissioned, 0, sizeof(*commissioned));
}
