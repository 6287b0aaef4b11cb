/* SPDX-License-Identifier: Apache-2.0 */
/* What link.c and exchange.c share. */
#ifndef RH_HAL_LINK_PARTS_H
#define RH_HAL_LINK_PARTS_H

#include "link.h"

/* How long libmodbus waits, us; at least 1, as 0 would mean for ever. */
void rh_link_set_timeout(rh_link_t *link, int64_t timeout_us);

#endif
