/* SPDX-License-Identifier: Apache-2.0 */
/* What a judge of a step needs: its sentence, and a number of the wiring; see
 * commission_parts.h. Nothing here asks the daemon or the person. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commission_parts.h"

double rh_commission_setting(const rh_commission_t *bench, const char *section,
                             const char *key)
{
    size_t length = strlen(key);
    const char *line = strstr(bench->wiring, section);
    line = line != NULL ? strchr(line, '\n') : NULL;
    for (; line != NULL && line[1] != '['; line = strchr(line + 1, '\n')) {
        if (strncmp(line + 1, key, length) == 0 &&
            strncmp(line + 1 + length, " = ", 3) == 0) {
            return strtod(line + 1 + length + 3, NULL);
        }
    }
    return (double)NAN;
}

int rh_commission_note(rh_commission_t *bench, const char *format, ...)
{
    va_list rest;
    va_start(rest, format);
    (void)vsnprintf(bench->values, sizeof bench->values, format, rest);
    va_end(rest);
    return 0;
}

int rh_commission_fail(rh_commission_t *bench, const char *remedy, const char *format,
                       ...)
{
    va_list rest;
    va_start(rest, format);
    (void)vsnprintf(bench->values, sizeof bench->values, format, rest);
    va_end(rest);
    (void)snprintf(bench->remedy, sizeof bench->remedy, "%s", remedy);
    return RH_STEP_FAILED;
}
