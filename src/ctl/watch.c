/* SPDX-License-Identifier: Apache-2.0 */
/* Following the stream; see watch.h and stream.h. */
#include "watch.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "fields.h"
#include "message.h"
#include "names.h"
#include "signals.h"
#include "stream.h"

#define BIT(topic) (1u << RH_TOPIC_##topic)
/* Too many lines for a person; who wants them names them. */
#define QUIET_TOPICS (BIT(LIVE) | BIT(STATE) | BIT(HEALTH))
/* Of these none is ever dropped, so a gap is worth a word. */
#define KEPT_TOPICS (BIT(REP) | BIT(SET) | BIT(SESSION) | BIT(EVENT) | BIT(FAULT))
/* `state` comes every second. */
#define SILENCE_MS 3500

typedef enum { NEXT_MESSAGE, NEXT_SIGNAL, NEXT_OVER, NEXT_SILENCE } next_t;

typedef struct {
    const rh_options_t *options;
    rh_client_t client;
    rh_stream_t stream;
    rh_seen_t seen;
    char boot[64]; /* of the daemon that said hello */
    int signals;
    uint32_t wanted;    /* a bit per topic */
    long long left;     /* messages until the end; -1 = no end */
    bool is_counted;    /* --count was given */
    long long end_ms;   /* of --seconds; -1 = none */
    long long heard_ms; /* when something came last */
    json_t *before;     /* messages that came before the snapshot */
} watch_t;

static long long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static uint32_t wanted_topics(const json_t *args)
{
    const json_t *topics = json_object_get(args, "topics");
    uint32_t wanted = 0;
    for (uint32_t i = 0; i < RH_TOPIC_COUNT; i++) {
        for (size_t k = 0; k < json_array_size(topics); k++) {
            const char *word = json_string_value(json_array_get(topics, k));
            wanted |= strcmp(word, rh_name_topic(i)) == 0 ? 1u << i : 0;
        }
    }
    return topics != NULL ? wanted : ((1u << RH_TOPIC_COUNT) - 1) & ~QUIET_TOPICS;
}

static void show(watch_t *watch, rh_topic_t topic, json_t *message)
{
    if (watch->left == 0 || (watch->wanted & 1u << topic) == 0) {
        return;
    }
    if (watch->options->json) {
        json_object_set_new(message, "topic", json_string(rh_name_topic(topic)));
        rh_json_line(message);
    } else {
        rh_message_print(topic, message, watch->options->units);
    }
    watch->left -= watch->left > 0 ? 1 : 0;
}

static void take(watch_t *watch, rh_topic_t topic, json_t *message)
{
    long long before = watch->seen.seq[topic];
    rh_seen_result_t result = rh_seen_take(&watch->seen, topic, message);
    bool is_wanted = (watch->wanted & KEPT_TOPICS & 1u << topic) != 0;
    if (result == RH_SEEN_GAP && is_wanted) {
        (void)fprintf(stderr, "warning: %lld %s messages were missed\n",
                      rh_count(message, "seq") - before - 1, rh_name_topic(topic));
    }
    if (result == RH_SEEN_RESTARTED) {
        (void)fputs("warning: the daemon was started anew\n", stderr);
    }
    if (result != RH_SEEN_OLD) {
        show(watch, topic, message);
    }
}

static long long earlier(long long a_ms, long long b_ms)
{
    return b_ms >= 0 && b_ms < a_ms ? b_ms : a_ms;
}

/* Waits for what comes first: a message, a signal, the end, too long a silence. */
static next_t await(const watch_t *watch)
{
    zmq_pollitem_t items[] = {{.socket = watch->stream.socket, .events = ZMQ_POLLIN},
                              {.fd = watch->signals, .events = ZMQ_POLLIN}};
    long long until_ms = earlier(watch->heard_ms + SILENCE_MS, watch->end_ms);
    long long left_ms = until_ms - now_ms();
    int ready = zmq_poll(items, 2, left_ms > 0 ? (long)left_ms : 0);
    if (ready > 0 && items[1].revents != 0) {
        return NEXT_SIGNAL;
    }
    if (watch->end_ms >= 0 && now_ms() >= watch->end_ms) {
        return NEXT_OVER;
    }
    if (ready > 0 || now_ms() < until_ms) {
        return NEXT_MESSAGE;
    }
    return NEXT_SILENCE;
}

static int say_silence(const watch_t *watch, rh_problem_t *problem)
{
    return rh_problem_set(problem, RH_EXIT_UNREACHED, "silent",
                          "see whether revhyperd runs", "the stream at %s is silent",
                          watch->client.endpoints.stream);
}

