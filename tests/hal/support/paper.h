/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device on paper: 65,536 registers in memory that answer requests without wire or
 * time, and lose some of them where a test says so. With it runs what the bus thread
 * runs: schedule, device, codec, on a shipped profile.
 */
#ifndef RH_TEST_PAPER_H
#define RH_TEST_PAPER_H

#include "rh/hal.h"
#include "schedule.h"

typedef enum {
    PAPER_ANSWERED = 0,
    PAPER_REQUEST_LOST, /* never came */
    PAPER_REPLY_LOST    /* done, and nobody knows */
} paper_fate_t;

typedef struct paper paper_t;

struct paper {
    rh_hal_settings_t settings;
    rh_device_t device;
    rh_schedule_t schedule;
    rh_outputs_t outputs;
    rh_hal_sample_t samples[RH_SIGNAL_COUNT];
    uint16_t words[65536];
    int64_t now_ns;
    rh_frame_t request; /* the latest */
    /* Called before a write takes effect. May be NULL. */
    void (*on_write)(paper_t *paper, int address, const uint16_t *words, int count);
    void *context;
};

/* A device of the shipped profile on an RTU or TCP bus, nothing bound yet. The drive:
 * 2.39 N m rated, 35:1, fences 160 N m and 320 deg/s. Fails the test where the profile
 * is refused. */
paper_t *paper_open(const char *profile);
void paper_close(paper_t *paper);

/* Binds, and then resolves the wiring; the text says why it was refused ("" = was not).
 */
void paper_bind(paper_t *paper, int signal, bool is_output, const char *role);
void paper_bind_drive(paper_t *paper, const char *torque, const char *speed);
const char *paper_wire(paper_t *paper);

/* One transaction. */
rh_job_t paper_go(paper_t *paper, paper_fate_t fate);

/* Until the start-up is through; fails the test where it never is. */
void paper_start(paper_t *paper);

int32_t paper_i32_low_first(const paper_t *paper, int address);

#endif
