/* SPDX-License-Identifier: Apache-2.0 */
/* SIGINT and SIGTERM on a descriptor; see signals.h. */
#include "signals.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>

int rh_signals_open(void)
{
    sigset_t both;
    sigemptyset(&both);
    sigaddset(&both, SIGINT);
    sigaddset(&both, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &both, NULL);
    return signalfd(-1, &both, SFD_CLOEXEC | SFD_NONBLOCK);
}

bool rh_signals_wait(int signals, int wait_ms)
{
    struct pollfd item = {.fd = signals, .events = POLLIN};
    return poll(&item, 1, wait_ms) > 0;
}
