/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which replies of one device can be told apart. A reply on a serial line carries no
 * number: it shows its unit, its function, its length, and where it confirms a write
 * what was written. A reply to an earlier read of the same length passes for the one
 * that is waited for, whatever address that asked for. So no request follows another
 * whose reply would look alike, where the device permits another length; and after an
 * unanswered one the next must look different, because a slave answers in order: the
 * reply to the later request proves that the earlier one can no longer come. Time
 * proves nothing: a line that stands still keeps its replies for as long as it likes.
 * Pure.
 */
#ifndef RH_HAL_SHAPE_H
#define RH_HAL_SHAPE_H

#include <stdbool.h>

#include "frame.h"

#define RH_SHAPE_BYTES 6
#define RH_SHAPES_OPEN 8
/* A network of several ways delivers out of order for no longer than this. */
#define RH_SHAPE_PASSED_NS INT64_C(100000000)

/* What a good reply begins with, and how long it is. */
typedef struct {
    uint8_t bytes[RH_SHAPE_BYTES];
    int size;
} rh_shape_t;

typedef struct {
    rh_shape_t shape;
    bool is_used;
    bool is_passed; /* a later request was answered: in order it cannot come */
    int64_t asked_ns;
} rh_open_t;

/* What one device was asked. Zeroed it was asked nothing. */
typedef struct {
    rh_shape_t last;
    rh_open_t open[RH_SHAPES_OPEN]; /* without a good reply */
    bool is_overrun;                /* more than there is room for: each is open */
} rh_asked_t;

rh_shape_t rh_shape_of(const rh_frame_t *request);
bool rh_shape_is_same(const rh_shape_t *a, const rh_shape_t *b);

/* Could a reply to an unanswered request be taken for this one's? Those that were
 * passed count where `strict`: a network of several ways may deliver out of order. */
bool rh_asked_is_open(const rh_asked_t *asked, const rh_shape_t *shape, int64_t now_ns,
                      bool strict);

/* A request of that shape got a good reply. While the shape is open that proves
 * nothing: it may have been the earlier one's own. */
void rh_asked_answered(rh_asked_t *asked, const rh_shape_t *shape);

/* The reply of such a request has come after all. */
void rh_asked_came(rh_asked_t *asked, const rh_shape_t *shape);

/* It got none, and one may still come. */
void rh_asked_unanswered(rh_asked_t *asked, const rh_shape_t *shape, int64_t now_ns);

/* The wire was silent behind a reply: nothing of before is on its way. */
void rh_asked_settled(rh_asked_t *asked);

#endif
