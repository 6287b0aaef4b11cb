/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lists of parts; see parts.h.
 */
#include "parts.h"

#include <stdio.h>
#include <string.h>

#define CHOICES 3

static const rh_device_kind_t *const choices[RH_PLACE_COUNT][CHOICES] = {
    [RH_PLACE_DRIVE] = {&rh_kind_dsy, &rh_kind_kinco, &rh_kind_a6rs},
    [RH_PLACE_CELLS] = {&rh_kind_pt113, &rh_kind_laumas, &rh_kind_flintec},
    [RH_PLACE_ENCODER] = {&rh_kind_briter, &rh_kind_kubler},
};

const rh_device_kind_t *rh_part_find(rh_place_t place, const char *name)
{
    for (int i = 0; i < CHOICES && choices[place][i] != NULL; i++) {
        if (strcmp(choices[place][i]->name, name) == 0) {
            return choices[place][i];
        }
    }
    return NULL;
}

const char *rh_part_names(rh_place_t place)
{
    static char text[128];
    size_t length = 0;

    text[0] = '\0';
    for (int i = 0; i < CHOICES && choices[place][i] != NULL; i++) {
        const bool last = i + 1 == CHOICES || choices[place][i + 1] == NULL;
        const char *between = last ? " or " : ", ";

        length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s",
                                   i == 0 ? "" : between, choices[place][i]->name);
    }
    return text;
}

const rh_device_kind_t *rh_part_of(const rh_parts_t *parts, rh_device_id_t id)
{
    rh_place_t place = RH_PLACE_CELLS;

    switch (id) {
    case RH_DEVICE_IO:
        return &rh_kind_io;
    case RH_DEVICE_DRIVE:
        place = RH_PLACE_DRIVE;
        break;
    case RH_DEVICE_ENCODER:
        place = RH_PLACE_ENCODER;
        break;
    default:
        break;
    }
    return parts->at[place] != NULL ? parts->at[place] : choices[place][0];
}

bool rh_part_is_shared(const rh_parts_t *parts, rh_device_id_t id)
{
    return rh_part_of(parts, id)->channels > 1 &&
           (id == RH_DEVICE_STRAP_RIGHT || id == RH_DEVICE_PAD_REAR);
}
