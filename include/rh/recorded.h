/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event after the record thread has had it: with its identity and whether the disk
 * holds it. Reps, sets and sessions are published from here, never before.
 */
#ifndef RH_RECORDED_H
#define RH_RECORDED_H

#include <stdbool.h>

#include "rh/event.h"

#define RH_ULID_SIZE 27 /* 26 characters and the end */

typedef struct {
    rh_event_t event;
    char id[RH_ULID_SIZE];
    char session_id[RH_ULID_SIZE];
    char utc[32]; /* ISO 8601, milliseconds, Z */
    bool persisted;
} rh_recorded_t;

#endif
