/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of the tests' slave: the wire and the log are in slave.c, what a reply
 * holds in slave_reply.c. For these two alone.
 */
#ifndef RH_TEST_SLAVE_PARTS_H
#define RH_TEST_SLAVE_PARTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "slave.h"

#define UNITS 6
#define WORDS 0x2000
#define LOG_SIZE 65536
#define QUEUE 64
#define FAULTS 8
#define SICK 16

typedef struct {
    int64_t due_ns;
    int request; /* index into the log */
    int size;
    uint8_t bytes[264];
} reply_t;

typedef struct {
    int unit, function, argument, count;
    slave_fault_t fault;
} planned_t;

typedef struct {
    int unit, argument, per_mille;
    slave_fault_t fault;
} chance_t;

typedef struct {
    int size;
    uint8_t bytes[264];
} answer_t;

struct slave {
    int listener, wire; /* wire: the pty's master or the connection; -1 = none */
    int keep;           /* the pty's other side, open so that a reopen is no hang-up */
    bool is_tcp;
    int port;
    char link[300];
    pthread_t thread;
    pthread_mutex_t lock;
    atomic_bool stopping;
    int turnaround_us;
    uint16_t words[UNITS][WORDS];
    bool fixed[UNITS][WORDS];
    uint16_t inputs[UNITS], outputs[UNITS];
    uint16_t *numbered;
    int index_at[UNITS]; /* 0 = none */
    bool index_low_first[UNITS];
    chance_t sick[SICK];
    int sick_count;
    uint64_t random;
    bool is_in_order, is_wire_off;
    int64_t latest_due_ns;
    answer_t before[UNITS];
    planned_t faults[FAULTS];
    slave_request_t *log;
    int log_count;
    reply_t queue[QUEUE];
    int queued;
    /* a line that stands still: what it keeps, and when all of it comes; 0 = not yet */
    bool is_stalled;
    uint8_t kept[4096];
    size_t kept_size;
    int64_t burst_ns;
    int bursts;
};

uint16_t slave_word_at(const uint8_t *bytes);

/* The good answer to a request (unit, function, data); its size. */
int slave_answer(slave_t *slave, const uint8_t *request, uint8_t *reply);

/* Faults of content; the size may change. */
int slave_spoil(const planned_t *planned, uint8_t *reply, int size);

/* Adds the checksum, or spoils that; the size on the wire. */
int slave_wrap_rtu(const planned_t *planned, uint8_t *frame, int size);

#endif
