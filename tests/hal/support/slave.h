/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small Modbus slave for the HAL's tests: several units on one pty (with true wire
 * time) or one TCP port, faults on demand, and a log of what it was asked. Written for
 * these tests alone; the simulator is another program and is not used here.
 */
#ifndef RH_TEST_SLAVE_H
#define RH_TEST_SLAVE_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
    SLAVE_GOOD = 0,
    SLAVE_LATE,       /* the whole reply, argument ms too late; meanwhile it goes on */
    SLAVE_EARLY,      /* the reply at once, faster than a wire can be */
    SLAVE_TRUNCATED,  /* all but the last two bytes */
    SLAVE_CRC,        /* one bit flipped */
    SLAVE_WRONG_UNIT, /* another unit's id, checksum good */
    SLAVE_WRONG_ECHO, /* a write confirmed with another value */
    SLAVE_EXCEPTION,  /* argument = code */
    SLAVE_SILENT,
    SLAVE_BEFORE,       /* the unit's previous reply instead of this one */
    SLAVE_LENGTH,       /* a read answered with a word more, everything else right */
    SLAVE_TWICE,        /* the reply, and 0.5 ms after its end the same again */
    SLAVE_ANSWER_BEFORE /* TCP: a reply with the former transaction id */
} slave_fault_t;

typedef struct {
    int64_t arrived_ns;  /* the request's first byte */
    int64_t released_ns; /* the planned end of the reply; 0 = none */
    int64_t written_ns;  /* when it was really sent; 0 = not yet, or none */
    uint8_t unit, function;
    uint16_t address, value; /* value: word, count, or the bits of FC15 */
    slave_fault_t fault;
} slave_request_t;

typedef struct slave slave_t;

/* On a pty with a symlink `dir`/`name`, 115200 8N1. */
slave_t *slave_open_rtu(const char *dir, const char *name);
/* On 127.0.0.1; 0 = any port, else the one that it had before. */
slave_t *slave_open_tcp(int port);
int slave_port(const slave_t *slave);
void slave_close(slave_t *slave);

/* The turnaround; 300 us unless told otherwise. */
void slave_turnaround_us(slave_t *slave, int us);

/* The next `count` requests to `unit` by `function` (0 = any) meet the fault. */
void slave_fault(slave_t *slave, int unit, int function, slave_fault_t fault,
                 int argument, int count);

/* From now on each request to `unit` meets the fault by chance, with an argument
 * between 1 and `argument` where that is above 0; 0 per mille = no more. */
void slave_sicken(slave_t *slave, int unit, slave_fault_t fault, int argument,
                  int per_mille);
/* As one thing after another, which is how a slave on a serial line works: a late reply
 * holds up those after it. Else later ones overtake it. */
void slave_in_order(slave_t *slave, bool is_in_order);
/* The line stands still, as an adapter does behind a hub that is gone for a moment:
 * replies (to reads only) are kept. After `ms` the next request brings the oldest one
 * that passes for its answer, and all that followed, at once and in order. How often
 * that came to pass is slave_bursts. */
void slave_stall(slave_t *slave, int ms);
int slave_bursts(slave_t *slave);
/* No wire time: a reply comes as soon as it is composed. */
void slave_wire_off(slave_t *slave);
void slave_seed(slave_t *slave, unsigned seed);

/* What registers and bits hold; unit 1 … 5, address below 0x2000, bits 0 … 15. A fixed
 * register ignores writes. */
void slave_set(slave_t *slave, int unit, int address, uint16_t value);
uint16_t slave_get(slave_t *slave, int unit, int address);
void slave_fix(slave_t *slave, int unit, int address);
/* From now on the word holds the index of the request that reads it. */
void slave_number(slave_t *slave, int unit, int address);
void slave_set_inputs(slave_t *slave, int unit, uint16_t bits);
uint16_t slave_outputs(slave_t *slave, int unit);

/* From now on the two words hold the index of the request that reads them, high word
 * first or low word first. One such place per unit. */
void slave_index(slave_t *slave, int unit, int address, bool is_low_first);

/* The log: how many requests so far, and one of the latest 65536. */
int slave_count(slave_t *slave);
slave_request_t slave_request(slave_t *slave, int index);
/* When the unit was next asked after that request; 0 = not yet. */
int64_t slave_next_ns(slave_t *slave, int index);
/* Waits (5 s at most) for a request from `from` on that matches; -1 = none came.
 * unit, function: 0 = any. */
int slave_await(slave_t *slave, int from, int unit, int function);

int64_t slave_now_ns(void);

#endif
