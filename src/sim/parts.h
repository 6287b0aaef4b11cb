/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts one can build the simulated machine from: which make stands at which place.
 * The command line chooses, the machine opens its devices by it.
 */
#ifndef RH_SIM_PARTS_H
#define RH_SIM_PARTS_H

#include "device.h"

typedef enum {
    RH_PLACE_DRIVE,
    RH_PLACE_CELLS, /* straps and pads alike */
    RH_PLACE_ENCODER,
    RH_PLACE_COUNT
} rh_place_t;

/* NULL = the first of the place's list. */
typedef struct {
    const rh_device_kind_t *at[RH_PLACE_COUNT];
} rh_parts_t;

/* The part of that name; NULL if the place cannot have it. */
const rh_device_kind_t *rh_part_find(rh_place_t place, const char *name);
/* The names a place can have, as "a, b or c", in a static buffer. */
const char *rh_part_names(rh_place_t place);
/* What stands where the device `id` belongs. */
const rh_device_kind_t *rh_part_of(const rh_parts_t *parts, rh_device_id_t id);

/* The device `id` is the second cell of another device's box and has no number. */
bool rh_part_is_shared(const rh_parts_t *parts, rh_device_id_t id);

#endif
