/* SPDX-License-Identifier: Apache-2.0 */
/* SQL made from the tables of columns, and the steps from version to version. */
#include "schema.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    char *text;
    size_t used;
    bool is_full;
} sql_t;

static void add(sql_t *sql, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add(sql_t *sql, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length =
        vsnprintf(sql->text + sql->used, RH_SQL_SIZE - sql->used, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= RH_SQL_SIZE - sql->used) {
        sql->is_full = true;
        return;
    }
    sql->used += (size_t)length;
}

/* "set" is a word of SQL: every name is quoted. */
static bool create_sql(const rh_table_t *table, char *text)
{
    sql_t sql = {0};
    sql.text = text;
    add(&sql, "CREATE TABLE \"%s\" (", table->name);
    for (size_t i = 0; i < table->count; i++) {
        add(&sql, "%s\"%s\" %s", i > 0 ? ", " : "", table->column[i].name,
            table->column[i].declared);
    }
    add(&sql, ") STRICT");
    return !sql.is_full;
}

bool rh_schema_insert_sql(const rh_table_t *table, char text[static RH_SQL_SIZE])
{
    sql_t sql = {0};
    sql.text = text;
    add(&sql, "INSERT INTO \"%s\" (", table->name);
    for (size_t i = 0; i < table->count; i++) {
        add(&sql, "%s\"%s\"", i > 0 ? ", " : "", table->column[i].name);
    }
    add(&sql, ") VALUES (");
    for (size_t i = 0; i < table->count; i++) {
        add(&sql, "%s?%zu", i > 0 ? ", " : "", i + 1);
    }
    add(&sql, ") %s", table->conflict);
    return !sql.is_full;
}

static bool run(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* ---- steps ---- */

/* The tables that a version brought, and what else it did. A fresh database takes every
 * step; a step that was released is never edited. */
static const struct {
    int version;
    rh_table_id_t first, end;
    const char *sql;
} steps[] = {
    {1, RH_TABLE_SESSION, RH_TABLE_EVENT,
     "CREATE INDEX rep_of_session ON rep(session_id);"
     "CREATE INDEX set_of_session ON \"set\"(session_id)"},
    {2, RH_TABLE_EVENT, RH_TABLE_COUNT,
     "CREATE INDEX event_of_session ON event(session_id);"
     "CREATE INDEX fault_by_utc ON fault(utc)"},
};
#define STEPS (sizeof(steps) / sizeof(steps[0]))

static bool take_step(sqlite3 *db, size_t step)
{
    char sql[RH_SQL_SIZE];
    for (rh_table_id_t i = steps[step].first; i < steps[step].end; i++) {
        if (!create_sql(&rh_tables[i], sql) || !run(db, sql)) {
            return false;
        }
    }
    (void)snprintf(sql, sizeof(sql), "PRAGMA user_version=%d", steps[step].version);
    return run(db, steps[step].sql) && run(db, sql);
}

/* ---- columns that the lists have gained since ---- */

static bool has_column(sqlite3 *db, const char *table, const char *column)
{
    sqlite3_stmt *statement = NULL;
    bool is_there = false;
    if (sqlite3_prepare_v2(db, "SELECT 1 FROM pragma_table_info(?1) WHERE name=?2", -1,
                           &statement, NULL) == SQLITE_OK) {
        (void)sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC);
        (void)sqlite3_bind_text(statement, 2, column, -1, SQLITE_STATIC);
        is_there = sqlite3_step(statement) == SQLITE_ROW;
    }
    (void)sqlite3_finalize(statement);
    return is_there;
}

/* Old rows have no value for a new quantity, so the type alone is declared. */
static bool add_column(sqlite3 *db, const rh_table_t *table, const rh_column_t *column)
{
    char text[RH_SQL_SIZE];
    sql_t sql = {0};
    sql.text = text;
    add(&sql, "ALTER TABLE \"%s\" ADD COLUMN \"%s\" %.*s", table->name, column->name,
        (int)strcspn(column->declared, " "), column->declared);
    return !sql.is_full && run(db, text);
}

static bool complete(sqlite3 *db)
{
    for (int t = 0; t < RH_TABLE_COUNT; t++) {
        const rh_table_t *table = &rh_tables[t];
        for (size_t i = 0; i < table->count; i++) {
            if (!has_column(db, table->name, table->column[i].name) &&
                !add_column(db, table, &table->column[i])) {
                return false;
            }
        }
    }
    return true;
}

static int read_version(sqlite3 *db)
{
    sqlite3_stmt *statement = NULL;
    int version = -1;
    if (sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &statement, NULL) ==
            SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        version = sqlite3_column_int(statement, 0);
    }
    (void)sqlite3_finalize(statement);
    return version;
}

static bool migrate(sqlite3 *db, int version)
{
    bool is_good = true;
    for (size_t i = 0; i < STEPS && is_good; i++) {
        if (steps[i].version <= version) {
            continue;
        }
        is_good = run(db, "BEGIN IMMEDIATE") && take_step(db, i) && run(db, "COMMIT");
    }
    is_good =
        is_good && run(db, "BEGIN IMMEDIATE") && complete(db) && run(db, "COMMIT");
    return is_good;
}

int rh_schema_prepare(sqlite3 *db, char *error, size_t error_size)
{
    int version = read_version(db);
    if (version > RH_SCHEMA_VERSION) {
        (void)snprintf(error, error_size,
                       "history.db is of version %d and this program knows %d; install "
                       "the newer revhyper, or move the file away",
                       version, RH_SCHEMA_VERSION);
        return -EPROTONOSUPPORT;
    }
    if (version < 0 || !migrate(db, version)) {
        (void)snprintf(error, error_size,
                       "history.db cannot be brought from version %d to %d: %s; it was "
                       "left as it is",
                       version, RH_SCHEMA_VERSION, sqlite3_errmsg(db));
        (void)run(db, "ROLLBACK");
        return -EIO;
    }
    return 0;
}
