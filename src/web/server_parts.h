/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the server share; nobody else includes this. server.c owns the
 * context and the timer, http.c answers requests, stream.c feeds /ws and /events.
 */
#ifndef RH_WEB_SERVER_PARTS_H
#define RH_WEB_SERVER_PARTS_H

#include <libwebsockets.h>
#include <stdint.h>

#include "server.h"

#define RH_SERVER_HEADER_MAX 2048
#define RH_SERVER_FRAME_MAX (RH_HUB_TEXT_MAX + RH_HUB_TOPIC_MAX + 64)

typedef enum { RH_ANSWER_NONE, RH_ANSWER_BODY, RH_ANSWER_EVENTS } rh_answer_t;

/* One connection, in the memory that libwebsockets gives it (zeroed). */
typedef struct rh_peer {
    struct lws *wsi;
    struct rh_peer *next; /* the server's list of readers */
    rh_answer_t answer;
    bool is_last; /* close the connection after this answer */
    rh_hub_cursor_t cursor;
    int64_t stuck_ms; /* since when it has not become writable; 0 = it has */
    const char *body; /* of a page or of `owned` */
    char *owned;
    size_t length, offset;
} rh_peer_t;

struct rh_server {
    rh_server_settings_t settings;
    struct lws_context *context;
    struct lws_vhost *vhost;
    lws_sorted_usec_list_t sweep;
    rh_peer_t *readers;
    int reader_count;
    unsigned char frame[LWS_PRE + RH_SERVER_FRAME_MAX];
};

rh_server_t *rh_server_of(struct lws *wsi);

/* libwebsockets' callbacks of the two protocols. */
int rh_http_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user,
                     void *in, size_t length);
int rh_stream_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user,
                       void *in, size_t length);

/* True if the request's Host and Origin may read this machine. */
bool rh_server_admits(struct lws *wsi);

/* The readers: joining fails when there are too many. Writing an event gives non-zero
 * when the connection must be closed. */
bool rh_stream_join(rh_server_t *server, rh_peer_t *peer, struct lws *wsi);
void rh_stream_leave(rh_server_t *server, rh_peer_t *peer);
void rh_stream_wake_all(rh_server_t *server);
void rh_stream_sweep(rh_server_t *server);
int rh_stream_write_event(rh_server_t *server, rh_peer_t *peer);

#endif
