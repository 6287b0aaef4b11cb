/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of columns. */
#include "columns.h"

#include "names.h"
#include "rh/event.h"

/* Read in columns: a formatter would break each row over three lines. */
// clang-format off

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define IN(name, declared, kind, member)                                               \
    {name, declared, RH_COLUMN_##kind, offsetof(rh_row_t, member), NULL}
#define WORD(name, member, function)                                                   \
    {name, "TEXT NOT NULL", RH_COLUMN_WORD, offsetof(rh_row_t, member), function}
#define WHOLE "INTEGER NOT NULL"
#define TEXT "TEXT NOT NULL"
#define KEY "TEXT PRIMARY KEY NOT NULL"
/* Declared for the reader and not enforced (SQLite's default): a rep whose session was
 * lost with a full disk is still worth keeping. */
#define OF_SESSION "TEXT NOT NULL REFERENCES session(id)"

/* How every table begins. */
#define ORIGIN                                                                         \
    IN("id", KEY, TEXT, of.id),                                                        \
    IN("machine", TEXT, STRING, machine),                                              \
    IN("boot", TEXT, STRING, boot),                                                    \
    IN("utc", TEXT, TEXT, of.utc)

static const rh_column_t session[] = {
    ORIGIN,
    IN("session", WHOLE, I32, of.event.session.session),
    IN("is_open", WHOLE, I32, of.event.session.is_open),
    IN("sets", WHOLE, I32, of.event.session.sets),
    IN("reps", WHOLE, I32, of.event.session.reps),
    IN("partials", WHOLE, I32, of.event.session.partials),
    IN("t_ns", WHOLE, I64, of.event.session.t_ns),
    IN("utc_end", "TEXT", MAYBE, utc_end),
};

static const rh_column_t set[] = {
    ORIGIN,
    IN("session_id", OF_SESSION, TEXT, of.session_id),
    IN("set", WHOLE, I32, of.event.set.set),
    WORD("kind", of.event.set.kind, rh_name_rep_kind),
    WORD("mode", of.event.set.mode, rh_name_mode),
    IN("reps", WHOLE, I32, of.event.set.reps),
    IN("partials", WHOLE, I32, of.event.set.partials),
    IN("clean", WHOLE, I32, of.event.set.clean),
    IN("load_kg", "REAL", REAL, of.event.set.load_kg),
    IN("t_start_ns", WHOLE, I64, of.event.set.t_start_ns),
    IN("t_end_ns", WHOLE, I64, of.event.set.t_end_ns),
};

#define NUMBER(name, unit, decimals, help)                                             \
    IN(#name, "REAL", REAL, of.event.rep.name),
#define THRESHOLD(name, unit, decimals)                                                \
    IN(#name, "REAL", REAL, of.event.rep.thresholds.name),

static const rh_column_t rep[] = {
    ORIGIN,
    IN("session_id", OF_SESSION, TEXT, of.session_id),
    IN("set", WHOLE, I32, of.event.rep.set),
    IN("rep", WHOLE, I32, of.event.rep.rep),
    IN("partials", WHOLE, I32, of.event.rep.partials),
    WORD("side", of.event.rep.side, rh_name_side),
    WORD("kind", of.event.rep.kind, rh_name_rep_kind),
    WORD("mode", of.event.rep.mode, rh_name_mode),
    IN("counted", WHOLE, FLAG, of.event.rep.counted),
    IN("reasons", TEXT, REASONS, of.event.rep.reasons),
    IN("spotter_used", WHOLE, FLAG, of.event.rep.spotter_used),
    IN("limit_hits", WHOLE, I32, of.event.rep.limit_hits),
    IN("t_start_ns", WHOLE, I64, of.event.rep.t_start_ns),
    IN("t_end_ns", WHOLE, I64, of.event.rep.t_end_ns),
    RH_REP_NUMBERS(NUMBER)
    RH_REP_THRESHOLDS(THRESHOLD)
};

static const rh_column_t event[] = {
    ORIGIN,
    IN("session_id", "TEXT REFERENCES session(id)", MAYBE, of.session_id),
    IN("t_ns", WHOLE, I64, of.event.now_ns),
    WORD("event", of.event.note.note, rh_name_note),
    IN("a", WHOLE, I32, of.event.note.a),
    IN("b", WHOLE, I32, of.event.note.b),
    IN("value", "REAL", REAL, of.event.note.value),
    IN("value2", "REAL", REAL, of.event.note.value2),
};

static const char *fault_id(uint32_t index)
{
    return rh_name_fault(index)->id;
}

static const char *fault_unit(uint32_t index)
{
    return rh_name_fault(index)->unit;
}

static const char *fault_change(uint32_t kind)
{
    return kind == RH_EVENT_FAULT ? "open" : "cleared";
}

static const rh_column_t fault[] = {
    ORIGIN,
    IN("session_id", "TEXT REFERENCES session(id)", MAYBE, of.session_id),
    IN("t_ns", WHOLE, I64, of.event.now_ns),
    WORD("fault", of.event.fault.id, fault_id),
    WORD("change", of.event.kind, fault_change),
    WORD("state", of.event.fault.state, rh_name_safety),
    IN("measured", "REAL", MILLI, of.event.fault.measured_milli),
    IN("threshold", "REAL", MILLI, of.event.fault.threshold_milli),
    WORD("unit", of.event.fault.id, fault_unit),
};

/* A session is written at its start and again, under the same id, at its end; the start
 * stays in utc and t_ns. Everything else is written once and never changes. */
#define SESSION_END                                                                    \
    "ON CONFLICT(id) DO UPDATE SET is_open=excluded.is_open, sets=excluded.sets, "     \
    "reps=excluded.reps, partials=excluded.partials, utc_end=excluded.utc_end"
#define IMMUTABLE "ON CONFLICT(id) DO NOTHING"

const rh_table_t rh_tables[RH_TABLE_COUNT] = {
    [RH_TABLE_SESSION] = {"session", session, COUNT(session), SESSION_END},
    [RH_TABLE_SET] = {"set", set, COUNT(set), IMMUTABLE},
    [RH_TABLE_REP] = {"rep", rep, COUNT(rep), IMMUTABLE},
    [RH_TABLE_EVENT] = {"event", event, COUNT(event), IMMUTABLE},
    [RH_TABLE_FAULT] = {"fault", fault, COUNT(fault), IMMUTABLE},
};
