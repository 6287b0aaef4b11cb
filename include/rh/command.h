/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person asks of the machine, as one value in the next tick's input, and the
 * reasons for which the machine says no. Nobody calls into the loop.
 */
#ifndef RH_COMMAND_H
#define RH_COMMAND_H

#include <stdint.h>

/* X(ID, verb): the verb is the one on the wire. */
#define RH_COMMANDS(X)                                                                 \
    X(NONE, "")                                                                        \
    X(SESSION_START, "session.start")                                                  \
    X(SESSION_END, "session.end")                                                      \
    X(SET_START, "set.start")                                                          \
    X(SET_END, "set.end")                                                              \
    X(SENSOR_ZERO, "sensor.zero")                                                      \
    X(ROM_TEACH, "rom.teach")                                                          \
    X(ROM_ACCEPT, "rom.accept")                                                        \
    X(ROM_NUDGE, "rom.nudge")                                                          \
    X(ROM_REDO, "rom.redo")                                                            \
    X(LOAD_SET, "load.set")                                                            \
    X(MODE_SET, "mode.set")                                                            \
    X(ARM_BEGIN, "arm.begin")                                                          \
    X(ARM_COMMIT, "arm.commit")                                                        \
    X(DISARM, "disarm")                                                                \
    X(UNLOAD, "unload")                                                                \
    X(COMFORT, "comfort")                                                              \
    X(STOP, "stop")                                                                    \
    X(FAULT_RESET, "fault.reset")                                                      \
    X(RELAY_TEST, "relay.test")                                                        \
    X(POLARITY_TEST, "polarity.test")                                                  \
    X(TORQUE_TEST, "torque.test")

typedef enum {
#define RH_COMMAND_ID(id, verb) RH_COMMAND_##id,
    RH_COMMANDS(RH_COMMAND_ID)
#undef RH_COMMAND_ID
        RH_COMMAND_COUNT
} rh_command_kind_t;

/* The ways into the loop. Each stop word has one of its own, which nothing else can
 * fill (hazard 44); in the order in which the loop looks at them. */
typedef enum {
    RH_LANE_ORDINARY = 0,
    RH_LANE_STOP,
    RH_LANE_COMFORT,
    RH_LANE_UNLOAD,
    RH_LANE_COUNT
} rh_lane_t;

typedef struct {
    uint32_t kind;   /* rh_command_kind_t; 0 = no command in this tick */
    uint32_t ticket; /* given back in the answer, so that the asker knows its own */
    uint32_t lease;  /* number of the one it was given under; 0 = it needs none */
    double load_kg;  /* load.set: absolute, never relative */
    double nudge_top_deg;    /* rom.nudge: can only narrow the range */
    double nudge_bottom_deg; /* rom.nudge */
    int32_t mode;            /* mode.set: rh_mode_t */
    int32_t kind_of_set;     /* set.start: rh_rep_kind_t (warmup or work) */
    int32_t side;            /* set.start: rh_side_t */
    int32_t reps_target;     /* set.start: 0 = open */
} rh_command_t;

