/* SPDX-License-Identifier: Apache-2.0 */
/* What link.c and exchange.c share. */
#ifndef RH_HAL_LINK_PARTS_H
#define RH_HAL_LINK_PARTS_H

#include <stdbool.h>

#include "link.h"

/* How long libmodbus waits, us; at least 1, as 0 would mean for ever. */
void rh_link_set_timeout(rh_link_t *link, int64_t timeout_us);

/* Whether a reply came sooner than its request and itself take on the wire, both
 * together `least_ns`: then it answers something earlier. A device's clock may be up to
 * 5 % fast. */
bool rh_link_is_early(int64_t took_ns, int64_t least_ns);

#endif
