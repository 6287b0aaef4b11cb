/* SPDX-License-Identifier: Apache-2.0 */
/* The SUB socket's thread. No other thread ever sees the socket. */
#include "feed.h"

#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "clock.h"

#define POLL_MS 100      /* how soon a stop is noticed */
#define LOOK_MS 250      /* between two looks at endpoints.json */
#define BURST 256        /* messages before the server is woken */
#define HIGH_WATER 10000 /* messages that ZeroMQ may hold for us */
#define RECONNECT_MS 100 /* first try; the longest wait follows */
#define RECONNECT_MAX_MS 1000

struct rh_feed {
    rh_feed_settings_t settings;
    pthread_t thread;
    atomic_bool is_stopping;
    void *zmq;
    void *socket; /* the thread's own */
    char endpoint[RH_FEED_ENDPOINT];
    int64_t looked_ms;
};

/* --- the endpoint ---------------------------------------------------------------- */

static void choose(const json_t *value, char *endpoint, size_t size)
{
    const char *text = json_string_value(value);
    if (text == NULL || strlen(text) >= size || strstr(text, "://") == NULL) {
        return;
    }
    if (endpoint[0] == '\0' || strncmp(text, "ipc://", 6) == 0) {
        (void)snprintf(endpoint, size, "%s", text);
    }
}

bool rh_feed_find_endpoint(const char *json, char *endpoint, size_t size)
{
    endpoint[0] = '\0';
    json_t *root = json_loads(json, 0, NULL);
    const json_t *stream = json_object_get(root, "stream");
    choose(stream, endpoint, size);
    for (size_t i = 0; i < json_array_size(stream); i++) {
        choose(json_array_get(stream, i), endpoint, size);
    }
    void *at = json_object_iter((json_t *)(uintptr_t)stream);
    for (; at != NULL; at = json_object_iter_next((json_t *)(uintptr_t)stream, at)) {
        choose(json_object_iter_value(at), endpoint, size);
    }
    json_decref(root);
    return endpoint[0] != '\0';
}

static bool read_endpoint(const rh_feed_t *feed, char *endpoint, size_t size)
{
    char path[4096];
    char text[8192];
    (void)snprintf(path, sizeof(path), "%s/%s", feed->settings.run_dir,
                   RH_WIRE_ENDPOINTS);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return false; /* the daemon has not started yet */
    }
    size_t length = fread(text, 1, sizeof(text) - 1, file);
    (void)fclose(file);
    text[length] = '\0';
    return rh_feed_find_endpoint(text, endpoint, size);
}

static void connect_to(rh_feed_t *feed, const char *endpoint)
{
    if (feed->endpoint[0] != '\0') {
        (void)zmq_disconnect(feed->socket, feed->endpoint);
    }
    feed->endpoint[0] = '\0';
    if (zmq_connect(feed->socket, endpoint) != 0) {
        (void)fprintf(stderr, "revhyper-web: cannot connect to %s: %s\n", endpoint,
                      zmq_strerror(zmq_errno()));
        return;
    }
    (void)snprintf(feed->endpoint, sizeof(feed->endpoint), "%s", endpoint);
    (void)fprintf(stderr, "revhyper-web: listening to %s\n", endpoint);
}

static void look(rh_feed_t *feed)
{
    char endpoint[RH_FEED_ENDPOINT];
    int64_t now_ms = rh_web_now_ms();
    if (feed->settings.endpoint != NULL || now_ms - feed->looked_ms < LOOK_MS) {
        return;
    }
    feed->looked_ms = now_ms;
    if (read_endpoint(feed, endpoint, sizeof(endpoint)) &&
        strcmp(endpoint, feed->endpoint) != 0) {
        connect_to(feed, endpoint);
    }
}

/* --- messages -------------------------------------------------------------------- */

/* The rest of a message with more frames than the protocol knows. */
static bool skip_frames(void *socket)
{
    int more = 0;
    size_t size = sizeof(more);
    bool skipped = false;
    while (zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &size) == 0 && more != 0) {
        zmq_msg_t frame;
        (void)zmq_msg_init(&frame);
        (void)zmq_msg_recv(&frame, socket, 0);
        (void)zmq_msg_close(&frame);
        skipped = true;
    }
    return skipped;
}

