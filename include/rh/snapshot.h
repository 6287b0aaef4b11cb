/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What leaves the loop sideways in every tick: the machine as publish, record, console
 * and pages may see it. It says what was granted as a number; it holds no grant.
 */
#ifndef RH_SNAPSHOT_H
#define RH_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "rh/input.h"
#include "rh/state.h"

/* Live quantities: X(name, unit, decimals, help). The topic `live` in this order. */
#define RH_LIVE_NUMBERS(X)                                                             \
    X(angle_deg, "deg", 2, "arm angle, estimated")                                     \
    X(rate_dps, "dps", 2, "arm rate, estimated")                                       \
    X(force_n, "n", 1, "strap force, compensated: left + right")                       \
    X(force_left_n, "n", 1, "left strap force")                                        \
    X(force_right_n, "n", 1, "right strap force")                                      \
    X(torque_nm, "nm", 2, "force times strap radius")                                  \
    X(torque_requested_nm, "nm", 2, "what core asked of the gate")                     \
    X(torque_granted_nm, "nm", 2, "what the gate allowed")                             \
    X(torque_measured_nm, "nm", 2, "what the drive reports")                           \
    X(pad_n, "n", 1, "pad front + rear")                                               \
    X(pad_centre_frac, "", 3, "0 = all on the front pad, 1 = all on the rear")         \
    X(margin_top_deg, "deg", 2, "distance to the top soft limit")                      \
    X(margin_bottom_deg, "deg", 2, "distance to the bottom soft limit")                \
    X(load_applied_kg, "kg", 2, "training load acting now, after ramps")               \
    X(aux_force_n, "n", 1, "a cell beside the machine's own, for the record")

/* Slow state: the topic `state`. X(name, unit, decimals, help), double. */
#define RH_STATE_NUMBERS(X)                                                            \
    X(load_kg, "kg", 2, "load commanded")                                              \
    X(rom_top_deg, "deg", 2, "taught top; null before rom.accept")                     \
    X(rom_bottom_deg, "deg", 2, "taught bottom; null before rom.accept")               \
    X(soft_top_deg, "deg", 2, "top soft limit in force")                               \
    X(soft_bottom_deg, "deg", 2, "bottom soft limit in force")                         \
    X(trip_top_deg, "deg", 2, "top trip in force")                                     \
    X(trip_bottom_deg, "deg", 2, "bottom trip in force")                               \
    X(load_max_kg, "kg", 2, "largest load this machine gives")                         \
    X(relay_ms, "ms", 1, "heartbeat withheld to drive off; 0 before relay.test")       \
    X(polarity_deg, "deg", 2, "what the arm rose; 0 before polarity.test")

/* Flags of the state, as read: X(name, help). */
#define RH_STATE_FLAGS(X)                                                              \
    X(armed, "the motor may act")                                                      \
    X(commissioned, "commissioned with this wiring, or a simulated machine")           \
    X(estop_a_closed, "e-stop channel a as read")                                      \
    X(estop_b_closed, "e-stop channel b as read")                                      \
    X(grip_left_held, "left grip as read")                                             \
    X(grip_right_held, "right grip as read")                                           \
    X(comfort_pressed, "comfort button as read")                                       \
    X(reset_pressed, "reset button as read")                                           \
    X(limit_top_closed, "top limit switch as read")                                    \
    X(limit_bottom_closed, "bottom limit switch as read")                              \
    X(pad_empty, "nobody on the pad")                                                  \
    X(zeroed, "load cells zeroed in this session")                                     \
    X(rom_taught, "a range was taught and accepted")                                   \
    X(limit_active, "funnel or wall is acting")

typedef struct {
    uint64_t tick;
    int64_t now_ns; /* as the tick began */
    int64_t end_ns; /* stamped by the loop at the end of the tick */
    int64_t late_ns;
    int64_t age_worst_ns; /* oldest sample the control depends on */
    int64_t age_ns[4];    /* drive, encoder, strap cells, inputs */
    rh_sample_t
        signal[RH_SIGNAL_COUNT]; /* as the tick read them, for who commissions */
    uint32_t safety;             /* rh_safety_state_t */
    uint32_t session;            /* rh_session_state_t */
    uint32_t phase;              /* rh_phase_t */
    uint32_t mode;               /* rh_mode_t */
    uint32_t faults[2];          /* bit per rh_fault_id_t that is open */
    uint32_t waits_for;          /* what a latched state waits for: RH_WAIT_* bits */
    int32_t set;                 /* 0 = none yet */
    int32_t reps; /* full reps of the running set or teaching, or of the last set */
    int32_t partials;
    int32_t reps_target;
    int32_t taught_reps; /* full lifts while teaching */
    uint32_t overruns;   /* ticks more than 4 ms late since start */
#define RH_SNAPSHOT_FLAG(name, help) bool name;
    RH_STATE_FLAGS(RH_SNAPSHOT_FLAG)
#undef RH_SNAPSHOT_FLAG
#define RH_SNAPSHOT_FIELD(name, unit, decimals, help) double name;
    RH_LIVE_NUMBERS(RH_SNAPSHOT_FIELD)
    RH_STATE_NUMBERS(RH_SNAPSHOT_FIELD)
#undef RH_SNAPSHOT_FIELD
} rh_snapshot_t;

/* What keeps a latched machine from being reset: X(ID, text). */
#define RH_WAITS(X)                                                                    \
    X(RESET, "hold the reset button for half a second")                                \
    X(BOTTOM, "bring the arm to rest at the bottom")                                   \
    X(CHAIN, "close the e-stop chain")                                                 \
    X(PAD, "clear the pad")                                                            \
    X(SENSORS, "a sensor is stale or faulty")                                          \
    X(FAULT, "the fault is still there")                                               \
    X(RESET_RELEASE, "release the reset button")

enum {
#define RH_WAIT_ID(id, text) RH_WAIT_INDEX_##id,
    RH_WAITS(RH_WAIT_ID)
#undef RH_WAIT_ID
        RH_WAIT_COUNT
};
#define RH_WAIT_BIT(id) (1u << RH_WAIT_INDEX_##id)

#endif
