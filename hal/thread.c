/* SPDX-License-Identifier: Apache-2.0 */
#include "thread.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>

#define STACK_SIZE ((size_t)256 * 1024)

static int create(pthread_t *thread, int priority, void *(*run)(void *), void *argument)
{
    pthread_attr_t attributes;
    struct sched_param order = {.sched_priority = priority};
    int error = pthread_attr_init(&attributes);
    if (error != 0) {
        return error;
    }
    size_t least = (size_t)PTHREAD_STACK_MIN;
    error =
        pthread_attr_setstacksize(&attributes, STACK_SIZE > least ? STACK_SIZE : least);
    if (error == 0) {
        (void)pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
        (void)pthread_attr_setschedpolicy(&attributes,
                                          priority > 0 ? SCHED_FIFO : SCHED_OTHER);
        error = pthread_attr_setschedparam(&attributes, &order);
    }
    if (error == 0) {
        error = pthread_create(thread, &attributes, run, argument);
    }
    (void)pthread_attr_destroy(&attributes);
    return error;
}

int rh_thread_start(pthread_t *thread, int priority, void *(*run)(void *),
                    void *argument)
{
    int error = create(thread, priority, run, argument);
    if (error == EPERM && priority > 0) {
        error = create(thread, 0, run, argument);
    }
    return -error;
}
