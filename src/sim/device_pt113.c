/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Register map of a load-cell transmitter, PT113 command set 1 in bipolar force mode
 * (HARDWARE.md 1.2): int32 in 0.1 N, high word first. Called through the device's
 * dispatch for straps and pads.
 */
#include <stdlib.h>

#include "device.h"
#include "view.h"

enum {
    SHOWN = 0,  /* 40001 */
    STATUS = 2, /* 40003 */
    TARE = 3,   /* 40004 */
    GROSS = 5,  /* 40006 */
    STATUS_IMAGE = 7,
    CONTROL = 8, /* 40009 */
};

enum { CONTROL_ZERO = 1, CONTROL_TARE = 2, CONTROL_CLEAR = 3 };

enum {
    STATUS_OK = 1 << 1,
    STATUS_UNSTABLE = 1 << 2,
    STATUS_NET = 1 << 3,
    STATUS_CENTRE = 1 << 12,
    ERROR_SHIFT = 13,
};

enum { ERROR_ADC = 1, ERROR_OVER = 2, ERROR_UNDER = 3 };

#define UNSTABLE_DN 5

static const rh_register_t map[] = {
    {SHOWN, 2, false, 0, 0, 0},
    {STATUS, 1, false, 0, 0, 0},
    {TARE, 2, false, 0, 0, 0},
    {GROSS, 2, false, 0, 0, 0},
    {STATUS_IMAGE, 1, false, 0, 0, 0},
    {CONTROL, 1, true, 0, 3, 0},
    {9, 1, true, 0, 220, 0},    /* 40010 calibration */
    {10, 2, true, 0, 65535, 0}, /* 40011 span load */
    {12, 1, false, 0, 0, 1},    /* 40013 calibration status: ready */
    {13, 1, true, 0, 4, 3},     /* 40014 mode: force, bipolar */
    {14, 1, true, 0, 3, 1},     /* 40015 range: 2 mV/V */
    {15, 1, true, 0, 9, 0},     /* 40016 filter: fastest */
    {33, 1, false, 0, 0, 235},  /* 40034 supply, 0.1 V */
};

static const int errors[] = {
    [RH_CELL_OK] = 0,
    [RH_CELL_OVER] = ERROR_OVER,
    [RH_CELL_UNDER] = ERROR_UNDER,
    [RH_CELL_BROKEN] = ERROR_ADC,
};

static void refresh(rh_device_t *device, const rh_bench_t *bench,
                    const rh_fault_set_t *faults)
{
    const bool swapped = rh_fault_in(faults, RH_FAULT_WORD_SWAP);
    const rh_cell_view_t view =
        rh_view_cell(bench, rh_view_cell_of(device->id), faults);
    rh_channel_t *channel = &device->channel[0];
    const int32_t gross = view.raw - channel->zero;
    int status = errors[view.state] << ERROR_SHIFT;

    status |= view.state == RH_CELL_OK ? STATUS_OK : 0;
    status |= abs(view.raw - channel->last) > UNSTABLE_DN ? STATUS_UNSTABLE : 0;
    status |= channel->is_net ? STATUS_NET : 0;
    status |= gross == 0 ? STATUS_CENTRE : 0;
    channel->last = view.raw;
    rh_device_put32(device, SHOWN, channel->is_net ? gross - channel->tare : gross,
                    swapped);
    rh_device_put32(device, TARE, channel->tare, swapped);
    rh_device_put32(device, GROSS, gross, swapped);
    *rh_device_word(device, STATUS) = (uint16_t)status;
    *rh_device_word(device, STATUS_IMAGE) = (uint16_t)status;
}

static void written(rh_device_t *device, rh_bench_t *bench, int address, int count)
{
    const int32_t raw = rh_view_cell(bench, rh_view_cell_of(device->id), NULL).raw;
    rh_channel_t *channel = &device->channel[0];
    uint16_t *control = rh_device_word(device, CONTROL);

    if (!rh_device_touched(CONTROL, address, count)) {
        return;
    }
    if (*control == CONTROL_ZERO) {
        channel->zero = raw;
    } else if (*control == CONTROL_TARE) {
        channel->tare = raw - channel->zero;
        channel->is_net = true;
    } else if (*control == CONTROL_CLEAR) {
        channel->tare = 0;
        channel->is_net = false;
    }
    *control = 0;
}

const rh_device_kind_t rh_kind_pt113 = {
    .name = "pt113",
    .functions = 1u << RH_FC_READ_HOLDING | 1u << RH_FC_WRITE_REGISTERS,
    .map = map,
    .map_count = sizeof(map) / sizeof(map[0]),
    .refresh = refresh,
    .written = written,
};
