/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record room: reps, sets, sessions, notes and faults on the disk before anybody
 * hears of them. The record thread of the daemon owns it; it may block on the disk.
 * What the disk does not take waits in a bounded backlog and is tried again; nothing is
 * lost in silence.
 */
#ifndef RH_RECORD_H
#define RH_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "rh/event.h"
#include "rh/recorded.h"

typedef struct rh_record rh_record_t;

#define RH_RECORD_BACKLOG 1024 /* rows */

/* Opens <state_dir>/history.db, migrating an older one. `machine` and `boot` must
 * outlive the room. 0: open; `error` is empty, or one line to log (a damaged file was
 * moved aside). -errno: not open; `error` says what, where and the remedy. */
int rh_record_open(rh_record_t **record, const char *state_dir, const char *machine,
                   const char *boot, char *error, size_t error_size);

/* Commits the event, whose instant was `utc_ms` (milliseconds since 1970), and fills
 * `out`: the event with its identity, for publishing. Events that are not stored
 * (answers, cues, counts) come back without an id.
 * 0: out->persisted tells whether the disk holds it; if not, it waits in the backlog.
 * -ENOSPC: the backlog is full too and this row is lost to the disk: the caller must
 * end the set with the fault "recording stalled". */
int rh_record_write(rh_record_t *record, const rh_event_t *event, int64_t utc_ms,
                    rh_recorded_t *out);

/* Tries the backlog again (every write does so, too; call it once a second). Gives the
 * number of rows that still wait. */
int rh_record_retry(rh_record_t *record);

/* Rows in the backlog now, and why the last write failed ("" = it did not). */
int rh_record_waiting(const rh_record_t *record);
const char *rh_record_error(const rh_record_t *record);

/* Tries the backlog a last time and closes. NULL is permitted. */
void rh_record_close(rh_record_t *record);

#endif
