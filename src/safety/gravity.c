/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cosine of an angle in whole numbers, for gravity torques. A table of one degree
 * with straight lines between: the error is below 0.00004 (0.002 N m of 40), and a
 * model checker can close over it where a series or libm would not let it.
 */
#include "gate.h"

#define TABLE_LAST 120

/* cos(0..121 deg) times 65536, rounded; even, so negative angles use the same rows. */
static const int32_t cosine_q16[TABLE_LAST + 2] = {
    65536,  65526,  65496,  65446,  65376,  65287,  65177,  65048,  64898,  64729,
    64540,  64332,  64104,  63856,  63589,  63303,  62997,  62672,  62328,  61966,
    61584,  61183,  60764,  60326,  59870,  59396,  58903,  58393,  57865,  57319,
    56756,  56175,  55578,  54963,  54332,  53684,  53020,  52339,  51643,  50931,
    50203,  49461,  48703,  47930,  47143,  46341,  45525,  44695,  43852,  42995,
    42126,  41243,  40348,  39441,  38521,  37590,  36647,  35693,  34729,  33754,
    32768,  31772,  30767,  29753,  28729,  27697,  26656,  25607,  24550,  23486,
    22415,  21336,  20252,  19161,  18064,  16962,  15855,  14742,  13626,  12505,
    11380,  10252,  9121,   7987,   6850,   5712,   4572,   3430,   2287,   1144,
    0,      -1144,  -2287,  -3430,  -4572,  -5712,  -6850,  -7987,  -9121,  -10252,
    -11380, -12505, -13626, -14742, -15855, -16962, -18064, -19161, -20252, -21336,
    -22415, -23486, -24550, -25607, -26656, -27697, -28729, -29753, -30767, -31772,
    -32768, -33754,
};

int32_t rh_gate_cosine_q16(int32_t angle_mdeg)
{
    int32_t size_mdeg = angle_mdeg < 0 ? -angle_mdeg : angle_mdeg;
    if (!(size_mdeg >= 0 && size_mdeg <= TABLE_LAST * RH_MILLI)) {
        return cosine_q16[TABLE_LAST];
    }
    int32_t row = size_mdeg / RH_MILLI;
    int32_t part = size_mdeg - row * RH_MILLI;
    int32_t here = cosine_q16[row];
    return here + (cosine_q16[row + 1] - here) * part / RH_MILLI;
}

int32_t rh_gate_gravity_mnm(int32_t at_horizontal_mnm, int32_t angle_mdeg)
{
    int64_t torque = (int64_t)at_horizontal_mnm * rh_gate_cosine_q16(angle_mdeg);
    int64_t torque_mnm = torque / 65536;
    return torque_mnm > 0 ? (int32_t)torque_mnm
                          : 0; /* below the hang it would pull down */
}
