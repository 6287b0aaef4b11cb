/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Register map of a load-cell transmitter, PT113 command set 1 in bipolar force mode
 * (HARDWARE.md 1.2): int32 in 0.1 N, high word first. Called through the device's
 * dispatch for straps and pads.
 */
#include <stdlib.h>

#include "device.h"

enum {
    SHOWN = 0,  /* 40001 */
    STATUS = 2, /* 40003 */
    TARE = 3,   /* 40004 */
    GROSS = 5,  /* 40006 */
    STATUS_IMAGE = 7,
    CONTROL = 8, /* 40009 */
    SPAN = 34,
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

/* A 5 kN cell; the converter's own end lies a tenth above. */
#define FULL_SCALE_DN 50000
#define ADC_END_DN 55000
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

/* Straps and pads in the order of the plant's cells. */
static int cell_of(const rh_device_t *device)
{
    return (int)device->id - RH_DEVICE_STRAP_LEFT;
}

static int32_t measure(const rh_device_t *device, const rh_bench_t *bench,
                       const rh_fault_set_t *faults)
{
    const int32_t dn = bench->sense.cell_dn[cell_of(device)];

    if (rh_fault_in(faults, RH_FAULT_WIRE_BREAK)) {
        return ADC_END_DN;
    }
    return rh_fault_in(faults, RH_FAULT_SIGN_FLIP) ? -dn : dn;
}

static int error_of(int32_t raw_dn, const rh_fault_set_t *faults)
{
    if (rh_fault_in(faults, RH_FAULT_WIRE_BREAK)) {
        return faults->variant[RH_FAULT_WIRE_BREAK] ? 0 : ERROR_ADC;
    }
    if (raw_dn > FULL_SCALE_DN) {
        return ERROR_OVER;
    }
    return raw_dn < -FULL_SCALE_DN ? ERROR_UNDER : 0;
}

static void refresh(rh_device_t *device, const rh_bench_t *bench,
                    const rh_fault_set_t *faults)
{
    const bool swapped = rh_fault_in(faults, RH_FAULT_WORD_SWAP);
    const int32_t raw_dn = measure(device, bench, faults);
    const int32_t gross_dn = raw_dn - device->zero;
    const int error = error_of(raw_dn, faults);
    uint16_t *word = device->mapping->tab_registers;
    int status = error << ERROR_SHIFT;

    status |= error == 0 ? STATUS_OK : 0;
    status |= abs(raw_dn - device->last) > UNSTABLE_DN ? STATUS_UNSTABLE : 0;
    status |= device->is_net ? STATUS_NET : 0;
    status |= gross_dn == 0 ? STATUS_CENTRE : 0;
    device->last = raw_dn;
    rh_device_put32(device, SHOWN, device->is_net ? gross_dn - device->tare : gross_dn,
                    swapped);
    rh_device_put32(device, TARE, device->tare, swapped);
    rh_device_put32(device, GROSS, gross_dn, swapped);
    word[STATUS] = (uint16_t)status;
    word[STATUS_IMAGE] = (uint16_t)status;
}

static void written(rh_device_t *device, rh_bench_t *bench, int address, int count)
{
    const int32_t raw_dn = bench->sense.cell_dn[cell_of(device)];
    uint16_t *word = device->mapping->tab_registers;

    if (address > CONTROL || CONTROL >= address + count) {
        return;
    }
    if (word[CONTROL] == CONTROL_ZERO) {
        device->zero = raw_dn;
    } else if (word[CONTROL] == CONTROL_TARE) {
        device->tare = raw_dn - device->zero;
        device->is_net = true;
    } else if (word[CONTROL] == CONTROL_CLEAR) {
        device->tare = 0;
        device->is_net = false;
    }
    word[CONTROL] = 0;
}

const rh_device_kind_t rh_kind_cell = {
    .functions = 1u << RH_FC_READ_HOLDING | 1u << RH_FC_WRITE_REGISTERS,
    .span = SPAN,
    .map = map,
    .map_count = sizeof(map) / sizeof(map[0]),
    .refresh = refresh,
    .written = written,
};
