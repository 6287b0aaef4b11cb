/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a reader on GPIO lines publishes: a few samples and its counters, each through a
 * mailbox of its own. For the HAL only.
 */
#ifndef RH_HAL_GPIO_SOURCE_H
#define RH_HAL_GPIO_SOURCE_H

#include <pthread.h>
#include <stdatomic.h>

#include "gpio.h"
#include "mailbox.h"

#define RH_GPIO_ROLES 2

typedef struct {
    bool is_ready;
    int64_t heard_ns; /* 0 = never */
    uint64_t readings, errors, illegal, gaps;
    double rate_hz;
} rh_gpio_report_t;

/* Counters of the second that runs. */
typedef struct {
    int64_t since_ns;
    uint64_t readings;
} rh_gpio_window_t;

typedef struct {
    rh_gpio_chip_t *chip;
    rh_mailbox_t samples_out, report_out;
    rh_hal_sample_t samples[RH_GPIO_ROLES];
    rh_gpio_report_t report;
    rh_gpio_window_t window;
    _Atomic bool stopping;
    pthread_t thread;
    bool is_running;
} rh_gpio_source_t;

/* Publishes the samples and the report; once a second the rate. Its own thread. */
void rh_gpio_source_publish(rh_gpio_source_t *source, int64_t now_ns);

/* A sample of `value`, in the signal's unit, as known at stamp_ns. */
void rh_gpio_source_put(rh_hal_sample_t *sample, double value, int32_t raw,
                        int64_t stamp_ns, rh_quality_t quality);

/* Starts and ends the thread. 0 or a negative errno. */
int rh_gpio_source_start(rh_gpio_source_t *source, int priority, void *(*run)(void *),
                         void *argument);
void rh_gpio_source_stop(rh_gpio_source_t *source);

#endif
