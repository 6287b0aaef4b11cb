/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings built by hand for the HAL's tests (what src/config makes of files), and
 * waits for conditions. The maps are the shipped profiles' in miniature.
 */
#ifndef RH_TEST_BENCH_H
#define RH_TEST_BENCH_H

#include "rh/hal.h"

enum { /* the drive's registers */
       AT_MODE = 0x0000,
       AT_TORQUE = 0x0605,
       AT_TORQUE_LIMIT = 0x0608,
       AT_SPEED_LIMIT = 0x060F,
       AT_STATUS = 0x1200
};

/* A fresh folder below /tmp; removed by bench_remove. */
void bench_folder(char *path, size_t size);
void bench_remove(const char *path);

/* Empty settings with one bus named `bus`: RTU `dir`/wire, or TCP. */
void bench_rtu(rh_hal_settings_t *settings, const char *dir);
void bench_tcp(rh_hal_settings_t *settings, int port);

/* Adds a device with its usual bindings. Drive: 2 N m rated, gear 30 (60 N m = 100 %),
 * fences 120 N m (2000) and 200 deg/s (1000 rpm). Cells 0 … 3: strap left, right, pads.
 * The encoder: 16384 counts a turn, 0 at -180 deg. */
void bench_add_drive(rh_hal_settings_t *settings, int slave);
void bench_add_cell(rh_hal_settings_t *settings, int slave, int cell);
void bench_add_encoder(rh_hal_settings_t *settings, int slave);
void bench_add_io(rh_hal_settings_t *settings, int slave);

/* One more signal. */
void bench_bind(rh_hal_settings_t *settings, int device, int signal, bool is_output,
                const char *role);

/* Waits, 5 s at most, for a signal's quality or a device's readiness. False = never. */
bool bench_await_quality(rh_hal_t *hal, int signal, uint32_t quality);
bool bench_await_ready(rh_hal_t *hal, int device, bool is_ready);
rh_sample_t bench_sample(rh_hal_t *hal, int signal);
/* Waits for the next sample of a signal. */
rh_sample_t bench_next(rh_hal_t *hal, int signal);
void bench_pause(void);

#endif
