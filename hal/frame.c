/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modbus requests and the check of their replies. Pure.
 */
#include "frame.h"

#include <string.h>

enum {
    READ_COILS = 1,
    READ_DISCRETE = 2,
    READ_HOLDING = 3,
    READ_INPUT = 4,
    WRITE_WORD = 6,
    WRITE_BITS = 15,
    WRITE_WORDS = 16,
    READ_WRITE = RH_FRAME_READ_WRITE,
    EXCEPTION = 0x80
};

#define HEAD 3      /* unit, function, byte count of a read's reply */
#define ECHO_SIZE 6 /* unit, function, address, value or count */
#define EXCEPTION_SIZE 3

static const struct {
    uint8_t function;
    bool is_bits;
} spaces[] = {
    [RH_SPACE_HOLDING] = {READ_HOLDING, false},
    [RH_SPACE_INPUT] = {READ_INPUT, false},
    [RH_SPACE_COIL] = {READ_COILS, true},
    [RH_SPACE_DISCRETE] = {READ_DISCRETE, true},
};

static void put(rh_frame_t *frame, int value)
{
    frame->bytes[frame->size++] = (uint8_t)(value >> 8);
    frame->bytes[frame->size++] = (uint8_t)value;
}

static void begin(rh_frame_t *frame, int unit, uint8_t function, int address)
{
    frame->bytes[0] = (uint8_t)unit;
    frame->bytes[1] = function;
    frame->size = 2;
    frame->reply_size = ECHO_SIZE;
    put(frame, address);
}

void rh_frame_read(rh_frame_t *frame, int unit, const rh_block_t *range)
{
    begin(frame, unit, spaces[range->space].function, range->address);
    put(frame, range->count);
    frame->reply_size = HEAD + (spaces[range->space].is_bits ? (range->count + 7) / 8
                                                             : 2 * range->count);
}

void rh_frame_write_word(rh_frame_t *frame, int unit, int address, uint16_t word)
{
    begin(frame, unit, WRITE_WORD, address);
    put(frame, word);
}

void rh_frame_write_words(rh_frame_t *frame, int unit, int address, int count,
                          const uint16_t *words)
{
    begin(frame, unit, WRITE_WORDS, address);
    put(frame, count);
    frame->bytes[frame->size++] = (uint8_t)(2 * count);
    for (int i = 0; i < count; i++) {
        put(frame, words[i]);
    }
}

void rh_frame_read_write(rh_frame_t *frame, int unit, const rh_block_t *range,
                         int address, int count, const uint16_t *words)
{
    begin(frame, unit, READ_WRITE, range->address);
    put(frame, range->count);
    put(frame, address);
    put(frame, count);
    frame->bytes[frame->size++] = (uint8_t)(2 * count);
    for (int i = 0; i < count; i++) {
        put(frame, words[i]);
    }
    frame->reply_size = HEAD + 2 * range->count;
}

void rh_frame_write_bits(rh_frame_t *frame, int unit, int address, int count,
                         uint16_t bits)
{
    begin(frame, unit, WRITE_BITS, address);
    put(frame, count);
    frame->bytes[frame->size++] = (uint8_t)((count + 7) / 8);
    frame->bytes[frame->size++] = (uint8_t)bits;
    if (count > 8) {
        frame->bytes[frame->size++] = (uint8_t)(bits >> 8);
    }
}

bool rh_frame_is_read(const rh_frame_t *request)
{
    return request->bytes[1] <= READ_INPUT || request->bytes[1] == READ_WRITE;
}

rh_reply_t rh_frame_check(const rh_frame_t *request, const uint8_t *reply, int size)
{
    if (size < EXCEPTION_SIZE || reply[0] != request->bytes[0]) {
        return RH_REPLY_WRONG;
    }
    if (reply[1] == (request->bytes[1] | EXCEPTION) && size == EXCEPTION_SIZE) {
        return RH_REPLY_EXCEPTION;
    }
    if (reply[1] != request->bytes[1] || size != request->reply_size) {
        return RH_REPLY_WRONG;
    }
    bool matches = rh_frame_is_read(request)
                       ? reply[2] == request->reply_size - HEAD
                       : memcmp(reply, request->bytes, ECHO_SIZE) == 0;
    return matches ? RH_REPLY_GOOD : RH_REPLY_WRONG;
}

uint16_t rh_frame_word(const uint8_t *reply, int at)
{
    return (uint16_t)(reply[HEAD + 2 * at] << 8 | reply[HEAD + 2 * at + 1]);
}

bool rh_frame_bit(const uint8_t *reply, int at)
{
    return (reply[HEAD + at / 8] >> (at % 8) & 1) != 0;
}
