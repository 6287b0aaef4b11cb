/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words on the wire to numbers and back. Pure; tests/hal proves it over random values
 * in every type and order.
 */
#include "codec.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define MILLI 1000.0
#define MICRO_HALF 500.0 /* half a thousandth */
#define FLOOR_TOLERANCE 1e-6

/* Where the bytes a, b, c, d of a 32-bit value lie among the four on the wire. */
static const int byte_at[][4] = {
    [RH_ORDER_ABCD] = {0, 1, 2, 3},
    [RH_ORDER_CDAB] = {2, 3, 0, 1},
    [RH_ORDER_BADC] = {1, 0, 3, 2},
    [RH_ORDER_DCBA] = {3, 2, 1, 0},
};

static const struct {
    int words;
    double min, max; /* of the integers */
} types[] = {
    [RH_REG_U16] = {1, 0.0, UINT16_MAX},   [RH_REG_I16] = {1, INT16_MIN, INT16_MAX},
    [RH_REG_U32] = {2, 0.0, UINT32_MAX},   [RH_REG_I32] = {2, INT32_MIN, INT32_MAX},
    [RH_REG_F32] = {2, 0.0, 0.0},          [RH_REG_BIT] = {1, 0.0, 1.0},
    [RH_REG_MAG32] = {2, 0.0, UINT32_MAX},
};

static uint32_t join(rh_order_t order, const uint16_t *words)
{
    uint32_t bits = 0;
    for (int i = 0; i < 4; i++) {
        int at = byte_at[order][i];
        uint32_t byte = (uint32_t)(words[at / 2] >> (at % 2 == 0 ? 8 : 0)) & 0xFFu;
        bits = bits << 8 | byte;
    }
    return bits;
}

static void split(rh_order_t order, uint32_t bits, uint16_t *words)
{
    words[0] = words[1] = 0;
    for (int i = 0; i < 4; i++) {
        int at = byte_at[order][i];
        uint32_t byte = bits >> (24 - 8 * i) & 0xFFu;
        words[at / 2] = (uint16_t)(words[at / 2] | byte << (at % 2 == 0 ? 8 : 0));
    }
}

int rh_codec_words(rh_reg_type_t type)
{
    return types[type].words;
}

static rh_decoded_t decode_float(uint32_t bits)
{
    float number = 0;
    memcpy(&number, &bits, sizeof(number));
    bool is_valid = isfinite(number) != 0;
    return (rh_decoded_t){is_valid ? (double)number : 0.0, (int32_t)bits, is_valid};
}

rh_decoded_t rh_codec_decode(rh_reg_type_t type, rh_order_t order,
                             const uint16_t *words)
{
    uint32_t bits = rh_codec_words(type) == 2 ? join(order, words) : words[0];
    switch (type) {
    case RH_REG_I16:
        return (rh_decoded_t){(int16_t)bits, (int16_t)bits, true};
    case RH_REG_I32:
        return (rh_decoded_t){(int32_t)bits, (int32_t)bits, true};
    case RH_REG_F32:
        return decode_float(bits);
    case RH_REG_BIT:
        return (rh_decoded_t){bits != 0, bits != 0, true};
    case RH_REG_U16:
    case RH_REG_U32:
    case RH_REG_MAG32:
        break;
    }
    return (rh_decoded_t){bits, (int32_t)bits, true};
}

rh_decoded_t rh_codec_signed(rh_decoded_t magnitude, bool is_negative)
{
    rh_decoded_t number = magnitude;
    number.is_valid = magnitude.is_valid && magnitude.raw >= 0;
    if (is_negative && number.is_valid) {
        number.value = -magnitude.value;
        number.raw = -magnitude.raw;
    }
    return number;
}

static int encode_float(rh_order_t order, double value, uint16_t *words)
{
    float number = (float)value;
    uint32_t bits = 0;
    if (!isfinite(number)) {
        return -ERANGE;
    }
    memcpy(&bits, &number, sizeof(bits));
    split(order, bits, words);
    return 0;
}

int rh_codec_encode(rh_reg_type_t type, rh_order_t order, double value, uint16_t *words)
{
    if (type == RH_REG_F32) {
        return encode_float(order, value, words);
    }
    double whole = round(value);
    if (!(whole >= types[type].min && whole <= types[type].max)) {
        return -ERANGE;
    }
    uint32_t bits = (uint32_t)(int64_t)whole;
    if (types[type].words == 1) {
        words[0] = (uint16_t)bits;
    } else {
        split(order, bits, words);
    }
    return 0;
}

double rh_codec_floor(double number)
{
    return floor(number + FLOOR_TOLERANCE);
}

bool rh_codec_milli(double value, int32_t *milli)
{
    double whole = round(value * MILLI);
    if (whole >= INT32_MIN && whole <= INT32_MAX) {
        *milli = (int32_t)whole;
        return true;
    }
    *milli = whole > 0 ? INT32_MAX : whole < 0 ? INT32_MIN : 0;
    return false;
}

int16_t rh_codec_rest_micro(double value, int32_t milli)
{
    double rest = round(value * MILLI * MILLI - (double)milli * MILLI);
    return rest >= -MICRO_HALF && rest <= MICRO_HALF ? (int16_t)rest : 0;
}

static bool holds(const rh_status_bit_t *row, uint32_t status)
{
    return (status & row->mask) == row->value;
}

bool rh_codec_status_is_good(const rh_profile_t *profile, uint32_t status)
{
    static const struct {
        const char *meaning;
        bool must_be;
    } rules[] = {{"ok", true}, {"fault", false}, {"busy", false}, {"overload", false}};

    for (int i = 0; i < profile->bit_count; i++) {
        const rh_status_bit_t *row = &profile->bits[i];
        for (size_t rule = 0; rule < sizeof(rules) / sizeof(rules[0]); rule++) {
            if (strcmp(row->meaning, rules[rule].meaning) == 0 &&
                holds(row, status) != rules[rule].must_be) {
                return false;
            }
        }
    }
    return true;
}

uint32_t rh_codec_drive_status(const rh_profile_t *profile, uint32_t status)
{
    static const struct {
        const char *meaning;
        uint32_t bit;
    } meanings[] = {
        {"ready", RH_DRIVE_READY}, {"run", RH_DRIVE_RUN}, {"fault", RH_DRIVE_FAULT}};
    uint32_t word = 0;

    for (int i = 0; i < profile->bit_count; i++) {
        const rh_status_bit_t *row = &profile->bits[i];
        for (size_t j = 0; j < sizeof(meanings) / sizeof(meanings[0]); j++) {
            if (strcmp(row->meaning, meanings[j].meaning) == 0 && holds(row, status)) {
                word |= meanings[j].bit;
            }
        }
    }
    return word;
}
