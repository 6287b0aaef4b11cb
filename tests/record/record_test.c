/* SPDX-License-Identifier: Apache-2.0 */
/* The record: what was acknowledged is on the disk, whatever happens to the program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "columns.h"
#include "history.h"
#include "record.h"
#include "schema.h"

#define MACHINE "m1"
#define BOOT "01JBOOT0000000000000000000"
#define UTC_MS 1767323045678 /* 2026-01-02T03:04:05.678Z */

typedef struct {
    char dir[64];
    char path[96];
    char error[256];
    rh_record_t *record;
    rh_recorded_t out;
} shelf_t;

/* ---- the shelf: a folder, a record and questions to its database ---- */

static void open_record(shelf_t *shelf)
{
    int result = rh_record_open(&shelf->record, shelf->dir, MACHINE, BOOT, shelf->error,
                                sizeof(shelf->error));
    if (result != 0) {
        fail_msg("%s", shelf->error);
    }
}

static void close_record(shelf_t *shelf)
{
    rh_record_close(shelf->record);
    shelf->record = NULL;
}

static int setup(void **state)
{
    shelf_t *shelf = calloc(1, sizeof(*shelf));
    assert_non_null(shelf);
    (void)snprintf(shelf->dir, sizeof(shelf->dir), "/tmp/rh-record-XXXXXX");
    assert_non_null(mkdtemp(shelf->dir));
    (void)snprintf(shelf->path, sizeof(shelf->path), "%s/history.db", shelf->dir);
    *state = shelf;
    return 0;
}

static int teardown(void **state)
{
    shelf_t *shelf = *state;
    close_record(shelf);
    DIR *dir = opendir(shelf->dir);
    assert_non_null(dir);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else has this one */
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        if (entry->d_name[0] != '.') {
            (void)unlinkat(dirfd(dir), entry->d_name, 0);
        }
    }
    (void)closedir(dir);
    int result = rmdir(shelf->dir);
    free(shelf);
    return result;
}

