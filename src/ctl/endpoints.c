/* SPDX-License-Identifier: Apache-2.0 */
/* Finding the daemon's addresses; see endpoints.h. */
#include "endpoints.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fields.h"

#define IPC "ipc://"
#define REMEDY_START                                                                   \
    "start revhyperd, or name another with --run-dir, --socket or --host"
#define REMEDY_GROUP "join the group revhyper-trainer, or ask somebody who is in it"

/*
 * ZeroMQ keeps trying in silence when a socket is not there or may not be opened, so
 * this asks the kernel once, to say at once and exactly why. Returns 0 or an errno.
 */
static int probe_ipc(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        return ENAMETOOLONG;
    }
    memcpy(address.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return errno;
    }
    int failed = connect(fd, (const struct sockaddr *)&address, sizeof address) != 0;
    int error = failed ? errno : 0;
    close(fd);
    return error;
}

static int say_unreached(int error, const char *where, rh_problem_t *problem)
{
    char reason[96];
    if (error == EACCES || error == EPERM) {
        return rh_problem_set(problem, RH_EXIT_NOT_PERMITTED, "not_permitted",
                              REMEDY_GROUP, "%s may not be opened by you", where);
    }
    return rh_problem_set(problem, RH_EXIT_UNREACHED, "unreached", REMEDY_START,
                          "no daemon answers at %s (%s)", where,
                          strerror_r(error, reason, sizeof reason));
}

/* The n-th address of a value that is one address or a list of them; NULL at its end.
 */
static const char *address_at(const json_t *value, size_t index)
{
    return json_is_array(value) ? json_string_value(json_array_get(value, index))
           : index == 0         ? json_string_value(value)
                                : NULL;
}

/* Returns 0, or the errno of the first ipc address when nothing can be used. */
static int choose(const json_t *value, char *address)
{
    const char *tcp = NULL;
    int error = 0;
    const char *at = address_at(value, 0);
    for (size_t i = 0; at != NULL; at = address_at(value, ++i)) {
        bool is_ipc = strncmp(at, IPC, strlen(IPC)) == 0;
        int failed = is_ipc ? probe_ipc(at + strlen(IPC)) : 0;
        if (is_ipc && failed == 0) {
            (void)snprintf(address, RH_ENDPOINT_MAX, "%s", at);
            return 0;
        }
        error = error != 0 ? error : failed;
        tcp = tcp == NULL && !is_ipc ? at : tcp;
    }
    /* A socket that refuses belongs to a daemon that is gone, and so does its port. */
    if (tcp == NULL || error == ECONNREFUSED) {
        return error != 0 ? error : ENOENT;
    }
    (void)snprintf(address, RH_ENDPOINT_MAX, "%s", tcp);
    return 0;
}

static int from_file(rh_endpoints_t *endpoints, const char *run_dir,
                     rh_problem_t *problem)
{
    char path[RH_ENDPOINT_MAX];
    json_error_t error;
    (void)snprintf(path, sizeof path, "%s/" RH_WIRE_ENDPOINTS, run_dir);
    if (access(path, R_OK) != 0) {
        return say_unreached(errno, path, problem);
    }
    json_t *file = json_load_file(path, 0, &error);
    if (!json_is_object(file)) {
        json_decref(file);
        return rh_problem_set(problem, RH_EXIT_UNREACHED, "unreached", REMEDY_START,
                              "%s: line %d: %s", path, error.line, error.text);
    }
    int failed = choose(json_object_get(file, "command"), endpoints->command);
    if (failed == 0 &&
        choose(json_object_get(file, "stream"), endpoints->stream) != 0) {
        endpoints->stream[0] = '\0';
    }
    json_decref(file);
    return failed != 0 ? say_unreached(failed, path, problem) : 0;
}

static int from_socket(rh_endpoints_t *endpoints, const char *path,
                       rh_problem_t *problem)
{
    const char *slash = strrchr(path, '/');
    int folder = slash != NULL ? (int)(slash - path) + 1 : 0;
    int error = probe_ipc(path);
    (void)snprintf(endpoints->command, RH_ENDPOINT_MAX, IPC "%s", path);
    (void)snprintf(endpoints->stream, RH_ENDPOINT_MAX, IPC "%.*s" RH_WIRE_STREAM_SOCKET,
                   folder, path);
    return error != 0 ? say_unreached(error, path, problem) : 0;
}

static int from_host(rh_endpoints_t *endpoints, const rh_options_t *options,
                     rh_problem_t *problem)
{
    const char *host = options->host;
    const char *bracket = strrchr(host, ']'); /* [::1]:5571 */
    const char *colon = strrchr(bracket != NULL ? bracket : host, ':');
    int length = colon != NULL ? (int)(colon - host) : (int)strlen(host);
    long port = RH_WIRE_COMMAND_PORT;
    if (length == 0 ||
        (colon != NULL && rh_whole_parse(colon + 1, 1, 65535, &port) != 0)) {
        return rh_problem_set(problem, RH_EXIT_USAGE, "usage",
                              "give HOST or HOST:PORT with a port from 1 to 65535",
                              "--host cannot be `%s`", host);
    }
    (void)snprintf(endpoints->command, RH_ENDPOINT_MAX, "tcp://%.*s:%ld", length, host,
                   port);
    (void)snprintf(endpoints->stream, RH_ENDPOINT_MAX, "tcp://%.*s:%d", length, host,
                   options->stream_port);
    return 0;
}

int rh_endpoints_find(rh_endpoints_t *endpoints, const rh_options_t *options,
                      rh_problem_t *problem)
{
    *endpoints = (rh_endpoints_t){{0}, {0}};
    if (options->socket != NULL) {
        return from_socket(endpoints, options->socket, problem);
    }
    if (options->host != NULL) {
        return from_host(endpoints, options, problem);
    }
    const char *run_dir = options->run_dir != NULL ? options->run_dir : RH_CTL_RUN_DIR;
    return from_file(endpoints, run_dir, problem);
}
