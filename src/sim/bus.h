/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One Modbus bus of the simulated machine: its devices, its link (a pty with wire time,
 * or a TCP listener) and the thread that serves it. The simulator starts four of them.
 */
#ifndef RH_SIM_BUS_H
#define RH_SIM_BUS_H

#include <pthread.h>
#include <stdatomic.h>

#include "device.h"
#include "wire.h"

#define RH_BUS_PATH_MAX 256

typedef struct {
    rh_bus_id_t id;
    bool tcp;
    int port;                   /* TCP: asked for, then the bound one; 0 = any */
    char path[RH_BUS_PATH_MAX]; /* RTU: the symlink to the pty */
    rh_wire_line_t line;        /* RTU: how the line is set up */
    rh_bench_t *bench;
    FILE *trace;          /* NULL = none */
    rh_device_t *devices; /* all of the machine's; ours by rh_device_bus */
    atomic_bool stop;
    bool started;
    pthread_t thread;
    /* the wire, its statistics included, under its own lock */
    pthread_mutex_t mutex;
    rh_wire_t wire;
    /* the link's descriptors, the thread's own once it runs */
    int fd;       /* pty master, or listener; -1 = unplugged */
    int slave_fd; /* RTU: kept open so that a leaving master is no hangup */
} rh_bus_t;

/* Opens the link and starts the thread; `seed` is for its random turnarounds. 0, or
 * -errno with the reason in `error`. */
int rh_bus_start(rh_bus_t *bus, uint32_t seed, char *error, size_t size);
void rh_bus_stop(rh_bus_t *bus);
/* Statistics as one JSON object; returns its length. */
size_t rh_bus_wire_json(rh_bus_t *bus, char *text, size_t size);
void rh_bus_mark(rh_bus_t *bus);

/* What a link sends for one request. */
typedef struct {
    bool silent;
    bool truncated;
    bool damaged;
    bool collided;  /* two slaves with one number drove the line at once */
    bool disturbed; /* any of the above, late or foreign: no transaction for eta */
    int64_t delay_ns;
    uint8_t unit;
    rh_pdu_t pdu;
    rh_trace_entry_t truth;
} rh_bus_answer_t;

/* For the links: false when nobody on this bus has the id. */
bool rh_bus_answer(rh_bus_t *bus, uint8_t unit, const uint8_t *pdu, size_t length,
                   rh_bus_answer_t *answer);
/* For the links: the answer is due at `release_ns`, 0 = it stays away. */
void rh_bus_trace(rh_bus_t *bus, const rh_bus_answer_t *answer, int64_t release_ns);
/* For the links: the bus is unplugged just now. */
bool rh_bus_is_unplugged(rh_bus_t *bus);
struct pollfd;
/* Waits for one of `fds`, `soon_ns` (roughly) or `exact_ns` (spinning over the last
 * stretch, because a sleeping thread wakes tens of us late), and never longer than the
 * bus may take to notice an unplug; true when a descriptor is ready. */
bool rh_bus_wait(struct pollfd *fds, int count, int64_t soon_ns, int64_t exact_ns);

/* A serial port can be set to this rate. */
bool rh_link_rtu_has_rate(int baud);
int rh_link_rtu_open(rh_bus_t *bus);
void rh_link_rtu_close(rh_bus_t *bus);
void rh_link_rtu_run(rh_bus_t *bus);
int rh_link_tcp_open(rh_bus_t *bus);
void rh_link_tcp_close(rh_bus_t *bus);
void rh_link_tcp_run(rh_bus_t *bus);

#endif
