/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measures what a live message costs: the room's rendering and sending of it against a
 * bare XPUB that sends the same two frames (and the mirror's one). A reader takes all
 * of them. Prints one line of JSON; run by hand, it is no test.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "publish.h"

#define ROUNDS                                                                         \
    1000 /* one message at a time, as at 50 Hz: each wakes the I/O thread              \
          */

static int64_t clock_ns = 1000000000;
static void *context;
static atomic_bool is_ending;

static int64_t now(void)
{
    return clock_ns;
}

static bool take_nothing(void *loop, const rh_command_t *command)
{
    (void)loop;
    (void)command;
    return false;
}

static void hear_nothing(void *loop, bool present, uint32_t lease)
{
    (void)loop;
    (void)present;
    (void)lease;
}

static double cpu_us(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static void *read_all(void *address)
{
    char frame[4096];
    int timeout_ms = 50;
    void *reader = zmq_socket(context, ZMQ_SUB);
    (void)zmq_setsockopt(reader, ZMQ_SUBSCRIBE, "", 0);
    (void)zmq_setsockopt(reader, ZMQ_RCVTIMEO, &timeout_ms, sizeof(timeout_ms));
    (void)zmq_connect(reader, address);
    while (!atomic_load(&is_ending)) {
        (void)zmq_recv(reader, frame, sizeof(frame), 0);
    }
    (void)zmq_close(reader);
    return NULL;
}

static void rest(void)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

static void send_live(rh_publish_t *room, rh_snapshot_t *snapshot)
{
    clock_ns += 20000000;
    snapshot->now_ns = clock_ns;
    snapshot->angle_deg += 0.37;
    snapshot->force_n = 412.3;
    rh_publish_snapshot(room, snapshot);
}

static void send_bare(void *socket, void *mirror, const char *body, size_t length)
{
    static const char topic[] = "rh/1/cost/live";
    (void)zmq_send(socket, topic, sizeof(topic) - 1, ZMQ_DONTWAIT | ZMQ_SNDMORE);
    (void)zmq_send(socket, body, length, ZMQ_DONTWAIT);
    (void)zmq_send(mirror, body, length, ZMQ_DONTWAIT);
}

static void *bind_bare(const char *address)
{
    void *socket = zmq_socket(context, ZMQ_XPUB);
    (void)zmq_setsockopt(socket, ZMQ_LINGER, &(int){0}, sizeof(int));
    if (zmq_bind(socket, address) != 0) {
        exit(1); /* NOLINT(concurrency-mt-unsafe): before the threads */
    }
    return socket;
}

/* Each in turn, so that both see the same machine. */
static void measure(rh_publish_t *room, void *bare, void *mirror)
{
    char body[700];
    rh_snapshot_t snapshot = {.load_kg = 12.5};
    double room_us = 0;
    double bare_us = 0;
    for (int i = 0; i < 50; i++) { /* the readers' subscriptions arrive */
        (void)rh_publish_poll(room, -1, 5);
        (void)zmq_recv(bare, body, sizeof(body), ZMQ_DONTWAIT);
    }
    memset(body, 'x', sizeof(body));
    for (int round = 0; round < ROUNDS; round++) {
        double start = cpu_us();
        send_live(room, &snapshot);
        room_us += cpu_us() - start;
        rest();
        start = cpu_us();
        send_bare(bare, mirror, body, sizeof(body));
        bare_us += cpu_us() - start;
        rest();
    }
    (void)printf(
        "{\"live_us\":%.2f,\"bare_us\":%.2f,\"ratio\":%.2f,\"dropped\":%llu}\n",
        room_us / ROUNDS, bare_us / ROUNDS, room_us / bare_us,
        (unsigned long long)rh_publish_dropped(room));
}

static int clean_up(const char *dir)
{
    static const char *const left[] = {"stream", "command", "bare"};
    for (int i = 0; i < 3; i++) {
        char path[128];
        (void)snprintf(path, sizeof(path), "%s/%s", dir, left[i]);
        (void)unlink(path);
    }
    return rmdir(dir);
}

int main(void)
{
    char dir[64] = "/tmp/rh-cost-XXXXXX";
    char error[256] = "";
    char endpoints[2][128];
    rh_publish_t *room = NULL;
    if (mkdtemp(dir) == NULL) {
        return 1;
    }
    rh_daemon_settings_t daemon = {.live_hz = 50, .bind = "127.0.0.1"};
    (void)snprintf(daemon.run_dir, sizeof(daemon.run_dir), "%s", dir);
    rh_publish_settings_t settings = {.daemon = &daemon,
                                      .machine = "cost",
                                      .boot = "01JZZZZZZZZZZZZZZZZZZZZZZZ",
                                      .send = take_nothing,
                                      .console = hear_nothing,
                                      .mono_ns = now};
    if (rh_publish_open(&room, &settings, error, sizeof(error)) != 0) {
        (void)fprintf(stderr, "%s\n", error);
        return 1;
    }
    context = zmq_ctx_new();
    (void)snprintf(endpoints[0], sizeof(endpoints[0]), "ipc://%s/stream", dir);
    (void)snprintf(endpoints[1], sizeof(endpoints[1]), "ipc://%s/bare", dir);
    void *bare = bind_bare(endpoints[1]);
    void *mirror = bind_bare("tcp://127.0.0.1:*");
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) {
        (void)pthread_create(&threads[i], NULL, read_all, endpoints[i]);
    }
    measure(room, bare, mirror);
    atomic_store(&is_ending, true);
    for (int i = 0; i < 2; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    (void)zmq_close(bare);
    (void)zmq_close(mirror);
    (void)zmq_ctx_term(context);
    rh_publish_close(room);
    return clean_up(dir);
}
