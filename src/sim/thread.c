/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starting threads; see thread.h.
 */
#include "thread.h"

#include <errno.h>
#include <sched.h>
#include <sys/prctl.h>
#include <time.h>

#define STACK_BYTES 262144

int rh_thread_start(pthread_t *thread, void *(*run)(void *), void *argument,
                    int priority)
{
    const struct sched_param parameters = {.sched_priority = priority};
    pthread_attr_t attributes;
    int result;

    (void)pthread_attr_init(&attributes);
    (void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
    result = pthread_create(thread, &attributes, run, argument);
    (void)pthread_attr_destroy(&attributes);
    if (result == 0) {
        (void)pthread_setschedparam(*thread, SCHED_FIFO, &parameters);
    }
    return -result;
}

void rh_thread_wake_exactly(void)
{
    (void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
}

void rh_thread_sleep_until(int64_t until_ns)
{
    const struct timespec until = {.tv_sec = until_ns / 1000000000LL,
                                   .tv_nsec = until_ns % 1000000000LL};

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {
    }
}
