/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Register map of the drive, DSY-RS family, "group * 256 + index" (HARDWARE.md 2.3).
 * Like the real one it has no communication watchdog: it keeps its last torque when
 * Modbus falls silent. Called through the device's dispatch.
 */
#include "device.h"
#include "view.h"

enum {
    MODE = 0x0000,           /* P00.00 */
    TORQUE_COMMAND = 0x0605, /* P06.05 */
    TORQUE_LIMIT = 0x0608,   /* P06.08 forward, P06.09 back */
    SPEED_LIMIT = 0x060f,    /* P06.15 forward, P06.16 back */
    FAULT_RESET = 0x0b01,    /* P11.01 */
    EMERGENCY_STOP = 0x0b0d, /* P11.13 */
    STATUS = 0x1200,         /* P18.00 */
    SPEED = 0x1201,          /* P18.01, rpm */
    TORQUE = 0x1204,         /* P18.04, 0.1 % of rated */
    CURRENT = 0x1205,        /* P18.05, 0.01 A */
    BUS_VOLTAGE = 0x1206,    /* P18.06, 0.1 V */
    POSITION = 0x1207,       /* P18.07-08, low word first */
};

#define MODE_TORQUE 2

enum { STATUS_READY, STATUS_RUN, STATUS_ERROR };

/* Set by whoever commissioned the machine: torque mode, fences at the motor's peak. */
static const rh_register_t map[] = {
    {MODE, 1, true, 0, 2, 2},
    {0x000a, 1, true, 0, 1, 0},       /* P00.10 servo-off: freewheel, zero speed */
    {0x000c, 1, true, 0, 1, 0},       /* P00.12 the same for fault 2 */
    {0x0012, 1, true, 0, 3, 1},       /* P00.18 brake resistor: external */
    {0x0013, 1, true, 0, 65535, 200}, /* P00.19 W */
    {0x0014, 1, true, 0, 65535, 50},  /* P00.20 ohm */
    {0x0015, 1, true, 0, 65535, 20},  /* P00.21 time constant */
    {0x0016, 1, true, 0, 65535, 380}, /* P00.22 start voltage */
    {0x0105, 1, false, 0, 0, 239},    /* P01.05 rated torque, 0.01 N m */
    {0x0600, 1, true, 0, 3, 0},       /* P06.00 torque source A */
    {0x0602, 1, true, 0, 4, 0},       /* P06.02 torque source: A */
    {TORQUE_COMMAND, 1, true, -3000, 3000, 0},
    {TORQUE_LIMIT, 2, true, 0, 5000, 3000},
    {SPEED_LIMIT, 2, true, 0, 9000, 3000},
    {0x0908, 1, true, 0, 65535, 120}, /* P09.08 overspeed, % */
    {0x0a02, 1, true, 0, 6, 6},       /* P10.02 115200 */
    {0x0a03, 1, true, 0, 5, 3},       /* P10.03 8N1 */
    {0x0a04, 1, true, 0, 1, 0},       /* P10.04 writes stay in RAM */
    {FAULT_RESET, 1, true, 0, 1, 0},
    {EMERGENCY_STOP, 1, true, 0, 1, 0},
    {STATUS, 9, false, 0, 0, 0},
};

static uint16_t status_of(const rh_bench_t *bench)
{
    if (bench->drive.tripped || bench->drive.stopped) {
        return STATUS_ERROR;
    }
    return bench->running ? STATUS_RUN : STATUS_READY;
}

static void refresh(rh_device_t *device, const rh_bench_t *bench,
                    const rh_fault_set_t *faults)
{
    const rh_drive_view_t view = rh_view_drive(bench, faults);

    *rh_device_word(device, STATUS) = status_of(bench);
    *rh_device_word(device, SPEED) = (uint16_t)view.speed_rpm;
    *rh_device_word(device, TORQUE) = (uint16_t)view.torque_permille;
    *rh_device_word(device, CURRENT) = (uint16_t)view.current_ca;
    *rh_device_word(device, BUS_VOLTAGE) = (uint16_t)view.bus_dv;
    rh_device_put32(device, POSITION, view.position,
                    !rh_fault_in(faults, RH_FAULT_WORD_SWAP));
}

/* What the commands do depends on the registers alone, not on which was just written;
 * only the reset acts once. */
static void take_commands(const rh_device_t *device, rh_bench_t *bench)
{
    rh_bench_drive_t *drive = &bench->drive;

    drive->mode =
        *rh_device_word(device, MODE) == MODE_TORQUE ? RH_DRIVE_TORQUE : RH_DRIVE_OTHER;
    drive->torque_permille = (int16_t)*rh_device_word(device, TORQUE_COMMAND);
    for (int i = 0; i < 2; i++) {
        drive->limit_permille[i] = *rh_device_word(device, TORQUE_LIMIT + i);
        drive->speed_rpm[i] = *rh_device_word(device, SPEED_LIMIT + i);
    }
    if (*rh_device_word(device, EMERGENCY_STOP) == 1) {
        drive->stopped = true;
    }
}

static void written(rh_device_t *device, rh_bench_t *bench, int address, int count)
{
    uint16_t *reset = rh_device_word(device, FAULT_RESET);

    take_commands(device, bench);
    if (rh_device_touched(FAULT_RESET, address, count) && *reset == 1) {
        bench->drive.tripped = false;
        bench->drive.stopped = false;
        *rh_device_word(device, EMERGENCY_STOP) = 0;
    }
    *reset = 0;
}

const rh_device_kind_t rh_kind_dsy = {
    .name = "rtelligent-dsy",
    .functions = 1u << RH_FC_READ_HOLDING | 1u << RH_FC_WRITE_REGISTER |
                 1u << RH_FC_WRITE_REGISTERS,
    .map = map,
    .map_count = sizeof(map) / sizeof(map[0]),
    .refresh = refresh,
    .written = written,
};
