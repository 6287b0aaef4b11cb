/* SPDX-License-Identifier: Apache-2.0 */
/* The DEALER towards the daemon; see client.h. */
#include "client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

#include "fields.h"
#include "ulid.h"

#define REMEDY_SLOW "see whether revhyperd runs; --timeout MS allows more time"

static long long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* The daemon answers the same id once only. */
static void name_request(rh_client_t *client, char id[RH_ULID_SIZE])
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    rh_ulid_make(&client->last_id, now.tv_sec * 1000LL + now.tv_nsec / 1000000, id);
}

static int say_zmq(const char *what, rh_problem_t *problem)
{
    return rh_problem_set(problem, RH_EXIT_ERROR, "error", "check the address",
                          "%s: %s", what, zmq_strerror(zmq_errno()));
}

int rh_client_open(rh_client_t *client, const rh_options_t *options,
                   rh_problem_t *problem)
{
    const int no_linger = 0;
    const int yes = 1;
    *client = (rh_client_t){.timeout_ms = options->timeout_ms};
    int failed = rh_endpoints_find(&client->endpoints, options, problem);
    if (failed != 0) {
        return failed;
    }
    client->zmq = zmq_ctx_new();
    client->socket = client->zmq != NULL ? zmq_socket(client->zmq, ZMQ_DEALER) : NULL;
    if (client->socket == NULL) {
        return say_zmq("no socket", problem);
    }
    zmq_setsockopt(client->socket, ZMQ_LINGER, &no_linger, sizeof no_linger);
    zmq_setsockopt(client->socket, ZMQ_IPV6, &yes, sizeof yes);
    if (zmq_connect(client->socket, client->endpoints.command) != 0) {
        return say_zmq(client->endpoints.command, problem);
    }
    return 0;
}

void rh_client_close(rh_client_t *client)
{
    if (client->socket != NULL) {
        zmq_close(client->socket);
    }
    if (client->zmq != NULL) {
        zmq_ctx_term(client->zmq);
    }
    *client = (rh_client_t){0};
}

static json_t *request(const char *id, const char *verb, json_t *args,
                       const char *lease, int timeout_ms)
{
    json_t *all =
        json_pack("{s:s, s:s, s:i}", "id", id, "verb", verb, "deadline_ms", timeout_ms);
    if (args != NULL && json_object_size(args) > 0) {
        json_object_set(all, "args", args);
    }
    if (lease != NULL) {
        json_object_set_new(all, "lease", json_string(lease));
    }
    return all;
}

static int send_request(rh_client_t *client, json_t *all, rh_problem_t *problem)
{
    char *text = json_dumps(all, JSON_COMPACT | JSON_REAL_PRECISION(12));
    size_t size = text != NULL ? strlen(text) : 0;
    int sent = text != NULL ? zmq_send(client->socket, text, size, ZMQ_DONTWAIT) : -1;
    free(text);
    return sent < 0 ? say_zmq("the request could not be sent", problem) : 0;
}

/* The last frame of the next message as JSON; NULL when nothing came within wait_ms. */
static json_t *receive(rh_client_t *client, long long wait_ms)
{
    zmq_pollitem_t item = {.socket = client->socket, .events = ZMQ_POLLIN};
    json_t *value = NULL;
    zmq_msg_t frame;
    int more = 1;
    if (zmq_poll(&item, 1, (long)wait_ms) <= 0) {
        return NULL;
    }
    while (more != 0 && zmq_msg_init(&frame) == 0) {
        if (zmq_msg_recv(&frame, client->socket, ZMQ_DONTWAIT) >= 0) {
            json_decref(value);
            value = json_loadb(zmq_msg_data(&frame), zmq_msg_size(&frame), 0, NULL);
            more = zmq_msg_more(&frame);
        } else {
            more = 0;
        }
        zmq_msg_close(&frame);
    }
    return value;
}

/* The reply to `id`, or NULL when the time is over; others are let go. */
static json_t *await_reply(rh_client_t *client, const char *id)
{
    long long end_ms = now_ms() + client->timeout_ms;
    for (long long left_ms = client->timeout_ms; left_ms > 0;
         left_ms = end_ms - now_ms()) {
        json_t *reply = receive(client, left_ms);
        if (reply != NULL && strcmp(rh_text(reply, "id", ""), id) == 0) {
            return reply;
        }
        json_decref(reply);
    }
    return NULL;
}

int rh_client_ask(rh_client_t *client, const char *verb, json_t *args,
                  const char *lease, json_t **reply, rh_problem_t *problem)
{
    char id[RH_ULID_SIZE];
    *reply = NULL;
    name_request(client, id);
    json_t *all = request(id, verb, args, lease, client->timeout_ms);
    int failed = send_request(client, all, problem);
    json_decref(all);
    if (failed != 0) {
        return failed;
    }
    json_t *answer = await_reply(client, id);
    if (answer == NULL) {
        return rh_problem_set(problem, RH_EXIT_UNREACHED, "timed_out", REMEDY_SLOW,
                              "%s did not answer `%s` within %d ms",
                              client->endpoints.command, verb, client->timeout_ms);
    }
    if (!rh_flag(answer, "ok")) {
        failed = rh_problem_from_reply(problem, answer);
        json_decref(answer);
        return failed;
    }
    *reply = answer;
    return 0;
}
