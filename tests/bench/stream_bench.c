/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long a live message takes from the end of its tick to a subscriber, beside a bare
 * FIFO thread in this process that sends the same bytes at the same rate to a
 * subscriber of its own. Sender and readers have a ZeroMQ context each, as programs
 * have: no two of them share an I/O thread. Prints the distributions of both and their
 * ratio; judges nothing.
 *
 *   stream_bench ENDPOINT SECONDS
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

#define MOST 100000
#define BODY 4096

typedef struct {
    const char *endpoint;
    const char *key; /* the stamp's key in the JSON */
    int64_t until_ns;
    int64_t delay_ns[MOST];
    int count;
} reader_t;

static char body[BODY];
static _Atomic size_t body_size;
static _Atomic bool stop;

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t stamp_of(const char *text, const char *key)
{
    const char *at = strstr(text, key);
    return at != NULL ? strtoll(at + strlen(key), NULL, 10) : 0;
}

static void make_realtime(void)
{
    struct sched_param parameter = {.sched_priority = 40};
    (void)pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameter);
}

static void *read_stream(void *argument)
{
    reader_t *reader = argument;
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_SUB);
    (void)zmq_connect(socket, reader->endpoint);
    (void)zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "rh/1/", 5);
    int timeout_ms = 100;
    (void)zmq_setsockopt(socket, ZMQ_RCVTIMEO, &timeout_ms, sizeof(timeout_ms));
    char topic[128], text[BODY];
    while (now_ns() < reader->until_ns && reader->count < MOST) {
        int topic_size = zmq_recv(socket, topic, sizeof(topic) - 1, 0);
        if (topic_size <= 0) {
            continue;
        }
        int size = zmq_recv(socket, text, sizeof(text) - 1, 0);
        int64_t arrived_ns = now_ns();
        topic[topic_size] = '\0';
        if (size <= 0 || size >= BODY || strstr(topic, "/live") == NULL) {
            continue;
        }
        text[size] = '\0';
        reader->delay_ns[reader->count++] = arrived_ns - stamp_of(text, reader->key);
        if (strcmp(reader->key, "\"end_ns\":") == 0 && atomic_load(&body_size) == 0) {
            memcpy(body, text, (size_t)size);
            atomic_store(&body_size, (size_t)size);
        }
    }
    zmq_close(socket);
    zmq_ctx_term(context);
    return NULL;
}

/* The bare thread: sleeps to an absolute time, stamps, sends two frames. */
static void *send_bare(void *argument)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PUB);
    (void)zmq_bind(socket, argument);
    make_realtime();
    char text[BODY];
    int64_t next_ns = now_ns();
    while (!atomic_load(&stop)) {
        next_ns += 20000000;
        struct timespec until = {.tv_sec = next_ns / 1000000000,
                                 .tv_nsec = next_ns % 1000000000};
        (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        size_t size = atomic_load(&body_size);
        if (size < 64) {
            continue;
        }
        memcpy(text, body, size);
        int head = snprintf(text, 32, "{\"bare_ns\":%020ld", (long)now_ns());
        text[head] = ',';
        (void)zmq_send(socket, "rh/1/bare/live", 14, ZMQ_SNDMORE);
        (void)zmq_send(socket, text, size, 0);
    }
    zmq_close(socket);
    zmq_ctx_term(context);
    return NULL;
}

static int by_size(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static double percentile_us(reader_t *reader, int percent)
{
    qsort(reader->delay_ns, (size_t)reader->count, sizeof(reader->delay_ns[0]),
          by_size);
    return reader->count > 0
               ? (double)reader->delay_ns[reader->count * percent / 100] / 1e3
               : 0.0;
}

/* A free one, for the bare thread. */
static void find_endpoint(char *endpoint, size_t size)
{
    void *context = zmq_ctx_new();
    void *probe = zmq_socket(context, ZMQ_PUB);
    (void)zmq_bind(probe, "tcp://127.0.0.1:*");
    (void)zmq_getsockopt(probe, ZMQ_LAST_ENDPOINT, endpoint, &size);
    zmq_close(probe);
    zmq_ctx_term(context);
}

int main(int count, char **arguments)
{
    if (count != 3) {
        fputs("usage: stream_bench ENDPOINT SECONDS\n", stderr);
        return 2;
    }
    static reader_t shipped, bare;
    static char bare_endpoint[256];
    find_endpoint(bare_endpoint, sizeof(bare_endpoint));
    int64_t until_ns = now_ns() + atoll(arguments[2]) * 1000000000;
    shipped = (reader_t){
        .endpoint = arguments[1], .key = "\"end_ns\":", .until_ns = until_ns};
    bare = (reader_t){
        .endpoint = bare_endpoint, .key = "\"bare_ns\":", .until_ns = until_ns};
    pthread_t threads[3];
    pthread_create(&threads[0], NULL, read_stream, &shipped);
    pthread_create(&threads[1], NULL, send_bare, bare_endpoint);
    pthread_create(&threads[2], NULL, read_stream, &bare);
    pthread_join(threads[0], NULL);
    pthread_join(threads[2], NULL);
    atomic_store(&stop, true);
    pthread_join(threads[1], NULL);
    double a50 = percentile_us(&shipped, 50), a99 = percentile_us(&shipped, 99);
    double b50 = percentile_us(&bare, 50), b99 = percentile_us(&bare, 99);
    printf("{\"messages\":%d,\"p50_us\":%.1f,\"p99_us\":%.1f,\"bare_messages\":%d,"
           "\"bare_p50_us\":%.1f,\"bare_p99_us\":%.1f,\"ratio_p50\":%.2f,\"ratio_p99\":"
           "%.2f}\n",
           shipped.count, a50, a99, bare.count, b50, b99, b50 > 0 ? a50 / b50 : 0.0,
           b99 > 0 ? a99 / b99 : 0.0);
    return 0;
}
