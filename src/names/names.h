/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words for the hallway's lists: states, signals, faults, refusals. Everybody who
 * shows or stores text asks here, so that a thing has one name. Pure rooms need no text
 * and do not come here.
 *
 * Every function takes any number and gives "?" (or the row of nothing) for one out of
 * range; the strings live for ever. The *_find functions give -1 for an unknown word.
 */
#ifndef RH_NAMES_H
#define RH_NAMES_H

#include <stdint.h>

typedef struct {
    const char *code, *message, *remedy;
} rh_refusal_row_t;

typedef struct {
    const char *id;
    int hazard; /* number in the table of hazards */
    const char *unit, *sentence, *remedy;
} rh_fault_row_t;

typedef struct {
    const char *cue, *reason;
} rh_cue_row_t;

typedef struct {
    const char *name, *unit;
} rh_signal_row_t;

const char *rh_name_safety(uint32_t index);
const char *rh_name_session(uint32_t index);
const char *rh_name_phase(uint32_t index);
const char *rh_name_mode(uint32_t index);
const char *rh_name_rep_kind(uint32_t index);
const char *rh_name_side(uint32_t index);
const char *rh_name_note(uint32_t index);
const char *rh_name_verb(uint32_t index);
const char *rh_name_reason(uint32_t index);
const char *rh_name_wait(uint32_t index);
const char *rh_name_topic(uint32_t index);

const rh_refusal_row_t *rh_name_refusal(uint32_t refusal);
const rh_fault_row_t *rh_name_fault(uint32_t fault);
const rh_cue_row_t *rh_name_cue(uint32_t cue);
const rh_signal_row_t *rh_name_input(uint32_t signal);
const rh_signal_row_t *rh_name_output(uint32_t signal);

int rh_find_mode(const char *text);
int rh_find_rep_kind(const char *text);
int rh_find_side(const char *text);
int rh_find_verb(const char *text);
int rh_find_input(const char *text);
int rh_find_output(const char *text);

#endif
