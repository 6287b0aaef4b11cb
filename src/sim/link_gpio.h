/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine's contacts, outputs and arm encoder on the lines of a simulated GPIO chip
 * of the kernel (gpio-sim, Linux 5.17): levels are put on inputs by their `pull`, what
 * the controller drives is read from `value`, both files in the chip's folder below
 * /sys/devices/platform. A thread of its own moves them once a millisecond. The
 * simulated machine opens it; the Modbus I/O module goes on beside it, and whoever
 * writes an output last has it.
 */
#ifndef RH_SIM_LINK_GPIO_H
#define RH_SIM_LINK_GPIO_H

#include <stdatomic.h>

#include "bench.h"

/* Lines of the chip: the contacts in their own order from 0, then these. */
enum {
    RH_GPIO_HEARTBEAT = RH_CONTACT_COUNT,
    RH_GPIO_SERVO_ON,
    RH_GPIO_LAMP,
    RH_GPIO_BUZZER,
    RH_GPIO_ARM_A,
    RH_GPIO_ARM_B,
    RH_GPIO_LINES
};

typedef struct {
    rh_bench_t *bench;
    uint32_t low; /* bit per rh_contact_t: closed, it pulls its line to ground */
    int fd[RH_GPIO_LINES]; /* pull of an input, value of an output */
    bool level[RH_GPIO_LINES];
    int64_t count; /* of the encoder, as the lines show it */
    pthread_t thread;
    bool started;
    atomic_bool stop;
} rh_link_gpio_t;

/* Opens the lines of the chip at `folder` (`low`: the contacts that pull to ground when
 * they are closed, a bit each; the others pull to the supply), puts all inputs to the
 * bench's levels and starts the thread. 0, or -errno with the reason in `error`;
 * rh_link_gpio_stop is due in both cases. */
int rh_link_gpio_start(rh_link_gpio_t *link, const char *folder, uint32_t low,
                       rh_bench_t *bench, char *error, size_t error_size);
/* Ends the thread, closes the lines; the levels stay. */
void rh_link_gpio_stop(rh_link_gpio_t *link);

#endif
