/* SPDX-License-Identifier: Apache-2.0 */
/* The seqlock around the newest snapshot. */
#include "latest.h"

#include <string.h>

#define TRIES 8

typedef union {
    rh_snapshot_t snapshot;
    uint64_t words[RH_LATEST_WORDS];
} image_t;

void rh_latest_write(rh_latest_t *latest, const rh_snapshot_t *snapshot)
{
    image_t image;
    image.words[RH_LATEST_WORDS - 1] = 0;
    memcpy(&image.snapshot, snapshot, sizeof(*snapshot));
    uint32_t turn = atomic_load_explicit(&latest->turn, memory_order_relaxed);
    atomic_store_explicit(&latest->turn, turn + 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    for (size_t i = 0; i < RH_LATEST_WORDS; i++) {
        atomic_store_explicit(&latest->words[i], image.words[i], memory_order_relaxed);
    }
    atomic_store_explicit(&latest->turn, turn + 2, memory_order_release);
}

bool rh_latest_read(const rh_latest_t *latest, rh_snapshot_t *snapshot)
{
    image_t image;
    for (int i = 0; i < TRIES; i++) {
        uint32_t before = atomic_load_explicit(&latest->turn, memory_order_acquire);
        for (size_t word = 0; word < RH_LATEST_WORDS; word++) {
            image.words[word] =
                atomic_load_explicit(&latest->words[word], memory_order_relaxed);
        }
        atomic_thread_fence(memory_order_acquire);
        uint32_t after = atomic_load_explicit(&latest->turn, memory_order_relaxed);
        if (before == after && (before & 1) == 0 && before != 0) {
            memcpy(snapshot, &image.snapshot, sizeof(*snapshot));
            return true;
        }
    }
    return false;
}
