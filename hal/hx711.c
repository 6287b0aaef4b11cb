/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clock and data to conversions. tests/hal holds it against a recording of a real chip
 * and against readings that were spoilt on purpose.
 */
#include "hx711.h"

#include <stddef.h>

#define DATA_BITS 24
#define PULSES_MAX 27
#define RESET_NS INT64_C(60000)
/* At 80 a second a conversion comes every 12.5 ms; a reading that took longer than this
 * may have been overtaken by the next. Whole readings take 10 us to 1 ms. */
#define READ_MAX_NS INT64_C(6000000)
#define QUIET_NS INT64_C(6000000) /* between the pulses of two readings */
/* Data that goes high in the middle of a word reads as ones to its end: 2^k - 1. Fewer
 * ones than these are as often a true small force. */
#define ONES_MIN 8
#define SIGN_BIT 0x800000u
#define WORD_MASK 0xFFFFFFu
#define HIGHEST 0x7FFFFFu

/* ---- a finished reading ------------------------------------------------------- */

static bool is_ones(uint32_t bits)
{
    return bits >= (1u << ONES_MIN) - 1u && (bits & (bits + 1u)) == 0;
}

static bool was_overtaken(const rh_hx711_t *hx711)
{
    return hx711->is_raced || hx711->fell_ns - hx711->began_ns > READ_MAX_NS;
}

static int32_t signed_of(uint32_t bits)
{
    return (int32_t)(bits ^ SIGN_BIT) - (int32_t)SIGN_BIT;
}

/* The first that holds; 7FFFFF is both an end of the range and a race's pattern, and
 * dropped either way. */
static rh_hx711_verdict_t judge(const rh_hx711_t *hx711)
{
    uint32_t bits = hx711->bits & WORD_MASK;
    const struct {
        bool holds;
        rh_hx711_verdict_t verdict;
    } rows[] = {
        {hx711->is_reset, RH_HX711_RESET},
        {hx711->pulses <= DATA_BITS || hx711->pulses > PULSES_MAX, RH_HX711_CLOCKS},
        {was_overtaken(hx711) || is_ones(bits), RH_HX711_RACE},
        {bits == SIGN_BIT || bits == HIGHEST, RH_HX711_SATURATED},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].holds) {
            return rows[i].verdict;
        }
    }
    return RH_HX711_GOOD;
}

rh_hx711_verdict_t rh_hx711_end(rh_hx711_t *hx711, int64_t t_ns)
{
    if (!hx711->is_reading) {
        return RH_HX711_NONE;
    }
    if (hx711->clk && t_ns - hx711->rose_ns > RESET_NS) {
        hx711->is_reset = true;
    }
    rh_hx711_verdict_t verdict = judge(hx711);
    if (verdict == RH_HX711_GOOD) {
        hx711->value = signed_of(hx711->bits & WORD_MASK);
        hx711->t_ns = hx711->began_ns;
    }
    hx711->count[verdict]++;
    hx711->is_reading = hx711->is_raced = hx711->is_reset = false;
    return verdict;
}

/* ---- edges ---------------------------------------------------------------------- */

/* A first pulse while data is high finds no conversion ready: its bits are not one. */
static void begin(rh_hx711_t *hx711, int64_t t_ns)
{
    hx711->is_reading = true;
    hx711->is_raced = hx711->dat;
    hx711->is_reset = false;
    hx711->pulses = 0;
    hx711->bits = 0;
    hx711->began_ns = t_ns;
}

static rh_hx711_verdict_t rise(rh_hx711_t *hx711, int64_t t_ns)
{
    rh_hx711_verdict_t verdict = RH_HX711_NONE;

    if (hx711->is_reading && t_ns - hx711->fell_ns > QUIET_NS) {
        verdict = rh_hx711_end(hx711, hx711->fell_ns);
    }
    if (!hx711->is_reading) {
        begin(hx711, t_ns);
    }
    hx711->rose_ns = t_ns;
    return verdict;
}

/* The bit is what data says as the clock falls: it changed 0.1 us after the rise. */
static void fall(rh_hx711_t *hx711, bool dat, int64_t t_ns)
{
    hx711->is_reset = hx711->is_reset || t_ns - hx711->rose_ns > RESET_NS;
    hx711->pulses += hx711->pulses <= PULSES_MAX;
    if (hx711->pulses <= DATA_BITS) {
        hx711->bits = hx711->bits << 1 | (dat ? 1u : 0u);
    }
    hx711->fell_ns = t_ns;
}

/* Data moves at rising clocks alone until the word is out. A chip that finishes a
 * conversion in between lets it go while the clock is low. */
static bool is_race(const rh_hx711_t *hx711, bool clk, bool dat)
{
    return hx711->is_reading && !hx711->clk && !clk && dat != hx711->dat &&
           hx711->pulses > 0 && hx711->pulses <= DATA_BITS;
}

rh_hx711_verdict_t rh_hx711_levels(rh_hx711_t *hx711, bool clk, bool dat, int64_t t_ns)
{
    rh_hx711_verdict_t verdict = RH_HX711_NONE;

    if (clk && !hx711->clk) {
        verdict = rise(hx711, t_ns);
    } else if (!clk && hx711->clk) {
        fall(hx711, dat, t_ns);
    } else if (is_race(hx711, clk, dat)) {
        hx711->is_raced = true;
    }
    hx711->clk = clk;
    hx711->dat = dat;
    return verdict;
}
