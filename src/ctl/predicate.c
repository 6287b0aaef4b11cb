/* SPDX-License-Identifier: Apache-2.0 */
/* Predicates over the state; see predicate.h. */
#include "predicate.h"

#include <stdio.h>
#include <string.h>

#include "fields.h"
#include "names.h"
#include "rh/state.h"

static bool is_ready(const json_t *state)
{
    const char *safety = rh_text(state, "safety", "");
    bool is_good = strcmp(safety, rh_name_safety(RH_SAFETY_IDLE)) == 0 ||
                   strcmp(safety, rh_name_safety(RH_SAFETY_ARMED)) == 0;
    return is_good && json_array_size(json_object_get(state, "faults")) == 0 &&
           json_array_size(json_object_get(state, "waits_for")) == 0;
}

/* May the motor act? Not in the state `armed` alone: where legs are lowered or float,
 * the machine holds somebody, and no upgrade or removal may end the daemon. A latched
 * state stays when they have left. */
static bool is_armed(const json_t *state)
{
    static const struct {
        rh_safety_state_t safety;
        bool ends_with_the_person;
    } acting[] = {{RH_SAFETY_ARMED, false}, {RH_SAFETY_PROBE, false},
                  {RH_SAFETY_FLOAT, false}, {RH_SAFETY_GRIPS, false},
                  {RH_SAFETY_SAFE1, true},  {RH_SAFETY_SAFE2, true}};
    const char *safety = rh_text(state, "safety", "");
    bool is_left = rh_flag(state, "pad_empty");
    for (size_t i = 0; i < sizeof acting / sizeof acting[0]; i++) {
        if (strcmp(safety, rh_name_safety(acting[i].safety)) == 0) {
            return !(is_left && acting[i].ends_with_the_person);
        }
    }
    return false;
}

static bool is_zeroed(const json_t *state)
{
    return rh_flag(state, "zeroed");
}

static bool is_taught(const json_t *state)
{
    return rh_flag(state, "rom_taught");
}

static const struct {
    const char *object;
    bool (*ask)(const json_t *state);
} predicates[] = {
    {"is-ready", is_ready},
    {"is-armed", is_armed},
    {"is-zeroed", is_zeroed},
    {"is-taught", is_taught},
};

int rh_predicate_judge(const rh_call_t *call, const json_t *snapshot)
{
    const json_t *state = json_object_get(snapshot, "state");
    for (size_t i = 0; i < sizeof predicates / sizeof predicates[0]; i++) {
        if (strcmp(predicates[i].object, call->verb->object) == 0 &&
            predicates[i].ask(state)) {
            return RH_EXIT_OK;
        }
    }
    bool is_faulty = json_array_size(json_object_get(state, "faults")) > 0;
    return is_faulty ? RH_EXIT_FAULT : RH_EXIT_REFUSED;
}

void rh_predicate_print(const rh_call_t *call, const json_t *snapshot)
{
    const json_t *state = json_object_get(snapshot, "state");
    bool is_so = rh_predicate_judge(call, snapshot) == RH_EXIT_OK;
    printf("%s (%s)\n", is_so ? "yes" : "no",
           rh_text(state, "safety", "state unknown"));
}
