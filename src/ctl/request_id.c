/* SPDX-License-Identifier: Apache-2.0 */
/* Ids of requests; see request_id.h. */
#include "request_id.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#define TIME_CHARACTERS 10
#define RANDOM_CHARACTERS 16

void rh_request_id(char id[RH_REQUEST_ID_SIZE])
{
    static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    uint8_t random[RANDOM_CHARACTERS]; /* five bits of each are used */
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t utc_ms = (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
    for (int i = TIME_CHARACTERS - 1; i >= 0; i--) {
        id[i] = letters[utc_ms & 31u];
        utc_ms >>= 5;
    }
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random) {
        abort(); /* cannot happen for so few bytes once the system has started */
    }
    for (int i = 0; i < RANDOM_CHARACTERS; i++) {
        id[TIME_CHARACTERS + i] = letters[random[i] & 31u];
    }
    id[RH_REQUEST_ID_SIZE - 1] = '\0';
}
