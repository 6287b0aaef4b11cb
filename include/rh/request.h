/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What core asks of the gate in one tick. Anybody may build a request; only the gate
 * turns one into a grant. The gate trusts nothing in it: every number passes an
 * accept-form range test before it is converted.
 */
#ifndef RH_REQUEST_H
#define RH_REQUEST_H

#include <stdbool.h>

typedef struct {
    double torque_nm;   /* total motor torque at the arm, positive lifts */
    double load_nm;     /* the training part of it, a magnitude >= 0, so that the gate
                           can tell the load from the arm's own compensation */
    double rom_top_deg; /* taught range; may only narrow the gate's own limits */
    double rom_bottom_deg;
    double strap_zero_n[2]; /* tare of strap_left and strap_right, from sensor.zero */
    double pad_zero_n[2];   /* tare of pad_front and pad_rear */
    bool rom_taught;
} rh_request_t;

#endif