/* The first column of the first row, as text; "" for none. */
static const char *ask(const shelf_t *shelf, const char *sql)
{
    static char text[256];
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    text[0] = '\0';
    assert_int_equal(sqlite3_open_v2(shelf->path, &db, SQLITE_OPEN_READWRITE, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    if (sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_text(statement, 0)) {
        (void)snprintf(text, sizeof(text), "%s",
                       (const char *)sqlite3_column_text(statement, 0));
    }
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(db);
    return text;
}

static void tell(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    char *why = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK) {
        fail_msg("%s", why);
    }
    (void)sqlite3_close(db);
}

static bool answers(const shelf_t *shelf, const char *sql, const char *expected)
{
    const char *text = ask(shelf, sql);
    if (strcmp(text, expected) != 0) {
        print_error("%s: \"%s\", not \"%s\"\n", sql, text, expected);
        return false;
    }
    return true;
}

/* ---- events ---- */

static rh_event_t a_session(int number, bool is_open)
{
    rh_event_t event = {.now_ns = 1000, .kind = RH_EVENT_SESSION};
    event.session = (rh_session_t){.t_ns = 1000, .session = number, .is_open = is_open};
    event.session.reps = is_open ? 0 : 9;
    return event;
}

static rh_event_t a_rep(int session, int rep)
{
    rh_event_t event = {.now_ns = 2000, .kind = RH_EVENT_REP};
    event.rep.session = session;
    event.rep.set = 1;
    event.rep.rep = rep;
    event.rep.kind = RH_REP_WORK;
    event.rep.counted = true;
    event.rep.reasons = RH_REP_REASON_BIT(SWING) | RH_REP_REASON_BIT(PARTIAL);
    event.rep.lift_s = 1.25;
    event.rep.swing_frac = (double)NAN;
    event.rep.thresholds.full_deg = -5.5;
    return event;
}

static int write_event(shelf_t *shelf, rh_event_t event)
{
    return rh_record_write(shelf->record, &event, UTC_MS, &shelf->out);
}

/* ---- tests ---- */

static void a_rep_is_found_again_as_it_was(void **state)
{
    shelf_t *shelf = *state;
    open_record(shelf);
    assert_int_equal(write_event(shelf, a_session(1, true)), 0);
    char session_id[RH_ULID_SIZE];
    memcpy(session_id, shelf->out.id, sizeof(session_id));
    assert_int_equal(write_event(shelf, a_rep(1, 7)), 0);
    assert_true(shelf->out.persisted);
    assert_int_equal(strlen(shelf->out.id), 26);
    assert_string_equal(shelf->out.session_id, session_id);
    assert_string_equal(shelf->out.utc, "2026-01-02T03:04:05.678Z");
    assert_true(answers(shelf, "SELECT id FROM rep", shelf->out.id));
    assert_true(answers(
        shelf, "SELECT rep||kind||reasons||lift_s||full_deg||utc||counted FROM rep",
        "7work[\"partial\",\"swing\"]1.25-5.52026-01-02T03:04:05.678Z1"));
    assert_true(answers(shelf, "SELECT swing_frac IS NULL FROM rep", "1"));
    assert_true(answers(shelf, "SELECT session_id FROM rep", session_id));
}

static void an_acknowledged_rep_survives_the_kill_of_its_writer(void **state)
{
    shelf_t *shelf = *state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        open_record(shelf);
        for (int i = 1;; i++) {
            if (write_event(shelf, a_rep(1, i)) != 0 || !shelf->out.persisted ||
                write(ends[1], &i, sizeof(i)) != sizeof(i)) {
                _exit(1);
            }
        }
    }
    int last = 0;
    while (last < 25) {
        assert_int_equal(read(ends[0], &last, sizeof(last)), sizeof(last));
    }
    (void)kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    /* what was acknowledged between the last read and the kill counts too */
    (void)close(ends[1]);
    while (read(ends[0], &last, sizeof(last)) == sizeof(last)) {
    }
    (void)close(ends[0]);
    open_record(shelf);
    assert_true(strtol(ask(shelf, "SELECT max(rep) FROM rep"), NULL, 10) >= last);
    assert_true(strtol(ask(shelf, "SELECT count(*) FROM rep"), NULL, 10) >= last);
}

