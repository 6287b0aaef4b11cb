/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far a counter's position may be off after edges that were lost or that no encoder
 * makes. One spike on a line is no reason to let go of a machine; three in a second, or
 * more doubt than a degree, are (hazard 12). Pure. For the HAL only.
 */
#ifndef RH_HAL_DOUBT_H
#define RH_HAL_DOUBT_H

#include <stdbool.h>
#include <stdint.h>

#define RH_DOUBT_ERRORS 3
#define RH_DOUBT_SPAN_NS INT64_C(1000000000)
/* Counts that one lost edge costs at most: itself, the next one read the wrong way
 * round, and the one after it, which is then the illegal one. */
#define RH_DOUBT_PER_ILLEGAL 4

/* Zeroed there is none. */
typedef struct {
    int64_t off; /* counts that the position may be off, summed */
    int64_t errors_ns[RH_DOUBT_ERRORS]; /* the last ones; 0 = none */
    int next;
} rh_doubt_t;

/* Transitions that no encoder makes, and edges that the source says are missing, seen
 * by now_ns. True: the position is no longer to be trusted, `most` being the counts
 * that it may be off. */
bool rh_doubt_add(rh_doubt_t *doubt, uint64_t illegal, uint64_t missing, int64_t most,
                  int64_t now_ns);

#endif
