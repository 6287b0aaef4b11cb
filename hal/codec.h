/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words on the wire to numbers and back: 16 and 32-bit integers and floats in the four
 * byte orders, thousandths, and what a device's status word means. Pure; own code
 * because libmodbus 3.1.6 writes floats in another order than it reads them. For the
 * HAL only.
 */
#ifndef RH_HAL_CODEC_H
#define RH_HAL_CODEC_H

#include <stdbool.h>
#include <stdint.h>

#include "rh/hal.h"

/* A register's content: `value` as a number, `raw` as the bits the device sent (sign
 * extended for i16). is_valid is false for a float that is no finite number. */
typedef struct {
    double value;
    int32_t raw;
    bool is_valid;
} rh_decoded_t;

/* Words a type takes on the wire: 1 or 2. */
int rh_codec_words(rh_reg_type_t type);

/* One value from rh_codec_words(type) words. 16-bit types are high byte first, whatever
 * the order: orders are for 32 bits. */
rh_decoded_t rh_codec_decode(rh_reg_type_t type, rh_order_t order,
                             const uint16_t *words);

/* A mag32 with its sign. Invalid where an int32_t cannot hold it. */
rh_decoded_t rh_codec_signed(rh_decoded_t magnitude, bool is_negative);

/* The inverse, rounded to nearest for integers. -ERANGE, and words untouched, where the
 * type cannot hold the value (a value that is no number included). */
int rh_codec_encode(rh_reg_type_t type, rh_order_t order, double value,
                    uint16_t *words);

/* A limit in a register's numbers: rounded down, so that it never passes its fence, but
 * not for the last bits of a division. */
double rh_codec_floor(double number);

/* Thousandths, rounded to nearest. False, and the nearest end of the range (0 for no
 * number), where an int32_t cannot hold them. */
bool rh_codec_milli(double value, int32_t *milli);

/* What the thousandths round off, in millionths (-500 to 500); 0 where they cannot hold
 * the value. */
int16_t rh_codec_rest_micro(double value, int32_t milli);

/* Does the status word say that the values are good? Every `ok` row must hold and no
 * `fault`, `busy` or `overload` row may; `ready`, `run` and `unstable` say nothing. */
bool rh_codec_status_is_good(const rh_profile_t *profile, uint32_t status);

/* The RH_DRIVE_* bits of a drive's status word. */
uint32_t rh_codec_drive_status(const rh_profile_t *profile, uint32_t status);

#endif
