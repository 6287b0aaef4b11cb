/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flags on one GPIO chip: contacts in, relays and lamps out. The control thread
 * reads and writes them itself, each in one call to the kernel (one per bias on
 * libgpiod 1.6), so that the e-stop is seen in the tick that it opens in and no other
 * thread can hold it up. For gpio_hal.c.
 *
 * Contacts that must hold for the load to stay (e-stop, grips, limit switches) act at
 * once when they open, and the comfort stop when it is pressed: their budget is the
 * same tick, and debounce_ms only holds the way back. The reset button waits both ways.
 */
#ifndef RH_HAL_PANEL_H
#define RH_HAL_PANEL_H

#include <stdatomic.h>

#include "debounce.h"
#include "gpio.h"
#include "mailbox.h"

typedef struct {
    int signal;
    bool invert;
    rh_debounce_rule_t rule;
    rh_debounce_t debounce;
} rh_contact_t;

typedef struct {
    int output;
    bool invert;
} rh_relay_t;

/* Zeroed, with its chip's name, it is ready to be added to. */
typedef struct {
    char name[RH_HAL_NAME];
    rh_gpio_chip_t *chip;
    rh_gpio_line_t in_lines[RH_SIGNAL_COUNT], out_lines[RH_OUTPUT_COUNT];
    rh_contact_t contacts[RH_SIGNAL_COUNT];
    rh_relay_t relays[RH_OUTPUT_COUNT];
    int contact_count, relay_count;
    rh_gpio_lines_t *inputs, *outputs;
    bool beat;        /* level of the heartbeat, before inversion */
    uint32_t written; /* as the lines were last written */
    bool is_written;
    _Atomic uint64_t readings, errors; /* for the service thread */
    _Atomic int64_t heard_ns;
} rh_panel_t;

/* Opens the chip. 0, or a negative errno with the error filled. */
int rh_panel_open(rh_panel_t *panel, const char *name, const rh_gpio_error_t *error);

/* One binding: finds its line. Before rh_panel_take. */
int rh_panel_add(rh_panel_t *panel, const rh_binding_t *binding,
                 const rh_gpio_error_t *error);

/* Takes the lines: outputs are at their safe levels (off, or its inverse) from now on.
 */
int rh_panel_take(rh_panel_t *panel, const rh_gpio_error_t *error);

/* Outputs to their safe levels, lines given back, chip closed. */
void rh_panel_close(rh_panel_t *panel);

/* Control thread: the contacts as they are at now_ns, samples[] by signal. Where the
 * chip does not answer they are LOST and keep their last stamp. */
void rh_panel_read(rh_panel_t *panel, int64_t now_ns, rh_hal_sample_t *samples);

/* Control thread: servo-on, lamp and buzzer as wanted, the heartbeat as it is. */
void rh_panel_write(rh_panel_t *panel, const rh_outputs_t *outputs);

/* Control thread, at the end of a good tick alone: the heartbeat moves. */
void rh_panel_beat(rh_panel_t *panel, const rh_outputs_t *outputs);

#endif
