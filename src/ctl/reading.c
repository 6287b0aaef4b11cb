/* SPDX-License-Identifier: Apache-2.0 */
/* One answer of `signal.list` by signals; see reading.h. */
#include "reading.h"

#include <stdio.h>
#include <string.h>

#include "fields.h"
#include "names.h"

static void keep(rh_reading_t *reading, const json_t *row)
{
    int signal = rh_find_input(rh_text(row, "name", ""));
    if (signal < 0) {
        return; /* a newer daemon's */
    }
    reading->value[signal] = rh_number(row, "value");
    reading->age_ms[signal] = rh_number(row, "age_ns") / 1e6;
    (void)snprintf(reading->quality[signal], sizeof reading->quality[signal], "%s",
                   rh_text(row, "quality", "none"));
    reading->is_good[signal] = strcmp(reading->quality[signal], "good") == 0;
}

int rh_reading_take(rh_client_t *client, rh_reading_t *reading, rh_problem_t *problem)
{
    json_t *reply = NULL;
    int failed = rh_client_ask(client, "signal.list", NULL, NULL, &reply, problem);
    const json_t *result = json_object_get(reply, "result");
    const json_t *list = json_object_get(result, "signals");
    memset(reading, 0, sizeof *reading);
    reading->mono_ns = json_integer_value(json_object_get(result, "mono_ns"));
    (void)snprintf(reading->safety, sizeof reading->safety, "%s",
                   rh_text(result, "safety", "unknown"));
    for (size_t i = 0; i < json_array_size(list); i++) {
        keep(reading, json_array_get(list, i));
    }
    json_decref(reply);
    return failed;
}
