/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An HX711 as a source of samples: an ordinary thread that clocks readings out of the
 * chip and drops those that were spoilt by other work on the processor. For the record
 * alone: nothing in the loop may depend on it. For gpio_hal.c.
 */
#ifndef RH_HAL_WEIGHER_H
#define RH_HAL_WEIGHER_H

#include "gpio_source.h"
#include "hx711.h"

/* Zeroed, with its settings, it is ready to be opened. */
typedef struct {
    const rh_hx711_settings_t *settings;
    rh_gpio_source_t source;
    rh_gpio_lines_t *clock, *data;
    rh_hx711_t decoder;
    uint32_t dropped; /* of the last readings, a bit each; 1 = dropped */
} rh_weigher_t;

/* Takes its lines, clock low. 0, or a negative errno with the error filled. */
int rh_weigher_open(rh_weigher_t *weigher, const rh_gpio_error_t *error);

/* Starts the thread. 0 or a negative errno. */
int rh_weigher_start(rh_weigher_t *weigher);

/* Ends the thread and gives the lines back. */
void rh_weigher_close(rh_weigher_t *weigher);

/* One look: where a conversion is ready it is read. 1 = there was one, good or not, 0 =
 * none was ready, or a negative errno when the lines cannot be used any more. */
int rh_weigher_step(rh_weigher_t *weigher);

#endif
