/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each topic carries: one table of fields per message, made from the hallway's
 * lists, and the one function that writes a value by its table. The JSON Schemas under
 * docs/schema are generated from the same tables and a test compares them.
 */
#ifndef RH_FIELDS_H
#define RH_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json.h"
#include "rh/event.h"
#include "rh/snapshot.h"
#include "rh/wire.h"

typedef enum {
    RH_FIELD_NUMBER,     /* double; not-a-number is null */
    RH_FIELD_MILLI,      /* int32_t, thousandths */
    RH_FIELD_FLAG,       /* bool */
    RH_FIELD_FLAG32,     /* int32_t, 0 or not */
    RH_FIELD_I32,        /* int32_t */
    RH_FIELD_U32,        /* uint32_t */
    RH_FIELD_I64,        /* int64_t */
    RH_FIELD_U64,        /* uint64_t */
    RH_FIELD_WORD,       /* int32_t or uint32_t, one of a list of words */
    RH_FIELD_WORDS,      /* uint32_t, a bit per word: a list of words */
    RH_FIELD_FAULTS,     /* uint32_t[2], a bit per fault: a list of ids */
    RH_FIELD_TEXT,       /* char[] */
    RH_FIELD_MAYBE_TEXT, /* char[]; empty is null */
    RH_FIELD_STRING,     /* const char * */
    RH_FIELD_OBJECT,     /* at offset, by `inner` */
    RH_FIELD_LIST        /* array at offset of `stride` bytes each, by `inner`; how
                            many: int32_t at count_offset, at most count_max */
} rh_field_type_t;

typedef struct rh_fields rh_fields_t;

typedef struct {
    const char *name; /* the JSON key */
    size_t offset;
    const char *unit, *help; /* for the schema; may be NULL */
    const char *(*word)(uint32_t index);
    const rh_fields_t *inner;
    size_t stride, count_offset;
    rh_field_type_t type;
    int decimals;
    uint32_t words; /* how many words there are */
    int32_t count_max;
} rh_field_t;

struct rh_fields {
    const rh_field_t *field;
    size_t count;
};

/* The head of every message. */
typedef struct {
    int32_t v;
    const char *machine, *boot, *utc;
    uint64_t seq; /* of the topic, from 1 within a boot */
    int64_t mono_ns;
    bool snap; /* last, so that its place can be found again */
} rh_head_t;

/* What `state` and `fault` are written from; the other topics are written from
 * rh_snapshot_t (live), rh_recorded_t (rep, set, session), rh_event_t (cue, event) and
 * rh_health_t (health). */
typedef struct {
    uint64_t state_seq; /* first in the table, so that the rest can be compared */
    rh_snapshot_t snapshot;
    char holder[64]; /* of the lease; empty = nobody */
} rh_state_view_t;

typedef struct {
    const char *fault;
    bool is_open;
    rh_fault_t of;
    int32_t hazard;
    const char *unit, *sentence, *remedy;
} rh_fault_view_t;

extern const rh_fields_t rh_head_fields;
extern const rh_fields_t rh_topic_fields[RH_TOPIC_COUNT];
extern const rh_fields_t rh_note_fields[RH_NOTE_COUNT]; /* `event`, beyond its word */

/* The members (without brackets) of `data` by `fields`, from field `first` on. */
void rh_fields_write(rh_json_t *json, const rh_fields_t *fields, size_t first,
                     const void *data);

#endif
