/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An HX711 from its two lines: what was clocked out, and whether it can be believed. A
 * reader without real-time control of its clock corrupts readings in known ways; each
 * is detected here and dropped. Pure. For the HAL only: metrics, never the loop.
 *
 * Protocol (HX711 data sheet, Avia Semiconductor): data low = a conversion is ready; 24
 * pulses shift it out, most significant bit first, two's complement; one to three more
 * choose input and gain; the clock high for more than 60 us switches the chip off.
 */
#ifndef RH_HAL_HX711_H
#define RH_HAL_HX711_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
    RH_HX711_NONE = 0,  /* nothing has ended */
    RH_HX711_GOOD,      /* a conversion */
    RH_HX711_RACE,      /* bits of two conversions, or the pattern of such: dropped */
    RH_HX711_CLOCKS,    /* not 25, 26 or 27 pulses: dropped */
    RH_HX711_RESET,     /* clock high too long: the chip has restarted */
    RH_HX711_SATURATED, /* at an end of its range: no force, a wiring fault */
    RH_HX711_VERDICTS
} rh_hx711_verdict_t;

/* Zeroed it is a fresh one. */
typedef struct {
    bool clk, dat;
    bool is_reading, is_raced, is_reset;
    int pulses;
    uint32_t bits;
    int64_t began_ns, rose_ns, fell_ns;
    int32_t value; /* of the last good conversion */
    int64_t t_ns;  /* and when its reading began */
    uint64_t count[RH_HX711_VERDICTS];
} rh_hx711_t;

/* The lines as they are from t_ns on; call it at each change. A pulse long after the
 * one before it belongs to the next reading and ends the last. */
rh_hx711_verdict_t rh_hx711_levels(rh_hx711_t *hx711, bool clk, bool dat, int64_t t_ns);

/* No more pulses will come: what the reading was. NONE when there was none. */
rh_hx711_verdict_t rh_hx711_end(rh_hx711_t *hx711, int64_t t_ns);

#endif
