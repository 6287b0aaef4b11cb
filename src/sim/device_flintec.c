/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Register map of a box for two load cells, Flintec MCS-64 (HARDWARE.md 1.4), Modbus
 * TCP only: float and integer side by side, high word first, gaps readable. The
 * document gives one channel's addresses; here the second channel's integer block lies
 * 0x20 further on and its qualifier beside the first one's, without floats. Integers
 * in 0.1 N, floats in N. Called through the device's dispatch.
 */
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "view.h"

enum {
    GROSS_F32 = 0x2000,
    NET_F32 = 0x2002,
    TARE_F32 = 0x2004,
    GROSS = 0x2020,
    NET = 0x2022,
    TARE = 0x2024,
    RAW = 0x202a,
    SECOND = 0x20, /* from the first channel's integers to the second's */
    QUALIFIER = 0x2060,
};

enum {
    QUALIFIER_UNDER = 0x0001,
    QUALIFIER_OVER = 0x0002,
    QUALIFIER_ZERO = 0x0008,
    QUALIFIER_NO_MOTION = 0x0010,
    QUALIFIER_TARE = 0x0020,
    QUALIFIER_INVALID = 0x0080,
};

#define MOTION 5

static const rh_register_t map[] = {
    {GROSS_F32, 4, false, 0, 0, 0}, {TARE_F32, 2, true, 0, 65535, 0},
    {0x2006, 30, false, 0, 0, 0},   {TARE, 2, true, 0, 65535, 0},
    {0x2026, 30, false, 0, 0, 0},   {TARE + SECOND, 2, true, 0, 65535, 0},
    {0x2046, 26, false, 0, 0, 0},   {QUALIFIER, 2, false, 0, 0, 0},
};

static void put_float(rh_device_t *device, int address, int32_t tenths)
{
    const float value = (float)tenths * 0.1F;
    int32_t bits = 0;

    memcpy(&bits, &value, sizeof(bits));
    rh_device_put32(device, address, bits, false);
}

static int32_t get_tenths(const rh_device_t *device, int address)
{
    const uint16_t *word = rh_device_word(device, address);
    const uint32_t bits = (uint32_t)word[0] << 16 | word[1];
    float value = 0.0F;

    memcpy(&value, &bits, sizeof(value));
    return (int32_t)(value * 10.0F);
}

static int state_bits(rh_cell_state_t state)
{
    switch (state) {
    case RH_CELL_BROKEN:
        return QUALIFIER_INVALID;
    case RH_CELL_OVER:
        return QUALIFIER_OVER;
    case RH_CELL_UNDER:
        return QUALIFIER_UNDER;
    default:
        return 0;
    }
}

static void refresh_channel(rh_device_t *device, const rh_bench_t *bench,
                            const rh_fault_set_t *faults, int index)
{
    const bool swapped = rh_fault_in(faults, RH_FAULT_WORD_SWAP);
    const int cell = rh_view_cell_of(device->id) + index;
    const rh_cell_view_t view = rh_view_cell(bench, cell, faults);
    rh_channel_t *channel = &device->channel[index];
    const int32_t gross = view.raw - channel->zero;
    int qualifier = state_bits(view.state);

    qualifier |= gross == 0 ? QUALIFIER_ZERO : 0;
    qualifier |= channel->tare != 0 ? QUALIFIER_TARE : 0;
    qualifier |= abs(view.raw - channel->last) <= MOTION ? QUALIFIER_NO_MOTION : 0;
    channel->last = view.raw;
    *rh_device_word(device, QUALIFIER + index) = (uint16_t)qualifier;
    rh_device_put32(device, GROSS + index * SECOND, gross, swapped);
    rh_device_put32(device, NET + index * SECOND, gross - channel->tare, swapped);
    rh_device_put32(device, RAW + index * SECOND, view.raw, swapped);
    if (index == 0) {
        put_float(device, GROSS_F32, gross);
        put_float(device, NET_F32, gross - channel->tare);
    }
}

static void refresh(rh_device_t *device, const rh_bench_t *bench,
                    const rh_fault_set_t *faults)
{
    for (int i = 0; i < RH_DEVICE_CHANNELS; i++) {
        if (!rh_fault_in(&faults[i], RH_FAULT_FROZEN)) {
            refresh_channel(device, bench, &faults[i], i);
        }
    }
}

/* A tare can be written as float or as integer; both show it afterwards. */
static void written(rh_device_t *device, rh_bench_t *bench, int address, int count)
{
    (void)bench;
    if (rh_device_touched(TARE_F32 + 1, address, count)) {
        rh_device_put32(device, TARE, get_tenths(device, TARE_F32), false);
    }
    for (int i = 0; i < RH_DEVICE_CHANNELS; i++) {
        const uint16_t *tare = rh_device_word(device, TARE + i * SECOND);

        device->channel[i].tare = (int32_t)((uint32_t)tare[0] << 16 | tare[1]);
    }
    put_float(device, TARE_F32, device->channel[0].tare);
}

const rh_device_kind_t rh_kind_flintec = {
    .name = "flintec-mcs64",
    .functions = 1u << RH_FC_READ_HOLDING | 1u << RH_FC_WRITE_REGISTERS,
    .map = map,
    .map_count = sizeof(map) / sizeof(map[0]),
    .channels = RH_DEVICE_CHANNELS,
    .tcp_only = true,
    .refresh = refresh,
    .written = written,
};