/* X(ID, code, message, remedy). Row 0 is consent. */
#define RH_REFUSALS(X)                                                                 \
    X(NONE, "ok", "", "")                                                              \
    X(BAD_VALUE, "bad_value", "the value is not a number in the permitted range",      \
      "send a value in the range that `config show` prints")                           \
    X(NO_SESSION, "no_session", "no session is open", "session.start first")           \
    X(SESSION_OPEN, "session_open", "a session is already open", "session.end first")  \
    X(IN_SET, "in_set", "a set is running", "set.end first")                           \
    X(NO_SET, "no_set", "no set is running", "set.start first")                        \
    X(NOT_COMMISSIONED, "not_commissioned",                                            \
      "this machine is not commissioned, or its wiring changed since",                 \
      "`doctor` says what is missing; then run `revhyperctl commission`")              \
    X(NOT_ARMED, "not_armed", "the machine is not armed",                              \
      "arm.begin and, half a second later, arm.commit with both grips held")           \
    X(ARMED, "armed", "the machine is armed",                                          \
      "disarm first, with the arm at the bottom")                                      \
    X(NOT_AT_BOTTOM, "not_at_bottom", "the arm is not at rest at the bottom",          \
      "let the legs hang still, then ask again")                                       \
    X(GRIPS_OPEN, "grips_open", "the grips are not both held",                         \
      "hold both grips from arm.begin to arm.commit")                                  \
    X(COMFORT, "comfort_pressed", "the comfort stop is pressed",                       \
      "let the grey button go, then ask again")                                        \
    X(NO_CONSOLE, "no_console", "no console holds the lease", "lease.take first")      \
    X(TOO_SOON, "too_soon", "arm.commit came without arm.begin at least 0.5 s before", \
      "arm.begin, wait half a second, arm.commit")                                     \
    X(LATCHED, "latched", "a stop is latched",                                         \
      "clear its cause, bring the arm to the bottom and hold the reset button")        \
    X(SENSORS, "sensors", "a sensor that this needs is stale or faulty",               \
      "see `fault list` and `doctor`")                                                 \
    X(NOT_ZEROED, "not_zeroed", "the load cells were not zeroed in this session",      \
      "sensor.zero with nobody on the machine")                                        \
    X(PAD_NOT_EMPTY, "pad_not_empty", "somebody or something is on the pad",           \
      "clear the pad, then ask again")                                                 \
    X(NOT_QUIET, "not_quiet", "the machine was not quiet for long enough",             \
      "touch nothing for the quiet time, then ask again")                              \
    X(ZERO_TOO_FAR, "zero_too_far",                                                    \
      "a load cell is more than 2 % of full scale off zero",                           \
      "look for something that leans on the cell; then have it serviced")              \
    X(NOT_TAUGHT, "not_taught", "no range of motion was taught and accepted",          \
      "rom.teach, three lifts, rom.accept")                                            \
    X(TOO_FEW_REPS, "too_few_reps",                                                    \
      "three full lifts are needed before the range is accepted",                      \
      "lift three times, then rom.accept")                                             \
    X(SPREAD, "spread", "the taught lifts differ by more than 8 degrees",              \
      "rom.redo and lift three times alike")                                           \
    X(NOT_TEACHING, "not_teaching", "no range is being taught", "rom.teach first")     \
    X(WIDENS, "widens", "a nudge can only narrow the range",                           \
      "rom.redo to teach a wider one")                                                 \
    X(OFF_LADDER, "off_ladder", "the load is not a step of the ladder",                \
      "steps are 0.5 kg below 10 kg and 1 kg above")                                   \
    X(ABOVE_LADDER, "above_ladder", "the step up is too large",                        \
      "go up by the permitted step, one per set")                                      \
    X(ABOVE_CEILING, "above_ceiling", "the load is above what this machine may give",  \
      "choose a lighter load")                                                         \
    X(NO_LOAD_IN_MODE, "no_load_in_mode", "the mode damping gives no load",            \
      "mode.set constant or plate first")                                              \
    X(NO_RELAY, "no_relay", "the heartbeat relay was not proven since the start",      \
      "clear the bench and hold the reset button; it takes half a second")             \
    X(NO_CONSENT, "no_consent",                                                        \
      "nobody has pressed the reset button at the machine in the last two minutes",    \
      "press it, then ask again: the motor is switched on only with somebody there")   \
    X(WRONG_STATE, "wrong_state", "the machine cannot do that in this state",          \
      "see `status` for the state and what it waits for")

typedef enum {
#define RH_REFUSAL_ID(id, code, message, remedy) RH_REFUSAL_##id,
    RH_REFUSALS(RH_REFUSAL_ID)
#undef RH_REFUSAL_ID
        RH_REFUSAL_COUNT
} rh_refusal_t;

#endif
