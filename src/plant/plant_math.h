/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small arithmetic of the plant room, inline because the step's cost is the simulator's
 * speed. Only files of this room include it. Everything here is plain IEEE arithmetic
 * (no libm on the normal path), so that a run repeats bit for bit on every machine.
 */
#ifndef RH_PLANT_MATH_H
#define RH_PLANT_MATH_H

#include <math.h>
#include <stdint.h>

#define RH_PI 3.14159265358979323846
#define RH_DEG (RH_PI / 180.0) /* radians in a degree */
#define RH_GRAVITY_MPS2 9.81

static inline double rh_clamp(double value, double low, double high)
{
    if (value < low) {
        return low;
    }
    return value > high ? high : value;
}

/* Taylor series to x^14: within 1e-6 for |x| <= 2.3 rad, which legs and arm never leave
 * between their stops; further out the library's own. The terms are summed in pairs
 * (Estrin), because a chain of dependent products is what a step waits for. */
static inline double rh_cos(double x)
{
    const double y = x * x;
    const double y2 = y * y;

    if (y > 5.3) {
        return cos(x);
    }
    return (1.0 - y * (1.0 / 2)) + y2 * (1.0 / 24 - y * (1.0 / 720)) +
           (y2 * y2) * ((1.0 / 40320 - y * (1.0 / 3628800)) +
                        y2 * (1.0 / 479001600 - y * (1.0 / 87178291200.0)));
}

/* The same for the sine, to x^13. */
static inline double rh_sin(double x)
{
    const double y = x * x;
    const double y2 = y * y;

    if (y > 5.3) {
        return sin(x);
    }
    return x * ((1.0 - y * (1.0 / 6)) + y2 * (1.0 / 120 - y * (1.0 / 5040)) +
                (y2 * y2) * ((1.0 / 362880 - y * (1.0 / 39916800)) +
                             y2 * (1.0 / 6227020800.0)));
}

/* Rational approximation of tanh, within 1e-4 everywhere. */
static inline double rh_tanh(double x)
{
    const double y = x * x;

    if (y > 23.0) {
        return x > 0.0 ? 1.0 : -1.0;
    }
    return x * (135135.0 + y * (17325.0 + y * (378.0 + y))) /
           (135135.0 + y * (62370.0 + y * (3150.0 + y * 28.0)));
}

/* xorshift64*: the state is never 0 (rh_seed sees to it). */
static inline uint64_t rh_random(uint64_t *state)
{
    uint64_t x = *state;

    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    *state = x;
    return x * UINT64_C(2685821657736338717);
}

/* Spreads a seed over the state (one step of splitmix64), so that 1, 2, 3 differ. */
static inline uint64_t rh_seed(uint64_t seed)
{
    uint64_t z = seed + UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    z ^= z >> 31;
    return z != 0 ? z : 1;
}

/* Uniform in [-1, 1). */
static inline double rh_uniform(uint64_t *state)
{
    return (double)(int64_t)rh_random(state) * (1.0 / 9223372036854775808.0);
}

/* Sum of four 16-bit uniforms from one draw: mean 0, variance 1, never beyond 3.5. */
static inline double rh_gaussian(uint64_t *state)
{
    const uint64_t bits = rh_random(state);
    const int32_t sum = (int32_t)(bits & 0xffff) + (int32_t)((bits >> 16) & 0xffff) +
                        (int32_t)((bits >> 32) & 0xffff) + (int32_t)(bits >> 48);

    return ((double)sum - 131070.0) * (1.7320508075688772 / 65536.0);
}

#endif
