/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which replies of one device can be told apart. Pure.
 */
#include "shape.h"

#include <string.h>

#define READ_HEAD 3 /* unit, function, byte count */
#define WRITES_FROM 5

rh_shape_t rh_shape_of(const rh_frame_t *request)
{
    rh_shape_t shape = {.size = request->reply_size};
    bool is_echo =
        request->bytes[1] >= WRITES_FROM && request->reply_size == RH_SHAPE_BYTES;

    memcpy(shape.bytes, request->bytes, is_echo ? RH_SHAPE_BYTES : 2);
    if (!is_echo) {
        shape.bytes[2] = (uint8_t)(request->reply_size - READ_HEAD);
    }
    return shape;
}

bool rh_shape_is_same(const rh_shape_t *a, const rh_shape_t *b)
{
    return a->size == b->size && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

static bool is_forgotten(const rh_open_t *open, int64_t now_ns)
{
    return !open->is_used ||
           (open->is_passed && now_ns - open->asked_ns >= RH_SHAPE_PASSED_NS);
}

bool rh_asked_is_open(const rh_asked_t *asked, const rh_shape_t *shape, int64_t now_ns,
                      bool strict)
{
    for (int i = 0; i < RH_SHAPES_OPEN; i++) {
        const rh_open_t *open = &asked->open[i];
        if (!is_forgotten(open, now_ns) && (strict || !open->is_passed) &&
            rh_shape_is_same(&open->shape, shape)) {
            return true;
        }
    }
    return asked->is_overrun;
}

void rh_asked_answered(rh_asked_t *asked, const rh_shape_t *shape)
{
    asked->last = *shape;
    if (rh_asked_is_open(asked, shape, 0, false)) {
        return;
    }
    for (int i = 0; i < RH_SHAPES_OPEN; i++) {
        asked->open[i].is_passed = true;
    }
}

/* Its own place, a free one, or one that only the strict still look at. */
static rh_open_t *place_for(rh_asked_t *asked, const rh_shape_t *shape, int64_t now_ns)
{
    rh_open_t *free = NULL;
    rh_open_t *passed = NULL;

    for (int i = 0; i < RH_SHAPES_OPEN; i++) {
        rh_open_t *open = &asked->open[i];
        if (open->is_used && rh_shape_is_same(&open->shape, shape)) {
            return open;
        }
        free = is_forgotten(open, now_ns) ? open : free;
        passed = open->is_passed ? open : passed;
    }
    return free != NULL ? free : passed;
}

void rh_asked_unanswered(rh_asked_t *asked, const rh_shape_t *shape, int64_t now_ns)
{
    rh_open_t *open = place_for(asked, shape, now_ns);

    asked->last = *shape;
    asked->is_overrun = asked->is_overrun || open == NULL;
    if (open != NULL) {
        *open = (rh_open_t){.shape = *shape, .is_used = true, .asked_ns = now_ns};
    }
}

void rh_asked_came(rh_asked_t *asked, const rh_shape_t *shape)
{
    for (int i = 0; i < RH_SHAPES_OPEN; i++) {
        rh_open_t *open = &asked->open[i];
        if (rh_shape_is_same(&open->shape, shape)) {
            open->is_passed = true;
        }
    }
}

void rh_asked_settled(rh_asked_t *asked)
{
    asked->is_overrun = false;
    for (int i = 0; i < RH_SHAPES_OPEN; i++) {
        asked->open[i].is_passed = true;
    }
}
