/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From settings to buses and devices: every name resolved, every number converted,
 * every trap that a configuration can hold refused by name before a thread starts. For
 * modbus_hal.c.
 */
#ifndef RH_HAL_WIRING_H
#define RH_HAL_WIRING_H

#include <stdarg.h>

#include "bus.h"
#include "device.h"

/* Where an error goes: what, where and the remedy. */
typedef struct {
    char *text;
    size_t size;
} rh_wiring_error_t;

/* Fills the text; always -EINVAL. */
int rh_wiring_refuse(const rh_wiring_error_t *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Buses: rate, format, address; devices: bus, slave id, rate and link that the profile
 * permits, no id twice; drives: rated torque, gear, fences with read-back. 0 or
 * -EINVAL.
 */
int rh_wiring_check(const rh_hal_settings_t *settings, const rh_wiring_error_t *error);

/* Of rh_wiring_check: no source feeds two signals; arm_angle is of another device than
 * motor_angle and motor_rate; it and motor_angle are not both counts without an
 * absolute angle. 0 or -EINVAL. */
int rh_wiring_check_sources(const rh_hal_settings_t *settings,
                            const rh_wiring_error_t *error);

/* Of rh_wiring_check: what a drive's profile says is borne out by its rows: registers
 * that are written lie apart; fences = yes writes every limit with a fence and reads it
 * back; fault and run are told by bits. 0 or -EINVAL. */
int rh_wiring_check_trust(const rh_device_settings_t *device,
                          const rh_wiring_error_t *error);

/* Resolves one device with its bindings: items, blocks, channels, bits, start-up. The
 * settings must outlive it. 0 or -EINVAL. */
int rh_wiring_device(rh_device_t *device, const rh_hal_settings_t *settings, int index,
                     const rh_wiring_error_t *error);

/* The register of a role, or NULL. */
const rh_register_t *rh_wiring_register(const rh_profile_t *profile, const char *role);

/* A drive whose fences are not known never is. */
bool rh_wiring_may_be_ready(const rh_profile_t *profile);

/* Why a device can never be ready, in one sentence; "" where it can. */
void rh_wiring_problem(const rh_device_settings_t *device, char *text, size_t size);

/* The silence that a device needs before and after its frames, us: its own, its bus's,
 * its profile's, the first that is not 0. */
int32_t rh_wiring_gap_us(const rh_hal_settings_t *settings, int device);

/* The longest of a bus's devices, us. */
int32_t rh_wiring_longest_gap_us(const rh_hal_settings_t *settings, int bus);

#endif
