/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file history.db: opened, checked, migrated, written. SQLite in WAL mode with
 * synchronous=FULL: a row whose insert returned is on the disk, through a crash and
 * through power loss. For the record room alone.
 */
#ifndef RH_HISTORY_H
#define RH_HISTORY_H

#include <stddef.h>

#include <sqlite3.h>

#include "columns.h"

#define RH_HISTORY_FILE "history.db"

typedef struct {
    sqlite3 *db;
    sqlite3_stmt *insert[RH_TABLE_COUNT];
} rh_history_t;

/* Opens <state_dir>/history.db, creating and migrating it as needed. A damaged file is
 * moved aside (history.db.corrupt-<utc>) and a new one made. 0: open, and `error` is
 * empty or one line about what was moved aside. -errno: not open, `error` says why. */
int rh_history_open(rh_history_t *history, const char *state_dir, char *error,
                    size_t error_size);
void rh_history_close(rh_history_t *history);

/* Commits one row. 0 or -EIO; the reason is in rh_history_error. */
int rh_history_insert(rh_history_t *history, rh_table_id_t table, const rh_row_t *row);
const char *rh_history_error(const rh_history_t *history);

#endif
