/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request held against a device's map and functions; see check.h.
 */
#include "check.h"

#define ADDRESSES 65536

const rh_register_t *rh_check_find(const rh_device_kind_t *kind, int address)
{
    for (size_t i = 0; i < kind->map_count; i++) {
        const rh_register_t *entry = &kind->map[i];

        if (address >= entry->address && address < entry->address + entry->count) {
            return entry;
        }
    }
    return NULL;
}

/* The table that a function works on has `size` entries. */
static int check_span(const uint8_t *pdu, int limit, int size)
{
    const int address = rh_frame_word(pdu + 1);
    const int count = rh_frame_word(pdu + 3);

    if (count < 1 || count > limit) {
        return MODBUS_EXCEPTION_ILLEGAL_DATA_VALUE;
    }
    return address + count > size ? MODBUS_EXCEPTION_ILLEGAL_DATA_ADDRESS : 0;
}

static int check_coil(const uint8_t *pdu, int size)
{
    const int value = rh_frame_word(pdu + 3);

    if (rh_frame_word(pdu + 1) >= size) {
        return MODBUS_EXCEPTION_ILLEGAL_DATA_ADDRESS;
    }
    return value == 0 || value == 0xff00 ? 0 : MODBUS_EXCEPTION_ILLEGAL_DATA_VALUE;
}

static int check_coils(const uint8_t *pdu, int size)
{
    const int count = rh_frame_word(pdu + 3);
    const int code = check_span(pdu, MODBUS_MAX_WRITE_BITS, size);

    if (code == 0 && pdu[5] != (count + 7) / 8) {
        return MODBUS_EXCEPTION_ILLEGAL_DATA_VALUE;
    }
    return code;
}

static int check_reading(const rh_device_kind_t *kind, const uint8_t *pdu)
{
    const int address = rh_frame_word(pdu + 1);
    const int count = rh_frame_word(pdu + 3);
    const int code = check_span(pdu, MODBUS_MAX_READ_REGISTERS, ADDRESSES);

    for (int i = 0; code == 0 && i < count; i++) {
        if (rh_check_find(kind, address + i) == NULL) {
            return MODBUS_EXCEPTION_ILLEGAL_DATA_ADDRESS;
        }
    }
    return code;
}

static int check_value(const rh_device_kind_t *kind, int address, uint16_t word)
{
    const rh_register_t *entry = rh_check_find(kind, address);
    int value;

    if (entry == NULL || !entry->writable) {
        return MODBUS_EXCEPTION_ILLEGAL_DATA_ADDRESS;
    }
    value = entry->high > INT16_MAX ? word : (int16_t)word;
    return value < entry->low || value > entry->high
               ? MODBUS_EXCEPTION_ILLEGAL_DATA_VALUE
               : 0;
}

static int check_writing(const rh_device_kind_t *kind, const uint8_t *pdu)
{
    const int address = rh_frame_word(pdu + 1);
    const int count = rh_frame_word(pdu + 3);
    int code = check_span(pdu, MODBUS_MAX_WRITE_REGISTERS, ADDRESSES);

    if (code == 0 && pdu[5] != 2 * count) {
        return MODBUS_EXCEPTION_ILLEGAL_DATA_VALUE;
    }
    for (size_t i = 0; code == 0 && i < (size_t)count; i++) {
        code = check_value(kind, address + (int)i, rh_frame_word(pdu + 6 + 2 * i));
    }
    return code;
}

int rh_check_request(const rh_device_kind_t *kind, const uint8_t *pdu)
{
    if (pdu[0] > 31 || (kind->functions & 1u << pdu[0]) == 0) {
        return MODBUS_EXCEPTION_ILLEGAL_FUNCTION;
    }
    switch (pdu[0]) {
    case RH_FC_READ_COILS:
        return check_span(pdu, MODBUS_MAX_READ_BITS, kind->coils);
    case RH_FC_READ_INPUTS:
        return check_span(pdu, MODBUS_MAX_READ_BITS, kind->inputs);
    case RH_FC_WRITE_COIL:
        return check_coil(pdu, kind->coils);
    case RH_FC_WRITE_COILS:
        return check_coils(pdu, kind->coils);
    case RH_FC_WRITE_REGISTER:
        return check_value(kind, rh_frame_word(pdu + 1), rh_frame_word(pdu + 3));
    case RH_FC_WRITE_REGISTERS:
        return check_writing(kind, pdu);
    default:
        return check_reading(kind, pdu);
    }
}
