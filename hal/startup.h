/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The start-up of a device: torque zero, then the profile's constants and fences, each
 * read back where asked. Only a device that went through all of it is ready. A part of
 * device.c, for the HAL only.
 */
#ifndef RH_HAL_STARTUP_H
#define RH_HAL_STARTUP_H

#include "device.h"

/* A request that writes `number` (the register's own) to one register. */
void rh_startup_write(const rh_device_settings_t *settings, const rh_register_t *target,
                      int32_t number, rh_frame_t *request);

/* The request of the next step: a write, or the read that compares it. Writes and reads
 * alternate, so that a late reply never has the shape of the one waited for. */
void rh_startup_request(const rh_device_t *device, rh_frame_t *request);

/* A good reply to it. A value that reads back otherwise starts all over, later. */
void rh_startup_take(rh_device_t *device, const uint8_t *reply, int64_t now_ns);

/* While the servo is off, is it time to read one of the values again? A drive's panel
 * or its maker's program changes them behind the daemon (hazard 18). What a channel
 * commands since is compared with what was confirmed of it. */
bool rh_startup_wants_check(const rh_device_t *device, int64_t now_ns);
void rh_startup_check_request(const rh_device_t *device, rh_frame_t *request);
/* A good reply to it. Another value than was written: not ready, all is written anew.
 */
void rh_startup_check_take(rh_device_t *device, const uint8_t *reply, int64_t now_ns);

/* Begins again: after a failure some register may hold anything. */
void rh_startup_restart(rh_device_t *device, int64_t now_ns);

#endif
