/* SPDX-License-Identifier: Apache-2.0 */
/* One holder, two seconds at a time (hazard 44). */
#include "lease.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "rh/units.h"
#include "rh/wire.h"

#define TERM_NS (RH_WIRE_LEASE_MS * RH_NS_PER_MS)

bool rh_lease_is_held(const rh_lease_t *lease)
{
    return lease->id[0] != '\0';
}

bool rh_lease_is(const rh_lease_t *lease, const char *id)
{
    return rh_lease_is_held(lease) && strcmp(lease->id, id) == 0;
}

/* Its number stays: the next one must have another. */
static void end(rh_lease_t *lease)
{
    *lease = (rh_lease_t){.number = lease->number};
}

bool rh_lease_take(rh_lease_t *lease, const char *holder, int64_t now_ns)
{
    unsigned char random[(RH_LEASE_ID_SIZE - 1) / 2];
    if (rh_lease_is_held(lease) ||
        getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random)) {
        return false;
    }
    for (size_t i = 0; i < sizeof(random); i++) {
        (void)snprintf(lease->id + 2 * i, 3, "%02x", random[i]);
    }
    (void)snprintf(lease->holder, sizeof(lease->holder), "%s", holder);
    lease->until_ns = now_ns + TERM_NS;
    lease->number += lease->number == UINT32_MAX ? 2 : 1;
    return true;
}

bool rh_lease_keep(rh_lease_t *lease, const char *id, int64_t now_ns)
{
    if (!rh_lease_is(lease, id)) {
        return false;
    }
    lease->until_ns = now_ns + TERM_NS;
    return true;
}

bool rh_lease_drop(rh_lease_t *lease, const char *id)
{
    if (!rh_lease_is(lease, id)) {
        return false;
    }
    end(lease);
    return true;
}

bool rh_lease_expire(rh_lease_t *lease, int64_t now_ns)
{
    if (!rh_lease_is_held(lease) || now_ns < lease->until_ns) {
        return false;
    }
    end(lease);
    return true;
}
