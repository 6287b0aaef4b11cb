/* SPDX-License-Identifier: Apache-2.0 */
/* Settings and record to one answer; see commissioned.h. */
#include "commissioned.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commissioning.h"
#include "config.h"

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

int rh_commissioned_read(rh_commissioned_t *commissioned, const rh_settings_t *settings)
{
    memset(commissioned, 0, sizeof(*commissioned));
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
    commissioned->may_arm = rh_commissioning_judge(
        settings->daemon.state_dir, settings->machine.name, commissioned->wiring,
        commissioned->sentence, sizeof(commissioned->sentence));
    if (commissioned->may_arm) {
        (void)snprintf(commissioned->sentence, sizeof(commissioned->sentence),
                       "commissioned with the wiring that is in force");
    }
    return 0;
}

void rh_commissioned_free(rh_commissioned_t *commissioned)
{
    free(commissioned->wiring);
    memset(commissioned, 0, sizeof(*commissioned));
}
