/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control socket's server; see control.h.
 */
#include "control.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* How often a waiting client is looked at again. */
#define WAITING_MS 5

int rh_control_open(rh_control_t *control, rh_sim_t *sim, char *error,
                    size_t error_size)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int result = 0;

    memset(control, 0, sizeof(*control));
    control->sim = sim;
    for (int i = 0; i < RH_CONTROL_CLIENTS; i++) {
        control->client[i].fd = -1;
    }
    rh_sim_path(sim->run_dir, "sim.sock", control->path, sizeof(control->path));
    if (strlen(control->path) >= sizeof(address.sun_path)) {
        (void)snprintf(error, error_size,
                       "%s: too long for a socket; use a shorter "
                       "--run-dir",
                       control->path);
        control->fd = -1;
        return -ENAMETOOLONG;
    }
    memcpy(address.sun_path, control->path, strlen(control->path) + 1);
    (void)unlink(control->path);
    control->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (control->fd < 0 ||
        bind(control->fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(control->fd, RH_CONTROL_CLIENTS) != 0) {
        result = -errno;
        (void)snprintf(error, error_size, "%s: %s", control->path,
                       strerrordesc_np(-result));
    }
    return result;
}

static void drop(rh_control_client_t *client)
{
    (void)close(client->fd);
    memset(client, 0, sizeof(*client));
    client->fd = -1;
}

static void reply(const rh_control_client_t *client, const char *answer)
{
    char line[RH_SCRIPT_ANSWER + 2];
    const int length = snprintf(line, sizeof(line), "%s\n", answer);

    (void)send(client->fd, line, (size_t)length, MSG_NOSIGNAL);
}

/* Runs the client's order; true = quit. */
static bool run_order(rh_control_t *control, rh_control_client_t *client)
{
    char answer[RH_SCRIPT_ANSWER];
    const rh_outcome_t outcome = rh_script_run(&client->order, control->sim, answer);

    client->waiting = outcome == RH_OUTCOME_WAITING;
    if (!client->waiting) {
        reply(client, answer);
    }
    return outcome == RH_OUTCOME_QUIT;
}

static bool take_line(rh_control_t *control, rh_control_client_t *client,
                      const char *line)
{
    char reason[RH_SCRIPT_LINE * 2] = "";
    char answer[RH_SCRIPT_ANSWER];

    if (rh_script_parse(&client->order, line, reason, sizeof(reason)) == 0) {
        return run_order(control, client);
    }
    rh_script_refuse(reason, answer);
    reply(client, answer);
    return false;
}

/* Lines that came together are answered in order, none before the one before. */
static bool take_lines(rh_control_t *control, rh_control_client_t *client)
{
    char *end;
    bool quit = false;

    while (!quit && !client->waiting &&
           (end = memchr(client->text, '\n', client->length)) != NULL) {
        const size_t used = (size_t)(end - client->text) + 1;

        *end = '\0';
        quit = take_line(control, client, client->text);
        client->length -= used;
        memmove(client->text, client->text + used, client->length);
    }
    return quit;
}

static bool receive(rh_control_t *control, rh_control_client_t *client)
{
    const size_t room = sizeof(client->text) - client->length;
    const ssize_t got =
        recv(client->fd, client->text + client->length, room, MSG_DONTWAIT);

    if (got < 0 && errno == EAGAIN) {
        return false;
    }
    if (got <= 0) {
        drop(client);
        return false;
    }
    client->length += (size_t)got;
    if (take_lines(control, client)) {
        return true;
    }
    if (client->length == sizeof(client->text)) {
        drop(client);
    }
    return false;
}

static void accept_client(rh_control_t *control)
{
    const int fd = accept4(control->fd, NULL, NULL, SOCK_CLOEXEC);

    for (int i = 0; fd >= 0 && i < RH_CONTROL_CLIENTS; i++) {
        if (control->client[i].fd < 0) {
            control->client[i].fd = fd;
            return;
        }
    }
    if (fd >= 0) {
        (void)close(fd);
    }
}

static bool retry_waiting(rh_control_t *control)
{
    bool quit = false;

    for (int i = 0; i < RH_CONTROL_CLIENTS; i++) {
        rh_control_client_t *client = &control->client[i];

        if (client->fd >= 0 && client->waiting) {
            quit |= run_order(control, client);
            quit |= take_lines(control, client);
        }
    }
    return quit;
}

static bool any_waiting(const rh_control_t *control)
{
    for (int i = 0; i < RH_CONTROL_CLIENTS; i++) {
        if (control->client[i].fd >= 0 && control->client[i].waiting) {
            return true;
        }
    }
    return false;
}

bool rh_control_poll(rh_control_t *control, int wake_fd, int timeout_ms)
{
    struct pollfd fds[RH_CONTROL_CLIENTS + 2];
    const bool waiting = any_waiting(control);
    bool quit = false;

    for (int i = 0; i < RH_CONTROL_CLIENTS; i++) {
        fds[i] = (struct pollfd){.fd = control->client[i].fd, .events = POLLIN};
    }
    fds[RH_CONTROL_CLIENTS] = (struct pollfd){.fd = control->fd, .events = POLLIN};
    fds[RH_CONTROL_CLIENTS + 1] = (struct pollfd){.fd = wake_fd, .events = POLLIN};
    if (waiting && timeout_ms > WAITING_MS) {
        timeout_ms = WAITING_MS;
    }
    (void)poll(fds, RH_CONTROL_CLIENTS + 2, timeout_ms);
    for (int i = 0; i < RH_CONTROL_CLIENTS; i++) {
        if (control->client[i].fd >= 0 && fds[i].revents != 0) {
            quit |= receive(control, &control->client[i]);
        }
    }
    if (fds[RH_CONTROL_CLIENTS].revents != 0) {
        accept_client(control);
    }
    return quit || (waiting && retry_waiting(control));
}

void rh_control_close(rh_control_t *control)
{
    for (int i = 0; i < RH_CONTROL_CLIENTS; i++) {
        if (control->client[i].fd >= 0) {
            drop(&control->client[i]);
        }
    }
    if (control->fd >= 0) {
        (void)close(control->fd);
        (void)unlink(control->path);
    }
    control->fd = -1;
}
