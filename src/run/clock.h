/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The daemon's clocks: the only place in it that reads one. Control lives on
 * CLOCK_MONOTONIC alone (hazard 24); wall time is for labels.
 */
#ifndef RH_CLOCK_H
#define RH_CLOCK_H

#include <stdint.h>

int64_t rh_clock_mono_ns(void);
/* UTC in milliseconds of a moment on CLOCK_MONOTONIC. */
int64_t rh_clock_utc_ms(int64_t mono_ns);
/* Sleeps until a moment on CLOCK_MONOTONIC; returns at once where it has passed, and
 * early where a signal came. */
void rh_clock_sleep_until(int64_t mono_ns);

#endif
