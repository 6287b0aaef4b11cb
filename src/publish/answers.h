/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was answered to which id, so that a client that lost the reply may ask again and
 * nothing happens twice: the newest `capacity` ids, ten minutes long, within a budget
 * of bytes. The clock is the caller's. For the publish room alone.
 */
#ifndef RH_ANSWERS_H
#define RH_ANSWERS_H

#include <stddef.h>
#include <stdint.h>

#define RH_ANSWER_ID_SIZE 65
#define RH_ANSWER_KEEP_NS 600000000000LL

typedef struct {
    char id[RH_ANSWER_ID_SIZE];
    uint64_t content; /* of the request: another one under the same id is refused */
    int64_t made_ns;
    char *text; /* owned; NULL = empty slot */
    size_t length;
    int32_t next; /* in its bucket; -1 = last */
} rh_answer_t;

typedef struct {
    rh_answer_t *slot; /* a ring: `count` of them from `oldest` on */
    int32_t *bucket;
    uint32_t capacity, oldest, count;
    size_t bytes, bytes_max;
} rh_answers_t;

/* 0 or -ENOMEM. */
int rh_answers_open(rh_answers_t *answers, uint32_t capacity, size_t bytes_max);
void rh_answers_close(rh_answers_t *answers);

/* The answer given to `id` in the last ten minutes, or NULL. Good until the next call
 * that adds one. */
const rh_answer_t *rh_answers_find(const rh_answers_t *answers, const char *id,
                                   int64_t now_ns);

/* Remembers a copy; the oldest make room. An answer beyond the budget, or a lack of
 * memory, leaves it unremembered. An id that is there already keeps its first answer.
 */
void rh_answers_add(rh_answers_t *answers, const rh_answer_t *answer);

#endif
