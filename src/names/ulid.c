/* SPDX-License-Identifier: Apache-2.0 */
/* The maker of ULIDs. */
#include "ulid.h"

#include <errno.h>
#include <sys/random.h>

#define TIME_BYTES 6
#define ALL_BYTES 16

static int64_t time_of(const rh_ulid_t *ulid)
{
    int64_t utc_ms = 0;
    for (int i = 0; i < TIME_BYTES; i++) {
        utc_ms = utc_ms * 256 + ulid->bytes[i];
    }
    return utc_ms;
}

static void set_time(rh_ulid_t *ulid, int64_t utc_ms)
{
    for (int i = TIME_BYTES - 1; i >= 0; i--) {
        ulid->bytes[i] = (uint8_t)(utc_ms & 0xFF);
        utc_ms >>= 8;
    }
}

/* The kernel gives up to 256 bytes whole, once it has been seeded. */
static void set_random(rh_ulid_t *ulid)
{
    uint8_t *random = ulid->bytes + TIME_BYTES;
    while (getrandom(random, ALL_BYTES - TIME_BYTES, 0) < 0 && errno == EINTR) {
    }
}

/* Over all 128 bits, so that even a full random part goes on into the time. */
static void increment(rh_ulid_t *ulid)
{
    for (int i = ALL_BYTES - 1; i >= 0; i--) {
        ulid->bytes[i]++;
        if (ulid->bytes[i] != 0) {
            return;
        }
    }
}

void rh_ulid_make(rh_ulid_t *last, int64_t utc_ms, char text[RH_ULID_SIZE])
{
    static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    if (utc_ms > time_of(last)) {
        set_time(last, utc_ms);
        set_random(last);
    } else {
        increment(last);
    }
    /* 26 * 5 = 130 bits: the first letter holds the two that are not there */
    for (int letter = 0; letter < RH_ULID_SIZE - 1; letter++) {
        unsigned value = 0;
        for (int bit = letter * 5 - 2; bit < letter * 5 + 3; bit++) {
            unsigned byte = bit < 0 ? 0u : last->bytes[bit / 8];
            value = value << 1 | (byte >> (7 - (bit & 7)) & 1u);
        }
        text[letter] = letters[value];
    }
    text[RH_ULID_SIZE - 1] = '\0';
}
