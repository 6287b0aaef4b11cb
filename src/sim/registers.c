/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registers of a device: its map's runs one after the other, without the gaps; see
 * device.h.
 */
#include "device.h"

uint16_t *rh_device_word(const rh_device_t *device, int address)
{
    const rh_register_t *entry = device->kind->map;
    uint16_t *word = device->words;

    while (address >= entry->address + entry->count) {
        word += entry->count;
        entry++;
    }
    return word + (address - entry->address);
}

bool rh_device_touched(int wanted, int address, int count)
{
    return address <= wanted && wanted < address + count;
}

size_t rh_registers_count(const rh_device_kind_t *kind)
{
    size_t count = 0;

    for (size_t i = 0; i < kind->map_count; i++) {
        count += kind->map[i].count;
    }
    return count;
}

void rh_registers_reset(rh_device_t *device)
{
    uint16_t *word = device->words;

    for (size_t i = 0; i < device->kind->map_count; i++) {
        const rh_register_t *entry = &device->kind->map[i];

        for (int k = 0; k < entry->count; k++) {
            *word++ = (uint16_t)entry->initial;
        }
    }
}

void rh_device_put32(rh_device_t *device, int address, int32_t value, bool low_first)
{
    const uint16_t high = (uint16_t)((uint32_t)value >> 16);
    const uint16_t low = (uint16_t)((uint32_t)value & 0xffff);
    uint16_t *word = rh_device_word(device, address);

    word[0] = low_first ? low : high;
    word[1] = low_first ? high : low;
}
