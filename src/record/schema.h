/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schema of history.db and the way from every older version of it to this one. For
 * the record room alone.
 */
#ifndef RH_SCHEMA_H
#define RH_SCHEMA_H

#include <stddef.h>

#include <sqlite3.h>

#include "columns.h"

#define RH_SCHEMA_VERSION 2
#define RH_SQL_SIZE 16384

/* Brings the database to this version: one transaction per step, and a column for each
 * quantity that the hallway's lists have gained. 0; -EPROTONOSUPPORT for a database of
 * a newer program, which is left as it is; -EIO with `error` otherwise. */
int rh_schema_prepare(sqlite3 *db, char *error, size_t error_size);

/* The INSERT of one row, with a parameter per column in the table's order. False: it
 * does not fit. */
bool rh_schema_insert_sql(const rh_table_t *table, char sql[static RH_SQL_SIZE]);

#endif
