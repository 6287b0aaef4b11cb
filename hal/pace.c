/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Absolute-time sleeps with a bounded spin.
 */
#include "pace.h"

#include <errno.h>
#include <time.h>

#define NS_PER_S INT64_C(1000000000)
#define NS_PER_US INT64_C(1000)
#define EARLY_MIN_NS (10 * NS_PER_US)
#define EARLY_MAX_NS (100 * NS_PER_US)
#define MARGIN_NS (10 * NS_PER_US)
#define LEARN_UP 2    /* a late wake-up costs the wire: half of it at once, */
#define LEARN_DOWN 32 /* and a spin only the processor: forgotten slowly */

int64_t rh_pace_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * NS_PER_S + now.tv_nsec;
}

void rh_pace_sleep_until(int64_t until_ns)
{
    struct timespec wake = {until_ns / NS_PER_S, until_ns % NS_PER_S};

    if (until_ns > rh_pace_now_ns()) {
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wake, NULL) == EINTR) {
        }
    }
}

static int64_t within(int64_t value, int64_t low, int64_t high)
{
    if (value < low) {
        return low;
    }
    return value > high ? high : value;
}

static void learn(rh_pace_t *pace, int64_t late_ns)
{
    int64_t needed_ns = within(late_ns + MARGIN_NS, EARLY_MIN_NS, EARLY_MAX_NS);
    int64_t off_ns = needed_ns - pace->early_ns;

    pace->early_ns += off_ns / (off_ns > 0 ? LEARN_UP : LEARN_DOWN);
}

void rh_pace_wait_until(rh_pace_t *pace, int64_t until_ns)
{
    int64_t wake_ns = until_ns - within(pace->early_ns, EARLY_MIN_NS, EARLY_MAX_NS);

    if (wake_ns > rh_pace_now_ns()) {
        rh_pace_sleep_until(wake_ns);
        learn(pace, rh_pace_now_ns() - wake_ns);
    }
    while (rh_pace_now_ns() < until_ns) {
    }
}
