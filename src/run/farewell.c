/* SPDX-License-Identifier: Apache-2.0 */
#include "farewell.h"

#include <time.h>

#include "clock.h"

#define LOOK_NS 20000000L
#define LOST_NS INT64_C(1000000000)
#define NOBODYS_TICKET UINT32_MAX /* 0 would ask for nothing */
#define NS_PER_MS INT64_C(1000000)

static bool motor_is_on(const rh_loop_t *loop)
{
    return atomic_load(&loop->servo_on);
}

/* SAFE-1 in vain, SAFE-2 behind it, and a second for the wires. */
static int64_t most_ns(const rh_loop_t *loop)
{
    const rh_limit_settings_t *limits = &loop->settings->limits;
    double ms = limits->safe1_timeout_ms + limits->safe2_servo_ms;
    return (int64_t)ms * NS_PER_MS + LOST_NS;
}

static bool is_urged(const sigset_t *signals)
{
    const struct timespec look = {.tv_nsec = LOOK_NS};
    return sigtimedwait(signals, NULL, &look) > 0;
}

const char *rh_farewell(rh_loop_t *loop, const sigset_t *signals)
{
    int64_t end_ns = rh_clock_mono_ns() + most_ns(loop);
    if (!motor_is_on(loop)) {
        return NULL;
    }
    rh_loop_stop_word(loop, RH_LANE_STOP, NOBODYS_TICKET);
    while (motor_is_on(loop)) {
        if (is_urged(signals)) {
            return "told to end twice: the motor is let go of at once";
        }
        if (rh_clock_mono_ns() > end_ns) {
            return "told to end while armed: the arm did not come down in time, and "
                   "the motor is let go of";
        }
    }
    return "told to end while armed: the arm was lowered first";
}
