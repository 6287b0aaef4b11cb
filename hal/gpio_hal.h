/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The GPIO half of the hardware layer: the panels of flags, the quadrature encoders and
 * the HX711 converters that the settings name. For modbus_hal.c, which owns it beside
 * the buses.
 */
#ifndef RH_HAL_GPIO_HAL_H
#define RH_HAL_GPIO_HAL_H

#include "encoder.h"
#include "panel.h"
#include "weigher.h"

#define RH_PANELS_MAX 4 /* chips with flags */

_Static_assert(RH_PANELS_MAX + 2 * RH_GPIO_SOURCES_MAX <= RH_GPIO_ROWS,
               "each has a row in the health");

/* Zeroed it is ready to be opened. */
typedef struct {
    const rh_hal_settings_t *settings;
    rh_panel_t panels[RH_PANELS_MAX];
    int panel_count;
    rh_encoder_t encoders[RH_GPIO_SOURCES_MAX];
    rh_weigher_t weighers[RH_GPIO_SOURCES_MAX];
    rh_hal_sample_t newest[2 * RH_GPIO_SOURCES_MAX][RH_GPIO_ROLES];
    rh_gpio_report_t reported[2 * RH_GPIO_SOURCES_MAX];
    uint64_t seen[RH_PANELS_MAX]; /* the service thread's: readings and when */
    int64_t seen_ns[RH_PANELS_MAX];
} rh_gpio_hal_t;

/* Takes every line and starts the threads. The settings must outlive it. 0, or a
 * negative errno with the error filled and nothing held. */
int rh_gpio_hal_open(rh_gpio_hal_t *gpio, const rh_hal_settings_t *settings,
                     const rh_gpio_error_t *error);

/* Outputs safe, threads ended, lines given back. */
void rh_gpio_hal_close(rh_gpio_hal_t *gpio);

/* Control thread: the newest samples of what is bound to GPIO, by signal. */
void rh_gpio_hal_read(rh_gpio_hal_t *gpio, int64_t now_ns, rh_hal_sample_t *samples);
void rh_gpio_hal_write(rh_gpio_hal_t *gpio, const rh_outputs_t *outputs);
void rh_gpio_hal_beat(rh_gpio_hal_t *gpio, const rh_outputs_t *outputs);

/* Service thread: a row per chip of flags, encoder and converter, behind those that
 * are there. */
void rh_gpio_hal_stats(rh_gpio_hal_t *gpio, int64_t opened_ns, rh_hal_stats_t *stats);

#endif
