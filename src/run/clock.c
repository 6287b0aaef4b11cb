/* SPDX-License-Identifier: Apache-2.0 */
/* The clocks. */
#include "clock.h"

#include <time.h>

#include "rh/units.h"

static int64_t read_ns(clockid_t clock)
{
    struct timespec now = {0};
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * RH_NS_PER_S + now.tv_nsec;
}

int64_t rh_clock_mono_ns(void)
{
    return read_ns(CLOCK_MONOTONIC);
}

int64_t rh_clock_utc_ms(int64_t mono_ns)
{
    int64_t ago_ns = read_ns(CLOCK_MONOTONIC) - mono_ns;
    return (read_ns(CLOCK_REALTIME) - ago_ns) / RH_NS_PER_MS;
}

void rh_clock_sleep_until(int64_t mono_ns)
{
    struct timespec until = {.tv_sec = (time_t)(mono_ns / RH_NS_PER_S),
                             .tv_nsec = (long)(mono_ns % RH_NS_PER_S)};
    (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}
