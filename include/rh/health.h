/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the daemon and its wires are doing: what the service thread gathers once a second
 * for the topic `health`. Measured, never configured.
 */
#ifndef RH_HEALTH_H
#define RH_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#define RH_BUS_MAX 8
#define RH_DEVICE_MAX 16
#define RH_GPIO_ROWS                                                                   \
    12 /* chips, encoders and converters on GPIO, behind the devices                   \
        */
#define RH_DEVICE_ROWS (RH_DEVICE_MAX + RH_GPIO_ROWS)
#define RH_HAL_NAME 40
#define RH_HAL_TEXT 240

typedef struct {
    char name[RH_HAL_NAME];
    bool is_up;
    uint64_t requests, errors, timeouts, stale_replies, crc_errors, exceptions,
        reconnects;
    uint64_t late_replies; /* after the timeout and still taken; no errors */
    double rate_hz;        /* cycles a second, over the last second */
    double rate_max_hz;    /* the most that the wire permits, by arithmetic from the
                              profiles; 0 = no wire sets it (TCP) */
    double busy_frac;      /* share of the time the wire was occupied or kept silent */
    double error_frac;     /* failed requests, over the last second */
    char last_error[RH_HAL_TEXT];
    /* what slows it down or was odd, with the remedy; or "" */
    char notice[RH_HAL_TEXT];
} rh_bus_stats_t;

typedef struct {
    char name[RH_HAL_NAME];
    char profile[RH_HAL_NAME];
    char status[RH_HAL_NAME]; /* documented | verified; GPIO: libgpiod's generation */
    int32_t bus;   /* -1: no bus; a GPIO chip, an encoder or a converter on its lines */
    bool is_ready; /* start-up writes done and read back since the last (re)connect;
                      quadrature: its position is found */
    int64_t age_ns; /* since its last good reply, GPIO: reading */
    uint64_t replies, errors;
    char problem[RH_HAL_TEXT];  /* why it can never be ready, in one sentence; "" = none
                                 */
    uint64_t timeouts, garbled; /* of the errors: silence; bytes that were no reply */
    uint64_t startup_checks;    /* whole rounds in which its start-up values were read
                                   again, while the servo is off */
    uint64_t illegal; /* quadrature: transitions no encoder makes; HX711: readings
                         that were overtaken, reset or miscounted */
    uint64_t gaps;    /* quadrature: edges whose number is missing */
    double rate_hz;   /* GPIO: readings, edges or conversions a second */
} rh_device_stats_t;

typedef struct {
    rh_bus_stats_t buses[RH_BUS_MAX];
    int32_t bus_count;
    rh_device_stats_t devices[RH_DEVICE_ROWS];
    int32_t device_count;
} rh_hal_stats_t;

typedef struct {
    double uptime_s;
    uint64_t ticks;
    uint64_t overruns; /* ticks that began more than 4 ms late */
    double tick_p50_us, tick_p99_us, tick_max_us; /* cost of a tick, last second */
    double late_p50_us, late_p99_us,
        late_max_us;                           /* lateness of its start, last second */
    uint64_t ring_depth_max, record_depth_max; /* since start */
    uint64_t events_lost;  /* for which neither ring nor hold had room: a defect */
    uint64_t live_dropped; /* live messages that slow readers did not take */
    uint64_t unsaved;      /* rows of the history that wait for the disk */
    uint64_t memory_bytes; /* resident */
    uint64_t memory_locked_bytes;
    bool is_realtime; /* SCHED_FIFO was permitted */
    bool is_wakeful;  /* [daemon] wake_latency_us was permitted */
    rh_hal_stats_t hal;
} rh_health_t;

#endif