/* Power loss cannot be played here; what it rests on can be asked. */
static void a_commit_waits_for_the_disk(void **state)
{
    shelf_t *shelf = *state;
    rh_history_t history;
    sqlite3_stmt *statement = NULL;
    assert_int_equal(
        rh_history_open(&history, shelf->dir, shelf->error, sizeof(shelf->error)), 0);
    assert_int_equal(
        sqlite3_prepare_v2(history.db, "PRAGMA synchronous", -1, &statement, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(statement, 0), 2); /* FULL */
    (void)sqlite3_finalize(statement);
    rh_history_close(&history);
    assert_true(answers(shelf, "PRAGMA journal_mode", "wal"));
}

static void a_session_is_one_row_from_its_start_to_its_end(void **state)
{
    shelf_t *shelf = *state;
    open_record(shelf);
    assert_int_equal(write_event(shelf, a_session(3, true)), 0);
    char id[RH_ULID_SIZE];
    memcpy(id, shelf->out.id, sizeof(id));
    assert_true(
        answers(shelf, "SELECT is_open||ifnull(utc_end,'-') FROM session", "1-"));
    rh_event_t end = a_session(3, false);
    assert_int_equal(rh_record_write(shelf->record, &end, UTC_MS + 60000, &shelf->out),
                     0);
    assert_string_equal(shelf->out.id, id);
    assert_true(answers(shelf,
                        "SELECT count(*)||is_open||reps||utc||utc_end FROM session",
                        "1092026-01-02T03:04:05.678Z2026-01-02T03:05:05.678Z"));
    assert_int_equal(write_event(shelf, a_session(4, true)), 0);
    assert_string_not_equal(shelf->out.id, id);
}

static void a_rep_outside_any_session_still_gets_one(void **state)
{
    shelf_t *shelf = *state;
    open_record(shelf);
    assert_int_equal(write_event(shelf, a_rep(5, 1)), 0);
    char id[RH_ULID_SIZE];
    memcpy(id, shelf->out.session_id, sizeof(id));
    assert_int_equal(strlen(id), 26);
    assert_true(answers(shelf, "SELECT id FROM session WHERE session=5", id));
    assert_int_equal(write_event(shelf, a_session(5, true)), 0);
    assert_string_equal(shelf->out.id, id);
    assert_true(answers(shelf, "SELECT count(*) FROM session", "1"));
}

static void a_session_that_was_cut_off_is_closed_at_the_next_start(void **state)
{
    shelf_t *shelf = *state;
    open_record(shelf);
    assert_int_equal(write_event(shelf, a_session(1, true)), 0);
    assert_int_equal(write_event(shelf, a_rep(1, 1)), 0);
    assert_int_equal(write_event(shelf, a_rep(1, 2)), 0);
    close_record(shelf);
    open_record(shelf);
    assert_true(answers(shelf, "SELECT is_open||reps||ifnull(utc_end,'-') FROM session",
                        "02-"));
}

static void notes_faults_and_sets_have_their_rows(void **state)
{
    shelf_t *shelf = *state;
    open_record(shelf);
    rh_event_t note = {.now_ns = 5, .kind = RH_EVENT_NOTE};
    note.note.note = RH_NOTE_LOAD_APPLIED;
    note.note.value = 12.5;
    rh_event_t fault = {.now_ns = 6, .kind = RH_EVENT_FAULT};
    fault.fault = (rh_fault_t){RH_FAULT_TRIP_TOP, RH_SAFETY_SAFE1, 8123, 8000};
    rh_event_t cleared = fault;
    cleared.kind = RH_EVENT_CLEARED;
    rh_event_t set = {.now_ns = 7, .kind = RH_EVENT_SET};
    set.set = (rh_set_t){.session = 1, .set = 2, .reps = 8, .load_kg = 20};
    const rh_event_t all[] = {note, fault, cleared, set};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(write_event(shelf, all[i]), 0);
        assert_true(shelf->out.persisted);
    }
    assert_true(answers(shelf, "SELECT event||value||(session_id IS NULL) FROM event",
                        "load_applied12.51"));
    assert_true(answers(shelf,
                        "SELECT group_concat(fault||change||state||measured||unit) "
                        "FROM (SELECT * FROM fault ORDER BY id)",
                        "trip_topopensafe18.123deg,trip_topclearedsafe18.123deg"));
    assert_true(answers(shelf, "SELECT \"set\"||reps||load_kg FROM \"set\"", "2820.0"));
}

static void what_is_not_stored_comes_back_without_an_id(void **state)
{
    shelf_t *shelf = *state;
    open_record(shelf);
    const uint32_t kinds[] = {RH_EVENT_NONE, RH_EVENT_ANSWER, RH_EVENT_CUE, 99};
    for (int i = 0; i < 4; i++) {
        rh_event_t event = {.kind = kinds[i]};
        assert_int_equal(write_event(shelf, event), 0);
        assert_string_equal(shelf->out.id, "");
        assert_false(shelf->out.persisted);
        assert_int_equal(shelf->out.event.kind, kinds[i]);
    }
    assert_int_equal(rh_record_waiting(shelf->record), 0);
}

/* ---- a disk that does not take it ---- */

static struct rlimit limit_files(rlim_t bytes)
{
    struct rlimit before;
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit now = {.rlim_cur = bytes, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &now), 0);
    return before;
}

