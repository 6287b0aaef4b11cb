/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Register map of the arm's absolute encoder, Kuebler Sendix F58 (HARDWARE.md 3.1):
 * position i32, high word first, 16384 counts a turn, 0 at the arm's -180 deg. It wants
 * 2 ms from request to request and is deaf sooner. Called through the device's
 * dispatch.
 */
#include <stdlib.h>

#include "device.h"
#include "view.h"

enum {
    POSITION = 1,
    DIRECTION = 3,
    PRESET = 263,
};

/* The preset is taken at standstill only. */
#define STANDSTILL_RPM 1
#define MIN_CYCLE_NS 2000000

static const rh_register_t map[] = {
    {POSITION, 2, false, 0, 0, 0},  {DIRECTION, 1, true, 0, 1, 0},
    {4, 1, true, 0, 1, 0},          /* termination */
    {5, 1, false, 0, 0, 0},         /* diagnosis: none */
    {7, 1, false, 0, 0, 360},       /* battery, 0.01 V */
    {8, 1, false, 0, 0, 25},        /* temperature, deg C */
    {9, 1, true, 0, 65535, 0},      /* measuring units a turn, high and low */
    {10, 1, true, 0, 65535, 16384}, /* 16384 */
    {11, 1, true, 0, 65535, 0},     /* total range, high and low */
    {12, 1, true, 0, 65535, 16384}, /* one turn */
    {13, 1, true, 0, 1, 1},         /* scaling on */
    {256, 4, true, 0, 65535, 0},    /* communication; holds from power-up */
    {261, 1, true, 1, 247, 1},      /* number */
    {PRESET, 2, true, 0, 65535, 0},
};

static bool is_mirrored(const rh_device_t *device)
{
    return *rh_device_word(device, DIRECTION) == 1;
}

static void refresh(rh_device_t *device, const rh_bench_t *bench,
                    const rh_fault_set_t *faults)
{
    const int32_t counts = rh_view_arm(bench, faults, is_mirrored(device));

    rh_device_put32(device, POSITION,
                    rh_view_within_turn(counts - device->channel[0].zero),
                    rh_fault_in(faults, RH_FAULT_WORD_SWAP));
}

static void written(rh_device_t *device, rh_bench_t *bench, int address, int count)
{
    const uint16_t *preset = rh_device_word(device, PRESET);
    const int32_t counts = rh_view_arm(bench, NULL, is_mirrored(device));

    if (rh_device_touched(PRESET + 1, address, count) &&
        abs(bench->sense.motor_rpm) <= STANDSTILL_RPM) {
        device->channel[0].zero =
            counts - (int32_t)((uint32_t)preset[0] << 16 | preset[1]);
    }
}

const rh_device_kind_t rh_kind_kubler = {
    .name = "kubler-sendix-f58",
    .functions = 1u << RH_FC_READ_HOLDING | 1u << RH_FC_WRITE_REGISTER |
                 1u << RH_FC_WRITE_REGISTERS,
    .map = map,
    .map_count = sizeof(map) / sizeof(map[0]),
    .min_cycle_ns = MIN_CYCLE_NS,
    .refresh = refresh,
    .written = written,
};
