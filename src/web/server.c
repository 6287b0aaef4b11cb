/* SPDX-License-Identifier: Apache-2.0 */
/* The libwebsockets context, its timer, and the way in from other threads. */
#include "server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server_parts.h"

#define SWEEP_US 1000000
#define AUTHORITY_MAX 300

static const struct lws_protocols protocols[] = {
    {.name = "http",
     .callback = rh_http_callback,
     .per_session_data_size = sizeof(rh_peer_t)},
    {.name = RH_SERVER_PROTOCOL,
     .callback = rh_stream_callback,
     .per_session_data_size = sizeof(rh_peer_t),
     .rx_buffer_size = 1024},
    {.name = NULL},
};

/* A browser whose computer went to sleep is noticed and let go. */
static const lws_retry_bo_t idle = {.secs_since_valid_ping = 20,
                                    .secs_since_valid_hangup = 40};

rh_server_t *rh_server_of(struct lws *wsi)
{
    return lws_context_user(lws_get_context(wsi));
}

static const char *header(struct lws *wsi, char *buffer, enum lws_token_indexes token)
{
    if (lws_hdr_total_length(wsi, token) <= 0) {
        return NULL;
    }
    return lws_hdr_copy(wsi, buffer, AUTHORITY_MAX, token) < 0 ? "" : buffer;
}

bool rh_server_admits(struct lws *wsi)
{
    char host_text[AUTHORITY_MAX];
    char origin_text[AUTHORITY_MAX];
    const rh_guard_t *guard = rh_server_of(wsi)->settings.guard;
    const char *host = header(wsi, host_text, WSI_TOKEN_HOST);
    const char *origin = header(wsi, origin_text, WSI_TOKEN_ORIGIN);
    return rh_guard_host(guard, host) && rh_guard_origin(guard, origin, host);
}

static void sweep(lws_sorted_usec_list_t *timer)
{
    rh_server_t *server = lws_container_of(timer, rh_server_t, sweep);
    rh_stream_sweep(server);
    lws_sul_schedule(server->context, 0, &server->sweep, sweep, SWEEP_US);
}

static void say(int level, const char *line)
{
    (void)level;
    (void)fprintf(stderr, "revhyper-web: libwebsockets: %s", line);
}

static bool listen_on(rh_server_t *server, const rh_server_settings_t *settings)
{
    struct lws_context_creation_info info = {
        .port = settings->port,
        .iface = settings->host,
        .protocols = protocols,
        .user = server,
        .retry_and_idle_policy = &idle,
        .keepalive_timeout = 15,
        .timeout_secs = 10,
        .vhost_name = "revhyper",
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
                   LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND,
    };
    server->context = lws_create_context(&info);
    if (server->context != NULL) {
        server->vhost = lws_create_vhost(server->context, &info);
    }
    return server->vhost != NULL;
}

int rh_server_open(rh_server_t **out, const rh_server_settings_t *settings, char *error,
                   size_t size)
{
    lws_set_log_level(LLL_ERR, say);
    rh_server_t *server = calloc(1, sizeof(*server));
    if (server == NULL) {
        (void)snprintf(error, size, "server: no memory");
        return -ENOMEM;
    }
    server->settings = *settings;
    if (!listen_on(server, settings)) {
        (void)snprintf(
            error, size,
            "server: cannot listen on %s:%d: the port is taken or the address "
            "is not this machine's; choose another --port (0 = any) or --host",
            settings->host, settings->port);
        rh_server_close(server);
        return -EADDRINUSE;
    }
    lws_sul_schedule(server->context, 0, &server->sweep, sweep, SWEEP_US);
    *out = server;
    return 0;
}

int rh_server_port(const rh_server_t *server)
{
    return lws_get_vhost_listen_port(server->vhost);
}

void rh_server_run(rh_server_t *server, const volatile sig_atomic_t *stop)
{
    while (*stop == 0 && lws_service(server->context, 0) >= 0) {
    }
}

void rh_server_wake(void *server)
{
    lws_cancel_service(((rh_server_t *)server)->context);
}

void rh_server_close(rh_server_t *server)
{
    if (server == NULL) {
        return;
    }
    if (server->context != NULL) {
        lws_context_destroy(server->context);
    }
    free(server);
}
