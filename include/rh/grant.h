/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the gate allows the actuators in one tick. Only src/safety makes one; only the
 * tick hands it on, the loop passes it to the HAL's write, and the HAL carries it out.
 * Nobody else may include this file (tests/house proves it).
 */
#ifndef RH_GRANT_H
#define RH_GRANT_H

#include <stdbool.h>
#include <stdint.h>

typedef struct rh_grant {
    int32_t torque_mnm; /* at the arm, positive lifts */
    int32_t
        speed_limit_mdps; /* the drive's own speed limit in torque mode, at the arm */
    bool servo_on;
    bool beat;   /* the heartbeat may advance at the end of this tick */
    bool lamp;   /* armed: the motor may act */
    bool buzzer; /* a fault has led to a safe state, which is not left yet */
} rh_grant_t;

#endif
