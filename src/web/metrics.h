/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The texts that machines read: /metrics for Prometheus, /healthz for whoever restarts
 * things, /keys.json for the pages (unit and decimals of every quantity, straight from
 * the hallway's tables, so that a page cannot spell or round a number in its own way).
 */
#ifndef RH_WEB_METRICS_H
#define RH_WEB_METRICS_H

#include <stdint.h>

#include "hub.h"

#define RH_METRICS_FRESH_MS 3000 /* state and health come once a second */

typedef struct {
    const char *health, *state, *rep; /* JSON of the last ones, or NULL */
    rh_hub_counts_t counts;
    int browsers;
    int64_t now_ms;
} rh_metrics_t;

/* Each gives text that the caller frees, or NULL without memory. */
char *rh_metrics_text(const rh_metrics_t *metrics);
char *rh_metrics_keys(void);

/* True while the stream is heard; *text, which the caller frees, says so in JSON. */
bool rh_metrics_healthz(const rh_metrics_t *metrics, char **text);

#endif
