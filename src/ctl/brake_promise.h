/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the passive brake was seen to hold, and whom it therefore lets down slowly when
 * the power is cut. It is promised where the brake's peak is at least 1.2 times the
 * torque of arm and legs held horizontal; the peak is at least what was seen.
 */
#ifndef RH_CTL_BRAKE_PROMISE_H
#define RH_CTL_BRAKE_PROMISE_H

#include <stdbool.h>
#include <stddef.h>

#define RH_BRAKE_PROMISE_DPS 60.0

typedef struct {
    double torque_nm; /* shown by the brake alone, without friction */
    double rate_dps;  /* the fastest moment of that fall */
    double hung_kg;   /* on the strap; 0: the arm alone */
} rh_brake_held_t;

/* The body mass in kg up to which legs are let down at 60 deg/s at most, of 50 to 120;
 * 0: nobody of 50 kg or more. */
double rh_brake_promise_kg(const rh_brake_held_t *held, double arm_gravity_nm);

/* One sentence for the record; gives `text` back. */
const char *rh_brake_promise(const rh_brake_held_t *held, double arm_gravity_nm,
                             char *text, size_t size);
/* The figures of such a sentence; false: it has none. */
bool rh_brake_held_read(const char *text, rh_brake_held_t *held);
/* Whether that sentence promises it to anybody. */
bool rh_brake_is_promised(const char *text);

#endif
