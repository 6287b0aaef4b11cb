/* SPDX-License-Identifier: Apache-2.0 */
#include "homing.h"

static int64_t size_of(int64_t value)
{
    return value < 0 ? -value : value;
}

static void begin(rh_homing_t *homing, int64_t count, int64_t now_ns)
{
    homing->has_begun = true;
    homing->reference = count;
    homing->since_ns = now_ns;
}

bool rh_homing_look(rh_homing_t *homing, int64_t count, int64_t near, int64_t now_ns)
{
    if (!homing->has_begun ||
        size_of(count - homing->reference) > RH_HOMING_STILL_COUNTS) {
        begin(homing, count, now_ns);
    }
    bool is_still = now_ns - homing->since_ns >= RH_HOMING_STILL_NS;
    bool is_near = !homing->was_homed || size_of(count - homing->home) <= near;
    if (!homing->is_homed && is_still && is_near) {
        homing->home = count;
        homing->is_homed = homing->was_homed = true;
    }
    return homing->is_homed;
}

void rh_homing_spoil(rh_homing_t *homing, int64_t now_ns)
{
    homing->is_homed = false;
    homing->since_ns = now_ns;
}
