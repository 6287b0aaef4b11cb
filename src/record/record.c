/* SPDX-License-Identifier: Apache-2.0 */
/* Identity, order and the backlog: what is between an event and its row. */
#include "record.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "history.h"
#include "rh/units.h"
#include "ulid.h"

struct rh_record {
    rh_history_t history;
    const char *machine, *boot;
    rh_ulid_t ulid;
    int32_t session; /* the number that session_id belongs to */
    char session_id[RH_ULID_SIZE];
    bool is_session_open;
    char error[240];
    int backlog_first, backlog_count;
    rh_recorded_t backlog[RH_RECORD_BACKLOG];
};

/* Which table an event goes to; the rest is not stored. */
static const int table_of[] = {
    [RH_EVENT_NONE] = -1,
    [RH_EVENT_ANSWER] = -1,
    [RH_EVENT_NOTE] = RH_TABLE_EVENT,
    [RH_EVENT_CUE] = -1,
    [RH_EVENT_FAULT] = RH_TABLE_FAULT,
    [RH_EVENT_CLEARED] = RH_TABLE_FAULT,
    [RH_EVENT_REP] = RH_TABLE_REP,
    [RH_EVENT_SET] = RH_TABLE_SET,
    [RH_EVENT_SESSION] = RH_TABLE_SESSION,
};

static int find_table(uint32_t kind)
{
    return kind < sizeof(table_of) / sizeof(table_of[0]) ? table_of[kind] : -1;
}

static void spell_utc(int64_t utc_ms, char text[32])
{
    time_t second = (time_t)(utc_ms / 1000);
    struct tm parts;
    char whole[24] = "1970-01-01T00:00:00";
    if (gmtime_r(&second, &parts) != NULL) {
        (void)strftime(whole, sizeof(whole), "%Y-%m-%dT%H:%M:%S", &parts);
    }
    (void)snprintf(text, 32, "%s.%03dZ", whole, (int)(utc_ms % 1000));
}

/* ---- rows and the backlog ---- */

static int insert(rh_record_t *record, const rh_recorded_t *recorded)
{
    rh_row_t row = {.of = *recorded, .machine = record->machine, .boot = record->boot};
    int table = find_table(recorded->event.kind);
    if (table == RH_TABLE_SESSION && recorded->event.session.is_open == 0) {
        memcpy(row.utc_end, recorded->utc, sizeof(row.utc_end));
    }
    int result = rh_history_insert(&record->history, (rh_table_id_t)table, &row);
    (void)snprintf(record->error, sizeof(record->error), "%s",
                   result == 0 ? "" : rh_history_error(&record->history));
    return result;
}

int rh_record_retry(rh_record_t *record)
{
    while (record->backlog_count > 0 &&
           insert(record, &record->backlog[record->backlog_first]) == 0) {
        record->backlog_first = (record->backlog_first + 1) % RH_RECORD_BACKLOG;
        record->backlog_count--;
    }
    return record->backlog_count;
}

/* Commits, or queues behind what waits already: a rep never stands on the disk before
 * its session. */
static int store(rh_record_t *record, rh_recorded_t *recorded)
{
    recorded->persisted = rh_record_retry(record) == 0 && insert(record, recorded) == 0;
    if (recorded->persisted) {
        return 0;
    }
    if (record->backlog_count == RH_RECORD_BACKLOG) {
        return -ENOSPC;
    }
    int at = (record->backlog_first + record->backlog_count) % RH_RECORD_BACKLOG;
    record->backlog[at] = *recorded;
    record->backlog_count++;
    return 0;
}

/* ---- identity ---- */

static void name_session(rh_record_t *record, int32_t number, int64_t utc_ms)
{
    rh_ulid_make(&record->ulid, utc_ms, record->session_id);
    record->session = number;
}

