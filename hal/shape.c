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

bool rh_asked_is_open(const rh_asked_t *asked, const rh_shape_t *shape, int64_t now_ns,
                      bool strict)
{
    for (int i = 0; i < RH_SHAPES_OPEN; i++) {
        const rh_open_t *open = &asked->open[i];
        if (now_ns < open->until_ns && (strict || !open->is_passed) &&
            rh_shape_is_same(&open->shape, shape)) {
            return true;
        }
    }
    return false;
}

void rh_asked_answered(rh_asked_t *asked, const rh_shape_t *shape)
{
    asked->last = *shape;
    for (int i = 0; i < RH_SHAPES_OPEN; i++) {
        /* the reply may have been the earlier one's own: that proves nothing of it */
        asked->open[i].is_passed =
            asked->open[i].is_passed || !rh_shape_is_same(&asked->open[i].shape, shape);
    }
}

void rh_asked_unanswered(rh_asked_t *asked, const rh_shape_t *shape, int64_t now_ns)
{
    asked->last = *shape;
    asked->open[asked->next] =
        (rh_open_t){.shape = *shape, .until_ns = now_ns + RH_SHAPE_OPEN_NS};
    asked->next = (asked->next + 1) % RH_SHAPES_OPEN;
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
