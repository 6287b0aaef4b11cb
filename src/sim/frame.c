/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modbus frames as bytes; see frame.h. Pure, for the simulator's links and their tests.
 */
#include "frame.h"

#include <string.h>

uint16_t rh_frame_word(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static void put_word(uint8_t *bytes, uint16_t word)
{
    bytes[0] = (uint8_t)(word >> 8);
    bytes[1] = (uint8_t)(word & 0xff);
}

uint16_t rh_frame_crc(const uint8_t *bytes, size_t length)
{
    uint16_t crc = 0xffff;

    for (size_t i = 0; i < length; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            const bool carry = (crc & 1) != 0;

            crc = (uint16_t)(crc >> 1);
            if (carry) {
                crc ^= 0xa001;
            }
        }
    }
    return crc;
}

size_t rh_frame_to_rtu(uint8_t *adu, uint8_t unit, const uint8_t *pdu, size_t length)
{
    uint16_t crc;

    adu[0] = unit;
    memcpy(adu + 1, pdu, length);
    crc = rh_frame_crc(adu, length + 1);
    adu[length + 1] = (uint8_t)(crc & 0xff);
    adu[length + 2] = (uint8_t)(crc >> 8);
    return length + 3;
}

bool rh_frame_is_rtu(const uint8_t *adu, size_t length)
{
    uint16_t crc;

    if (length < RH_RTU_MIN || length > RH_RTU_MAX) {
        return false;
    }
    crc = rh_frame_crc(adu, length - 2);
    return adu[length - 2] == (crc & 0xff) && adu[length - 1] == crc >> 8;
}

size_t rh_frame_to_tcp(uint8_t *adu, uint16_t transaction, uint8_t unit,
                       const uint8_t *pdu, size_t length)
{
    put_word(adu, transaction);
    put_word(adu + 2, 0);
    put_word(adu + 4, (uint16_t)(length + 1));
    adu[6] = unit;
    memcpy(adu + RH_MBAP_SIZE, pdu, length);
    return RH_MBAP_SIZE + length;
}

int rh_frame_tcp_length(const uint8_t *bytes, size_t length)
{
    int total;

    if (length < RH_MBAP_SIZE) {
        return 0;
    }
    total = rh_frame_word(bytes + 4) + 6;
    if (rh_frame_word(bytes + 2) != 0 || total < RH_MBAP_SIZE + 1 ||
        total > RH_TCP_MAX) {
        return -1;
    }
    return length < (size_t)total ? 0 : total;
}

bool rh_frame_is_request(const uint8_t *pdu, size_t length)
{
    if (length == 0) {
        return false;
    }
    switch (pdu[0]) {
    case RH_FC_READ_COILS:
    case RH_FC_READ_INPUTS:
    case RH_FC_READ_HOLDING:
    case RH_FC_WRITE_COIL:
    case RH_FC_WRITE_REGISTER:
        return length == 5;
    case RH_FC_WRITE_COILS:
    case RH_FC_WRITE_REGISTERS:
        return length >= 7 && length == (size_t)6 + pdu[5];
    default:
        return true;
    }
}
