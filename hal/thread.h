/* SPDX-License-Identifier: Apache-2.0 */
/* How the HAL starts its threads. For the HAL only. */
#ifndef RH_HAL_THREAD_H
#define RH_HAL_THREAD_H

#include <pthread.h>

/* Starts a thread: SCHED_FIFO at `priority` where that is permitted, else (or with 0)
 * an ordinary one. 0 or a negative errno. */
int rh_thread_start(pthread_t *thread, int priority, void *(*run)(void *),
                    void *argument);

#endif