static void what_a_full_disk_refuses_waits_and_is_written_later(void **state)
{
    shelf_t *shelf = *state;
    open_record(shelf);
    assert_int_equal(write_event(shelf, a_session(1, true)), 0);
    char session_id[RH_ULID_SIZE];
    memcpy(session_id, shelf->out.id, sizeof(session_id));
    struct rlimit before = limit_files(4096);
    char rep_id[RH_ULID_SIZE];
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(write_event(shelf, a_rep(1, i)), 0);
        assert_false(shelf->out.persisted);
        assert_string_equal(shelf->out.session_id, session_id);
    }
    memcpy(rep_id, shelf->out.id, sizeof(rep_id));
    assert_int_equal(rh_record_waiting(shelf->record), 3);
    assert_true(strlen(rh_record_error(shelf->record)) > 0);
    assert_int_equal(rh_record_retry(shelf->record), 3);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);

    assert_int_equal(write_event(shelf, a_rep(1, 4)), 0);
    assert_true(shelf->out.persisted);
    assert_int_equal(rh_record_waiting(shelf->record), 0);
    assert_string_equal(rh_record_error(shelf->record), "");
    assert_true(answers(
        shelf, "SELECT group_concat(rep) FROM (SELECT rep FROM rep ORDER BY rowid)",
        "1,2,3,4"));
    assert_true(answers(shelf, "SELECT id FROM rep WHERE rep=3", rep_id));
}

static void a_full_backlog_is_said_aloud(void **state)
{
    shelf_t *shelf = *state;
    open_record(shelf);
    assert_int_equal(write_event(shelf, a_session(1, true)), 0);
    struct rlimit before = limit_files(4096);
    for (int i = 1; i <= RH_RECORD_BACKLOG; i++) {
        assert_int_equal(write_event(shelf, a_rep(1, i)), 0);
    }
    assert_int_equal(write_event(shelf, a_rep(1, 5000)), -ENOSPC);
    assert_false(shelf->out.persisted);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(rh_record_retry(shelf->record), 0);
    assert_true(answers(shelf, "SELECT count(*)||','||max(rep) FROM rep", "1024,1024"));
}

/* ---- the schema ---- */

static void the_columns_of_rep_are_the_lists_of_the_hallway(void **state)
{
    shelf_t *shelf = *state;
    open_record(shelf);
    int count = 0;
#define NUMBER(name, unit, decimals, help)                                             \
    assert_true(answers(                                                               \
        shelf, "SELECT type FROM pragma_table_info('rep') WHERE name='" #name "'",     \
        "REAL"));                                                                      \
    count++;
#define THRESHOLD(name, unit, decimals) NUMBER(name, unit, decimals, "")
    RH_REP_NUMBERS(NUMBER)
    RH_REP_THRESHOLDS(THRESHOLD)
    char expected[16];
    (void)snprintf(expected, sizeof(expected), "%d", count);
    assert_true(answers(
        shelf, "SELECT count(*) FROM pragma_table_info('rep') WHERE type='REAL'",
        expected));
}

static void every_table_is_strict_and_the_version_is_noted(void **state)
{
    shelf_t *shelf = *state;
    open_record(shelf);
    assert_true(
        answers(shelf,
                "SELECT group_concat(name) FROM (SELECT name FROM pragma_table_list"
                " WHERE strict=1 AND schema='main' ORDER BY name)",
                "event,fault,rep,session,set"));
    assert_true(answers(shelf, "PRAGMA user_version", "2"));
}

/* Version 1 as it was: sessions, sets and reps; no events, no faults; and a rep without
 * the quantities that came later. Frozen here: never made from today's tables. */
