/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A quadrature encoder as a source of samples: a thread that waits for edges, decodes
 * them in their order and publishes position and rate. For gpio_hal.c.
 *
 * The position is BAD until the arm was seen still for a second after start, and, once
 * edges were lost so often or so many that it may be off by more than a degree
 * (doubt.h), until it was so again. A thread that cannot read its lines any more
 * publishes LOST and ends; the chip comes back with a restart of the daemon.
 */
#ifndef RH_HAL_ENCODER_H
#define RH_HAL_ENCODER_H

#include "doubt.h"
#include "edge_order.h"
#include "gpio_source.h"
#include "homing.h"
#include "quadrature.h"

enum { RH_ENCODER_POSITION = 0, RH_ENCODER_RATE };

/* Zeroed, with its settings, it is ready to be opened. */
typedef struct {
    const rh_quadrature_settings_t *settings;
    rh_gpio_source_t source;
    rh_gpio_lines_t *lines;
    rh_quadrature_t decoder;
    rh_edge_order_t order;
    rh_homing_t homing;
    rh_doubt_t doubt; /* since it was homed */
    bool has_sequence;
} rh_encoder_t;

/* Takes its lines. 0, or a negative errno with the error filled. */
int rh_encoder_open(rh_encoder_t *encoder, const rh_gpio_error_t *error);

/* Starts the thread; SCHED_FIFO at `priority` as a bus. 0 or a negative errno. */
int rh_encoder_start(rh_encoder_t *encoder, int priority);

/* Ends the thread and gives the lines back. */
void rh_encoder_close(rh_encoder_t *encoder);

/* The thread's work of one wake-up: takes what has come up to now_ns and fills the
 * samples. A negative errno when the lines cannot be read any more. */
int rh_encoder_step(rh_encoder_t *encoder, int64_t now_ns);

#endif
