/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modbus frames as bytes: the CRC of the serial line, the wrapping of a PDU for either
 * link, and the length that a request's own bytes announce. Pure; the simulator's links
 * call it. Deliberately not the code of libmodbus or of the daemon's bus drivers: a
 * shared mistake would cancel itself out.
 */
#ifndef RH_SIM_FRAME_H
#define RH_SIM_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RH_PDU_MAX 253
#define RH_RTU_MAX 256
#define RH_RTU_MIN 4 /* id, function, CRC */
#define RH_MBAP_SIZE 7
#define RH_TCP_MAX (RH_MBAP_SIZE + RH_PDU_MAX)

/* Function and data of one request or reply, without the link's wrapping. */
typedef struct {
    size_t length; /* 0 = none */
    uint8_t bytes[RH_PDU_MAX];
} rh_pdu_t;

enum {
    RH_FC_READ_COILS = 1,
    RH_FC_READ_INPUTS = 2,
    RH_FC_READ_HOLDING = 3,
    RH_FC_WRITE_COIL = 5,
    RH_FC_WRITE_REGISTER = 6,
    RH_FC_WRITE_COILS = 15,
    RH_FC_WRITE_REGISTERS = 16,
};

/* CRC-16 of Modbus over Serial Line 1.02, 6.2.2: reflected 0x8005, starts at 0xffff. */
uint16_t rh_frame_crc(const uint8_t *bytes, size_t length);

/* Writes id, PDU and CRC (low byte first) to `adu`, which holds RH_RTU_MAX bytes;
 * returns the frame's length. */
size_t rh_frame_to_rtu(uint8_t *adu, uint8_t unit, const uint8_t *pdu, size_t length);

/* Long enough, not too long, and the CRC is right. */
bool rh_frame_is_rtu(const uint8_t *adu, size_t length);

/* Writes the MBAP header and the PDU to `adu`, which holds RH_TCP_MAX bytes; returns
 * the frame's length. */
size_t rh_frame_to_tcp(uint8_t *adu, uint16_t transaction, uint8_t unit,
                       const uint8_t *pdu, size_t length);

/* Length of the TCP frame at the start of `bytes`: 0 = more bytes are needed, -1 = not
 * Modbus (the connection has lost its place and must be closed). */
int rh_frame_tcp_length(const uint8_t *bytes, size_t length);

/* The PDU is exactly as long as its function and byte count say. True for functions
 * that are unknown here: those are answered with an exception, whatever their length.
 */
bool rh_frame_is_request(const uint8_t *pdu, size_t length);

/* Big-endian word at `bytes`. */
uint16_t rh_frame_word(const uint8_t *bytes);

#endif
