/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the daemon listens: ipc sockets in the run directory and TCP on the loopback,
 * and the file that tells which ports they became. For the publish room alone.
 */
#ifndef RH_SOCKETS_H
#define RH_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>

#define RH_ENDPOINT_SIZE 256

/* Where to bind, and where to say what went wrong: what, where and the remedy. */
typedef struct {
    const char *run_dir;
    const char *host; /* [daemon] bind: 127.x.y.z or ::1 */
    char *error;
    size_t error_size;
} rh_place_t;

typedef struct {
    const char *machine, *boot;
    const char *stream[2], *command[2], *mirror;
} rh_endpoints_t;

/* True for 127.0.0.0/8 and ::1 in numbers; a name or anything else is not. */
bool rh_socket_is_loopback(const char *host);

/* A socket of `type` with the settings that all of ours share: no linger, heartbeats
 * that shed a dead peer, `send_hwm` messages per reader and frames of at most
 * `frame_max` bytes (a longer one loses its sender the connection). NULL: see errno. */
void *rh_socket_open(void *context, int type, int send_hwm, int frame_max);

/* Binds `name` in the run directory, for owner and group. A socket that somebody still
 * answers on is refused, not stolen. `endpoint` receives the address. 0 or -errno. */
int rh_socket_bind_ipc(void *socket, const rh_place_t *place, const char *name,
                       char endpoint[RH_ENDPOINT_SIZE]);

/* Binds `port` of the place's host, 0 = any; `key` is the configuration key that the
 * error names. `endpoint` receives the real address. 0 or -errno. */
int rh_socket_bind_tcp(void *socket, const rh_place_t *place, int port, const char *key,
                       char endpoint[RH_ENDPOINT_SIZE]);

/* Writes <run-dir>/endpoints.json as a whole or not at all. 0 or -errno. */
int rh_socket_note_endpoints(const rh_place_t *place, const rh_endpoints_t *endpoints);

/* Removes it; for the daemon's end. */
void rh_socket_forget_endpoints(const char *run_dir);

#endif
