/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a tick has to tell, beyond the snapshot: answers to commands, reps, sets,
 * faults, changes of state, cues. Events cross in a ring and are never dropped.
 */
#ifndef RH_EVENT_H
#define RH_EVENT_H

#include <stdint.h>

#include "rh/fault.h"
#include "rh/rep.h"
#include "rh/state.h"

typedef enum {
    RH_EVENT_NONE = 0,
    RH_EVENT_ANSWER,  /* to a command */
    RH_EVENT_NOTE,    /* topic `event`: something worth a line */
    RH_EVENT_CUE,     /* topic `cue`: one word for the bench screen, with its reason */
    RH_EVENT_FAULT,   /* topic `fault`: raised */
    RH_EVENT_CLEARED, /* topic `fault`: gone (open: false) */
    RH_EVENT_REP,     /* topic `rep`, once committed */
    RH_EVENT_SET,     /* topic `set`, once committed */
    RH_EVENT_SESSION  /* topic `session`, once committed */
} rh_event_kind_t;

/* X(ID, text): the words of the topic `event`. */
#define RH_NOTES(X)                                                                    \
    X(STATE, "state_changed")           /* a, b: rh_safety_state_t from, to */         \
    X(SESSION, "session_changed")       /* a, b: rh_session_state_t from, to */        \
    X(COUNTED, "rep_counted")           /* a: reps of the set so far */                \
    X(PARTIAL, "rep_partial")           /* a: partials of the set so far */            \
    X(LOAD_REQUESTED, "load_requested") /* value: kg */                                \
    X(LOAD_APPLIED, "load_applied")     /* value: kg, reached by the ramp */           \
    X(UNLOADED, "unloaded")             /* value: kg before */                         \
    X(ROM_ACCEPTED, "rom_accepted")     /* value: top, value2: bottom (deg) */         \
    X(ZEROED, "zeroed")                                                                \
    X(PAIN_ANGLE, "pain_angle")       /* value: deg, at the comfort stop */            \
    X(LIMIT, "limit_active")          /* funnel or wall began to act; value: deg */    \
    X(RESET_IGNORED, "reset_ignored") /* a: waits_for bits (hazard 51) */              \
    X(MODE, "mode_changed")           /* a, b: rh_mode_t from, to */

typedef enum {
#define RH_NOTE_ID(id, text) RH_NOTE_##id,
    RH_NOTES(RH_NOTE_ID)
#undef RH_NOTE_ID
        RH_NOTE_COUNT
} rh_note_t;

/* X(ID, cue, reason): what the bench screen says. */
#define RH_CUES(X)                                                                     \
    X(SLOWER, "slower", "the legs swing or move too fast")                             \
    X(LESS_HIGH, "less high", "past the line")                                         \
    X(PAUSE, "pause", "no hold at the top")                                            \
    X(HIGHER, "higher", "short of the range")                                          \
    X(BOTH_LEGS, "both legs", "one leg does the work")                                 \
    X(KEEP_TENSION, "keep tension", "slack or impact while lowering")                  \
    X(GOOD, "good", "the last fault is mended")

typedef enum {
#define RH_CUE_ID(id, cue, reason) RH_CUE_##id,
    RH_CUES(RH_CUE_ID)
#undef RH_CUE_ID
        RH_CUE_COUNT
} rh_cue_t;

typedef struct {
    int64_t t_start_ns, t_end_ns;
    int32_t session, set, kind, mode, reps, partials, clean;
    double load_kg;
} rh_set_t;

typedef struct {
    int64_t t_ns;
    int32_t session;
    int32_t is_open; /* 1 at its start, 0 at its end */
    int32_t sets, reps, partials;
} rh_session_t;

typedef struct {
    int64_t now_ns; /* of the tick that made it */
    uint32_t kind;  /* rh_event_kind_t */
    union {
        struct {
            uint32_t ticket;
            uint32_t refusal; /* rh_refusal_t; 0 = done */
            double value,
                value2; /* what was set, or may be, where that says something */
        } answer;
        struct {
            uint32_t note; /* rh_note_t */
            int32_t a, b;
            double value, value2;
        } note;
        struct {
            uint32_t cue; /* rh_cue_t */
            int32_t rep;
        } cue;
        rh_fault_t fault;
        rh_rep_t rep;
        rh_set_t set;
        rh_session_t session;
    };
} rh_event_t;

#endif
