/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Map of the remote I/O module that stands in for GPIO lines (HARDWARE.md 6 and 9):
 * eight inputs by FC02, eight outputs by FC01, FC05 and FC15. Safety contacts are
 * normally closed: 1 = closed. Called through the device's dispatch.
 */
#include "device.h"

enum {
    INPUT_ESTOP_A,
    INPUT_ESTOP_B,
    INPUT_GRIP_LEFT,
    INPUT_GRIP_RIGHT,
    INPUT_COMFORT_STOP,
    INPUT_RESET_BUTTON,
    INPUT_LIMIT_TOP,
    INPUT_LIMIT_BOTTOM,
    INPUT_COUNT
};

enum { OUTPUT_HEARTBEAT, OUTPUT_SERVO_ON, OUTPUT_LAMP, OUTPUT_COUNT = 8 };

static void refresh(rh_device_t *device, const rh_bench_t *bench,
                    const rh_fault_set_t *faults)
{
    const rh_hardware_t *hardware = &bench->hardware;
    uint8_t *input = device->mapping->tab_input_bits;

    (void)faults;
    input[INPUT_ESTOP_A] = !hardware->pressed[RH_BUTTON_ESTOP_A];
    input[INPUT_ESTOP_B] = !hardware->pressed[RH_BUTTON_ESTOP_B];
    input[INPUT_GRIP_LEFT] = hardware->grip_held[0];
    input[INPUT_GRIP_RIGHT] = hardware->grip_held[1];
    input[INPUT_COMFORT_STOP] = hardware->pressed[RH_BUTTON_COMFORT_STOP];
    input[INPUT_RESET_BUTTON] = hardware->pressed[RH_BUTTON_RESET];
    input[INPUT_LIMIT_TOP] = !hardware->limit_open[0];
    input[INPUT_LIMIT_BOTTOM] = !hardware->limit_open[1];
}

static void written(rh_device_t *device, rh_bench_t *bench, int address, int count)
{
    const uint8_t *output = device->mapping->tab_bits;

    (void)address;
    (void)count;
    rh_hardware_beat(&bench->hardware, output[OUTPUT_HEARTBEAT] != 0, rh_now_ns());
    bench->hardware.servo_on = output[OUTPUT_SERVO_ON] != 0;
    bench->hardware.lamp = output[OUTPUT_LAMP] != 0;
}

const rh_device_kind_t rh_kind_io = {
    .functions = 1u << RH_FC_READ_COILS | 1u << RH_FC_READ_INPUTS |
                 1u << RH_FC_WRITE_COIL | 1u << RH_FC_WRITE_COILS,
    .coils = OUTPUT_COUNT,
    .inputs = INPUT_COUNT,
    .span = 0,
    .refresh = refresh,
    .written = written,
};
