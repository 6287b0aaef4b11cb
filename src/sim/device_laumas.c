/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Register map of a load-cell transmitter, Laumas TLB family (HARDWARE.md 1.3): 32-bit
 * magnitudes in 0.1 N, high word first, whose signs are bits of the status word before
 * them. FC03 and FC16 only. Called through the device's dispatch for straps and pads.
 */
#include <stdlib.h>

#include "device.h"
#include "view.h"

enum {
    COMMAND = 5, /* 40006 */
    STATUS = 6,  /* 40007 */
    GROSS = 7,   /* 40008 */
    NET = 9,     /* 40010 */
    PEAK = 11,   /* 40012 */
    UNIT = 13,   /* 40014: unit in the high byte, division in the low one */
    PRESET_TARE = 72,
};

enum {
    COMMAND_TARE = 7,
    COMMAND_ZERO = 8,
    COMMAND_GROSS = 9,
    COMMAND_PRESET_TARE = 130,
};

enum {
    STATUS_CELL_ERROR = 1 << 0,
    STATUS_ADC_FAULT = 1 << 1,
    STATUS_OVER_MAX = 1 << 2,
    STATUS_OVER_110 = 1 << 3,
    STATUS_GROSS_NEGATIVE = 1 << 7,
    STATUS_NET_NEGATIVE = 1 << 8,
    STATUS_PEAK_NEGATIVE = 1 << 9,
    STATUS_NET = 1 << 10,
    STATUS_STABLE = 1 << 11,
    STATUS_NEAR_ZERO = 1 << 12,
};

#define UNIT_KG 0
#define UNIT_N 4
#define DIVISION_TENTH 9
#define UNSTABLE 5

static const rh_register_t map[] = {
    {0, 1, false, 0, 0, 123},  /* 40001 firmware */
    {1, 1, false, 0, 0, 48},   /* 40002 instrument */
    {2, 1, false, 0, 0, 2021}, /* 40003 year */
    {3, 1, false, 0, 0, 4711}, /* 40004 serial number */
    {4, 1, false, 0, 0, 1},    /* 40005 program */
    {COMMAND, 1, true, 0, 65535, 0},
    {STATUS, 1, false, 0, 0, 0},
    {GROSS, 2, false, 0, 0, 0},
    {NET, 2, false, 0, 0, 0},
    {PEAK, 2, false, 0, 0, 0},
    {UNIT, 1, false, 0, 0, UNIT_N << 8 | DIVISION_TENTH},
    {PRESET_TARE, 2, true, 0, 65535, 0},
};

static int fault_bits(rh_cell_state_t state)
{
    switch (state) {
    case RH_CELL_BROKEN:
        return STATUS_CELL_ERROR | STATUS_ADC_FAULT;
    case RH_CELL_OVER:
    case RH_CELL_UNDER:
        return STATUS_OVER_MAX | STATUS_OVER_110;
    default:
        return 0;
    }
}

static int sign_bit(int32_t value, int bit)
{
    return value < 0 ? bit : 0;
}

static void refresh(rh_device_t *device, const rh_bench_t *bench,
                    const rh_fault_set_t *faults)
{
    const bool swapped = rh_fault_in(faults, RH_FAULT_WORD_SWAP);
    const rh_cell_view_t view =
        rh_view_cell(bench, rh_view_cell_of(device->id), faults);
    rh_channel_t *channel = &device->channel[0];
    const int32_t gross = view.raw - channel->zero;
    const int32_t net = gross - channel->tare;
    int status = fault_bits(view.state);

    channel->peak = abs(gross) > abs(channel->peak) ? gross : channel->peak;
    status |= sign_bit(gross, STATUS_GROSS_NEGATIVE);
    status |= sign_bit(net, STATUS_NET_NEGATIVE);
    status |= sign_bit(channel->peak, STATUS_PEAK_NEGATIVE);
    status |= channel->is_net ? STATUS_NET : 0;
    status |= abs(view.raw - channel->last) <= UNSTABLE ? STATUS_STABLE : 0;
    status |= abs(gross) <= 1 ? STATUS_NEAR_ZERO : 0;
    channel->last = view.raw;
    *rh_device_word(device, STATUS) = (uint16_t)status;
    *rh_device_word(device, UNIT) =
        (bench->wiring.cells_in_kg ? UNIT_KG : UNIT_N) << 8 | DIVISION_TENTH;
    rh_device_put32(device, GROSS, abs(gross), swapped);
    rh_device_put32(device, NET, abs(net), swapped);
    rh_device_put32(device, PEAK, abs(channel->peak), swapped);
}

static void run_command(rh_device_t *device, int command, int32_t raw)
{
    rh_channel_t *channel = &device->channel[0];
    const uint16_t *preset = rh_device_word(device, PRESET_TARE);

    switch (command) {
    case COMMAND_ZERO:
        channel->zero = raw;
        channel->peak = 0;
        break;
    case COMMAND_TARE:
        channel->tare = raw - channel->zero;
        channel->is_net = true;
        break;
    case COMMAND_PRESET_TARE:
        channel->tare = (int32_t)((uint32_t)preset[0] << 16 | preset[1]);
        channel->is_net = true;
        break;
    case COMMAND_GROSS:
        channel->tare = 0;
        channel->is_net = false;
        break;
    default:
        break;
    }
}

static void written(rh_device_t *device, rh_bench_t *bench, int address, int count)
{
    const int32_t raw = rh_view_cell(bench, rh_view_cell_of(device->id), NULL).raw;
    uint16_t *command = rh_device_word(device, COMMAND);

    if (rh_device_touched(COMMAND, address, count)) {
        run_command(device, *command, raw);
    }
    *command = 0;
}

const rh_device_kind_t rh_kind_laumas = {
    .name = "laumas-tlb",
    .functions = 1u << RH_FC_READ_HOLDING | 1u << RH_FC_WRITE_REGISTERS,
    .map = map,
    .map_count = sizeof(map) / sizeof(map[0]),
    .refresh = refresh,
    .written = written,
};
