/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modbus requests and what a reply to them must look like (Modbus Application Protocol
 * 1.1b3, section 6), without the wire's own header and checksum. Every field that a
 * reply repeats is compared, echoed addresses and values too, which libmodbus leaves
 * out. Pure. For the HAL only.
 */
#ifndef RH_HAL_FRAME_H
#define RH_HAL_FRAME_H

#include <stdint.h>

#include "rh/hal.h"

#define RH_FRAME_BYTES 256
#define RH_FRAME_WORDS_MAX 125 /* registers in one read */
#define RH_FRAME_BITS_MAX 16   /* bits in one FC15 of ours */
#define RH_FRAME_READ_WRITE 23 /* FC23 */

typedef struct {
    uint8_t bytes[RH_FRAME_BYTES]; /* unit id, function, data */
    int size;
    int reply_size; /* of a good reply, from its unit id on */
} rh_frame_t;

typedef enum {
    RH_REPLY_GOOD = 0,
    RH_REPLY_EXCEPTION, /* well formed; byte 2 of the reply is the code */
    RH_REPLY_WRONG      /* other unit, function, length or echo */
} rh_reply_t;

/* Read `count` registers or bits of a space (FC03, 04, 01, 02). */
void rh_frame_read(rh_frame_t *frame, int unit, const rh_block_t *range);

/* Write one register: FC06. */
void rh_frame_write_word(rh_frame_t *frame, int unit, int address, uint16_t word);

/* Write `count` (1 or 2) registers: FC16. */
void rh_frame_write_words(rh_frame_t *frame, int unit, int address, int count,
                          const uint16_t *words);

/* Write `count` (1 … RH_FRAME_BITS_MAX) coils, lowest address in bit 0: FC15. */
void rh_frame_write_bits(rh_frame_t *frame, int unit, int address, int count,
                         uint16_t bits);

/* The same, and a read of `range`, in one transaction that writes first: FC23. */
void rh_frame_read_write(rh_frame_t *frame, int unit, const rh_block_t *range,
                         int address, int count, const uint16_t *words);

/* Does its reply bring registers or bits? */
bool rh_frame_is_read(const rh_frame_t *request);

/* Is this (unit id, function, data) the answer to that request? */
rh_reply_t rh_frame_check(const rh_frame_t *request, const uint8_t *reply, int size);

/* Word or bit `at` of a good reply to a read. */
uint16_t rh_frame_word(const uint8_t *reply, int at);
bool rh_frame_bit(const uint8_t *reply, int at);

#endif
