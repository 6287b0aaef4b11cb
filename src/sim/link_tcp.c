/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bus on TCP: a listener on the loopback, several connections, no wire time (the
 * network is faster than anything that is measured here). Run by the bus's thread.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bus.h"

#define CLIENTS 8
#define LATE_MAX 8

typedef struct {
    int fd; /* -1 = free */
    size_t length;
    uint8_t bytes[2 * RH_TCP_MAX];
} client_t;

/* A reply that waits for its time. */
typedef struct {
    int fd; /* -1 = free */
    int64_t release_ns;
    size_t length;
    uint8_t bytes[RH_TCP_MAX];
} late_t;

typedef struct {
    client_t client[CLIENTS];
    late_t late[LATE_MAX];
} server_t;

/* A link to nowhere by the bus's name: who must not speak to a real machine looks here
 * first, whose port it is. */
static int publish_port(const rh_bus_t *bus)
{
    char target[16];

    (void)snprintf(target, sizeof(target), "tcp:%d", bus->port);
    (void)unlink(bus->path);
    return symlink(target, bus->path) == 0 ? 0 : -errno;
}

int rh_link_tcp_open(rh_bus_t *bus)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)bus->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    const int on = 1;
    int result = 0;

    bus->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (bus->fd < 0) {
        return -errno;
    }
    (void)setsockopt(bus->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(bus->fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(bus->fd, CLIENTS) != 0 ||
        getsockname(bus->fd, (struct sockaddr *)&address, &size) != 0) {
        result = -errno;
        rh_link_tcp_close(bus);
        return result;
    }
    bus->port = ntohs(address.sin_port);
    result = publish_port(bus);
    if (result != 0) {
        rh_link_tcp_close(bus);
    }
    return result;
}

void rh_link_tcp_close(rh_bus_t *bus)
{
    if (bus->fd >= 0) {
        (void)unlink(bus->path);
        (void)close(bus->fd);
    }
    bus->fd = -1;
}