static void build_version_1(const char *path)
{
    tell(
        path,
        "PRAGMA journal_mode=WAL;"
        "CREATE TABLE session (id TEXT PRIMARY KEY NOT NULL, machine TEXT NOT NULL,"
        " boot TEXT NOT NULL, utc TEXT NOT NULL, session INTEGER NOT NULL,"
        " is_open INTEGER NOT NULL, sets INTEGER NOT NULL, reps INTEGER NOT NULL,"
        " partials INTEGER NOT NULL, t_ns INTEGER NOT NULL, utc_end TEXT) STRICT;"
        "CREATE TABLE \"set\" (id TEXT PRIMARY KEY NOT NULL, machine TEXT NOT NULL,"
        " boot TEXT NOT NULL, utc TEXT NOT NULL, session_id TEXT NOT NULL,"
        " \"set\" INTEGER NOT NULL, kind TEXT NOT NULL, mode TEXT NOT NULL,"
        " reps INTEGER NOT NULL, partials INTEGER NOT NULL, clean INTEGER NOT NULL,"
        " load_kg REAL, t_start_ns INTEGER NOT NULL, t_end_ns INTEGER NOT NULL) STRICT;"
        "CREATE TABLE rep (id TEXT PRIMARY KEY NOT NULL, machine TEXT NOT NULL,"
        " boot TEXT NOT NULL, utc TEXT NOT NULL, session_id TEXT NOT NULL,"
        " \"set\" INTEGER NOT NULL, rep INTEGER NOT NULL, partials INTEGER NOT NULL,"
        " side TEXT NOT NULL, kind TEXT NOT NULL, mode TEXT NOT NULL,"
        " counted INTEGER NOT NULL, reasons TEXT NOT NULL, spotter_used INTEGER NOT "
        "NULL,"
        " limit_hits INTEGER NOT NULL, t_start_ns INTEGER NOT NULL,"
        " t_end_ns INTEGER NOT NULL, lift_s REAL, load_kg REAL) STRICT;"
        "CREATE INDEX rep_of_session ON rep(session_id);"
        "CREATE INDEX set_of_session ON \"set\"(session_id);"
        "INSERT INTO session VALUES('S','m','b','2025','1',0,1,1,0,5,'2025');"
        "INSERT INTO rep VALUES('R','m','b','2025','S',1,1,0,'both','work','damping',1,"
        " '[]',0,0,1,2,1.5,20.0);"
        "PRAGMA user_version=1;");
}

static void a_database_of_version_1_is_brought_to_this_one(void **state)
{
    shelf_t *shelf = *state;
    build_version_1(shelf->path);
    open_record(shelf);
    assert_true(answers(shelf, "PRAGMA user_version", "2"));
    assert_true(answers(shelf, "SELECT lift_s||load_kg||(assist_frac IS NULL) FROM rep",
                        "1.520.01"));
    assert_int_equal(write_event(shelf, a_rep(1, 1)), 0);
    assert_true(shelf->out.persisted);
    rh_event_t fault = {.kind = RH_EVENT_FAULT};
    assert_int_equal(write_event(shelf, fault), 0);
    assert_true(shelf->out.persisted);
    assert_true(answers(shelf, "SELECT count(*) FROM rep", "2"));
    for (int t = 0; t < RH_TABLE_COUNT; t++) {
        char sql[96];
        char expected[16];
        (void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM pragma_table_info('%s')",
                       rh_tables[t].name);
        (void)snprintf(expected, sizeof(expected), "%zu", rh_tables[t].count);
        assert_true(answers(shelf, sql, expected));
    }
}

static void a_migration_that_fails_leaves_the_old_version_whole(void **state)
{
    shelf_t *shelf = *state;
    build_version_1(shelf->path);
    tell(shelf->path, "CREATE TABLE fault (in_the_way TEXT)");
    assert_int_equal(rh_record_open(&shelf->record, shelf->dir, MACHINE, BOOT,
                                    shelf->error, sizeof(shelf->error)),
                     -EIO);
    assert_non_null(strstr(shelf->error, "from version 1 to 2"));
    assert_true(answers(shelf, "PRAGMA user_version", "1"));
    assert_true(
        answers(shelf, "SELECT count(*) FROM sqlite_schema WHERE name='event'", "0"));
}

static void a_newer_database_is_refused_and_left_alone(void **state)
{
    shelf_t *shelf = *state;
    tell(shelf->path, "CREATE TABLE future (x TEXT); PRAGMA user_version=99");
    assert_int_equal(rh_record_open(&shelf->record, shelf->dir, MACHINE, BOOT,
                                    shelf->error, sizeof(shelf->error)),
                     -EPROTONOSUPPORT);
    assert_non_null(strstr(shelf->error, "version 99"));
    assert_null(shelf->record);
    assert_true(answers(shelf, "SELECT count(*) FROM sqlite_schema", "1"));
}

