/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A GPIO chip in memory in the place of libgpiod: hal/gpio.c and everything above it
 * are the real ones. Real chips and kernels are the rig's (tests/rig); here stand the
 * cases that no rig makes on demand. One chip, "fake", of 32 lines; line 7 is called
 * "SEVEN".
 */
#ifndef RH_TEST_FAKE_GPIO_H
#define RH_TEST_FAKE_GPIO_H

#include "gpio.h"

#define FAKE_LINES 32

typedef struct {
    int generation;
    bool level[FAKE_LINES];
    rh_bias_t bias[FAKE_LINES];
    bool is_taken[FAKE_LINES], is_output[FAKE_LINES];
    int fails; /* a negative errno that every read and write gives; 0 = none */
    uint64_t reads, writes;
    rh_gpio_edge_t edges[256]; /* what the kernel has queued */
    int edge_count;
    void (*wrote)(void); /* behind every write; may be NULL */
    int open_chips;
} fake_gpio_t;

extern fake_gpio_t fake_gpio;

/* A fresh chip, all lines low. */
void fake_gpio_reset(int generation);

/* Queues an edge of the request's line 0 or 1; sequence 0 = without number. */
void fake_gpio_edge(int line, bool level, int64_t t_ns, uint32_t sequence);

#endif
