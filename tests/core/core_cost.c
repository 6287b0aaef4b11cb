/* SPDX-License-Identifier: Apache-2.0 */
/* Prints what a tick of core costs, in a set, over both layouts. Gates nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"
#include "rh/units.h"

#define TICKS 20000

static bench_t bench;
static rh_input_t inputs[TICKS];
static double cost_ns[TICKS];

static double now_ns(void)
{
    struct timespec t;

    if (clock_gettime(CLOCK_MONOTONIC, &t) != 0) {
        return 0.0;
    }
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static void measure(const char *name, bench_layout_t layout)
{
    bench_init(&bench, layout);
    bench_teach(&bench, 0.0);
    (void)bench_load(&bench, 5.0);
    bench_pause(&bench, 5.0);
    (void)bench_set(&bench);
    const rh_core_t before = bench.core;

    for (int i = 0; i < TICKS; i++) {
        if (i % 2850 == 0 || i % 2850 == 1350) { /* 5.7 s: 1.7 up, 1, 2.5 down, 0.5 */
            bench_aim(&bench, i % 2850 == 0 ? 0.0 : -90.0, i % 2850 == 0 ? 1.7 : 2.5);
        }
        bench_run(&bench, 0.002);
        inputs[i] = bench.input;
    }
    bench.core = before;
    const double begin_ns = now_ns();

    for (int i = 0; i < TICKS; i++) {
        rh_core_step(&bench.core, &inputs[i], &bench.feedback, &bench.request,
                     &bench.snapshot, &bench.events);
    }
    const double mean_ns = (now_ns() - begin_ns) / TICKS;

    bench.core = before;
    for (int i = 0; i < TICKS; i++) {
        const double t_ns = now_ns();

        rh_core_step(&bench.core, &inputs[i], &bench.feedback, &bench.request,
                     &bench.snapshot, &bench.events);
        cost_ns[i] = now_ns() - t_ns;
    }
    qsort(cost_ns, TICKS, sizeof cost_ns[0], compare);
    printf(
        "%s: mean %.0f ns; with the clock's own cost p50 %.0f, p99 %.0f, max %.0f ns\n",
        name, mean_ns, cost_ns[TICKS / 2], cost_ns[TICKS * 99 / 100],
        cost_ns[TICKS - 1]);
}

int main(void)
{
    measure("ideal samples, 500 Hz", BENCH_IDEAL);
    measure("RTU layout, 500 Hz", BENCH_RTU);
    return 0;
}
