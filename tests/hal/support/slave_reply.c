/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests' slave answers, good or spoilt.
 */
#include <stddef.h>
#include <string.h>

#include "slave_parts.h"

/* CRC-16 of Modbus over Serial Line 1.02, 2.5.1.2. */
static uint16_t crc16(const uint8_t *bytes, int size)
{
    uint16_t crc = 0xFFFF;
    for (int i = 0; i < size; i++) {
        crc = (uint16_t)(crc ^ bytes[i]);
        for (int bit = 0; bit < 8; bit++) {
            crc = (uint16_t)((crc & 1) != 0 ? crc >> 1 ^ 0xA001 : crc >> 1);
        }
    }
    return crc;
}

uint16_t slave_word_at(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

/* ---- what a good slave answers (unit, function, data) ----------------------- */

static int read_words(const slave_t *slave, const uint8_t *request, uint8_t *reply)
{
    int address = slave_word_at(request + 2);
    int count = slave_word_at(request + 4);
    reply[2] = (uint8_t)(2 * count);
    for (int i = 0; i < count; i++) {
        uint16_t word = slave->words[request[0]][(address + i) % WORDS];
        reply[3 + 2 * i] = (uint8_t)(word >> 8);
        reply[4 + 2 * i] = (uint8_t)word;
    }
    return 3 + 2 * count;
}

static int read_inputs(const slave_t *slave, const uint8_t *request, uint8_t *reply)
{
    int count = slave_word_at(request + 4);
    uint16_t bits = (uint16_t)(slave->inputs[request[0]] >> slave_word_at(request + 2));
    reply[2] = (uint8_t)((count + 7) / 8);
    reply[3] = (uint8_t)bits;
    reply[4] = (uint8_t)(bits >> 8);
    return 3 + reply[2];
}

static void write_word(slave_t *slave, int unit, int address, uint16_t word)
{
    if (!slave->fixed[unit][address % WORDS]) {
        slave->words[unit][address % WORDS] = word;
    }
}

static int write_words(slave_t *slave, const uint8_t *request, uint8_t *reply)
{
    int address = slave_word_at(request + 2);
    if (request[1] == 6) {
        write_word(slave, request[0], address, slave_word_at(request + 4));
    }
    for (int i = 0; request[1] == 16 && i < slave_word_at(request + 4); i++) {
        write_word(slave, request[0], address + i,
                   slave_word_at(request + 7 + (ptrdiff_t)2 * i));
    }
    memcpy(reply, request, 6);
    return 6;
}

static int write_bits(slave_t *slave, const uint8_t *request, uint8_t *reply)
{
    int count = slave_word_at(request + 4);
    uint16_t bits = request[7];
    uint16_t mask = (uint16_t)((1u << count) - 1);
    int shift = slave_word_at(request + 2);
    uint16_t *outputs = &slave->outputs[request[0]];
    *outputs = (uint16_t)((*outputs & ~(mask << shift)) | (bits & mask) << shift);
    memcpy(reply, request, 6);
    return 6;
}

/* It writes before it reads (Application Protocol 1.1b3, 6.17). */
static int read_write(slave_t *slave, const uint8_t *request, uint8_t *reply)
{
    int address = slave_word_at(request + 6);
    for (int i = 0; i < slave_word_at(request + 8); i++) {
        write_word(slave, request[0], address + i,
                   slave_word_at(request + 11 + (ptrdiff_t)2 * i));
    }
    return read_words(slave, request, reply);
}

int slave_answer(slave_t *slave, const uint8_t *request, uint8_t *reply)
{
    memcpy(reply, request, 2);
    switch (request[1]) {
    case 2:
        return read_inputs(slave, request, reply);
    case 3:
        return read_words(slave, request, reply);
    case 15:
        return write_bits(slave, request, reply);
    case 23:
        return read_write(slave, request, reply);
    default:
        return write_words(slave, request, reply);
    }
}

int slave_spoil(const planned_t *planned, uint8_t *reply, int size)
{
    switch (planned->fault) {
    case SLAVE_WRONG_UNIT:
        reply[0] = (uint8_t)(reply[0] % (UNITS - 1) + 1);
        return size;
    case SLAVE_WRONG_ECHO:
        reply[5] ^= 1;
        return size;
    case SLAVE_LENGTH:
        if (reply[1] != 3) {
            return size;
        }
        reply[2] = (uint8_t)(reply[2] + 2);
        reply[size] = reply[size + 1] = 0;
        return size + 2;
    case SLAVE_EXCEPTION:
        reply[1] |= 0x80;
        reply[2] = (uint8_t)planned->argument;
        return 3;
    default:
        return size;
    }
}

int slave_wrap_rtu(const planned_t *planned, uint8_t *frame, int size)
{
    uint16_t crc = crc16(frame, size);
    frame[size] = (uint8_t)crc;
    frame[size + 1] = (uint8_t)(crc >> 8);
    if (planned->fault == SLAVE_CRC) {
        frame[size - 1] ^= 0x10;
    }
    return planned->fault == SLAVE_TRUNCATED ? size : size + 2;
}
