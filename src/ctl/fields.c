/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of messages, read forgivingly; see fields.h. */
#include "fields.h"

#include <math.h>
#include <stdio.h>

/* Enough digits for every quantity of the wire without 0.1 becoming 0.1000000000000001.
 */
#define REAL_DIGITS 12

double rh_number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

long long rh_count(const json_t *object, const char *key)
{
    double value = rh_number(object, key);
    return isfinite(value) ? llrint(value) : 0;
}

bool rh_flag(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

const char *rh_text(const json_t *object, const char *key, const char *fallback)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : fallback;
}

void rh_json_line(const json_t *value)
{
    json_dumpf(value, stdout, JSON_COMPACT | JSON_REAL_PRECISION(REAL_DIGITS));
    (void)fputc('\n', stdout);
    (void)fflush(stdout);
}
