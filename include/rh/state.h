/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The states that everybody names alike. Each list's row 0 is the safe or the plain
 * one, because zeroed state is the safe state. X(ID, text): the text is the word on the
 * wire, in the database and on the screens.
 */
#ifndef RH_STATE_H
#define RH_STATE_H

/* The gate's state. LOCKED is how the machine boots: latched, no torque, no servo. */
#define RH_SAFETY_STATES(X)                                                            \
    X(LOCKED, "locked")                                                                \
    X(IDLE, "idle")   /* everything good, servo off, heartbeat runs */                 \
    X(ARMED, "armed") /* servo on, requests are vetted */                              \
    X(FLOAT, "float") /* comfort stop: load off, legs float */                         \
    X(GRIPS, "grips") /* grips let go: load off, then SAFE-1 */                        \
    X(SAFE1, "safe1") /* controlled lowering */                                        \
    X(SAFE2, "safe2") /* blind: rate lost, drive alive */                              \
    X(SAFE3, "safe3") /* cut: heartbeat stops, passive brake */                        \
    X(PROBE, "probe") /* relay, polarity or torque is tried; nobody there */

#define RH_SESSION_STATES(X)                                                           \
    X(FREE, "free")                                                                    \
    X(READY, "ready")                                                                  \
    X(TEACH, "teach")                                                                  \
    X(SET, "set")

#define RH_PHASES(X)                                                                   \
    X(REST, "rest")   /* bottom rest */                                                \
    X(LIFT, "lift")   /* concentric */                                                 \
    X(HOLD, "hold")   /* top hold */                                                   \
    X(LOWER, "lower") /* eccentric */

#define RH_MODES(X)                                                                    \
    X(DAMPING, "damping") /* torque = -B rate: what a fresh install does */            \
    X(CONSTANT, "constant")                                                            \
    X(PLATE, "plate") /* pendulum with a plate: load times cos(angle) */

#define RH_REP_KINDS(X)                                                                \
    X(CALIBRATION, "calibration")                                                      \
    X(WARMUP, "warmup")                                                                \
    X(WORK, "work")

#define RH_SIDES(X)                                                                    \
    X(BOTH, "both")                                                                    \
    X(LEFT, "left")                                                                    \
    X(RIGHT, "right")

#define RH_STATE_ROW(id, text) RH_SAFETY_##id,
typedef enum { RH_SAFETY_STATES(RH_STATE_ROW) RH_SAFETY_COUNT } rh_safety_state_t;
#undef RH_STATE_ROW
#define RH_STATE_ROW(id, text) RH_SESSION_##id,
typedef enum { RH_SESSION_STATES(RH_STATE_ROW) RH_SESSION_COUNT } rh_session_state_t;
#undef RH_STATE_ROW
#define RH_STATE_ROW(id, text) RH_PHASE_##id,
typedef enum { RH_PHASES(RH_STATE_ROW) RH_PHASE_COUNT } rh_phase_t;
#undef RH_STATE_ROW
#define RH_STATE_ROW(id, text) RH_MODE_##id,
typedef enum { RH_MODES(RH_STATE_ROW) RH_MODE_COUNT } rh_mode_t;
#undef RH_STATE_ROW
#define RH_STATE_ROW(id, text) RH_REP_##id,
typedef enum { RH_REP_KINDS(RH_STATE_ROW) RH_REP_KIND_COUNT } rh_rep_kind_t;
#undef RH_STATE_ROW
#define RH_STATE_ROW(id, text) RH_SIDE_##id,
typedef enum { RH_SIDES(RH_STATE_ROW) RH_SIDE_COUNT } rh_side_t;
#undef RH_STATE_ROW

#endif
