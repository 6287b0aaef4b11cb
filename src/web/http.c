/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests: the pages, the texts for machines, and the beginning of an event stream.
 * Every answer, refusals included, carries the same protective headers.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "metrics.h"
#include "server_parts.h"

#define CHUNK 16384

static const struct {
    const char *name, *value;
} headers[] = {
    {"content-security-policy:",
     "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; "
     "frame-ancestors 'none'"},
    {"x-content-type-options:", "nosniff"},
    {"x-frame-options:", "DENY"},
    {"referrer-policy:", "no-referrer"},
    {"cross-origin-opener-policy:", "same-origin"},
    {"cross-origin-resource-policy:", "same-origin"},
    {"permissions-policy:", "camera=(), microphone=(), geolocation=()"},
    {"cache-control:", "no-cache"},
};

typedef struct {
    unsigned int status;
    const char *type;
    lws_filepos_t length;
} head_t;

static bool add_header(struct lws *wsi, const char *name, const char *value,
                       unsigned char **at, unsigned char *end)
{
    return lws_add_http_header_by_name(wsi, (const unsigned char *)name,
                                       (const unsigned char *)value, (int)strlen(value),
                                       at, end) == 0;
}

static bool write_head(struct lws *wsi, const head_t *head)
{
    unsigned char buffer[LWS_PRE + RH_SERVER_HEADER_MAX];
    unsigned char *start = buffer + LWS_PRE;
    unsigned char *at = start;
    unsigned char *end = buffer + sizeof(buffer) - 1;
    if (lws_add_http_common_headers(wsi, head->status | LWSAHH_FLAG_NO_SERVER_NAME,
                                    head->type, head->length, &at, end) != 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        if (!add_header(wsi, headers[i].name, headers[i].value, &at, end)) {
            return false;
        }
    }
    if (head->status == HTTP_STATUS_METHOD_NOT_ALLOWED &&
        !add_header(wsi, "allow:", "GET, HEAD", &at, end)) {
        return false;
    }
    return lws_finalize_write_http_header(wsi, start, &at, end) == 0;
}

/* A refused method may be followed by a body, which must not be read as a request. */
static int finish(struct lws *wsi, rh_peer_t *peer)
{
    bool is_last = peer->is_last;
    free(peer->owned);
    *peer = (rh_peer_t){0};
    return is_last || lws_http_transaction_completed(wsi) != 0 ? -1 : 0;
}

static bool is_head(struct lws *wsi)
{
    return lws_hdr_total_length(wsi, WSI_TOKEN_HEAD_URI) > 0;
}

/* Sends the head, and lets the body follow in turns of the connection. */
static int answer(struct lws *wsi, rh_peer_t *peer, const head_t *head)
{
    bool without_body = is_head(wsi) || peer->length == 0;
    if (!write_head(wsi, head)) {
        return -1;
    }
    if (without_body) {
        return finish(wsi, peer);
    }
    peer->answer = RH_ANSWER_BODY;
    (void)lws_callback_on_writable(wsi);
    return 0;
}

static int answer_text(struct lws *wsi, rh_peer_t *peer, unsigned int status,
                       const char *type, const char *text)
{
    peer->body = text;
    peer->length = strlen(text);
    return answer(wsi, peer, &(head_t){status, type, peer->length});
}

static int refuse(struct lws *wsi, rh_peer_t *peer, unsigned int status,
                  const char *text)
{
    return answer_text(wsi, peer, status, "text/plain; charset=utf-8", text);
}

static int answer_owned(struct lws *wsi, rh_peer_t *peer, unsigned int status,
                        const char *type, char *text)
{
    if (text == NULL) {
        return refuse(wsi, peer, HTTP_STATUS_INTERNAL_SERVER_ERROR, "no memory\n");
    }
    peer->owned = text;
    return answer_text(wsi, peer, status, type, text);
}

/* --- the texts for machines ------------------------------------------------------ */

static const char *body_of(const rh_message_t *message)
{
    size_t length = 0;
    return message == NULL ? NULL : rh_message_body(message, &length);
}

static void release(rh_hub_t *hub, rh_message_t *message)
{
    if (message != NULL) {
        rh_hub_release(hub, message);
    }
}

static rh_metrics_t gather(rh_server_t *server)
{
    rh_metrics_t metrics = {.browsers = server->reader_count,
                            .now_ms = rh_web_now_ms()};
    rh_hub_counts(server->settings.hub, &metrics.counts);
    return metrics;
}

static int answer_metrics(rh_server_t *server, struct lws *wsi, rh_peer_t *peer)
{
    rh_hub_t *hub = server->settings.hub;
    rh_message_t *health = rh_hub_kept(hub, RH_TOPIC_HEALTH);
    rh_message_t *state = rh_hub_kept(hub, RH_TOPIC_STATE);
    rh_message_t *rep = rh_hub_kept(hub, RH_TOPIC_REP);
    rh_metrics_t metrics = gather(server);
    metrics.health = body_of(health);
    metrics.state = body_of(state);
    metrics.rep = body_of(rep);
    char *text = rh_metrics_text(&metrics);
    release(hub, health);
    release(hub, state);
    release(hub, rep);
    return answer_owned(wsi, peer, HTTP_STATUS_OK,
                        "text/plain; version=0.0.4; charset=utf-8", text);
}