/* Keeps what comes until the first `state`: then every subscription is in force. */
static int await_state(watch_t *watch, rh_problem_t *problem)
{
    rh_topic_t topic = RH_TOPIC_COUNT;
    watch->heard_ms = now_ms();
    while (topic != RH_TOPIC_STATE) {
        next_t next = await(watch);
        if (next == NEXT_SILENCE || next == NEXT_OVER) {
            return say_silence(watch, problem);
        }
        if (next == NEXT_SIGNAL) {
            watch->left = 0;
            return 0;
        }
        json_t *message = rh_stream_next(&watch->stream, &topic);
        if (message != NULL) {
            json_array_append_new(
                watch->before,
                json_pack("{s:i, s:o}", "topic", (int)topic, "message", message));
        }
    }
    return 0;
}

static void show_present(watch_t *watch, const json_t *snapshot)
{
    const json_t *faults = json_object_get(snapshot, "faults");
    json_t *state = json_object_get(snapshot, "state");
    json_t *health = json_object_get(snapshot, "health");
    if (json_is_object(state)) {
        show(watch, RH_TOPIC_STATE, state);
    }
    if (json_is_object(health)) {
        show(watch, RH_TOPIC_HEALTH, health);
    }
    for (size_t i = 0; i < json_array_size(faults); i++) {
        show(watch, RH_TOPIC_FAULT, json_array_get(faults, i));
    }
}

static int begin(watch_t *watch, rh_problem_t *problem)
{
    json_t *reply = NULL;
    int failed = await_state(watch, problem);
    if (failed == 0) {
        failed = rh_client_ask(&watch->client, "snapshot", NULL, NULL, &reply, problem);
    }
    if (failed != 0) {
        return failed;
    }
    rh_seen_start(&watch->seen, watch->boot, json_object_get(reply, "result"));
    show_present(watch, json_object_get(reply, "result"));
    json_decref(reply);
    for (size_t i = 0; i < json_array_size(watch->before); i++) {
        const json_t *row = json_array_get(watch->before, i);
        take(watch, (rh_topic_t)rh_count(row, "topic"),
             json_object_get(row, "message"));
    }
    return 0;
}

static int follow(watch_t *watch, rh_problem_t *problem)
{
    while (watch->left != 0) {
        next_t next = await(watch);
        if (next == NEXT_SIGNAL || (next == NEXT_OVER && !watch->is_counted)) {
            return 0;
        }
        if (next == NEXT_OVER) {
            return rh_problem_set(problem, RH_EXIT_UNREACHED, "timed_out",
                                  "allow more --seconds",
                                  "%lld messages are still to come", watch->left);
        }
        if (next == NEXT_SILENCE) {
            return say_silence(watch, problem);
        }
        rh_topic_t topic;
        json_t *message = rh_stream_next(&watch->stream, &topic);
        if (message != NULL) {
            watch->heard_ms = now_ms();
            take(watch, topic, message);
        }
        json_decref(message);
    }
    return 0;
}

/* Connects both sockets; the machine's name, which is in every topic, comes by hello.
 */
static int connect_both(watch_t *watch, rh_problem_t *problem)
{
    json_t *reply = NULL;
    int failed = rh_client_open(&watch->client, watch->options, problem);
    if (failed == 0) {
        json_t *args = json_pack("{s:s}", "name", "revhyperctl watch");
        failed = rh_client_ask(&watch->client, "hello", args, NULL, &reply, problem);
        json_decref(args);
    }
    if (failed == 0) {
        const json_t *hello = json_object_get(reply, "result");
        (void)snprintf(watch->boot, sizeof watch->boot, "%s",
                       rh_text(hello, "boot", ""));
        failed = rh_stream_open(&watch->stream, &watch->client,
                                rh_text(hello, "machine", ""), watch->wanted, problem);
    }
    json_decref(reply);
    return failed;
}

int rh_watch_run(const rh_call_t *call, rh_problem_t *problem)
{
    double seconds = rh_number(call->args, "seconds");
    bool is_counted = json_object_get(call->args, "count") != NULL;
    watch_t watch = {
        .options = call->options,
        .signals = rh_signals_open(), /* before ZeroMQ's threads, which inherit it */
        .wanted = wanted_topics(call->args),
        .is_counted = is_counted,
        .left = is_counted ? rh_count(call->args, "count") : -1,
        .end_ms = isfinite(seconds) ? now_ms() + llrint(seconds * 1000) : -1,
        .before = json_array()};
    int failed = connect_both(&watch, problem);
    if (failed == 0) {
        failed = begin(&watch, problem);
    }
    if (failed == 0) {
        failed = follow(&watch, problem);
    }
    rh_stream_close(&watch.stream);
    rh_client_close(&watch.client);
    json_decref(watch.before);
    close(watch.signals);
    return failed;
}
