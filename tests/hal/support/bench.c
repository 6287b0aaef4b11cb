/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings by hand, and waits.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "modbus_hal.h"
#include "slave.h"

#define AWAIT_NS INT64_C(5000000000)

void bench_folder(char *path, size_t size)
{
    (void)snprintf(path, size, "/tmp/rh-hal-XXXXXX");
    if (mkdtemp(path) == NULL) {
        abort();
    }
}

void bench_remove(const char *path)
{
    (void)rmdir(path);
}

static void copy(char *to, const char *from)
{
    (void)snprintf(to, RH_HAL_NAME, "%s", from);
}

static rh_bus_settings_t *add_bus(rh_hal_settings_t *settings)
{
    memset(settings, 0, sizeof(*settings));
    rh_bus_settings_t *bus = &settings->buses[settings->bus_count++];
    copy(bus->name, "wire");
    bus->response_timeout_us = 8000;
    bus->resync_us = 5000;
    return bus;
}

void bench_rtu(rh_hal_settings_t *settings, const char *dir)
{
    rh_bus_settings_t *bus = add_bus(settings);
    (void)snprintf(settings->run_dir, sizeof(settings->run_dir), "%s", dir);
    (void)snprintf(bus->path, sizeof(bus->path), "wire");
    (void)snprintf(bus->format, sizeof(bus->format), "8N1");
    bus->baud = 115200;
    bus->t35_us = 1750;
}

void bench_tcp(rh_hal_settings_t *settings, int port)
{
    rh_bus_settings_t *bus = add_bus(settings);
    bus->is_tcp = true;
    copy(bus->host, "127.0.0.1");
    bus->port = port;
}

void bench_bind(rh_hal_settings_t *settings, int device, int signal, bool is_output,
                const char *role)
{
    rh_binding_t *binding = &settings->bindings[settings->binding_count++];
    *binding = (rh_binding_t){
        .signal = signal, .is_output = is_output, .device = device, .scale = 1.0};
    copy(binding->role, role);
}

static rh_device_settings_t *add_device(rh_hal_settings_t *settings, const char *name,
                                        const char *kind, int slave)
{
    rh_device_settings_t *device = &settings->devices[settings->device_count++];
    copy(device->name, name);
    device->slave = slave;
    rh_profile_t *profile = &device->profile;
    copy(profile->name, kind);
    copy(profile->kind, kind);
    copy(profile->status, "documented");
    profile->rtu = profile->tcp = true;
    profile->bauds[0] = 115200;
    profile->baud_count = 1;
    profile->t35_us = 1750;
    profile->turnaround_us = 1750;
    return device;
}

static void add_register(rh_profile_t *profile, const char *role, int address,
                         rh_reg_type_t type, double scale)
{
    rh_register_t *added = &profile->registers[profile->register_count++];
    *added = (rh_register_t){
        .address = address, .type = type, .scale = scale, .writable = true};
    copy(added->role, role);
}

static void add_block(rh_profile_t *profile, rh_space_t space, int address, int count)
{
    profile->blocks[profile->block_count++] =
        (rh_block_t){.space = space, .address = address, .count = count, .every = 1};
}

static void add_bit(rh_profile_t *profile, const char *meaning, uint32_t mask,
                    uint32_t value)
{
    rh_status_bit_t *bit = &profile->bits[profile->bit_count++];
    copy(bit->meaning, meaning);
    bit->mask = mask;
    bit->value = value;
}

static void add_startup(rh_profile_t *profile, const char *role, double value,
                        const char *fence)
{
    rh_startup_t *row = &profile->startup[profile->startup_count++];
    copy(row->role, role);
    copy(row->fence, fence);
    row->value = value;
    row->readback = true;
}

static void drive_profile(rh_profile_t *profile)
{
    profile->fc06 = profile->fc16 = true;
    profile->fences = RH_FENCES_YES;
    add_register(profile, "mode", AT_MODE, RH_REG_U16, 1);
    add_register(profile, "torque_command", AT_TORQUE, RH_REG_I16, 0.1);
    add_register(profile, "torque_limit_pos", AT_TORQUE_LIMIT, RH_REG_U16, 0.1);
    add_register(profile, "torque_limit_neg", AT_TORQUE_LIMIT + 1, RH_REG_U16, 0.1);
    add_register(profile, "speed_limit", AT_SPEED_LIMIT, RH_REG_U16, 1);
    add_register(profile, "speed_limit_neg", AT_SPEED_LIMIT + 1, RH_REG_U16, 1);
    add_register(profile, "status", AT_STATUS, RH_REG_U16, 1);
    add_register(profile, "rate", AT_STATUS + 1, RH_REG_I16, 1);
    add_register(profile, "torque", AT_STATUS + 4, RH_REG_I16, 0.1);
    add_register(profile, "position", AT_STATUS + 7, RH_REG_I32, 1);
    profile->registers[profile->register_count - 1].order = RH_ORDER_CDAB;
    add_block(profile, RH_SPACE_HOLDING, AT_STATUS, 9);
    profile->blocks[0].spare = 1;
    add_bit(profile, "ready", 0xFFFE, 0);
    add_bit(profile, "run", 0xFFFF, 1);
    add_bit(profile, "fault", 0xFFFF, 2);
    add_startup(profile, "mode", 2, "");
    add_startup(profile, "torque_limit_pos", 0, "torque_limit");
    add_startup(profile, "torque_limit_neg", 0, "torque_limit");
    add_startup(profile, "speed_limit", 0, "speed_limit");
    add_startup(profile, "speed_limit_neg", 0, "speed_limit");
}

