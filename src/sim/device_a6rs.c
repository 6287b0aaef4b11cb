/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Register map of the drive, StepperOnline A6-RS, address = the digits of Cxx.yy and
 * Uxx.yy (HARDWARE.md 2.2). The monitor block may be read across its gaps in one go.
 * No register of a fence, a status or a fault is known, so the map has none: the drive
 * keeps limits that nobody can read. Called through the device's dispatch.
 */
#include "device.h"
#include "view.h"

enum {
    MODE = 0x0000,           /* C00.00 */
    SPEED_SOURCE = 0x0320,   /* C03.20 */
    TARGET_SPEED = 0x0321,   /* C03.21, rpm */
    TORQUE_SOURCE = 0x0340,  /* C03.40 */
    TORQUE_COMMAND = 0x0341, /* C03.41, 0.1 % of rated */
    MONITOR = 0x4001,
    SPEED = 0x4001,       /* U40.01, rpm */
    TORQUE = 0x4003,      /* U40.03, 0.1 % of rated */
    BUS_VOLTAGE = 0x4006, /* U40.06, 0.1 V */
    CURRENT = 0x400c,     /* U40.0C, 0.1 A */
    POSITION = 0x4016,    /* U40.16-17, low word first */
};

enum { MODE_SPEED = 1, MODE_TORQUE = 2 };

#define LIMIT_PERMILLE 3000
#define LIMIT_RPM 3000

static const rh_register_t map[] = {
    {MODE, 1, true, 0, 2, MODE_TORQUE},
    {SPEED_SOURCE, 1, true, 0, 3, 3},
    {TARGET_SPEED, 1, true, -6000, 6000, 0},
    {TORQUE_SOURCE, 1, true, 0, 3, 0},
    {TORQUE_COMMAND, 1, true, -3000, 3000, 0},
    {0x0a00, 1, true, 1, 247, 1}, /* C0A.00 station; holds from the next power-up */
    {0x0a05, 1, true, 0, 1, 0},   /* C0A.05 writes stay in RAM */
    {MONITOR, 23, false, 0, 0, 0},
};

static void refresh(rh_device_t *device, const rh_bench_t *bench,
                    const rh_fault_set_t *faults)
{
    const rh_drive_view_t view = rh_view_drive(bench, faults);

    *rh_device_word(device, SPEED) = (uint16_t)view.speed_rpm;
    *rh_device_word(device, TORQUE) = (uint16_t)view.torque_permille;
    *rh_device_word(device, BUS_VOLTAGE) = (uint16_t)view.bus_dv;
    *rh_device_word(device, CURRENT) = (uint16_t)(view.current_ca / 10);
    rh_device_put32(device, POSITION, view.position,
                    !rh_fault_in(faults, RH_FAULT_WORD_SWAP));
}

static rh_drive_mode_t mode_of(const rh_device_t *device)
{
    switch (*rh_device_word(device, MODE)) {
    case MODE_SPEED:
        return RH_DRIVE_SPEED;
    case MODE_TORQUE:
        return RH_DRIVE_TORQUE;
    default:
        return RH_DRIVE_OTHER;
    }
}

static void written(rh_device_t *device, rh_bench_t *bench, int address, int count)
{
    rh_bench_drive_t *drive = &bench->drive;

    (void)address;
    (void)count;
    drive->mode = mode_of(device);
    drive->torque_permille = (int16_t)*rh_device_word(device, TORQUE_COMMAND);
    drive->target_rpm = (int16_t)*rh_device_word(device, TARGET_SPEED);
    for (int i = 0; i < 2; i++) {
        drive->limit_permille[i] = LIMIT_PERMILLE;
        drive->speed_rpm[i] = LIMIT_RPM;
    }
}

const rh_device_kind_t rh_kind_a6rs = {
    .name = "stepperonline-a6rs",
    .functions = 1u << RH_FC_READ_HOLDING | 1u << RH_FC_WRITE_REGISTER |
                 1u << RH_FC_WRITE_REGISTERS,
    .map = map,
    .map_count = sizeof(map) / sizeof(map[0]),
    .refresh = refresh,
    .written = written,
};
