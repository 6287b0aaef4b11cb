/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device on paper.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench.h"
#include "config.h"
#include "paper.h"
#include "wiring.h"

#define MS INT64_C(1000000)

paper_t *paper_open(const char *profile)
{
    char error[1024] = "";
    paper_t *paper = calloc(1, sizeof(*paper));
    assert_non_null(paper);
    rh_device_settings_t *device = &paper->settings.devices[0];
    rh_profile_t *loaded = calloc(1, sizeof(*loaded));
    assert_non_null(loaded);
    if (rh_config_profile(loaded, "config/devices", profile, error, sizeof(error)) !=
        0) {
        fail_msg("%s", error);
    }
    if (loaded->rtu) {
        bench_rtu(&paper->settings, "/tmp");
    } else {
        bench_tcp(&paper->settings, 502);
    }
    device->profile = *loaded;
    free(loaded);
    (void)snprintf(device->name, sizeof(device->name), "paper");
    device->slave = 1;
    device->rated_torque_nm = 2.39;
    device->gear_ratio = 35.0;
    device->torque_limit_nm = 160.0;
    device->speed_limit_dps = 320.0;
    paper->settings.device_count = 1;
    paper->now_ns = 1000 * MS;
    return paper;
}

void paper_close(paper_t *paper)
{
    free(paper);
}

void paper_bind(paper_t *paper, int signal, bool is_output, const char *role)
{
    bench_bind(&paper->settings, 0, signal, is_output, role);
}

void paper_bind_drive(paper_t *paper, const char *torque, const char *speed)
{
    paper_bind(paper, RH_SIGNAL_MOTOR_ANGLE, false, "position");
    paper_bind(paper, RH_SIGNAL_MOTOR_RATE, false, "rate");
    paper_bind(paper, RH_SIGNAL_DRIVE_TORQUE, false, "torque");
    paper_bind(paper, RH_SIGNAL_DRIVE_STATUS, false, "status");
    paper_bind(paper, RH_SIGNAL_TORQUE_CONFIRMED, false, torque);
    paper_bind(paper, RH_OUTPUT_SPEED_LIMIT, true, speed);
    paper_bind(paper, RH_OUTPUT_TORQUE_COMMAND, true, torque);
}

const char *paper_wire(paper_t *paper)
{
    static char text[512];
    rh_wiring_error_t error = {text, sizeof(text)};
    text[0] = '\0';
    if (rh_wiring_check(&paper->settings, &error) == 0 &&
        rh_wiring_device(&paper->device, &paper->settings, 0, &error) == 0) {
        rh_schedule_add(&paper->schedule, &paper->device);
        atomic_store(&paper->outputs.is_granted, true);
        atomic_store(&paper->outputs.speed_limit_mdps, 300000);
    }
    return text;
}

/* ---- the registers ----------------------------------------------------------- */

static int word_at(const uint8_t *bytes)
{
    return bytes[0] << 8 | bytes[1];
}

static void write_words(paper_t *paper, int address, const uint8_t *bytes, int count)
{
    uint16_t words[2] = {0};
    assert_in_range(count, 1, 2);
    for (int i = 0; i < count; i++) {
        words[i] = (uint16_t)word_at(bytes + 2 * i);
    }
    if (paper->on_write != NULL) {
        paper->on_write(paper, address, words, count);
    }
    memcpy(&paper->words[address], words, sizeof(words[0]) * (size_t)count);
}

static void serve(paper_t *paper, uint8_t *reply)
{
    const uint8_t *bytes = paper->request.bytes;
    int address = word_at(bytes + 2);
    switch (bytes[1]) {
    case 3:
        for (int i = 0; i < word_at(bytes + 4); i++) {
            reply[3 + 2 * i] = (uint8_t)(paper->words[address + i] >> 8);
            reply[4 + 2 * i] = (uint8_t)paper->words[address + i];
        }
        break;
    case 6:
        write_words(paper, address, bytes + 4, 1);
        break;
    case 16:
        write_words(paper, address, bytes + 7, word_at(bytes + 4));
        break;
    default:
        fail_msg("function %d is not on paper", bytes[1]);
    }
}

rh_job_t paper_go(paper_t *paper, paper_fate_t fate)
{
    uint8_t reply[RH_FRAME_BYTES] = {0};
    rh_job_t job = rh_schedule_next(&paper->schedule, &paper->outputs, paper->now_ns);
    paper->now_ns += 5 * MS;
    if (job.kind == RH_JOB_NONE) {
        return job;
    }
    rh_device_request(&paper->device, job, &paper->outputs, paper->now_ns,
                      &paper->request);
    if (fate != PAPER_REQUEST_LOST) {
        serve(paper, reply);
    }
    if (fate == PAPER_ANSWERED) {
        rh_device_take(&paper->device, job, reply, paper->now_ns, paper->samples);
    } else {
        rh_device_fail(&paper->device, job, true, paper->now_ns, paper->samples);
    }
    rh_schedule_done(&paper->schedule, job, fate == PAPER_ANSWERED);
    return job;
}

void paper_start(paper_t *paper)
{
    for (int i = 0; i < 100; i++) {
        if (paper->device.startup.next == paper->device.startup.count &&
            paper->schedule.last.kind == RH_JOB_BLOCK) {
            return;
        }
        (void)paper_go(paper, PAPER_ANSWERED);
    }
    fail_msg("the start-up never ended");
}

int32_t paper_i32_low_first(const paper_t *paper, int address)
{
    return (int32_t)((uint32_t)paper->words[address + 1] << 16 | paper->words[address]);
}
