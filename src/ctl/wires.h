/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the counters of buses and devices say about the wiring: which device is silent,
 * which is damaged, and what of the usual mistakes looks like that. For `doctor` and
 * commissioning.
 */
#ifndef RH_CTL_WIRES_H
#define RH_CTL_WIRES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct {
    char what[320];
    char remedy[200];
} rh_wire_finding_t;

/* One finding per mistake, at most `room`; how many. `health` is the daemon's, `wiring`
 * the text of commissioning.show (may be empty: numbers and rates are then not said).
 */
size_t rh_wires_find(const json_t *health, const char *wiring,
                     rh_wire_finding_t *findings, size_t room);

/* The value of a key in a section of a wiring, or `fallback`; into `text`. */
const char *rh_wires_setting(const char *wiring, const char *section, const char *name,
                             const char *key, char *text, size_t size);

#endif
