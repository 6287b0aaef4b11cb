/* SPDX-License-Identifier: Apache-2.0 */
/* The database file: its opening, its rescue, and rows by the tables of columns. */
#include "history.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "names.h"
#include "schema.h"

#define PATH_SIZE 512
#define FILE_MODE 0640
#define BUSY_MS 1000 /* somebody reads the history with a tool of their own */

/* ---- opening ---- */

static bool run(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static bool is_whole(sqlite3 *db)
{
    sqlite3_stmt *statement = NULL;
    bool is_ok = false;
    if (sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &statement, NULL) ==
            SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        const unsigned char *text = sqlite3_column_text(statement, 0);
        is_ok = text != NULL && strcmp((const char *)text, "ok") == 0;
    }
    (void)sqlite3_finalize(statement);
    return is_ok;
}

/* The file tells about people, and so do its log and its index, which SQLite makes with
 * the file's own mode: that is set before it opens it. */
static void keep_private(const char *path)
{
    static const char *const parts[] = {"-wal", "-shm"};
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE);
    if (fd >= 0) {
        (void)fchmod(fd, FILE_MODE);
        (void)close(fd);
    }
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        char left[PATH_SIZE]; /* by a daemon that was killed */
        (void)snprintf(left, sizeof(left), "%s%s", path, parts[i]);
        (void)chmod(left, FILE_MODE);
    }
}

/* 0; -EBADMSG: the file is no whole database; -EIO: it cannot be opened or used. */
static int open_file(rh_history_t *history, const char *path)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    keep_private(path);
    if (sqlite3_open_v2(path, &history->db, flags, NULL) != SQLITE_OK) {
        return -EIO;
    }
    (void)sqlite3_busy_timeout(history->db, BUSY_MS);
    (void)sqlite3_extended_result_codes(history->db, 1);
    bool is_set = run(history->db, "PRAGMA journal_mode=WAL") &&
                  run(history->db, "PRAGMA synchronous=FULL");
    int code = sqlite3_errcode(history->db) & 0xFF;
    if (!is_set) {
        return code == SQLITE_NOTADB || code == SQLITE_CORRUPT ? -EBADMSG : -EIO;
    }
    if (!is_whole(history->db)) {
        code = sqlite3_errcode(history->db) & 0xFF;
        bool is_other = code == SQLITE_BUSY || code == SQLITE_IOERR ||
                        code == SQLITE_NOMEM || code == SQLITE_FULL;
        return is_other ? -EIO : -EBADMSG;
    }
    return 0;
}

static void close_db(rh_history_t *history)
{
    (void)sqlite3_close(history->db);
    history->db = NULL;
}

/* The write-ahead log belongs to the file: it goes with it. */
static bool move_aside(const char *path, char *error, size_t error_size)
{
    static const char *const parts[] = {"", "-wal", "-shm"};
    char aside[PATH_SIZE];
    char stamp[32] = "unknown";
    time_t now = time(NULL);
    struct tm utc;
    if (gmtime_r(&now, &utc) != NULL) {
        (void)strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &utc);
    }
    for (int i = 0; i < 3; i++) {
        char from[PATH_SIZE];
        (void)snprintf(from, sizeof(from), "%s%s", path, parts[i]);
        (void)snprintf(aside, sizeof(aside), "%s.corrupt-%s%s", path, stamp, parts[i]);
        if (rename(from, aside) != 0 && errno != ENOENT) {
            (void)snprintf(
                error, error_size,
                "%s is damaged and cannot be moved aside (errno %d); move it "
                "away by hand",
                path, errno);
            return false;
        }
    }
    (void)snprintf(error, error_size,
                   "%s was damaged: moved aside to %s.corrupt-%s and a new one begun",
                   path, path, stamp);
    return true;
}

static int open_or_replace(rh_history_t *history, const char *path, char *error,
                           size_t error_size)
{
    int result = open_file(history, path);
    if (result == -EBADMSG) {
        close_db(history);
        if (!move_aside(path, error, error_size)) {
            return -EIO;
        }
        result = open_file(history, path);
    }
    if (result != 0) {
        (void)snprintf(
            error, error_size,
            "cannot open %s: %s; check that [daemon] state_dir exists, may be "
            "written and has room",
            path, history->db != NULL ? sqlite3_errmsg(history->db) : "no memory");
    }
    return result;
}

static int prepare(rh_history_t *history, char *error, size_t error_size)
{
    char sql[RH_SQL_SIZE];
    for (int i = 0; i < RH_TABLE_COUNT; i++) {
        if (!rh_schema_insert_sql(&rh_tables[i], sql) ||
            sqlite3_prepare_v3(history->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
                               &history->insert[i], NULL) != SQLITE_OK) {
            (void)snprintf(error, error_size, "history.db: table %s: %s",
                           rh_tables[i].name, sqlite3_errmsg(history->db));
            return -EIO;
        }
    }
    return 0;
}

