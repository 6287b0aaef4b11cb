/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a bus says of its troubles, in last_error and notice of its report. For bus.c.
 */
#ifndef RH_HAL_BUS_WORDS_H
#define RH_HAL_BUS_WORDS_H

#include "bus.h"

/* A request without a good reply. */
void rh_bus_explain_failure(rh_bus_t *bus, const rh_device_t *device,
                            const rh_frame_t *request, rh_link_result_t result,
                            const rh_link_reply_t *reply);

/* A link that cannot be opened: rh_link_open's error. */
void rh_bus_explain_closed(rh_bus_t *bus, int error);

/* FTDI's adapters keep the end of a reply back for 16 ms unless told otherwise. */
void rh_bus_look_at_adapter(rh_bus_t *bus);

#endif
