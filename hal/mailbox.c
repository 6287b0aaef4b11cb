/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sequence lock. The words are atomics, so that the race which a reader then
 * detects is none to the language (Boehm, "Can seqlocks get along with programming
 * language memory models?", 2012); release and acquire on each word stand for the
 * fences, which thread sanitizers do not follow.
 */
#include "mailbox.h"

#include <assert.h>
#include <string.h>

#define TRIES 8

static size_t words_of(size_t size)
{
    assert(size <= sizeof(uint64_t) * RH_MAILBOX_WORDS);
    return (size + sizeof(uint64_t) - 1) / sizeof(uint64_t);
}

void rh_mailbox_put(rh_mailbox_t *mailbox, const void *data, size_t size)
{
    uint64_t words[RH_MAILBOX_WORDS] = {0};
    size_t count = words_of(size);
    uint32_t sequence = atomic_load_explicit(&mailbox->sequence, memory_order_relaxed);

    memcpy(words, data, size);
    atomic_store_explicit(&mailbox->sequence, sequence + 1, memory_order_relaxed);
    for (size_t i = 0; i < count; i++) {
        atomic_store_explicit(&mailbox->words[i], words[i], memory_order_release);
    }
    atomic_store_explicit(&mailbox->sequence, sequence + 2, memory_order_release);
}

static bool try_get(const rh_mailbox_t *mailbox, uint64_t *words, size_t count)
{
    uint32_t before = atomic_load_explicit(&mailbox->sequence, memory_order_acquire);
    if ((before & 1) != 0) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        words[i] = atomic_load_explicit(&mailbox->words[i], memory_order_acquire);
    }
    return atomic_load_explicit(&mailbox->sequence, memory_order_relaxed) == before;
}

bool rh_mailbox_get(const rh_mailbox_t *mailbox, void *data, size_t size)
{
    uint64_t words[RH_MAILBOX_WORDS];
    size_t count = words_of(size);

    for (int i = 0; i < TRIES; i++) {
        if (try_get(mailbox, words, count)) {
            memcpy(data, words, size);
            return true;
        }
    }
    return false;
}
