/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of words, made from the hallway's lists. */
#include "names.h"

#include <stddef.h>
#include <string.h>

#include "rh/command.h"
#include "rh/event.h"
#include "rh/fault.h"
#include "rh/rep.h"
#include "rh/signal.h"
#include "rh/snapshot.h"
#include "rh/state.h"
#include "rh/wire.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SECOND(id, text) text,

static const char *const safety_words[] = {RH_SAFETY_STATES(SECOND)};
static const char *const session_words[] = {RH_SESSION_STATES(SECOND)};
static const char *const phase_words[] = {RH_PHASES(SECOND)};
static const char *const mode_words[] = {RH_MODES(SECOND)};
static const char *const kind_words[] = {RH_REP_KINDS(SECOND)};
static const char *const side_words[] = {RH_SIDES(SECOND)};
static const char *const note_words[] = {RH_NOTES(SECOND)};
static const char *const verb_words[] = {RH_COMMANDS(SECOND)};
static const char *const reason_words[] = {RH_REP_REASONS(SECOND)};
static const char *const wait_words[] = {RH_WAITS(SECOND)};

#define TOPIC(id, name, kept) name,
static const char *const topic_words[] = {RH_TOPICS(TOPIC)};

#define REFUSAL(id, code, message, remedy) {code, message, remedy},
static const rh_refusal_row_t refusals[] = {RH_REFUSALS(REFUSAL)};

#define FAULT(id, text, hazard, unit, sentence, remedy)                                \
    {text, hazard, unit, sentence, remedy},
static const rh_fault_row_t faults[] = {RH_FAULTS(FAULT)};

#define CUE(id, cue, reason) {cue, reason},
static const rh_cue_row_t cues[] = {RH_CUES(CUE)};

#define SIGNAL(id, name, unit) {#name, unit},
static const rh_signal_row_t inputs[] = {RH_INPUT_SIGNALS(SIGNAL)};
static const rh_signal_row_t outputs[] = {RH_OUTPUT_SIGNALS(SIGNAL)};

static const char *word(const char *const *words, size_t count, uint32_t index)
{
    return index < count ? words[index] : "?";
}

static int find(const char *const *words, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i], text) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static int find_signal(const rh_signal_row_t *rows, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].name, text) == 0) {
            return (int)i;
        }
    }
    return -1;
}

#define WORD_FUNCTION(name, words)                                                     \
    const char *rh_name_##name(uint32_t index)                                         \
    {                                                                                  \
        return word(words, COUNT(words), index);                                       \
    }

WORD_FUNCTION(safety, safety_words)
WORD_FUNCTION(session, session_words)
WORD_FUNCTION(phase, phase_words)
WORD_FUNCTION(mode, mode_words)
WORD_FUNCTION(rep_kind, kind_words)
WORD_FUNCTION(side, side_words)
WORD_FUNCTION(note, note_words)
WORD_FUNCTION(verb, verb_words)
WORD_FUNCTION(reason, reason_words)
WORD_FUNCTION(wait, wait_words)
WORD_FUNCTION(topic, topic_words)

const rh_refusal_row_t *rh_name_refusal(uint32_t refusal)
{
    static const rh_refusal_row_t none = {"?", "?", "?"};
    return refusal < COUNT(refusals) ? &refusals[refusal] : &none;
}

const rh_fault_row_t *rh_name_fault(uint32_t fault)
{
    return &faults[fault < COUNT(faults) ? fault : 0];
}

const rh_cue_row_t *rh_name_cue(uint32_t cue)
{
    static const rh_cue_row_t none = {"?", "?"};
    return cue < COUNT(cues) ? &cues[cue] : &none;
}

const rh_signal_row_t *rh_name_input(uint32_t signal)
{
    static const rh_signal_row_t none = {"?", ""};
    return signal < COUNT(inputs) ? &inputs[signal] : &none;
}

const rh_signal_row_t *rh_name_output(uint32_t signal)
{
    static const rh_signal_row_t none = {"?", ""};
    return signal < COUNT(outputs) ? &outputs[signal] : &none;
}

int rh_find_mode(const char *text)
{
    return find(mode_words, COUNT(mode_words), text);
}

int rh_find_rep_kind(const char *text)
{
    return find(kind_words, COUNT(kind_words), text);
}

int rh_find_side(const char *text)
{
    return find(side_words, COUNT(side_words), text);
}

int rh_find_verb(const char *text)
{
    return find(verb_words, COUNT(verb_words), text);
}

int rh_find_input(const char *text)
{
    return find_signal(inputs, COUNT(inputs), text);
}

int rh_find_output(const char *text)
{
    return find_signal(outputs, COUNT(outputs), text);
}
