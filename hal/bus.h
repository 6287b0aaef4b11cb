/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One bus and its thread: connects, keeps the silence, carries out what the schedule
 * decides, resynchronises after an error, counts. The control thread sees it through
 * two mailboxes and the outputs only. For modbus_hal.c.
 */
#ifndef RH_HAL_BUS_H
#define RH_HAL_BUS_H

#include <pthread.h>
#include <stdatomic.h>

#include "link.h"
#include "mailbox.h"
#include "schedule.h"

/* What a bus publishes of itself and its devices, in the order of its schedule. */
typedef struct {
    rh_bus_stats_t bus;
    struct {
        bool is_ready;
        int64_t last_reply_ns; /* 0 = never */
        uint64_t replies, errors, timeouts, garbled, startup_checks;
    } devices[RH_DEVICE_MAX];
} rh_bus_report_t;

_Static_assert(sizeof(rh_bus_report_t) <= sizeof(uint64_t) * RH_MAILBOX_WORDS,
               "a report fits its mailbox");
_Static_assert(sizeof(rh_hal_sample_t) * RH_SIGNAL_COUNT <=
                   sizeof(uint64_t) * RH_MAILBOX_WORDS,
               "all samples fit their mailbox");

/* Counters of the second that runs. */
typedef struct {
    int64_t since_ns, busy_ns;
    uint64_t cycles, requests, errors;
} rh_bus_window_t;

typedef struct {
    const rh_bus_settings_t *settings;
    char path[2 * RH_HAL_PATH]; /* of the serial device, or of a simulator's link */
    int32_t gap_us;
    const rh_outputs_t *outputs;
    rh_mailbox_t *samples_out, *report_out;
    rh_schedule_t schedule;
    rh_hal_sample_t samples[RH_SIGNAL_COUNT]; /* by signal; bound ones are used */
    rh_link_t link;
    rh_bus_report_t report;
    rh_bus_window_t window;
    int64_t backoff_ns, heard_ns; /* heard: the last reply of anybody */
    int64_t spoke_gap_ns;         /* of the device asked last */
    _Atomic bool stopping;
    pthread_t thread;
    bool is_running;
} rh_bus_t;

/* Starts the thread: SCHED_FIFO at `priority` where that is permitted, else ordinary.
 */
int rh_bus_start(rh_bus_t *bus, int priority);

/* Ends it. The thread first writes the outputs as they then are (torque zero, servo
 * off), where the wire still answers. */
void rh_bus_stop(rh_bus_t *bus);

#endif
