/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A generator of request frames, good and broken, for whoever wants to throw them at
 * the command socket. The same seed gives the same frames.
 */
#ifndef RH_TEST_FRAMES_H
#define RH_TEST_FRAMES_H

#include <stddef.h>
#include <stdint.h>

#define FRAMES_SIZE 73728

typedef struct {
    uint64_t state;
    uint32_t count; /* frames made so far; the number is part of their ids */
} frames_t;

void frames_seed(frames_t *frames, uint64_t seed);

/* A random number below `limit`. */
uint32_t frames_below(frames_t *frames, uint32_t limit);

/* The next frame into `frame`; gives its length. None of them is a request that a
 * trainer without the lease could have done: no stop, unload, comfort, lease.take in
 * one piece. */
size_t frames_next(frames_t *frames, char frame[static FRAMES_SIZE]);

#endif