static void a_damaged_file_is_moved_aside_and_a_new_one_begun(void **state)
{
    shelf_t *shelf = *state;
    for (int kind = 0; kind < 2; kind++) {
        if (kind == 1) { /* a whole head, a damaged middle */
            open_record(shelf);
            for (int i = 0; i < 50; i++) {
                assert_int_equal(write_event(shelf, a_rep(1, i)), 0);
            }
            close_record(shelf);
        }
        FILE *file = fopen(shelf->path, kind == 0 ? "w" : "r+");
        assert_non_null(file);
        assert_int_equal(fseek(file, kind == 0 ? 0 : 4096, SEEK_SET), 0);
        for (int i = 0; i < 8192; i++) {
            assert_int_not_equal(fputc('x', file), EOF);
        }
        assert_int_equal(fclose(file), 0);
        open_record(shelf);
        assert_non_null(strstr(shelf->error, "damaged"));
        assert_non_null(strstr(shelf->error, "history.db.corrupt-"));
        const char *aside = strstr(shelf->error, "moved aside to ") + 15;
        char path[160];
        (void)snprintf(path, sizeof(path), "%.*s", (int)strcspn(aside, " "), aside);
        assert_int_equal(access(path, F_OK), 0);
        (void)unlink(path); /* the second one may fall into the same second */
        assert_int_equal(write_event(shelf, a_rep(1, 1)), 0);
        assert_true(shelf->out.persisted);
        close_record(shelf);
    }
}

static void a_missing_folder_is_named(void **state)
{
    shelf_t *shelf = *state;
    assert_true(rh_record_open(&shelf->record, "/tmp/rh-there-is-no-such-folder",
                               MACHINE, BOOT, shelf->error, sizeof(shelf->error)) < 0);
    assert_non_null(strstr(shelf->error, "/tmp/rh-there-is-no-such-folder/history.db"));
}

static void the_history_is_not_for_everybodys_eyes(void **state)
{
    static const char *const parts[] = {"", "-wal", "-shm"};
    shelf_t *shelf = *state;
    char left[sizeof(shelf->path) + 8];
    const mode_t before = umask(0022);
    (void)snprintf(left, sizeof(left), "%s-shm", shelf->path);
    FILE *file = fopen(left, "w"); /* what a killed one left */
    assert_non_null(file);
    (void)fclose(file);
    open_record(shelf);
    (void)umask(before);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        struct stat status;
        (void)snprintf(left, sizeof(left), "%s%s", shelf->path, parts[i]);
        assert_int_equal(stat(left, &status), 0);
        assert_int_equal(status.st_mode & 0777, 0640);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_rep_is_found_again_as_it_was),
        TEST(an_acknowledged_rep_survives_the_kill_of_its_writer),
        TEST(a_commit_waits_for_the_disk),
        TEST(a_session_is_one_row_from_its_start_to_its_end),
        TEST(a_rep_outside_any_session_still_gets_one),
        TEST(a_session_that_was_cut_off_is_closed_at_the_next_start),
        TEST(notes_faults_and_sets_have_their_rows),
        TEST(what_is_not_stored_comes_back_without_an_id),
        TEST(what_a_full_disk_refuses_waits_and_is_written_later),
        TEST(a_full_backlog_is_said_aloud),
        TEST(the_columns_of_rep_are_the_lists_of_the_hallway),
        TEST(every_table_is_strict_and_the_version_is_noted),
        TEST(a_database_of_version_1_is_brought_to_this_one),
        TEST(a_migration_that_fails_leaves_the_old_version_whole),
        TEST(a_newer_database_is_refused_and_left_alone),
        TEST(a_damaged_file_is_moved_aside_and_a_new_one_begun),
        TEST(a_missing_folder_is_named),
        TEST(the_history_is_not_for_everybodys_eyes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
