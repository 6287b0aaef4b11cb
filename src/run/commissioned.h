/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether this machine may arm: decided at start, from the settings in force and the
 * machine's own record (src/config/commissioning.h). The gate gets the answer as a
 * limit, everybody else the sentence. From then on the record can only take it back: a
 * step that fails later, or a record that is gone, disarms at once; what makes it good
 * again is read at the next start.
 */
#ifndef RH_COMMISSIONED_H
#define RH_COMMISSIONED_H

#include <stdbool.h>
#include <stdint.h>

#include "rh/settings.h"

/* What tells one file from what it was. */
typedef struct {
    uint64_t inode;
    int64_t changed_ns, size; /* all zero: there is none */
} rh_commissioned_mark_t;

typedef struct {
    bool is_needed;     /* a real machine, or a simulated one that a test treats so */
    bool may_arm;       /* it holds, or is not needed */
    char sentence[640]; /* why not, or what was found */
    char *wiring;       /* what a record is made for; heap */
    const rh_settings_t *settings;
    rh_commissioned_mark_t marks[2]; /* of the two copies when they were read */
} rh_commissioned_t;

/* 0 or a negative errno (no memory). To be freed in both cases; `settings` must outlive
 * it. */
int rh_commissioned_read(rh_commissioned_t *commissioned,
                         const rh_settings_t *settings);
/* Whether the record no longer lets the machine arm that it let arm before; then once
 * true, with `may_arm` false and the new sentence. Looks at the two files' times, and
 * into them only where these changed. For one thread. */
bool rh_commissioned_is_lost(rh_commissioned_t *commissioned);
void rh_commissioned_free(rh_commissioned_t *commissioned);

#endif
