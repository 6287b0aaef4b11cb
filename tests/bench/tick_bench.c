/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cost of a tick, and the simulated seconds per second of plant, wires and tick in
 * one process. Prints figures; judges nothing.
 *
 *   tick_bench ticks N    N ticks of a loaded set (for callgrind: the tick alone
 * counts) tick_bench            JSON with the distributions
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rig.h"

#define TICKS 200000
/* Ticks recorded ahead: their inputs fit the cache, as live ones do. */
#define CHUNK 200

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* Inputs of a real set, recorded first, so that what is timed is the tick and nothing
 * else. */
static rh_input_t *record_inputs(rig_t *rig, int count)
{
    rh_input_t *inputs = calloc((size_t)count, sizeof(*inputs));
    if (inputs == NULL) {
        abort();
    }
    for (int i = 0; i < count; i++) {
        rig_tick(rig);
        inputs[i] = rig->last_input;
    }
    return inputs;
}

static void start(rig_t *rig)
{
    rig_options_t options = rig_options();
    options.wires = RIG_RTU;
    rig_init(rig, options);
    rig_arm(rig);
    (void)rig_ask(rig, RH_COMMAND_ROM_TEACH);
    rh_plan_t plan = rh_plan_defaults(RH_STYLE_SMOOTH);
    plan.reps = 100000;
    plan.load_nm = 0.0;
    (void)rh_person_begin(&rig->plant, &plan);
}

/* The machine beside the rig's own, fed what that was fed. */
static void time_chunk(rh_machine_t *machine, const rh_input_t *inputs,
                       int64_t *cost_ns, int64_t *clock_ns)
{
    static rh_output_t output;
    for (int i = 0; i < CHUNK; i++) {
        int64_t t0 = now_ns();
        int64_t t1 = now_ns();
        rh_tick(machine, &inputs[i], &output);
        int64_t t2 = now_ns();
        clock_ns[i] = t1 - t0;
        cost_ns[i] = t2 - t1;
    }
}

static void time_ticks(rig_t *rig)
{
    static rh_machine_t machine;
    static int64_t cost_ns[TICKS], clock_ns[TICKS];
    machine = rig->machine;
    for (int from = 0; from < TICKS; from += CHUNK) {
        rh_input_t *inputs = record_inputs(rig, CHUNK);
        time_chunk(&machine, inputs, &cost_ns[from], &clock_ns[from]);
        free(inputs);
    }
    qsort(cost_ns, TICKS, sizeof(cost_ns[0]), by_size);
    qsort(clock_ns, TICKS, sizeof(clock_ns[0]), by_size);
    printf("{\"tick_p50_ns\":%ld,\"tick_p99_ns\":%ld,\"clock_p50_ns\":%ld,",
           (long)cost_ns[TICKS / 2], (long)cost_ns[TICKS * 99 / 100],
           (long)clock_ns[TICKS / 2]);
}

static void time_simulation(rig_t *rig)
{
    int64_t from_ns = rig->now_ns;
    int64_t t0 = now_ns();
    rig_run(rig, 2000.0);
    double ratio = (double)(rig->now_ns - from_ns) / (double)(now_ns() - t0);
    printf("\"simulated_s_per_s\":%.0f}\n", ratio);
}

/* For callgrind: the same ticks once more, and nothing beside them. */
static void repeat_ticks(rig_t *rig, int ticks)
{
    static rig_t before;
    static rh_output_t output;
    before = *rig;
    rh_input_t *inputs = record_inputs(rig, ticks);
    for (int i = 0; i < ticks; i++) {
        rh_tick(&before.machine, &inputs[i], &output);
    }
    free(inputs);
}

int main(int count, char **arguments)
{
    static rig_t rig;
    start(&rig);
    if (count == 3 && strcmp(arguments[1], "ticks") == 0) {
        repeat_ticks(&rig, atoi(arguments[2]));
        return 0;
    }
    time_ticks(&rig);
    time_simulation(&rig);
    return 0;
}