void bench_add_drive(rh_hal_settings_t *settings, int slave)
{
    rh_device_settings_t *device = add_device(settings, "drive", "drive", slave);
    int index = settings->device_count - 1;
    device->rated_torque_nm = 2.0;
    device->gear_ratio = 30.0;
    device->torque_limit_nm = 120.0;
    device->speed_limit_dps = 200.0;
    drive_profile(&device->profile);
    bench_bind(settings, index, RH_OUTPUT_TORQUE_COMMAND, true, "torque_command");
    bench_bind(settings, index, RH_OUTPUT_SPEED_LIMIT, true, "speed_limit");
    bench_bind(settings, index, RH_SIGNAL_MOTOR_ANGLE, false, "position");
    settings->bindings[settings->binding_count - 1].scale = 360.0 / (131072 * 30.0);
    bench_bind(settings, index, RH_SIGNAL_MOTOR_RATE, false, "rate");
    bench_bind(settings, index, RH_SIGNAL_DRIVE_TORQUE, false, "torque");
    bench_bind(settings, index, RH_SIGNAL_DRIVE_STATUS, false, "status");
}

void bench_add_cell(rh_hal_settings_t *settings, int slave, int cell)
{
    rh_device_settings_t *device = add_device(settings, "cell", "cell", slave);
    rh_profile_t *profile = &device->profile;
    device->name[4] = (char)('0' + cell);
    profile->fc16 = true;
    add_register(profile, "gross", 5, RH_REG_I32, 0.1);
    add_register(profile, "status", 7, RH_REG_U16, 1);
    add_block(profile, RH_SPACE_HOLDING, 5, 3);
    profile->blocks[0].spare = 2;
    add_bit(profile, "ok", 0xE002, 0x0002);
    add_bit(profile, "busy", 0x0001, 0x0001);
    bench_bind(settings, settings->device_count - 1, RH_SIGNAL_STRAP_LEFT + cell, false,
               "gross");
}

void bench_add_encoder(rh_hal_settings_t *settings, int slave)
{
    rh_device_settings_t *device = add_device(settings, "encoder", "encoder", slave);
    add_register(&device->profile, "position", 0, RH_REG_U32, 1);
    add_block(&device->profile, RH_SPACE_HOLDING, 0, 2);
    bench_bind(settings, settings->device_count - 1, RH_SIGNAL_ARM_ANGLE, false,
               "position");
    settings->bindings[settings->binding_count - 1].scale = 360.0 / 16384;
    settings->bindings[settings->binding_count - 1].offset = -180.0;
}

static void add_lines(rh_profile_t *profile, const char *head, rh_space_t space)
{
    for (int i = 0; i < 16; i++) {
        char role[RH_HAL_NAME];
        (void)snprintf(role, sizeof(role), "%s%d", head, i);
        add_register(profile, role, i, RH_REG_BIT, 1);
        profile->registers[profile->register_count - 1].space = space;
    }
}

void bench_add_io(rh_hal_settings_t *settings, int slave)
{
    rh_device_settings_t *device = add_device(settings, "io", "io", slave);
    int index = settings->device_count - 1;
    add_lines(&device->profile, "input", RH_SPACE_DISCRETE);
    add_lines(&device->profile, "output", RH_SPACE_COIL);
    add_block(&device->profile, RH_SPACE_DISCRETE, 0, 8);
    add_block(&device->profile, RH_SPACE_DISCRETE, 8, 8);
    for (int i = 0; i < 8; i++) {
        char role[RH_HAL_NAME];
        (void)snprintf(role, sizeof(role), "input%d", i);
        bench_bind(settings, index, RH_SIGNAL_ESTOP_A + i, false, role);
    }
    bench_bind(settings, index, RH_OUTPUT_HEARTBEAT, true, "output0");
    bench_bind(settings, index, RH_OUTPUT_SERVO_ON, true, "output1");
    bench_bind(settings, index, RH_OUTPUT_LAMP, true, "output2");
}

/* ---- waits ------------------------------------------------------------------ */

void bench_pause(void)
{
    struct timespec pause = {0, 200000};
    (void)nanosleep(&pause, NULL);
}

rh_sample_t bench_sample(rh_hal_t *hal, int signal)
{
    rh_input_t input = {0};
    rh_hal_modbus.read(hal, slave_now_ns(), &input);
    return input.signal[signal];
}

rh_sample_t bench_next(rh_hal_t *hal, int signal)
{
    int64_t until_ns = slave_now_ns() + AWAIT_NS;
    uint32_t count = bench_sample(hal, signal).count;
    while (slave_now_ns() < until_ns) {
        rh_sample_t sample = bench_sample(hal, signal);
        if (sample.count != count) {
            return sample;
        }
        bench_pause();
    }
    return (rh_sample_t){0};
}

bool bench_await_quality(rh_hal_t *hal, int signal, uint32_t quality)
{
    int64_t until_ns = slave_now_ns() + AWAIT_NS;
    while (slave_now_ns() < until_ns) {
        if (bench_sample(hal, signal).quality == quality) {
            return true;
        }
        bench_pause();
    }
    return false;
}

bool bench_await_ready(rh_hal_t *hal, int device, bool is_ready)
{
    int64_t until_ns = slave_now_ns() + AWAIT_NS;
    rh_hal_stats_t stats;
    while (slave_now_ns() < until_ns) {
        rh_hal_modbus.stats(hal, &stats);
        if (stats.devices[device].is_ready == is_ready) {
            return true;
        }
        bench_pause();
    }
    return false;
}