static int answer_healthz(rh_server_t *server, struct lws *wsi, rh_peer_t *peer)
{
    char *text = NULL;
    rh_metrics_t metrics = gather(server);
    bool is_good = rh_metrics_healthz(&metrics, &text);
    return answer_owned(wsi, peer,
                        is_good ? HTTP_STATUS_OK : HTTP_STATUS_SERVICE_UNAVAILABLE,
                        "application/json", text);
}

static int answer_keys(rh_server_t *server, struct lws *wsi, rh_peer_t *peer)
{
    (void)server;
    return answer_owned(wsi, peer, HTTP_STATUS_OK, "application/json",
                        rh_metrics_keys());
}

static int answer_events(rh_server_t *server, struct lws *wsi, rh_peer_t *peer)
{
    head_t head = {HTTP_STATUS_OK, "text/event-stream", LWS_ILLEGAL_HTTP_CONTENT_LEN};
    if (is_head(wsi)) {
        return write_head(wsi, &head) ? finish(wsi, peer) : -1;
    }
    if (server->reader_count >= RH_SERVER_BROWSERS_MAX) {
        return refuse(wsi, peer, HTTP_STATUS_SERVICE_UNAVAILABLE, "too many readers\n");
    }
    if (!write_head(wsi, &head)) {
        return -1;
    }
    (void)lws_http_mark_sse(wsi);
    peer->answer = RH_ANSWER_EVENTS;
    return rh_stream_join(server, peer, wsi) ? 0 : -1;
}

static const struct {
    const char *path;
    int (*answer)(rh_server_t *server, struct lws *wsi, rh_peer_t *peer);
} routes[] = {
    {"/metrics", answer_metrics},
    {"/healthz", answer_healthz},
    {"/keys.json", answer_keys},
    {"/events", answer_events},
};

/* --- requests -------------------------------------------------------------------- */

static int respond(rh_server_t *server, struct lws *wsi, rh_peer_t *peer,
                   const char *path)
{
    char *uri = NULL;
    int uri_length = 0;
    int method = lws_http_get_uri_and_method(wsi, &uri, &uri_length);
    *peer = (rh_peer_t){0};
    if (!rh_server_admits(wsi)) {
        return refuse(wsi, peer, HTTP_STATUS_FORBIDDEN,
                      "this name is not allowed here; see --allow-host\n");
    }
    if (method != LWSHUMETH_GET && method != LWSHUMETH_HEAD) {
        peer->is_last = true;
        return refuse(wsi, peer, HTTP_STATUS_METHOD_NOT_ALLOWED, "read-only\n");
    }
    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        if (strcmp(path, routes[i].path) == 0) {
            return routes[i].answer(server, wsi, peer);
        }
    }
    const rh_page_t *page = rh_pages_find(server->settings.pages, path);
    if (page == NULL) {
        return refuse(wsi, peer, HTTP_STATUS_NOT_FOUND, "not found\n");
    }
    peer->body = page->bytes;
    peer->length = page->length;
    return answer(wsi, peer, &(head_t){HTTP_STATUS_OK, page->type, page->length});
}

static int write_body(rh_server_t *server, struct lws *wsi, rh_peer_t *peer)
{
    size_t left = peer->length - peer->offset;
    size_t length = left < CHUNK ? left : CHUNK;
    unsigned char *out = server->frame + LWS_PRE;
    memcpy(out, peer->body + peer->offset, length);
    peer->offset += length;
    bool is_last = peer->offset == peer->length;
    if (lws_write(wsi, out, length, is_last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) <
        (int)length) {
        return -1;
    }
    if (is_last) {
        return finish(wsi, peer);
    }
    (void)lws_callback_on_writable(wsi);
    return 0;
}

static int write_more(rh_server_t *server, struct lws *wsi, rh_peer_t *peer)
{
    if (peer->answer == RH_ANSWER_EVENTS) {
        return rh_stream_write_event(server, peer) == 0 ? 0 : -1;
    }
    return peer->answer == RH_ANSWER_BODY ? write_body(server, wsi, peer) : 0;
}

static void forget(rh_server_t *server, rh_peer_t *peer)
{
    if (peer == NULL) {
        return;
    }
    rh_stream_leave(server, peer);
    free(peer->owned);
    *peer = (rh_peer_t){0};
}

int rh_http_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user,
                     void *in, size_t length)
{
    (void)length;
    rh_peer_t *peer = user;
    switch ((int)reason) {
    case LWS_CALLBACK_HTTP:
        return respond(rh_server_of(wsi), wsi, peer, in);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return write_more(rh_server_of(wsi), wsi, peer);
    case LWS_CALLBACK_CLOSED_HTTP:
    case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
        forget(rh_server_of(wsi), peer);
        return 0;
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
        return -1; /* a WebSocket without the subprotocol */
    default:
        return 0;
    }
}
