/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ULIDs: 48 bits of UTC milliseconds and 80 random bits in 26 characters of Crockford's
 * base 32. Within one maker they only ever grow. The names of what has no name of its
 * own: the record's rows, the daemon's start, the console's requests.
 */
#ifndef RH_ULID_H
#define RH_ULID_H

#include <stdint.h>

#include "rh/recorded.h"

/* The last one made; zeroed = none yet. One maker per process keeps them in order. */
typedef struct {
    uint8_t bytes[16]; /* big-endian */
} rh_ulid_t;

/* Makes the next one: of `utc_ms`, or one more than the last where the clock stood
 * still or went back. `text` receives 26 characters and the end. */
void rh_ulid_make(rh_ulid_t *last, int64_t utc_ms, char text[RH_ULID_SIZE]);

#endif
