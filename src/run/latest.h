/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The newest snapshot, from the one writer (the loop) to any reader, by a seqlock: the
 * writer never waits, a reader that was overtaken copies again.
 */
#ifndef RH_LATEST_H
#define RH_LATEST_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "rh/snapshot.h"

#define RH_LATEST_WORDS ((sizeof(rh_snapshot_t) + 7) / 8)

typedef struct {
    _Atomic uint32_t turn; /* odd while being written; 0 = never written */
    _Atomic uint64_t
        words[RH_LATEST_WORDS]; /* word by word: a torn read is no data race */
} rh_latest_t;

/* Loop only. */
void rh_latest_write(rh_latest_t *latest, const rh_snapshot_t *snapshot);
/* Any thread. False where nothing was written yet, or the writer overtook eight times.
 */
bool rh_latest_read(const rh_latest_t *latest, rh_snapshot_t *snapshot);

#endif
