/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Register map of the arm's absolute encoder, Briter BRT38 (HARDWARE.md 3.1): FC03 and
 * FC06 only, 14 bits a turn, 0 at the arm's -180 deg, growing upwards. Called through
 * the device's dispatch.
 */
#include "device.h"
#include "view.h"

enum {
    VALUE = 0x0000, /* u32, high word first */
    TURNS = 0x0002,
    SINGLE_TURN = 0x0003,
    SET_ZERO = 0x0008,
    DIRECTION = 0x0009,
};

static const rh_register_t map[] = {
    {VALUE, 4, false, 0, 0, 0},
    {0x0004, 1, true, 1, 127, 1}, /* address; holds from the next power-up */
    {0x0005, 1, true, 0, 4, 4},   /* 115200 */
    {SET_ZERO, 1, true, 0, 1, 0},
    {DIRECTION, 1, true, 0, 1, 0},
};

static void refresh(rh_device_t *device, const rh_bench_t *bench,
                    const rh_fault_set_t *faults)
{
    const bool mirrored = *rh_device_word(device, DIRECTION) == 1;
    const int32_t counts = rh_view_within_turn(rh_view_arm(bench, faults, mirrored) -
                                               device->channel[0].zero);

    rh_device_put32(device, VALUE, counts, rh_fault_in(faults, RH_FAULT_WORD_SWAP));
    *rh_device_word(device, TURNS) = 0;
    *rh_device_word(device, SINGLE_TURN) = (uint16_t)counts;
}

static void written(rh_device_t *device, rh_bench_t *bench, int address, int count)
{
    const bool mirrored = *rh_device_word(device, DIRECTION) == 1;
    uint16_t *set_zero = rh_device_word(device, SET_ZERO);

    (void)address;
    (void)count;
    if (*set_zero == 1) {
        device->channel[0].zero = rh_view_arm(bench, NULL, mirrored);
    }
    *set_zero = 0;
}

const rh_device_kind_t rh_kind_briter = {
    .name = "briter-brt38",
    .functions = 1u << RH_FC_READ_HOLDING | 1u << RH_FC_WRITE_REGISTER,
    .map = map,
    .map_count = sizeof(map) / sizeof(map[0]),
    .refresh = refresh,
    .written = written,
};
