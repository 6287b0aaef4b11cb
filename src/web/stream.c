/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The readers of the hub: WebSocket frames ("topic SP json", as on the stream's
 * one-frame mirror) and server-sent events. One message per turn of a connection, so
 * that no reader starves another.
 */
#include <string.h>

#include "clock.h"
#include "server_parts.h"

#define STUCK_MAX_MS 15000   /* a socket that takes nothing for so long is cut */
#define TRY_AGAIN_LATER 1013 /* WebSocket close code, RFC 6455 registry */

enum { BROKEN = -1, LATE = -2 };

static const char busy_text[] = "too many browsers";
static const char late_text[] = "too slow, messages were lost: connect again";
static const char read_only_text[] = "read-only";

bool rh_stream_join(rh_server_t *server, rh_peer_t *peer, struct lws *wsi)
{
    if (server->reader_count >= RH_SERVER_BROWSERS_MAX) {
        return false;
    }
    peer->wsi = wsi;
    peer->next = server->readers;
    server->readers = peer;
    server->reader_count++;
    rh_hub_join(server->settings.hub, &peer->cursor);
    (void)lws_callback_on_writable(wsi);
    return true;
}

void rh_stream_leave(rh_server_t *server, rh_peer_t *peer)
{
    for (rh_peer_t **at = &server->readers; *at != NULL; at = &(*at)->next) {
        if (*at == peer) {
            *at = peer->next;
            server->reader_count--;
            rh_hub_leave(server->settings.hub, &peer->cursor);
            return;
        }
    }
}

void rh_stream_wake_all(rh_server_t *server)
{
    int64_t now_ms = rh_web_now_ms();
    for (rh_peer_t *peer = server->readers; peer != NULL; peer = peer->next) {
        if (peer->stuck_ms == 0) {
            peer->stuck_ms = now_ms;
        }
        (void)lws_callback_on_writable(peer->wsi);
    }
}

void rh_stream_sweep(rh_server_t *server)
{
    int64_t now_ms = rh_web_now_ms();
    for (rh_peer_t *peer = server->readers; peer != NULL; peer = peer->next) {
        if (peer->stuck_ms != 0 && now_ms - peer->stuck_ms > STUCK_MAX_MS) {
            lws_set_timeout(peer->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
        }
    }
}

static size_t put(unsigned char *out, const char *text, size_t length)
{
    memcpy(out, text, length);
    return length;
}

static size_t frame_event(unsigned char *out, const rh_message_t *message)
{
    size_t length = 0;
    const char *body = rh_message_body(message, &length);
    const char *name = memrchr(message->text, '/', message->address_length);
    const char *end = message->text + message->address_length;
    size_t at = put(out, "event: ", 7);
    at += put(out + at, name + 1, (size_t)(end - name - 1));
    at += put(out + at, "\ndata: ", 7);
    at += put(out + at, body, length);
    return at + put(out + at, "\n\n", 2);
}

/* The next message into the server's frame; 0 bytes when there is none. */
static rh_hub_next_t fill(rh_server_t *server, rh_peer_t *peer, size_t *length)
{
    unsigned char *out = server->frame + LWS_PRE;
    rh_message_t *message = NULL;
    *length = 0;
    peer->stuck_ms = 0;
    rh_hub_next_t next =
        rh_hub_next(server->settings.hub, &peer->cursor, rh_web_now_ms(), &message);
    if (message != NULL) {
        *length = peer->answer == RH_ANSWER_EVENTS
                      ? frame_event(out, message)
                      : put(out, message->text, message->length);
        rh_hub_release(server->settings.hub, message);
    }
    return next;
}

/* 0: go on; BROKEN and LATE: the connection must be closed. */
static int write_next(rh_server_t *server, rh_peer_t *peer, enum lws_write_protocol how)
{
    size_t length = 0;
    rh_hub_next_t next = fill(server, peer, &length);
    if (next == RH_HUB_NOTHING) {
        return 0;
    }
    if (next == RH_HUB_LATE) {
        return LATE;
    }
    if (lws_write(peer->wsi, server->frame + LWS_PRE, length, how) < (int)length) {
        return BROKEN;
    }
    (void)lws_callback_on_writable(peer->wsi);
    return 0;
}

int rh_stream_write_event(rh_server_t *server, rh_peer_t *peer)
{
    return write_next(server, peer, LWS_WRITE_HTTP);
}

/* libwebsockets sends the reason with the close frame when a callback gives -1. */
static int close_with(struct lws *wsi, int status, const char *text)
{
    lws_close_reason(wsi, (enum lws_close_status)status,
                     (unsigned char *)(uintptr_t)text, strlen(text));
    return -1;
}

static int write_frame(rh_server_t *server, rh_peer_t *peer)
{
    int status = write_next(server, peer, LWS_WRITE_TEXT);
    return status == LATE ? close_with(peer->wsi, TRY_AGAIN_LATER, late_text) : status;
}

/* The upgrade's path and names are looked at before there is a WebSocket at all. */
static int admit(struct lws *wsi)
{
    char path[16] = "";
    (void)lws_hdr_copy(wsi, path, sizeof(path), WSI_TOKEN_GET_URI);
    if (strcmp(path, "/ws") == 0 && rh_server_admits(wsi)) {
        return 0;
    }
    (void)lws_return_http_status(wsi, HTTP_STATUS_FORBIDDEN, NULL);
    return -1;
}

int rh_stream_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user,
                       void *in, size_t length)
{
    (void)in;
    (void)length;
    rh_server_t *server = rh_server_of(wsi);
    rh_peer_t *peer = user;
    switch ((int)reason) {
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
        return admit(wsi);
    case LWS_CALLBACK_ESTABLISHED:
        return rh_stream_join(server, peer, wsi)
                   ? 0
                   : close_with(wsi, TRY_AGAIN_LATER, busy_text);
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return write_frame(server, peer);
    case LWS_CALLBACK_RECEIVE:
        return close_with(wsi, LWS_CLOSE_STATUS_POLICY_VIOLATION, read_only_text);
    case LWS_CALLBACK_CLOSED:
        rh_stream_leave(server, peer);
        return 0;
    case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
        rh_stream_wake_all(server); /* the feed has heard something */
        return 0;
    default:
        return 0;
    }
}
