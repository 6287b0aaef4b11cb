/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The zero of a counter that knows only steps. The arm hangs when the daemon starts:
 * still for one second, it is home. After a lost edge the position is not to be trusted
 * until the arm was still for a second again, near where the count still says home is;
 * a count that is further off than that has lost more than noise and waits for a
 * restart with a hanging arm. Pure. For the HAL only.
 */
#ifndef RH_HAL_HOMING_H
#define RH_HAL_HOMING_H

#include <stdbool.h>
#include <stdint.h>

#define RH_HOMING_STILL_NS INT64_C(1000000000)
#define RH_HOMING_STILL_COUNTS 1 /* a line on its edge may flicker */

/* Zeroed it is a fresh one. */
typedef struct {
    int64_t home;      /* the count at home_deg */
    int64_t reference; /* stillness is measured from here */
    int64_t since_ns;
    bool has_begun, is_homed, was_homed;
} rh_homing_t;

/* The count at now_ns; `near` is how far from home a counter may find home again. True
 * = the position counts from `home`. */
bool rh_homing_look(rh_homing_t *homing, int64_t count, int64_t near, int64_t now_ns);

/* An edge was lost: not homed, and the stillness begins anew. */
void rh_homing_spoil(rh_homing_t *homing, int64_t now_ns);

#endif