static void send_bytes(int fd, const uint8_t *bytes, size_t length)
{
    /* A client that is gone is noticed when it is next read. */
    (void)send(fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void send_later(server_t *server, int fd, int64_t release_ns,
                       const uint8_t *bytes, size_t length)
{
    for (int i = 0; i < LATE_MAX; i++) {
        late_t *late = &server->late[i];

        if (late->fd < 0) {
            late->fd = fd;
            late->release_ns = release_ns;
            late->length = length;
            memcpy(late->bytes, bytes, length);
            return;
        }
    }
}

static void drop_client(server_t *server, client_t *client)
{
    for (int i = 0; i < LATE_MAX; i++) {
        if (server->late[i].fd == client->fd) {
            server->late[i].fd = -1;
        }
    }
    (void)close(client->fd);
    client->fd = -1;
    client->length = 0;
}

static void drop_all(server_t *server)
{
    for (int i = 0; i < CLIENTS; i++) {
        if (server->client[i].fd >= 0) {
            drop_client(server, &server->client[i]);
        }
    }
}

static void accept_client(rh_bus_t *bus, server_t *server)
{
    const int on = 1;
    const int fd = accept4(bus->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd < 0) {
        return;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    for (int i = 0; i < CLIENTS; i++) {
        if (server->client[i].fd < 0) {
            server->client[i].fd = fd;
            server->client[i].length = 0;
            return;
        }
    }
    (void)close(fd);
}

static void count_request(rh_bus_t *bus, bool ours, bool replied)
{
    (void)pthread_mutex_lock(&bus->mutex);
    bus->wire.stats.requests += ours ? 1 : 0;
    bus->wire.stats.foreign += ours ? 0 : 1;
    bus->wire.stats.replies += replied ? 1 : 0;
    (void)pthread_mutex_unlock(&bus->mutex);
}

static void answer_frame(rh_bus_t *bus, server_t *server, int fd, const uint8_t *frame,
                         size_t length)
{
    uint8_t adu[RH_TCP_MAX];
    rh_bus_answer_t answer;
    const bool ours = rh_bus_answer(bus, frame[6], frame + RH_MBAP_SIZE,
                                    length - RH_MBAP_SIZE, &answer);
    int64_t release_ns;
    size_t size;

    count_request(bus, ours, ours && !answer.silent);
    if (!ours || answer.silent) {
        if (ours) {
            rh_bus_trace(bus, &answer, 0);
        }
        return;
    }
    size = rh_frame_to_tcp(adu, rh_frame_word(frame), answer.unit, answer.pdu.bytes,
                           answer.pdu.length);
    if (answer.damaged || answer.collided) {
        adu[0] ^= 0x5a;
    }
    if (answer.truncated) {
        size /= 2;
    }
    release_ns = rh_now_ns() + answer.delay_ns;
    rh_bus_trace(bus, &answer, release_ns);
    if (answer.delay_ns > 0) {
        send_later(server, fd, release_ns, adu, size);
    } else {
        send_bytes(fd, adu, size);
    }
}

static void receive(rh_bus_t *bus, server_t *server, client_t *client)
{
    const ssize_t got = recv(client->fd, client->bytes + client->length,
                             sizeof(client->bytes) - client->length, 0);
    int frame = 0;

    if (got <= 0) {
        if (got == 0 || errno != EAGAIN) {
            drop_client(server, client);
        }
        return;
    }
    client->length += (size_t)got;
    while ((frame = rh_frame_tcp_length(client->bytes, client->length)) > 0) {
        answer_frame(bus, server, client->fd, client->bytes, (size_t)frame);
        client->length -= (size_t)frame;
        memmove(client->bytes, client->bytes + frame, client->length);
    }
    if (frame < 0) {
        drop_client(server, client);
    }
}

static int64_t next_release_ns(const server_t *server)
{
    int64_t next_ns = INT64_MAX;

    for (int i = 0; i < LATE_MAX; i++) {
        if (server->late[i].fd >= 0 && server->late[i].release_ns < next_ns) {
            next_ns = server->late[i].release_ns;
        }
    }
    return next_ns;
}

static void release_due(server_t *server)
{
    const int64_t now_ns = rh_now_ns();

    for (int i = 0; i < LATE_MAX; i++) {
        late_t *late = &server->late[i];

        if (late->fd >= 0 && late->release_ns <= now_ns) {
            send_bytes(late->fd, late->bytes, late->length);
            late->fd = -1;
        }
    }
}

static void serve_once(rh_bus_t *bus, server_t *server)
{
    struct pollfd fds[CLIENTS + 1];
    bool readable;

    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = (struct pollfd){.fd = server->client[i].fd, .events = POLLIN};
    }
    fds[CLIENTS] = (struct pollfd){.fd = bus->fd, .events = POLLIN};
    readable = rh_bus_wait(fds, CLIENTS + 1, next_release_ns(server), INT64_MAX);
    release_due(server);
    if (!readable) {
        return;
    }
    for (int i = 0; i < CLIENTS; i++) {
        if (server->client[i].fd >= 0 && fds[i].revents != 0) {
            receive(bus, server, &server->client[i]);
        }
    }
    if (fds[CLIENTS].revents != 0) {
        accept_client(bus, server);
    }
}

void rh_link_tcp_run(rh_bus_t *bus)
{
    server_t server;

    memset(&server, 0, sizeof(server));
    for (int i = 0; i < CLIENTS; i++) {
        server.client[i].fd = -1;
    }
    for (int i = 0; i < LATE_MAX; i++) {
        server.late[i].fd = -1;
    }
    while (!atomic_load(&bus->stop)) {
        if (rh_bus_is_unplugged(bus)) {
            drop_all(&server);
            rh_link_tcp_close(bus);
        } else if (bus->fd < 0) {
            (void)rh_link_tcp_open(bus);
        }
        if (bus->fd >= 0) {
            serve_once(bus, &server);
        } else {
            (void)rh_bus_wait(NULL, 0, INT64_MAX, INT64_MAX);
        }
    }
    drop_all(&server);
}
