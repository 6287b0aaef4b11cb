/* SPDX-License-Identifier: Apache-2.0 */
/* The one clock of the gateway: monotonic milliseconds, for ages and patience. */
#ifndef RH_WEB_CLOCK_H
#define RH_WEB_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t rh_web_now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#endif
