/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of fields: every topic's keys in their order on the wire. */
#include "fields.h"

#include "names.h"
#include "rh/health.h"
#include "rh/recorded.h"
#include "rh/signal.h"

/* The tables are read in columns; a formatter would break each row over three lines. */
// clang-format off

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FIELDS(table) {table, COUNT(table)}

#define ROW(key, kind, owner, member)                                                  \
    {.name = (key), .type = RH_FIELD_##kind, .offset = offsetof(owner, member)}
#define NUMBER(key, owner, member, unit_, digits, help_)                               \
    {.name = (key), .type = RH_FIELD_NUMBER, .offset = offsetof(owner, member),        \
     .unit = (unit_), .decimals = (digits), .help = (help_)}
#define MILLI(key, owner, member, unit_)                                               \
    {.name = (key), .type = RH_FIELD_MILLI, .offset = offsetof(owner, member),         \
     .unit = (unit_), .decimals = 3}
#define WORD(key, owner, member, function, count)                                      \
    {.name = (key), .type = RH_FIELD_WORD, .offset = offsetof(owner, member),          \
     .word = (function), .words = (count)}
#define WORDS(key, owner, member, function, count)                                     \
    {.name = (key), .type = RH_FIELD_WORDS, .offset = offsetof(owner, member),         \
     .word = (function), .words = (count)}
#define OBJECT(key, table, where)                                                      \
    {.name = (key), .type = RH_FIELD_OBJECT, .offset = (where), .inner = (table)}
#define LIST(key, table, owner, array, how_many, max)                                  \
    {.name = (key), .type = RH_FIELD_LIST, .offset = offsetof(owner, array),           \
     .inner = (table), .stride = sizeof(((owner *)0)->array[0]),                       \
     .count_offset = offsetof(owner, how_many), .count_max = (max)}

/* ---- every message ---- */

static const rh_field_t head[] = {
    ROW("v", I32, rh_head_t, v),
    ROW("machine", STRING, rh_head_t, machine),
    ROW("boot", STRING, rh_head_t, boot),
    ROW("seq", U64, rh_head_t, seq),
    ROW("mono_ns", I64, rh_head_t, mono_ns),
    ROW("utc", STRING, rh_head_t, utc),
    ROW("snap", FLAG, rh_head_t, snap),
};
const rh_fields_t rh_head_fields = FIELDS(head);

/* ---- live ---- */

static const rh_field_t ages[] = {
    {.name = "drive", .type = RH_FIELD_I64, .offset = 0 * sizeof(int64_t)},
    {.name = "encoder", .type = RH_FIELD_I64, .offset = 1 * sizeof(int64_t)},
    {.name = "cells", .type = RH_FIELD_I64, .offset = 2 * sizeof(int64_t)},
    {.name = "inputs", .type = RH_FIELD_I64, .offset = 3 * sizeof(int64_t)},
};
static const rh_fields_t age_fields = FIELDS(ages);

#define LIVE_NUMBER(name, unit, decimals, help)                                        \
    NUMBER(#name, rh_snapshot_t, name, unit, decimals, help),
static const rh_field_t live[] = {
    RH_LIVE_NUMBERS(LIVE_NUMBER)
    WORD("phase", rh_snapshot_t, phase, rh_name_phase, RH_PHASE_COUNT),
    ROW("tick", U64, rh_snapshot_t, tick),
    ROW("end_ns", I64, rh_snapshot_t, end_ns),
    OBJECT("age_ns", &age_fields, offsetof(rh_snapshot_t, age_ns)),
    ROW("reps", I32, rh_snapshot_t, reps),
    ROW("set", I32, rh_snapshot_t, set),
    ROW("armed", FLAG, rh_snapshot_t, armed),
};

/* ---- state ---- */

#define IN_STATE(kind, member) ROW(#member, kind, rh_state_view_t, snapshot.member)
#define STATE_NUMBER(name, unit, decimals, help)                                       \
    NUMBER(#name, rh_state_view_t, snapshot.name, unit, decimals, help),
#define STATE_FLAG(flag, help_)                                                        \
    {.name = #flag, .type = RH_FIELD_FLAG,                                             \
     .offset = offsetof(rh_state_view_t, snapshot.flag), .help = (help_)},

static const rh_field_t leases[] = {ROW("holder", MAYBE_TEXT, rh_state_view_t, holder)};
static const rh_fields_t lease_fields = FIELDS(leases);

static const rh_field_t state[] = {
    ROW("state_seq", U64, rh_state_view_t, state_seq),
    WORD("safety", rh_state_view_t, snapshot.safety, rh_name_safety, RH_SAFETY_COUNT),
    WORD("session", rh_state_view_t, snapshot.session, rh_name_session, RH_SESSION_COUNT),
    WORD("mode", rh_state_view_t, snapshot.mode, rh_name_mode, RH_MODE_COUNT),
    RH_STATE_NUMBERS(STATE_NUMBER)
    RH_STATE_FLAGS(STATE_FLAG)
    IN_STATE(I32, set),
    IN_STATE(I32, reps),
    IN_STATE(I32, partials),
    IN_STATE(I32, reps_target),
    IN_STATE(I32, taught_reps),
    IN_STATE(FAULTS, faults),
    WORDS("waits_for", rh_state_view_t, snapshot.waits_for, rh_name_wait, RH_WAIT_COUNT),
    OBJECT("lease", &lease_fields, 0),
};

/* ---- rep, set, session ---- */

#define THRESHOLD(name, unit, decimals)                                                \
    NUMBER(#name, rh_rep_thresholds_t, name, unit, decimals, NULL),
static const rh_field_t thresholds[] = {RH_REP_THRESHOLDS(THRESHOLD)};
static const rh_fields_t threshold_fields = FIELDS(thresholds);

#define IN_REP(kind, member) ROW(#member, kind, rh_recorded_t, event.rep.member)
#define REP_NUMBER(name, unit, decimals, help)                                         \
    NUMBER(#name, rh_recorded_t, event.rep.name, unit, decimals, help),
static const rh_field_t rep[] = {
    ROW("id", TEXT, rh_recorded_t, id),
    ROW("session_id", TEXT, rh_recorded_t, session_id),
    ROW("persisted", FLAG, rh_recorded_t, persisted),
    IN_REP(I32, set),
    IN_REP(I32, rep),
    IN_REP(I32, partials),
    WORD("side", rh_recorded_t, event.rep.side, rh_name_side, RH_SIDE_COUNT),
    WORD("kind", rh_recorded_t, event.rep.kind, rh_name_rep_kind, RH_REP_KIND_COUNT),
    WORD("mode", rh_recorded_t, event.rep.mode, rh_name_mode, RH_MODE_COUNT),
    IN_REP(FLAG, counted),
    WORDS("reasons", rh_recorded_t, event.rep.reasons, rh_name_reason, RH_REP_REASON_COUNT),
    OBJECT("thresholds", &threshold_fields, offsetof(rh_recorded_t, event.rep.thresholds)),
    IN_REP(FLAG, spotter_used),
    IN_REP(I32, limit_hits),
    IN_REP(I64, t_start_ns),
    IN_REP(I64, t_end_ns),
    RH_REP_NUMBERS(REP_NUMBER)
};

#define IN_SET(kind, member) ROW(#member, kind, rh_recorded_t, event.set.member)
static const rh_field_t set[] = {
    ROW("id", TEXT, rh_recorded_t, id),
    ROW("session_id", TEXT, rh_recorded_t, session_id),
    ROW("persisted", FLAG, rh_recorded_t, persisted),
    IN_SET(I32, set),
    WORD("kind", rh_recorded_t, event.set.kind, rh_name_rep_kind, RH_REP_KIND_COUNT),
    WORD("mode", rh_recorded_t, event.set.mode, rh_name_mode, RH_MODE_COUNT),
    IN_SET(I32, reps),
    IN_SET(I32, partials),
    IN_SET(I32, clean),
    NUMBER("load_kg", rh_recorded_t, event.set.load_kg, "kg", 2, "load commanded"),
    IN_SET(I64, t_start_ns),
    IN_SET(I64, t_end_ns),
};

#define IN_SESSION(kind, member) ROW(#member, kind, rh_recorded_t, event.session.member)
static const rh_field_t session[] = {
    ROW("id", TEXT, rh_recorded_t, id),
    ROW("persisted", FLAG, rh_recorded_t, persisted),
    IN_SESSION(FLAG32, is_open),
    IN_SESSION(I32, sets),
    IN_SESSION(I32, reps),
    IN_SESSION(I32, partials),
    IN_SESSION(I64, t_ns),
};

/* ---- cue, fault ---- */

static const char *cue_word(uint32_t index)
{
    return rh_name_cue(index)->cue;
}

static const char *cue_reason(uint32_t index)
{
    return rh_name_cue(index)->reason;
}

static const rh_field_t cue[] = {
    WORD("cue", rh_event_t, cue.cue, cue_word, RH_CUE_COUNT),
    WORD("reason", rh_event_t, cue.cue, cue_reason, RH_CUE_COUNT),
    ROW("rep", I32, rh_event_t, cue.rep),
};

static const rh_field_t fault[] = {
    ROW("fault", STRING, rh_fault_view_t, fault),
    ROW("open", FLAG, rh_fault_view_t, is_open),
    ROW("hazard", I32, rh_fault_view_t, hazard),
    WORD("state", rh_fault_view_t, of.state, rh_name_safety, RH_SAFETY_COUNT),
    MILLI("measured", rh_fault_view_t, of.measured_milli, NULL),
    MILLI("threshold", rh_fault_view_t, of.threshold_milli, NULL),
    ROW("unit", STRING, rh_fault_view_t, unit),
    ROW("sentence", STRING, rh_fault_view_t, sentence),
    ROW("remedy", STRING, rh_fault_view_t, remedy),
};

/* ---- event: its word, then what a, b and the values mean for that word ---- */

static const rh_field_t event[] = {
    WORD("event", rh_event_t, note.note, rh_name_note, RH_NOTE_COUNT),
};

#define A_WORD(key, function, count) WORD(key, rh_event_t, note.a, function, count)
#define B_WORD(key, function, count) WORD(key, rh_event_t, note.b, function, count)
#define VALUE(key, unit) NUMBER(key, rh_event_t, note.value, unit, 2, NULL)
#define VALUE2(key, unit) NUMBER(key, rh_event_t, note.value2, unit, 2, NULL)

static const rh_field_t note_state[] = {
    A_WORD("from", rh_name_safety, RH_SAFETY_COUNT),
    B_WORD("to", rh_name_safety, RH_SAFETY_COUNT),
};
static const rh_field_t note_session[] = {
    A_WORD("from", rh_name_session, RH_SESSION_COUNT),
    B_WORD("to", rh_name_session, RH_SESSION_COUNT),
};
static const rh_field_t note_mode[] = {
    A_WORD("from", rh_name_mode, RH_MODE_COUNT),
    B_WORD("to", rh_name_mode, RH_MODE_COUNT),
};
static const rh_field_t note_reps[] = {ROW("reps", I32, rh_event_t, note.a)};
static const rh_field_t note_partials[] = {ROW("partials", I32, rh_event_t, note.a)};
static const rh_field_t note_load[] = {VALUE("load_kg", "kg")};
static const rh_field_t note_rom[] = {VALUE("rom_top_deg", "deg"),
                                      VALUE2("rom_bottom_deg", "deg")};
static const rh_field_t note_angle[] = {VALUE("angle_deg", "deg")};
static const rh_field_t note_waits[] = {
    WORDS("waits_for", rh_event_t, note.a, rh_name_wait, RH_WAIT_COUNT)};

const rh_fields_t rh_note_fields[RH_NOTE_COUNT] = {
    [RH_NOTE_STATE] = FIELDS(note_state),
    [RH_NOTE_SESSION] = FIELDS(note_session),
    [RH_NOTE_COUNTED] = FIELDS(note_reps),
    [RH_NOTE_PARTIAL] = FIELDS(note_partials),
    [RH_NOTE_LOAD_REQUESTED] = FIELDS(note_load),
    [RH_NOTE_LOAD_APPLIED] = FIELDS(note_load),
    [RH_NOTE_UNLOADED] = FIELDS(note_load),
    [RH_NOTE_ROM_ACCEPTED] = FIELDS(note_rom),
    [RH_NOTE_ZEROED] = {NULL, 0},
    [RH_NOTE_PAIN_ANGLE] = FIELDS(note_angle),
    [RH_NOTE_LIMIT] = FIELDS(note_angle),
    [RH_NOTE_RESET_IGNORED] = FIELDS(note_waits),
    [RH_NOTE_MODE] = FIELDS(note_mode),
};

/* ---- health ---- */

#define IN_BUS(kind, member) ROW(#member, kind, rh_bus_stats_t, member)
static const rh_field_t buses[] = {
    IN_BUS(TEXT, name),
    IN_BUS(FLAG, is_up),
    IN_BUS(U64, requests),
    IN_BUS(U64, errors),
    IN_BUS(U64, timeouts),
    IN_BUS(U64, late_replies),
    IN_BUS(U64, stale_replies),
    IN_BUS(U64, crc_errors),
    IN_BUS(U64, exceptions),
    IN_BUS(U64, reconnects),
    NUMBER("rate_hz", rh_bus_stats_t, rate_hz, "Hz", 2, "cycles a second"),
    NUMBER("rate_max_hz", rh_bus_stats_t, rate_max_hz, "Hz", 2, "most by arithmetic; 0 = no wire sets it"),
    NUMBER("busy_frac", rh_bus_stats_t, busy_frac, "", 4, "share of the time in use"),
    NUMBER("error_frac", rh_bus_stats_t, error_frac, "", 4, "failed requests"),
    IN_BUS(MAYBE_TEXT, last_error),
    IN_BUS(MAYBE_TEXT, notice),
};
static const rh_fields_t bus_fields = FIELDS(buses);

#define IN_DEVICE(kind, member) ROW(#member, kind, rh_device_stats_t, member)
static const rh_field_t devices[] = {
    IN_DEVICE(TEXT, name),
    IN_DEVICE(TEXT, profile),
    IN_DEVICE(TEXT, status),
    IN_DEVICE(I32, bus),
    IN_DEVICE(FLAG, is_ready),
    IN_DEVICE(I64, age_ns),
    IN_DEVICE(U64, replies),
    IN_DEVICE(U64, errors),
    IN_DEVICE(MAYBE_TEXT, problem),
    IN_DEVICE(U64, timeouts),
    IN_DEVICE(U64, garbled),
    IN_DEVICE(U64, startup_checks),
    IN_DEVICE(U64, illegal),
    IN_DEVICE(U64, gaps),
    NUMBER("rate_hz", rh_device_stats_t, rate_hz, "Hz", 1, "on GPIO"),
};
static const rh_fields_t device_fields = FIELDS(devices);

#define IN_HEALTH(kind, member) ROW(#member, kind, rh_health_t, member)
#define MICROSECONDS(member, help) NUMBER(#member, rh_health_t, member, "us", 1, help)
static const rh_field_t health[] = {
    NUMBER("uptime_s", rh_health_t, uptime_s, "s", 1, NULL),
    IN_HEALTH(U64, ticks),
    IN_HEALTH(U64, overruns),
    MICROSECONDS(tick_p50_us, "cost of a tick"),
    MICROSECONDS(tick_p99_us, "cost of a tick"),
    MICROSECONDS(tick_max_us, "cost of a tick"),
    MICROSECONDS(late_p50_us, "lateness of a tick's start"),
    MICROSECONDS(late_p99_us, "lateness of a tick's start"),
    MICROSECONDS(late_max_us, "lateness of a tick's start"),
    IN_HEALTH(U64, ring_depth_max),
    IN_HEALTH(U64, record_depth_max),
    IN_HEALTH(U64, events_lost),
    IN_HEALTH(U64, live_dropped),
    IN_HEALTH(U64, unsaved),
    IN_HEALTH(U64, memory_bytes),
    IN_HEALTH(U64, memory_locked_bytes),
    IN_HEALTH(FLAG, is_realtime),
    IN_HEALTH(FLAG, is_wakeful),
    LIST("buses", &bus_fields, rh_health_t, hal.buses, hal.bus_count, RH_BUS_MAX),
    LIST("devices", &device_fields, rh_health_t, hal.devices, hal.device_count,
         RH_DEVICE_ROWS),
};

const rh_fields_t rh_topic_fields[RH_TOPIC_COUNT] = {
    [RH_TOPIC_STATE] = FIELDS(state),     [RH_TOPIC_LIVE] = FIELDS(live),
    [RH_TOPIC_REP] = FIELDS(rep),         [RH_TOPIC_SET] = FIELDS(set),
    [RH_TOPIC_SESSION] = FIELDS(session), [RH_TOPIC_CUE] = FIELDS(cue),
    [RH_TOPIC_EVENT] = FIELDS(event),     [RH_TOPIC_FAULT] = FIELDS(fault),
    [RH_TOPIC_HEALTH] = FIELDS(health),
};
