/* SPDX-License-Identifier: Apache-2.0 */
/* The table of verbs and the reading of arguments by it. */
#include "verbs.h"

#include <math.h>
#include <string.h>

#include "names.h"
#include "queries.h"

#define ANGLE_MAX 180
#define REPS_MAX 1000

#define AT(member) offsetof(rh_command_t, member)
#define TRAINER(verb, id)                                                              \
    .name = (verb), .role = RH_ROLE_TRAINER, .needs_lease = true, .changes = true,     \
    .kind = RH_COMMAND_##id
#define STOP_WORD(verb, id)                                                            \
    .name = (verb), .role = RH_ROLE_TRAINER, .changes = true, .kind = RH_COMMAND_##id, \
    .lane = RH_LANE_##id
#define QUERY(verb, function)                                                          \
    .name = (verb), .role = RH_ROLE_VIEWER, .answer = (function)
#define LEASE(verb, function)                                                          \
    .name = (verb), .role = RH_ROLE_TRAINER, .changes = true, .answer = (function)

static const rh_verb_t verbs[] = {
    {QUERY("hello", rh_query_hello),
     .args = {{"name", RH_ARG_TEXT, .max = RH_LEASE_HOLDER_SIZE - 1}}},
    {QUERY("snapshot", rh_query_snapshot)},
    {QUERY("fault.list", rh_query_faults)},
    {QUERY("config.show", rh_query_config)},
    {QUERY("device.list", rh_query_devices)},
    {QUERY("signal.list", rh_query_signals)},
    {QUERY("commissioning.show", rh_query_commissioning)},
    {LEASE("lease.take", rh_query_lease_take),
     .args = {{"name", RH_ARG_TEXT, true, .max = RH_LEASE_HOLDER_SIZE - 1}}},
    {LEASE("lease.keep", rh_query_lease_keep),
     .args = {{"lease", RH_ARG_TEXT, true, .max = RH_LEASE_ID_SIZE}}},
    {LEASE("lease.drop", rh_query_lease_drop),
     .args = {{"lease", RH_ARG_TEXT, true, .max = RH_LEASE_ID_SIZE}}},
    {TRAINER("session.start", SESSION_START)},
    {TRAINER("session.end", SESSION_END)},
    {TRAINER("set.start", SET_START),
     .args = {{"kind", RH_ARG_WORD, .offset = AT(kind_of_set),
               .find = rh_find_rep_kind},
              {"side", RH_ARG_WORD, .offset = AT(side), .find = rh_find_side},
              {"reps", RH_ARG_WHOLE, false, 0, REPS_MAX, AT(reps_target), NULL}}},
    {TRAINER("set.end", SET_END)},
    {TRAINER("sensor.zero", SENSOR_ZERO)},
    {TRAINER("rom.teach", ROM_TEACH)},
    {TRAINER("rom.accept", ROM_ACCEPT), .value = "rom_top_deg",
     .value2 = "rom_bottom_deg"},
    {TRAINER("rom.nudge", ROM_NUDGE), .value = "rom_top_deg",
     .value2 = "rom_bottom_deg",
     .args = {{"top_deg", RH_ARG_NUMBER, false, -ANGLE_MAX, ANGLE_MAX,
               AT(nudge_top_deg), NULL},
              {"bottom_deg", RH_ARG_NUMBER, false, -ANGLE_MAX, ANGLE_MAX,
               AT(nudge_bottom_deg), NULL}}},
    {TRAINER("rom.redo", ROM_REDO)},
    {TRAINER("load.set", LOAD_SET), .value = "load_kg",
     .args = {{"load_kg", RH_ARG_NUMBER, true, -1000, 1000, AT(load_kg), NULL}}},
    {TRAINER("mode.set", MODE_SET),
     .args = {{"mode", RH_ARG_WORD, true, .offset = AT(mode), .find = rh_find_mode}}},
    {TRAINER("arm.begin", ARM_BEGIN)},
    {TRAINER("arm.commit", ARM_COMMIT)},
    {TRAINER("disarm", DISARM)},
    {STOP_WORD("unload", UNLOAD)},
    {STOP_WORD("comfort", COMFORT)},
    {STOP_WORD("stop", STOP)},
    {TRAINER("fault.reset", FAULT_RESET)},
    {TRAINER("relay.test", RELAY_TEST)},
    {TRAINER("polarity.test", POLARITY_TEST)},
    {TRAINER("torque.test", TORQUE_TEST)},
};
#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))

const rh_verb_t *rh_verb_at(size_t index)
{
    return &verbs[index];
}

size_t rh_verb_count(void)
{
    return VERB_COUNT;
}