int rh_history_open(rh_history_t *history, const char *state_dir, char *error,
                    size_t error_size)
{
    char path[PATH_SIZE / 2];
    *history = (rh_history_t){0};
    error[0] = '\0';
    int length = snprintf(path, sizeof(path), "%s/" RH_HISTORY_FILE, state_dir);
    if (length < 0 || (size_t)length >= sizeof(path)) {
        (void)snprintf(error, error_size, "[daemon] state_dir is too long");
        return -ENAMETOOLONG;
    }
    int result = open_or_replace(history, path, error, error_size);
    if (result == 0) {
        result = rh_schema_prepare(history->db, error, error_size);
    }
    if (result == 0) {
        result = prepare(history, error, error_size);
    }
    if (result != 0) {
        rh_history_close(history);
    }
    return result;
}

void rh_history_close(rh_history_t *history)
{
    for (int i = 0; i < RH_TABLE_COUNT; i++) {
        (void)sqlite3_finalize(history->insert[i]);
        history->insert[i] = NULL;
    }
    close_db(history);
}

/* ---- rows ---- */

#define READ(type, from)                                                               \
    type value;                                                                        \
    memcpy(&value, from, sizeof(value))

typedef int bind_t(sqlite3_stmt *statement, int at, const rh_column_t *column,
                   const char *from);

static int bind_real(sqlite3_stmt *statement, int at, const rh_column_t *column,
                     const char *from)
{
    (void)column;
    READ(double, from);
    return isfinite(value) ? sqlite3_bind_double(statement, at, value)
                           : sqlite3_bind_null(statement, at);
}

static int bind_milli(sqlite3_stmt *statement, int at, const rh_column_t *column,
                      const char *from)
{
    (void)column;
    READ(int32_t, from);
    return sqlite3_bind_double(statement, at, value / 1000.0);
}

static int bind_i32(sqlite3_stmt *statement, int at, const rh_column_t *column,
                    const char *from)
{
    (void)column;
    READ(int32_t, from);
    return sqlite3_bind_int(statement, at, value);
}

static int bind_i64(sqlite3_stmt *statement, int at, const rh_column_t *column,
                    const char *from)
{
    (void)column;
    READ(int64_t, from);
    return sqlite3_bind_int64(statement, at, value);
}

static int bind_flag(sqlite3_stmt *statement, int at, const rh_column_t *column,
                     const char *from)
{
    (void)column;
    READ(bool, from);
    return sqlite3_bind_int(statement, at, value ? 1 : 0);
}

static int bind_word(sqlite3_stmt *statement, int at, const rh_column_t *column,
                     const char *from)
{
    READ(uint32_t, from);
    return sqlite3_bind_text(statement, at, column->word(value), -1, SQLITE_STATIC);
}

static int bind_reasons(sqlite3_stmt *statement, int at, const rh_column_t *column,
                        const char *from)
{
    (void)column;
    READ(uint32_t, from);
    char list[256] = "[";
    size_t used = 1;
    for (uint32_t i = 0; i < RH_REP_REASON_COUNT; i++) {
        if ((value >> i & 1u) != 0 && used < sizeof(list)) {
            used += (size_t)snprintf(list + used, sizeof(list) - used, "%s\"%s\"",
                                     used > 1 ? "," : "", rh_name_reason(i));
        }
    }
    if (used < sizeof(list)) {
        (void)snprintf(list + used, sizeof(list) - used, "]");
    }
    return sqlite3_bind_text(statement, at, list, -1, SQLITE_TRANSIENT);
}

static int bind_text(sqlite3_stmt *statement, int at, const rh_column_t *column,
                     const char *from)
{
    (void)column;
    return sqlite3_bind_text(statement, at, from, -1, SQLITE_STATIC);
}

static int bind_maybe(sqlite3_stmt *statement, int at, const rh_column_t *column,
                      const char *from)
{
    return *from != '\0' ? bind_text(statement, at, column, from)
                         : sqlite3_bind_null(statement, at);
}

static int bind_string(sqlite3_stmt *statement, int at, const rh_column_t *column,
                       const char *from)
{
    READ(const char *, from);
    return bind_text(statement, at, column, value);
}

static bind_t *const binders[] = {
    [RH_COLUMN_REAL] = bind_real,   [RH_COLUMN_MILLI] = bind_milli,
    [RH_COLUMN_I32] = bind_i32,     [RH_COLUMN_I64] = bind_i64,
    [RH_COLUMN_FLAG] = bind_flag,   [RH_COLUMN_WORD] = bind_word,
    [RH_COLUMN_TEXT] = bind_text,   [RH_COLUMN_REASONS] = bind_reasons,
    [RH_COLUMN_MAYBE] = bind_maybe, [RH_COLUMN_STRING] = bind_string,
};

int rh_history_insert(rh_history_t *history, rh_table_id_t table, const rh_row_t *row)
{
    const rh_table_t *rows = &rh_tables[table];
    sqlite3_stmt *statement = history->insert[table];
    int result = SQLITE_OK;
    for (size_t i = 0; i < rows->count && result == SQLITE_OK; i++) {
        const rh_column_t *column = &rows->column[i];
        result = binders[column->type](statement, (int)i + 1, column,
                                       (const char *)row + column->offset);
    }
    if (result == SQLITE_OK) {
        result = sqlite3_step(statement);
    }
    /* reset repeats the step's error; what counts is whether the step was done */
    (void)sqlite3_reset(statement);
    (void)sqlite3_clear_bindings(statement);
    return result == SQLITE_DONE ? 0 : -EIO;
}

const char *rh_history_error(const rh_history_t *history)
{
    return sqlite3_errmsg(history->db);
}
