/* SPDX-License-Identifier: Apache-2.0 */
/* Binding with errors that a person can act on, and endpoints.json. */
#include "sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.h>

#include "json.h"
#include "rh/wire.h"

#define PATH_SIZE 512
#define HEARTBEAT_MS 2000
#define HEARTBEAT_LOST_MS 6000
/* A small kernel buffer, or thousands of live messages hide in it from the limit. */
#define SEND_BUFFER_BYTES (64 * 1024)

bool rh_socket_is_loopback(const char *host)
{
    struct in_addr four;
    struct in6_addr six;
    if (inet_pton(AF_INET, host, &four) == 1) {
        return (ntohl(four.s_addr) >> 24) == IN_LOOPBACKNET;
    }
    return inet_pton(AF_INET6, host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

void *rh_socket_open(void *context, int type, int send_hwm, int frame_max)
{
    void *socket = zmq_socket(context, type);
    if (socket == NULL) {
        return NULL;
    }
    const struct {
        int option, value;
    } options[] = {
        {ZMQ_LINGER, 0},
        {ZMQ_SNDHWM, send_hwm},
        {ZMQ_SNDBUF, SEND_BUFFER_BYTES},
        {ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS},
        {ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_LOST_MS},
    };
    int64_t largest = frame_max;
    int result = zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &largest, sizeof(largest));
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]) && result == 0; i++) {
        result = zmq_setsockopt(socket, options[i].option, &options[i].value,
                                sizeof(options[i].value));
    }
    if (result != 0) {
        (void)zmq_close(socket);
        return NULL;
    }
    return socket;
}

/* libzmq unlinks whatever lies at the path before it binds; so ask first whether
 * another daemon lives there. */
static bool somebody_answers(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return false;
    }
    bool answered =
        connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0;
    (void)close(fd);
    return answered;
}

static int refuse_long_path(const rh_place_t *place, const char *name)
{
    (void)snprintf(place->error, place->error_size,
                   "%s/%s is too long for a socket (at most %zu characters); "
                   "set [daemon] run_dir or --run-dir to a shorter one",
                   place->run_dir, name,
                   sizeof(((struct sockaddr_un *)0)->sun_path) - 1);
    return -ENAMETOOLONG;
}

int rh_socket_bind_ipc(void *socket, const rh_place_t *place, const char *name,
                       char endpoint[RH_ENDPOINT_SIZE])
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int length = snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s",
                          place->run_dir, name);
    if (length < 0 || (size_t)length >= sizeof(address.sun_path)) {
        return refuse_long_path(place, name);
    }
    if (somebody_answers(&address)) {
        (void)snprintf(place->error, place->error_size,
                       "socket %s is taken by a running program; stop it or set "
                       "[daemon] run_dir to another folder",
                       address.sun_path);
        return -EADDRINUSE;
    }
    (void)snprintf(endpoint, RH_ENDPOINT_SIZE, "ipc://%s", address.sun_path);
    /* the directory's group decides who may come: nobody else may connect */
    if (zmq_bind(socket, endpoint) != 0 || chmod(address.sun_path, 0660) != 0) {
        int code = errno;
        (void)snprintf(place->error, place->error_size,
                       "cannot make socket %s: %s; check that the folder exists and "
                       "may be written",
                       address.sun_path, zmq_strerror(code));
        return -code;
    }
    return 0;
}

static int refuse_port(const rh_place_t *place, int port, const char *key, int code)
{
    if (code == EADDRINUSE) {
        (void)snprintf(place->error, place->error_size,
                       "port %d on %s is taken; free it or set [daemon] %s", port,
                       place->host, key);
    } else {
        (void)snprintf(place->error, place->error_size,
                       "cannot listen on port %d of %s: %s; set [daemon] %s or bind",
                       port, place->host, zmq_strerror(code), key);
    }
    return -code;
}

int rh_socket_bind_tcp(void *socket, const rh_place_t *place, int port, const char *key,
                       char endpoint[RH_ENDPOINT_SIZE])
{
    if (!rh_socket_is_loopback(place->host)) {
        (void)snprintf(place->error, place->error_size,
                       "[daemon] bind = %s is not a loopback address; off the loopback "
                       "the wire needs CURVE keys, which this version does not have: "
                       "set bind = 127.0.0.1",
                       place->host);
        return -EACCES;
    }
    /* only where it is asked for: with it, IPv4 addresses read as ::ffff:127.0.0.1 */
    int is_six = strchr(place->host, ':') != NULL ? 1 : 0;
    char wanted[RH_ENDPOINT_SIZE];
    (void)snprintf(wanted, sizeof(wanted), "tcp://%s%s%s:%d", is_six != 0 ? "[" : "",
                   place->host, is_six != 0 ? "]" : "", port);
    size_t size = RH_ENDPOINT_SIZE;
    if (zmq_setsockopt(socket, ZMQ_IPV6, &is_six, sizeof(is_six)) != 0 ||
        zmq_bind(socket, wanted) != 0 ||
        zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &size) != 0) {
        return refuse_port(place, port, key, errno);
    }
    return 0;
}

static bool write_all(const char *path, const char *text, size_t length)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) {
        return false;
    }
    /* Whoever may look needs the addresses, whatever the unit's umask is; what may be
     * done there is the sockets' own affair. */
    bool is_written =
        fchmod(fd, 0644) == 0 && write(fd, text, length) == (ssize_t)length;
    return close(fd) == 0 && is_written;
}

static void list(rh_json_t *json, const char *key, const char *const endpoint[2])
{
    rh_json_key(json, key);
    rh_json_open(json, '[');
    rh_json_text(json, endpoint[0]);
    rh_json_text(json, endpoint[1]);
    rh_json_close(json, ']');
}

int rh_socket_note_endpoints(const rh_place_t *place, const rh_endpoints_t *endpoints)
{
    char text[4 * RH_ENDPOINT_SIZE + 512];
    rh_json_t json;
    rh_json_start(&json, text, sizeof(text));
    rh_json_open(&json, '{');
    list(&json, "stream", endpoints->stream);
    rh_json_key(&json, "mirror");
    rh_json_text(&json, endpoints->mirror);
    list(&json, "command", endpoints->command);
    rh_json_key(&json, "pid");
    rh_json_i64(&json, getpid());
    rh_json_key(&json, "machine");
    rh_json_text(&json, endpoints->machine);
    rh_json_key(&json, "boot");
    rh_json_text(&json, endpoints->boot);
    rh_json_close(&json, '}');

    char path[PATH_SIZE];
    char fresh[PATH_SIZE];
    (void)snprintf(path, sizeof(path), "%s/" RH_WIRE_ENDPOINTS, place->run_dir);
    (void)snprintf(fresh, sizeof(fresh), "%s/." RH_WIRE_ENDPOINTS, place->run_dir);
    errno = EMSGSIZE;
    if (!rh_json_end(&json) || !write_all(fresh, text, json.used) ||
        rename(fresh, path) != 0) {
        int code = errno;
        (void)snprintf(place->error, place->error_size,
                       "cannot write %s: %s; check that the folder may be written and "
                       "has room",
                       path, zmq_strerror(code));
        return -code;
    }
    return 0;
}

void rh_socket_forget_endpoints(const char *run_dir)
{
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof(path), "%s/" RH_WIRE_ENDPOINTS, run_dir);
    (void)unlink(path);
}
