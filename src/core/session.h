/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the training stands: session, teaching, set, and what of it is counted.
 * Private to src/core.
 */
#ifndef RH_CORE_SESSION_H
#define RH_CORE_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "rh/event.h"

/* A set whose end was asked for past the top of a rep waits for that rep, this long. */
#define RH_SET_END_WAIT_NS 5000000000

/* Caller-owned; zeroed: free, nothing counted. */
typedef struct {
    uint32_t state;       /* rh_session_state_t */
    int64_t set_end_ns;   /* set.end waits for a rep until then; 0 = not asked for */
    rh_session_t session; /* the open or last one; session counts from 1 */
    rh_set_t set;         /* the running or last one */
    int32_t side, reps_target;
    double best_rate_dps;    /* mean lift rate of the set's best rep */
    uint32_t reasons_before; /* of the set's last rep */
} rh_training_t;

#endif
