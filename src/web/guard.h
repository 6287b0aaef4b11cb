/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may talk to the gateway from a browser. A page of some other site that the
 * trainer has open must not read the machine: its name in Host (DNS rebinding) and its
 * Origin give it away. Pure text; no socket is touched here.
 */
#ifndef RH_WEB_GUARD_H
#define RH_WEB_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#define RH_GUARD_NAMES 16

typedef struct {
    const char *names[RH_GUARD_NAMES]; /* from --allow-host; not owned */
    size_t count;
} rh_guard_t;

/* True for a Host header (name, or name:port) that names this machine: a loopback name
 * or address, or a name that was allowed. NULL and an empty header are refused. */
bool rh_guard_host(const rh_guard_t *guard, const char *host);

/* True for no Origin header at all (NULL: no browser sent this across sites) and for an
 * http(s) origin whose host and port are those of the Host header. */
bool rh_guard_origin(const rh_guard_t *guard, const char *origin, const char *host);

/* True for addresses that nobody outside this computer can reach. */
bool rh_guard_is_loopback(const char *address);

#endif
