/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate: the last pure stage on the only path to the actuator, run in every tick,
 * request or not. It reads raw samples and their ages, never core's estimates; it vets
 * and shapes the request and alone makes a grant. All arithmetic is in scaled integers
 * (include/rh/limits.h) without libm, so that a model checker can close over its
 * inputs.
 *
 * Called by the tick and by nobody else. Zeroed state is LOCKED: no torque, no servo,
 * no heartbeat.
 */
#ifndef RH_SAFETY_H
#define RH_SAFETY_H

#include <stdbool.h>
#include <stdint.h>

#include "rh/fault.h"
#include "rh/grant.h"
#include "rh/input.h"
#include "rh/limits.h"
#include "rh/request.h"
#include "rh/state.h"

#define RH_SAFETY_WINDOW_SLOTS 8
#define RH_SAFETY_RATES 4
#define RH_SAFETY_FAULTS 8 /* faults that one tick can raise */

enum { RH_GROUP_DRIVE, RH_GROUP_ENCODER, RH_GROUP_CELLS, RH_GROUP_INPUTS, RH_GROUPS };

/* Everything the gate remembers from tick to tick; the caller owns it. */
typedef struct {
    uint32_t state;   /* rh_safety_state_t */
    uint64_t latched; /* bit per rh_fault_id_t raised since the last reset */
    bool has_run;     /* the first tick has been: boot is told once */
    int64_t now_ns;   /* of the last tick */
    int64_t state_since_ns;
    /* torque memory */
    int32_t base_mnm;         /* the request after bounds, slew and window */
    int32_t torque_mnm;       /* the last grant */
    int32_t speed_limit_mdps; /* of the last grant */
    int32_t load_mnm;         /* training part of the last grant while armed, >= 0 */
    int32_t leaving_mnm; /* torque at the moment the state was left, to ramp from */
    int32_t slot_mnm[RH_SAFETY_WINDOW_SLOTS];
    uint32_t slot;
    int64_t slot_since_ns;
    /* debounce: counters of fresh samples, and since when a condition has held */
    uint32_t seen[RH_SIGNAL_COUNT]; /* sample counts at the last tick */
    uint32_t runaway_count, mismatch_count, contact_count, frozen_count, confirm_count;
    uint32_t stopped_count, rate_count, pulled_count;
    bool contact;
    /* the strap's force while armed, over half a second: due by the motor's torque, and
     * shown by the left and the right cell; since when they do not agree, 0 = they do
     */
    int32_t force_due_mn, force_seen_mn[2];
    int64_t force_off_since_ns;
    int32_t frozen_motor_raw, frozen_arm_mdeg;
    int64_t
        moved_us; /* the last drive sample: when, where, how fast, and by how much */
    int32_t moved_mdeg, moved_mdps, rate_off_mdeg; /* its angle left its rate */
    int32_t recent_mdps[RH_SAFETY_RATES];          /* of the last 40 ms or so */
    uint32_t recent;
    int64_t recent_us;              /* the newest of them */
    int64_t estop_differs_since_ns; /* its channels do not say the same; 0 = they do */
    bool estop_is_suspect; /* they differed for too long and have not both opened since
                            */
    int64_t grips_closed_since_ns, grip_open_since_ns, still_since_ns,
        not_running_since_ns, alone_since_ns;
    int64_t unasked_since_ns; /* the drive runs without servo-on; 0 = it does not */
    bool has_run_since_on;    /* the drive has run since servo-on was granted */
    int64_t reset_since_ns, arm_begin_ns;
    int64_t pressed_ns; /* the reset button was last pressed by somebody; 0 = never */
    uint32_t arm_lease; /* of arm.begin */
    bool reset_seen_open, reset_done;
    bool is_down;  /* SAFE-1 has come to rest: servo off */
    uint32_t body; /* row of limits->body, chosen from the pad's weight when arming */
    /* the probe that runs, and what the last ones showed since the start */
    uint32_t probe;      /* RH_COMMAND_RELAY_TEST, _POLARITY_TEST or _TORQUE_TEST */
    bool probe_by_reset; /* the reset began it: no console is needed */
    int64_t probe_run_ns, probe_cut_ns; /* the drive runs; the heartbeat is withheld */
    /* as the drive began to run */
    int32_t probe_from_mdeg, probe_motor_from_mdeg, probe_strap_from_mn;
    int32_t probe_mnm;     /* asked for by the probe in the tick before */
    int32_t relay_us;      /* heartbeat withheld to drive off; 0 = not proven */
    int32_t polarity_mdeg; /* what the arm rose; 0 = not proven */
    int64_t limit_last_ns; /* funnel or wall acted last; 0 = never */
} rh_safety_t;

/* What the gate has to tell about one tick. */
typedef struct {
    uint32_t state_before, state;
    rh_fault_t faults[RH_SAFETY_FAULTS];
    uint32_t fault_count;
    uint64_t latched;       /* bits, after this tick */
    uint64_t cleared;       /* bits that the reset cleared in this tick */
    uint32_t waits_for;     /* RH_WAIT_BIT()s, in a latched state */
    uint32_t reset_ignored; /* RH_WAIT_BIT()s for which a reset was refused; 0 = none */
    uint32_t refusal;       /* rh_refusal_t, when is_answer */
    bool is_answer;         /* the tick's command was the gate's to answer */
    bool limit_active;      /* funnel or wall acts */
    bool limit_began;
    bool at_bottom, pad_is_empty;
    int32_t angle_mdeg, rate_mdps; /* the gate's own view */
    int32_t soft_top_mdeg, soft_bottom_mdeg, trip_top_mdeg, trip_bottom_mdeg;
    int32_t relay_us, polarity_mdeg; /* shown by the probes since start; 0 = not */
    int64_t age_ns[RH_GROUPS];
} rh_safety_report_t;

/* One tick: from raw samples and a request to a grant. Total: any input gives a safe
 * grant. Sources of the rules: the table of hazards; numbers beside each row. */
void rh_safety_step(rh_safety_t *safety, const rh_limits_t *limits,
                    const rh_input_t *input, const rh_request_t *request,
                    rh_grant_t *grant, rh_safety_report_t *report);

#endif