/* A session gets its id at its start and keeps it to its end. */
static void identify_session(rh_record_t *record, rh_recorded_t *out, int64_t utc_ms)
{
    const rh_session_t *session = &out->event.session;
    bool is_known =
        record->session_id[0] != '\0' && record->session == session->session;
    if (!is_known || (session->is_open != 0 && !record->is_session_open)) {
        name_session(record, session->session, utc_ms);
    }
    record->is_session_open = session->is_open != 0;
    memcpy(out->id, record->session_id, sizeof(out->id));
    memcpy(out->session_id, record->session_id, sizeof(out->session_id));
}

/* A rep or set of a session that was never announced still belongs to one. */
static int make_session(rh_record_t *record, const rh_recorded_t *of, int32_t number,
                        int64_t utc_ms)
{
    rh_recorded_t session = {
        .event = {.now_ns = of->event.now_ns, .kind = RH_EVENT_SESSION},
    };
    session.event.session.t_ns = of->event.now_ns;
    session.event.session.session = number;
    session.event.session.is_open = 1;
    memcpy(session.utc, of->utc, sizeof(session.utc));
    identify_session(record, &session, utc_ms);
    return store(record, &session);
}

static int identify_part(rh_record_t *record, rh_recorded_t *out, int32_t number,
                         int64_t utc_ms)
{
    int result = 0;
    if (record->session_id[0] == '\0' || record->session != number) {
        result = make_session(record, out, number, utc_ms);
    }
    rh_ulid_make(&record->ulid, utc_ms, out->id);
    memcpy(out->session_id, record->session_id, sizeof(out->session_id));
    return result;
}

static int identify(rh_record_t *record, rh_recorded_t *out, int64_t utc_ms)
{
    switch (out->event.kind) {
    case RH_EVENT_SESSION:
        identify_session(record, out, utc_ms);
        return 0;
    case RH_EVENT_SET:
        return identify_part(record, out, out->event.set.session, utc_ms);
    case RH_EVENT_REP:
        return identify_part(record, out, out->event.rep.session, utc_ms);
    default:
        rh_ulid_make(&record->ulid, utc_ms, out->id);
        if (record->is_session_open) {
            memcpy(out->session_id, record->session_id, sizeof(out->session_id));
        }
        return 0;
    }
}

int rh_record_write(rh_record_t *record, const rh_event_t *event, int64_t utc_ms,
                    rh_recorded_t *out)
{
    *out = (rh_recorded_t){.event = *event};
    int64_t milli = utc_ms > 0 ? utc_ms : 0;
    spell_utc(milli, out->utc);
    if (find_table(event->kind) < 0) {
        return 0;
    }
    int result = identify(record, out, milli);
    int stored = store(record, out);
    return stored != 0 ? stored : result;
}

int rh_record_waiting(const rh_record_t *record)
{
    return record->backlog_count;
}

const char *rh_record_error(const rh_record_t *record)
{
    return record->error;
}

/* ---- opening and closing ---- */

/* A session that the last run left open was cut off: closed here with what is known.
 * That nobody ended it shows in utc_end, which stays empty. */
static void close_cut_off(rh_record_t *record)
{
    (void)sqlite3_exec(
        record->history.db,
        "UPDATE session SET is_open=0,"
        " sets=(SELECT count(*) FROM \"set\" WHERE session_id=session.id),"
        " reps=(SELECT count(*) FROM rep WHERE session_id=session.id AND counted=1) "
        "WHERE is_open=1",
        NULL, NULL, NULL);
}

int rh_record_open(rh_record_t **record, const char *state_dir, const char *machine,
                   const char *boot, char *error, size_t error_size)
{
    *record = NULL;
    rh_record_t *fresh = calloc(1, sizeof(*fresh));
    if (fresh == NULL) {
        (void)snprintf(error, error_size, "no memory for the record");
        return -ENOMEM;
    }
    fresh->machine = machine;
    fresh->boot = boot;
    int result = rh_history_open(&fresh->history, state_dir, error, error_size);
    if (result != 0) {
        free(fresh);
        return result;
    }
    close_cut_off(fresh);
    *record = fresh;
    return 0;
}

void rh_record_close(rh_record_t *record)
{
    if (record == NULL) {
        return;
    }
    (void)rh_record_retry(record);
    rh_history_close(&record->history);
    free(record);
}
