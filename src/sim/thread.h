/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads of the simulator: real-time where the system permits it, ordinary otherwise,
 * so that the lateness of the simulated wire stays small without asking for privileges.
 */
#ifndef RH_SIM_THREAD_H
#define RH_SIM_THREAD_H

#include <pthread.h>
#include <stdint.h>

/* SCHED_FIFO priorities, low: the daemon under test comes first. */
#define RH_THREAD_PHYSICS 2
#define RH_THREAD_BUS 3

/* Starts `run`; with SCHED_FIFO if permitted. 0 or -errno. */
int rh_thread_start(pthread_t *thread, void *(*run)(void *), void *argument,
                    int priority);
/* For the calling thread: timers without the kernel's usual 50 us of slack. */
void rh_thread_wake_exactly(void);
/* Sleeps until that time of CLOCK_MONOTONIC. */
void rh_thread_sleep_until(int64_t until_ns);

#endif