const rh_verb_t *rh_verb_find(const char *name)
{
    for (size_t i = 0; i < VERB_COUNT; i++) {
        if (strcmp(verbs[i].name, name) == 0) {
            return &verbs[i];
        }
    }
    return NULL;
}

/* ---- arguments ---- */

typedef bool read_t(const rh_arg_t *arg, const json_t *value, void *target,
                    rh_error_t *error);

static bool read_number(const rh_arg_t *arg, const json_t *value, void *target,
                        rh_error_t *error)
{
    double number = json_number_value(value);
    if (!json_is_number(value) || !(number >= arg->min && number <= arg->max)) {
        return rh_refuse(error, RH_WIRE_ERROR_BAD_VALUE,
                         "%s is not a number from %g to %g", arg->name, arg->min,
                         arg->max);
    }
    memcpy(target, &number, sizeof(number));
    return true;
}

static bool read_whole(const rh_arg_t *arg, const json_t *value, void *target,
                       rh_error_t *error)
{
    json_int_t whole = json_integer_value(value);
    if (!json_is_integer(value) || (double)whole < arg->min ||
        (double)whole > arg->max) {
        return rh_refuse(error, RH_WIRE_ERROR_BAD_VALUE,
                         "%s is not a whole number from %g to %g", arg->name, arg->min,
                         arg->max);
    }
    int32_t number = (int32_t)whole;
    memcpy(target, &number, sizeof(number));
    return true;
}

static bool read_word(const rh_arg_t *arg, const json_t *value, void *target,
                      rh_error_t *error)
{
    const char *word = json_string_value(value);
    int32_t index = word != NULL ? arg->find(word) : -1;
    if (index < 0) {
        return rh_refuse(error, RH_WIRE_ERROR_BAD_VALUE, "\"%.40s\" is no %s",
                         word != NULL ? word : "?", arg->name);
    }
    memcpy(target, &index, sizeof(index));
    return true;
}

/* A name is shown on other people's terminals. */
static bool is_printable(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte < 0x20 || byte == 0x7F) {
            return false;
        }
    }
    return true;
}

static bool read_text(const rh_arg_t *arg, const json_t *value, void *target,
                      rh_error_t *error)
{
    (void)target;
    size_t length = json_string_length(value);
    return (json_is_string(value) && length >= 1 && (double)length <= arg->max &&
            is_printable(json_string_value(value), length)) ||
           rh_refuse(error, RH_WIRE_ERROR_BAD_VALUE,
                     "%s is not a text of 1 to %g bytes without control characters",
                     arg->name, arg->max);
}

static read_t *const readers[] = {
    [RH_ARG_NUMBER] = read_number,
    [RH_ARG_WHOLE] = read_whole,
    [RH_ARG_WORD] = read_word,
    [RH_ARG_TEXT] = read_text,
};

static const rh_arg_t *find_arg(const rh_verb_t *verb, const char *name)
{
    for (int i = 0; i < RH_VERB_ARGS && verb->args[i].name != NULL; i++) {
        if (strcmp(verb->args[i].name, name) == 0) {
            return &verb->args[i];
        }
    }
    return NULL;
}

static bool refuse_unknown(const rh_verb_t *verb, const json_t *args, rh_error_t *error)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)args, key, value)
    {
        if (find_arg(verb, key) == NULL) {
            return rh_refuse(error, RH_WIRE_ERROR_UNKNOWN_ARG,
                             "%s has no argument \"%.40s\"", verb->name, key);
        }
    }
    return true;
}

bool rh_verb_read(const rh_verb_t *verb, const json_t *args, rh_command_t *command,
                  rh_error_t *error)
{
    *command = (rh_command_t){.kind = verb->kind, .kind_of_set = RH_REP_WORK};
    if (!refuse_unknown(verb, args, error)) {
        return false;
    }
    for (int i = 0; i < RH_VERB_ARGS && verb->args[i].name != NULL; i++) {
        const rh_arg_t *arg = &verb->args[i];
        const json_t *value = json_object_get(args, arg->name);
        if (value == NULL && arg->required) {
            return rh_refuse(error, RH_WIRE_ERROR_BAD_VALUE, "%s needs the argument %s",
                             verb->name, arg->name);
        }
        if (value == NULL && arg->type == RH_ARG_NUMBER) {
            *(double *)(void *)((char *)command + arg->offset) =
                (double)NAN; /* "as it is" */
        }
        if (value != NULL &&
            !readers[arg->type](arg, value, (char *)command + arg->offset, error)) {
            return false;
        }
    }
    return true;
}
