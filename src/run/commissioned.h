/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether this machine may arm: decided once, at start, from the settings in force and
 * the machine's own record (src/config/commissioning.h). The gate gets the answer as a
 * limit, everybody else the sentence.
 */
#ifndef RH_COMMISSIONED_H
#define RH_COMMISSIONED_H

#include <stdbool.h>

#include "rh/settings.h"

typedef struct {
    bool is_needed;     /* a real machine, or a simulated one that a test treats so */
    bool may_arm;       /* it holds, or is not needed */
    char sentence[640]; /* why not, or what was found */
    char *wiring;       /* what a record is made for; heap */
} rh_commissioned_t;

/* 0 or a negative errno (no memory). To be freed in both cases. */
int rh_commissioned_read(rh_commissioned_t *commissioned,
                         const rh_settings_t *settings);
void rh_commissioned_free(rh_commissioned_t *commissioned);

#endif
