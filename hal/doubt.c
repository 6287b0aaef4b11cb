/* SPDX-License-Identifier: Apache-2.0 */
#include "doubt.h"

static void remember(rh_doubt_t *doubt, int64_t now_ns)
{
    doubt->errors_ns[doubt->next] = now_ns;
    doubt->next = (doubt->next + 1) % RH_DOUBT_ERRORS;
}

/* The oldest of the last three lies where the next one will be put. */
static bool came_often(const rh_doubt_t *doubt, int64_t now_ns)
{
    int64_t oldest_ns = doubt->errors_ns[doubt->next];
    return oldest_ns != 0 && now_ns - oldest_ns < RH_DOUBT_SPAN_NS;
}

bool rh_doubt_add(rh_doubt_t *doubt, uint64_t illegal, uint64_t missing, int64_t most,
                  int64_t now_ns)
{
    for (uint64_t i = 0; i < illegal + (missing > 0) && i < RH_DOUBT_ERRORS; i++) {
        remember(doubt, now_ns);
    }
    doubt->off += (int64_t)(RH_DOUBT_PER_ILLEGAL * illegal + missing);
    return doubt->off > most || came_often(doubt, now_ns);
}
