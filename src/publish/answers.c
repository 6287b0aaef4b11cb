/* SPDX-License-Identifier: Apache-2.0 */
/* A ring in the order of age with a hash over it. */
#include "answers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t bucket_of(const rh_answers_t *answers, const char *id)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    while (*id != '\0') {
        hash = (hash ^ (unsigned char)*id++) * 16777619u;
    }
    return hash % answers->capacity;
}

int rh_answers_open(rh_answers_t *answers, uint32_t capacity, size_t bytes_max)
{
    *answers = (rh_answers_t){.capacity = capacity, .bytes_max = bytes_max};
    answers->slot = calloc(capacity, sizeof(*answers->slot));
    answers->bucket = malloc(capacity * sizeof(*answers->bucket));
    if (answers->slot == NULL || answers->bucket == NULL) {
        rh_answers_close(answers);
        return -ENOMEM;
    }
    for (uint32_t i = 0; i < capacity; i++) {
        answers->bucket[i] = -1;
    }
    return 0;
}

void rh_answers_close(rh_answers_t *answers)
{
    for (uint32_t i = 0; i < answers->capacity && answers->slot != NULL; i++) {
        free(answers->slot[i].text);
    }
    free(answers->slot);
    free(answers->bucket);
    *answers = (rh_answers_t){0};
}

static void forget_oldest(rh_answers_t *answers)
{
    rh_answer_t *old = &answers->slot[answers->oldest];
    int32_t *link = &answers->bucket[bucket_of(answers, old->id)];
    while (*link >= 0 && *link != (int32_t)answers->oldest) {
        link = &answers->slot[*link].next;
    }
    if (*link >= 0) {
        *link = old->next;
    }
    answers->bytes -= old->length;
    free(old->text);
    *old = (rh_answer_t){0};
    answers->oldest = (answers->oldest + 1) % answers->capacity;
    answers->count--;
}

const rh_answer_t *rh_answers_find(const rh_answers_t *answers, const char *id,
                                   int64_t now_ns)
{
    int32_t at = answers->bucket[bucket_of(answers, id)];
    while (at >= 0) {
        const rh_answer_t *answer = &answers->slot[at];
        if (strcmp(answer->id, id) == 0) {
            return now_ns - answer->made_ns < RH_ANSWER_KEEP_NS ? answer : NULL;
        }
        at = answer->next;
    }
    return NULL;
}

static void make_room(rh_answers_t *answers, size_t length, int64_t now_ns)
{
    while (answers->count > 0) {
        const rh_answer_t *old = &answers->slot[answers->oldest];
        if (answers->count < answers->capacity &&
            answers->bytes + length <= answers->bytes_max &&
            now_ns - old->made_ns < RH_ANSWER_KEEP_NS) {
            return;
        }
        forget_oldest(answers);
    }
}

void rh_answers_add(rh_answers_t *answers, const rh_answer_t *answer)
{
    if (answer->length > answers->bytes_max) {
        return;
    }
    make_room(answers, answer->length, answer->made_ns);
    char *text = malloc(answer->length + 1);
    if (text == NULL || rh_answers_find(answers, answer->id, answer->made_ns) != NULL) {
        free(text);
        return;
    }
    memcpy(text, answer->text, answer->length);
    text[answer->length] = '\0';

    uint32_t at = (answers->oldest + answers->count) % answers->capacity;
    int32_t *bucket = &answers->bucket[bucket_of(answers, answer->id)];
    answers->slot[at] = *answer;
    answers->slot[at].text = text;
    answers->slot[at].next = *bucket;
    *bucket = (int32_t)at;
    answers->bytes += answer->length;
    answers->count++;
}
