/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Register map of the drive, Kinco FD5 family: CiA 402 objects far apart on Modbus,
 * 32-bit values low word first (HARDWARE.md 2.4). Its enable input writes the control
 * word: 0x0f when it comes on, 0x06 when it goes off. What the document leaves open is
 * chosen here: the current limit 3D00 and the current 3E00 are in 0.1 % of rated
 * torque, a quick stop takes the power. Called through the device's dispatch.
 */
#include "device.h"
#include "view.h"

enum {
    ERROR_STATE = 0x1f00, /* 2601h */
    STORE = 0x2910,       /* 2FF0.01 */
    CONTROL = 0x3100,     /* 6040h */
    STATUS = 0x3200,      /* 6041h */
    MODE = 0x3500,        /* 6060h */
    POSITION = 0x3700,    /* 6063h, 65536 counts a motor turn */
    SPEED = 0x3b00,       /* 606Ch, DEC */
    TORQUE = 0x3c00,      /* 6071h, 0.1 % of rated */
    LIMIT = 0x3d00,       /* 6073h, both ways */
    CURRENT = 0x3e00,     /* 6078h */
    MAX_SPEED = 0x4900,   /* 6080h, rpm */
    TARGET_SPEED = 0x6f00 /* 60FFh, DEC */
};

enum {
    STATUS_READY = 1 << 0,
    STATUS_ON = 1 << 1,
    STATUS_ENABLED = 1 << 2,
    STATUS_FAULT = 1 << 3,
    STATUS_VOLTAGE = 1 << 4,
    STATUS_NO_QUICK_STOP = 1 << 5, /* 0 while the quick stop is on */
    STATUS_DISABLED = 1 << 6,
    STATUS_REMOTE = 1 << 9,
    STATUS_LIMIT = 1 << 11,
};

enum { MODE_SPEED = 3, MODE_TORQUE = 4 };

enum {
    CONTROL_SWITCH_ON = 1 << 0,
    CONTROL_VOLTAGE = 1 << 1,
    CONTROL_NO_QUICK_STOP = 1 << 2,
    CONTROL_RESET = 1 << 7,
};

#define RESOLUTION 65536
#define ERROR_OF_TRIP 0x0008

static const rh_register_t map[] = {
    {ERROR_STATE, 1, false, 0, 0, 0},    {STORE, 1, true, 0, 1, 0},
    {CONTROL, 1, true, 0, 65535, 0x06},  {STATUS, 1, false, 0, 0, 0},
    {0x3400, 1, true, 0, 18, 6}, /* 605Ah quick stop */
    {0x3410, 1, true, 0, 1, 0},  /* 605Bh shutdown */
    {0x3420, 1, true, 0, 1, 0},  /* 605Ch disable */
    {0x3440, 1, true, 0, 2, 0},  /* 605Eh fault */
    {MODE, 1, true, -4, 7, MODE_TORQUE}, {POSITION, 2, false, 0, 0, 0},
    {SPEED, 2, false, 0, 0, 0},          {TORQUE, 1, true, -3000, 3000, 0},
    {LIMIT, 1, true, 0, 5000, 3000},     {CURRENT, 1, false, 0, 0, 0},
    {MAX_SPEED, 1, true, 0, 9000, 3000}, {TARGET_SPEED, 2, true, 0, 65535, 0},
};

/* DEC = rpm * 512 * resolution / 1875, rounded. */
static int32_t dec_of_rpm(int rpm)
{
    const int64_t scaled = (int64_t)rpm * 512 * RESOLUTION;

    return (int32_t)((scaled + (scaled < 0 ? -937 : 937)) / 1875);
}

static double rpm_of_dec(int32_t dec)
{
    return (double)dec * 1875.0 / (512.0 * RESOLUTION);
}

/* Half of the plant's counts, rounded down also below zero. */
static int32_t position_of(int32_t motor_counts)
{
    const int32_t step = RH_MOTOR_COUNTS / RESOLUTION;

    return (motor_counts - (motor_counts < 0 ? step - 1 : 0)) / step;
}

/* The state that the control word and the power lead to (IEC 61800-7-201, 6.3). */
static int state_of(const rh_bench_t *bench)
{
    const int control = bench->drive.control;

    if (bench->drive.tripped) {
        return STATUS_FAULT;
    }
    if ((control & CONTROL_NO_QUICK_STOP) == 0) {
        return STATUS_DISABLED;
    }
    if (!bench->hardware.sto_closed || (control & CONTROL_VOLTAGE) == 0) {
        return STATUS_DISABLED | STATUS_NO_QUICK_STOP;
    }
    if ((control & CONTROL_SWITCH_ON) == 0) {
        return STATUS_READY | STATUS_NO_QUICK_STOP;
    }
    return STATUS_READY | STATUS_ON | STATUS_NO_QUICK_STOP |
           (bench->running ? STATUS_ENABLED : 0);
}

static uint16_t status_of(const rh_bench_t *bench)
{
    const int limit = bench->drive.at_limit ? STATUS_LIMIT : 0;

    return (uint16_t)(state_of(bench) | STATUS_VOLTAGE | STATUS_REMOTE | limit);
}

static void refresh(rh_device_t *device, const rh_bench_t *bench,
                    const rh_fault_set_t *faults)
{
    const rh_drive_view_t view = rh_view_drive(bench, faults);
    const bool low_first = !rh_fault_in(faults, RH_FAULT_WORD_SWAP);

    *rh_device_word(device, ERROR_STATE) = bench->drive.tripped ? ERROR_OF_TRIP : 0;
    *rh_device_word(device, CONTROL) = (uint16_t)bench->drive.control;
    *rh_device_word(device, STATUS) = status_of(bench);
    *rh_device_word(device, CURRENT) = (uint16_t)view.torque_permille;
    rh_device_put32(device, POSITION, position_of(view.position), low_first);
    rh_device_put32(device, SPEED, dec_of_rpm(view.speed_rpm), low_first);
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

static void take_commands(const rh_device_t *device, rh_bench_t *bench)
{
    const uint16_t *target = rh_device_word(device, TARGET_SPEED);
    rh_bench_drive_t *drive = &bench->drive;

    drive->mode = mode_of(device);
    drive->torque_permille = (int16_t)*rh_device_word(device, TORQUE);
    drive->target_rpm = rpm_of_dec((int32_t)((uint32_t)target[1] << 16 | target[0]));
    for (int i = 0; i < 2; i++) {
        drive->limit_permille[i] = *rh_device_word(device, LIMIT);
        drive->speed_rpm[i] = *rh_device_word(device, MAX_SPEED);
    }
}

/* The reset acts on the rising edge of its bit. */
static void take_control(rh_device_t *device, rh_bench_t *bench)
{
    const int control = *rh_device_word(device, CONTROL);
    const int risen = control & ~bench->drive.control;

    if ((risen & CONTROL_RESET) != 0) {
        bench->drive.tripped = false;
    }
    bench->drive.control = control;
}

static void written(rh_device_t *device, rh_bench_t *bench, int address, int count)
{
    bench->drive.has_control = true;
    take_commands(device, bench);
    if (count == 0 || rh_device_touched(CONTROL, address, count)) {
        take_control(device, bench);
    }
    *rh_device_word(device, STORE) = 0;
}

const rh_device_kind_t rh_kind_kinco = {
    .name = "kinco-fd",
    .functions = 1u << RH_FC_READ_HOLDING | 1u << RH_FC_WRITE_REGISTER |
                 1u << RH_FC_WRITE_REGISTERS,
    .map = map,
    .map_count = sizeof(map) / sizeof(map[0]),
    .refresh = refresh,
    .written = written,
};
