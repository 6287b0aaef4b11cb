/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gateway's face: HTTP, WebSocket and event stream on libwebsockets, one thread.
 * Read-only: nothing that a browser sends reaches the daemon.
 */
#ifndef RH_WEB_SERVER_H
#define RH_WEB_SERVER_H

#include <signal.h>
#include <stddef.h>

#include "guard.h"
#include "hub.h"
#include "pages.h"

#define RH_SERVER_PROTOCOL "revhyper.v1"
#define RH_SERVER_BROWSERS_MAX 64

typedef struct rh_server rh_server_t;

typedef struct {
    const char *host; /* the address to listen on */
    int port;         /* 0 = any */
    const rh_guard_t *guard;
    const rh_pages_t *pages;
    rh_hub_t *hub;
} rh_server_settings_t;

/* Listens. The settings' pointers must live as long as the server. 0 or negative errno
 * with the reason in `error`. */
int rh_server_open(rh_server_t **out, const rh_server_settings_t *settings, char *error,
                   size_t size);
int rh_server_port(const rh_server_t *server);

/* Serves until *stop is not 0 (set it, then wake). */
void rh_server_run(rh_server_t *server, const volatile sig_atomic_t *stop);

/* Says that the hub has something new. From any thread, and from a signal handler. */
void rh_server_wake(void *server);
void rh_server_close(rh_server_t *server);

#endif
