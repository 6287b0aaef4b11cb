/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GPIO as the HAL uses it, over either generation of libgpiod: gpio_v1.c (1.6) or
 * gpio_v2.c (2.x), whichever pkg-config finds; gpio.c is what both share. One thread
 * per rh_gpio_lines_t. Levels are physical: high = true; `invert` is the caller's.
 *
 * Calls on requested lines take no memory and wait for nothing but the chip: for chips
 * of the processor a microsecond or two. A chip behind I2C or USB waits for its wire;
 * such a chip is not for the control thread.
 */
#ifndef RH_HAL_GPIO_H
#define RH_HAL_GPIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rh/hal.h"

#define RH_GPIO_LINES_MAX 32 /* of one request */

typedef struct rh_gpio_chip rh_gpio_chip_t;
typedef struct rh_gpio_lines rh_gpio_lines_t;

typedef enum { RH_GPIO_INPUTS = 0, RH_GPIO_OUTPUTS, RH_GPIO_EDGES } rh_gpio_use_t;

typedef struct {
    int offset; /* on its chip */
    rh_bias_t bias;
    bool safe; /* outputs: the level on request and on release */
} rh_gpio_line_t;

/* An edge as the kernel stamped it. `sequence` counts the request's edges from 1 on
 * where the generation has numbers, so that a lost one shows. */
typedef struct {
    int64_t t_ns; /* CLOCK_MONOTONIC */
    uint32_t sequence;
    bool has_sequence;
    int line; /* by its place in the request */
    bool level;
} rh_gpio_edge_t;

/* Where an error is explained: what, where and the remedy. */
typedef struct {
    char *text;
    size_t size;
} rh_gpio_error_t;

/* 1 or 2: of libgpiod and the kernel's interface it uses. 1 cannot tell lost edges. */
int rh_gpio_generation(void);

/* Opens a chip by its label ("pinctrl-bcm2711"), its name ("gpiochip0") or another name
 * it has in /dev. 0, or a negative errno with the error listing the chips that are
 * here. Close it after its lines are released. */
int rh_gpio_chip_open(rh_gpio_chip_t **chip, const char *name,
                      const rh_gpio_error_t *error);
void rh_gpio_chip_close(rh_gpio_chip_t *chip);

/* The place of a line by its number or by the name that the board gives it. A negative
 * errno, the error filled, where the chip has no such line. */
int rh_gpio_line_find(rh_gpio_chip_t *chip, const char *line,
                      const rh_gpio_error_t *error);

/* Takes lines (1 … RH_GPIO_LINES_MAX) for one use. Outputs begin at their safe level.
 * 0, or a negative errno with the error filled: a line that somebody else holds is
 * -EBUSY. */
int rh_gpio_request(rh_gpio_lines_t **out, rh_gpio_chip_t *chip, rh_gpio_use_t use,
                    const rh_gpio_line_t *wanted, int count,
                    const rh_gpio_error_t *error);

/* Gives the lines back, outputs at their safe level first. */
void rh_gpio_release(rh_gpio_lines_t *lines);

/* All levels at once, one bit a line in the order of the request. 0 or a negative
 * errno. */
int rh_gpio_read(const rh_gpio_lines_t *lines, uint32_t *levels);

/* The same for outputs. */
int rh_gpio_write(const rh_gpio_lines_t *lines, uint32_t levels);

/* Edges: waits for the next. 1 = there is one, 0 = none in time, or a negative errno.
 */
int rh_gpio_wait(rh_gpio_lines_t *lines, int64_t timeout_ns);

/* Takes up to `max` (at least 32) edges that a wait announced, in the order of
 * the kernel's queues, which is not always the order of their stamps (edge_order.h).
 * How many, or a negative errno. */
int rh_gpio_take(rh_gpio_lines_t *lines, rh_gpio_edge_t *edges, int max);

#endif