static void hand_over(rh_feed_t *feed, zmq_msg_t *topic, zmq_msg_t *body)
{
    char address[RH_HUB_TOPIC_MAX + 2];
    bool is_odd = zmq_msg_more(body) != 0 && skip_frames(feed->socket);
    (void)snprintf(address, sizeof(address), "%.*s", (int)zmq_msg_size(topic),
                   (const char *)zmq_msg_data(topic));
    (void)rh_hub_accept(feed->settings.hub, is_odd ? "" : address,
                        (const char *)zmq_msg_data(body), zmq_msg_size(body),
                        rh_web_now_ms());
}

/* One message, if there is one: false when the socket is empty. */
static bool receive(rh_feed_t *feed)
{
    zmq_msg_t topic;
    zmq_msg_t body;
    (void)zmq_msg_init(&topic);
    (void)zmq_msg_init(&body);
    bool is_there = zmq_msg_recv(&topic, feed->socket, ZMQ_DONTWAIT) >= 0;
    if (is_there && zmq_msg_more(&topic) != 0) {
        is_there = zmq_msg_recv(&body, feed->socket, 0) >= 0;
    }
    if (is_there) {
        hand_over(feed, &topic, &body);
    }
    (void)zmq_msg_close(&body);
    (void)zmq_msg_close(&topic);
    return is_there;
}

static void *run(void *argument)
{
    rh_feed_t *feed = argument;
    if (feed->settings.endpoint != NULL) {
        connect_to(feed, feed->settings.endpoint);
    }
    while (!atomic_load(&feed->is_stopping)) {
        zmq_pollitem_t item = {.socket = feed->socket, .events = ZMQ_POLLIN};
        look(feed);
        if (zmq_poll(&item, 1, POLL_MS) <= 0) {
            continue;
        }
        for (int i = 0; i < BURST && receive(feed); i++) {
        }
        feed->settings.wake(feed->settings.context);
    }
    return NULL;
}

/* --- public ---------------------------------------------------------------------- */

static int open_socket(rh_feed_t *feed)
{
    int zero = 0;
    int high_water = HIGH_WATER;
    int first = RECONNECT_MS;
    int longest = RECONNECT_MAX_MS;
    feed->zmq = zmq_ctx_new();
    feed->socket = feed->zmq == NULL ? NULL : zmq_socket(feed->zmq, ZMQ_SUB);
    if (feed->socket == NULL ||
        zmq_setsockopt(feed->socket, ZMQ_LINGER, &zero, sizeof(zero)) != 0 ||
        zmq_setsockopt(feed->socket, ZMQ_RCVHWM, &high_water, sizeof(int)) != 0 ||
        zmq_setsockopt(feed->socket, ZMQ_RECONNECT_IVL, &first, sizeof(int)) != 0 ||
        zmq_setsockopt(feed->socket, ZMQ_RECONNECT_IVL_MAX, &longest, sizeof(int)) ||
        zmq_setsockopt(feed->socket, ZMQ_SUBSCRIBE, "rh/1/", 5) != 0) {
        return -zmq_errno();
    }
    return 0;
}

static void close_socket(rh_feed_t *feed)
{
    if (feed->socket != NULL) {
        (void)zmq_close(feed->socket);
    }
    if (feed->zmq != NULL) {
        (void)zmq_ctx_term(feed->zmq);
    }
    free(feed);
}

int rh_feed_start(rh_feed_t **out, const rh_feed_settings_t *settings, char *error,
                  size_t size)
{
    rh_feed_t *feed = calloc(1, sizeof(*feed));
    int status = feed == NULL ? -ENOMEM : 0;
    if (status == 0) {
        feed->settings = *settings;
        feed->looked_ms = rh_web_now_ms() - LOOK_MS;
        status = open_socket(feed);
    }
    if (status == 0) {
        status = -pthread_create(&feed->thread, NULL, run, feed);
    }
    if (status < 0) {
        (void)snprintf(error, size, "feed: cannot start: %s", zmq_strerror(-status));
        if (feed != NULL) {
            close_socket(feed);
        }
        return status;
    }
    *out = feed;
    return 0;
}

void rh_feed_stop(rh_feed_t *feed)
{
    if (feed == NULL) {
        return;
    }
    atomic_store(&feed->is_stopping, true);
    (void)pthread_join(feed->thread, NULL);
    close_socket(feed);
}
