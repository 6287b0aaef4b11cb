/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the database holds: one table of columns per SQL table. CREATE, INSERT and the
 * binding of values all come from it, so they cannot disagree; the columns of `rep` are
 * made from the hallway's list of quantities. For the record room alone.
 */
#ifndef RH_COLUMNS_H
#define RH_COLUMNS_H

#include <stddef.h>
#include <stdint.h>

#include "rh/recorded.h"

/* What a row is written from. */
typedef struct {
    rh_recorded_t of;
    const char *machine, *boot;
    char utc_end[32]; /* of a session that has ended; else empty */
} rh_row_t;

typedef enum {
    RH_COLUMN_REAL,    /* double; not-a-number is NULL */
    RH_COLUMN_MILLI,   /* int32_t, thousandths, stored as REAL */
    RH_COLUMN_I32,     /* int32_t */
    RH_COLUMN_I64,     /* int64_t */
    RH_COLUMN_FLAG,    /* bool */
    RH_COLUMN_WORD,    /* uint32_t or int32_t: its word */
    RH_COLUMN_REASONS, /* uint32_t bits: the words as a JSON list */
    RH_COLUMN_TEXT,    /* char[] */
    RH_COLUMN_MAYBE,   /* char[]; empty is NULL */
    RH_COLUMN_STRING   /* const char * */
} rh_column_type_t;

typedef struct {
    const char *name;
    const char *declared; /* SQL: type and constraints */
    rh_column_type_t type;
    size_t offset; /* in rh_row_t */
    const char *(*word)(uint32_t index);
} rh_column_t;

typedef enum {
    RH_TABLE_SESSION,
    RH_TABLE_SET,
    RH_TABLE_REP,
    RH_TABLE_EVENT,
    RH_TABLE_FAULT,
    RH_TABLE_COUNT
} rh_table_id_t;

typedef struct {
    const char *name;
    const rh_column_t *column;
    size_t count;
    const char *conflict; /* what an INSERT of a known id does */
} rh_table_t;

extern const rh_table_t rh_tables[RH_TABLE_COUNT];

#endif
