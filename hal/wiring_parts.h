/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two halves of the wiring share: inputs and blocks in wiring.c, outputs and
 * start-up in wiring_outputs.c. For these two alone.
 */
#ifndef RH_HAL_WIRING_PARTS_H
#define RH_HAL_WIRING_PARTS_H

#include "wiring.h"

/* What is being resolved, so that every helper can refuse by name. */
typedef struct {
    rh_device_t *device;
    const rh_hal_settings_t *settings;
    int index;
    const rh_wiring_error_t *error;
} rh_wiring_t;

const rh_profile_t *rh_wiring_profile(const rh_wiring_t *wiring);

/* The register that a binding names; NULL, and the error filled, when there is none. */
const rh_register_t *rh_wiring_source(const rh_wiring_t *wiring,
                                      const rh_binding_t *binding);

/* One output binding becomes a channel or a bit. 0 or -EINVAL. */
int rh_wiring_add_output(rh_wiring_t *wiring, const rh_binding_t *binding);

/* After the last output: bits become positions in one write. 0 or -EINVAL. */
int rh_wiring_place_bits(rh_wiring_t *wiring);

/* mode = speed+limit: torque and speed channel learn of each other. 0 or -EINVAL. */
int rh_wiring_pair_channels(rh_wiring_t *wiring);

/* The steps of the start-up. 0 or -EINVAL. */
int rh_wiring_add_startup(rh_wiring_t *wiring);

#endif
