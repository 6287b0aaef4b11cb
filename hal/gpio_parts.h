/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What gpio.c needs of a generation to find chips and lines by name. For gpio.c,
 * gpio_v1.c and gpio_v2.c alone.
 */
#ifndef RH_HAL_GPIO_PARTS_H
#define RH_HAL_GPIO_PARTS_H

#include "gpio.h"

#define RH_GPIO_PATH 64

/* Opens /dev/…. 0 or a negative errno. */
int rh_gpio_chip_open_path(rh_gpio_chip_t **chip, const char *path);

/* Copies the chip's label; how many lines it has. */
void rh_gpio_chip_label(rh_gpio_chip_t *chip, char *label, size_t size);
int rh_gpio_chip_lines(rh_gpio_chip_t *chip);

/* The line of that name, or a negative errno. */
int rh_gpio_chip_line(rh_gpio_chip_t *chip, const char *name);

/* Fills the error (may be NULL) and passes the number on. */
int rh_gpio_refuse(const rh_gpio_error_t *error, int number, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Takes the lines, which are all different. 0 or a negative errno. */
int rh_gpio_chip_request(rh_gpio_lines_t **out, rh_gpio_chip_t *chip, rh_gpio_use_t use,
                         const rh_gpio_line_t *wanted, int count);

#endif
