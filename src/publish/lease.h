/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lease: one trainer writes, and proves every two seconds to be there. Pure but for
 * the random number of its id; the clock is the caller's. For the publish room alone.
 */
#ifndef RH_LEASE_H
#define RH_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#define RH_LEASE_ID_SIZE 33 /* 128 random bits in hex */
#define RH_LEASE_HOLDER_SIZE 64

/* Zeroed: nobody has held it yet. */
typedef struct {
    char id[RH_LEASE_ID_SIZE]; /* the secret; never published */
    char holder[RH_LEASE_HOLDER_SIZE];
    int64_t until_ns;
    uint32_t number; /* of the one in force or the last one; 0 before the first */
} rh_lease_t;

/* True while somebody holds it. */
bool rh_lease_is_held(const rh_lease_t *lease);

/* True if `id` is the lease in force. */
bool rh_lease_is(const rh_lease_t *lease, const char *id);

/* Takes a free lease for `holder`; false if it is held. */
bool rh_lease_take(rh_lease_t *lease, const char *holder, int64_t now_ns);

/* Two more seconds for its holder, or its end; false if `id` is not in force. */
bool rh_lease_keep(rh_lease_t *lease, const char *id, int64_t now_ns);
bool rh_lease_drop(rh_lease_t *lease, const char *id);

/* Ends a lease that was not renewed in time; true if it ended now. */
bool rh_lease_expire(rh_lease_t *lease, int64_t now_ns);

#endif
