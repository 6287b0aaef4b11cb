/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Map of the remote I/O module that stands in for GPIO lines (HARDWARE.md 6 and 9):
 * eight inputs by FC02, eight outputs by FC01, FC05 and FC15. Safety contacts are
 * normally closed: 1 = closed. Called through the device's dispatch.
 */
#include "device.h"

enum {
    OUTPUT_HEARTBEAT,
    OUTPUT_SERVO_ON,
    OUTPUT_LAMP,
    OUTPUT_BUZZER,
    OUTPUT_COUNT = 8
};

static void refresh(rh_device_t *device, const rh_bench_t *bench,
                    const rh_fault_set_t *faults)
{
    const rh_hardware_t *hardware = &bench->hardware;
    uint8_t *input = device->mapping->tab_input_bits;

    (void)faults;
    for (int i = 0; i < RH_CONTACT_COUNT; i++) {
        input[i] = rh_hardware_input(hardware, (rh_contact_t)i);
    }
}

static void written(rh_device_t *device, rh_bench_t *bench, int address, int count)
{
    const uint8_t *output = device->mapping->tab_bits;

    (void)address;
    (void)count;
    rh_hardware_beat(&bench->hardware, output[OUTPUT_HEARTBEAT] != 0, rh_now_ns());
    rh_hardware_set_servo_on(&bench->hardware, output[OUTPUT_SERVO_ON] != 0);
    rh_hardware_set_lamp(&bench->hardware, output[OUTPUT_LAMP] != 0);
    rh_hardware_set_buzzer(&bench->hardware, output[OUTPUT_BUZZER] != 0);
}

const rh_device_kind_t rh_kind_io = {
    .name = "generic-io",
    .functions = 1u << RH_FC_READ_COILS | 1u << RH_FC_READ_INPUTS |
                 1u << RH_FC_WRITE_COIL | 1u << RH_FC_WRITE_COILS,
    .coils = OUTPUT_COUNT,
    .inputs = RH_CONTACT_COUNT,
    .refresh = refresh,
    .written = written,
};
