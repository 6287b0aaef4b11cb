/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The faults the machine can name: one row each. Reaction and budget stand beside the
 * rule in src/safety/rules.c; here is what a person is told.
 *
 * X(ID, id, hazard, unit, sentence, remedy): unit is that of measured and threshold.
 */
#ifndef RH_FAULT_H
#define RH_FAULT_H

#include <stdint.h>

#define RH_FAULTS(X)                                                                   \
    X(NONE, "none", 0, "", "", "")                                                     \
    X(BOOT, "boot", 22, "", "The controller has started and is locked.",               \
      "With nobody on the machine and the arm hanging, hold the reset button.")        \
    X(REQUEST, "request_invalid", 28, "",                                              \
      "The controller asked for a torque that is not a number.",                       \
      "Restart the controller and report it; this is a defect.")                       \
    X(TRIP_TOP, "trip_top", 1, "deg", "The legs went past the top limit.",             \
      "Lower, then hold the reset button; teach a range that the person can hold.")    \
    X(TRIP_BOTTOM, "trip_bottom", 2, "deg", "The arm went past the bottom limit.",     \
      "Hold the reset button; check the person's place on the bench.")                 \
    X(SWITCH_TOP, "switch_top", 1, "", "The top limit switch opened.",                 \
      "Check what drove the arm there before you reset.")                              \
    X(SWITCH_BOTTOM, "switch_bottom", 2, "", "The bottom limit switch opened.",        \
      "Check what drove the arm there before you reset.")                              \
    X(STALE_DRIVE, "stale_drive", 14, "ms", "The drive does not answer.",              \
      "Check the drive's power, the bus cable and `device list`.")                     \
    X(STALE_ENCODER, "stale_encoder", 14, "ms", "The arm encoder does not answer.",    \
      "Check the encoder's cable and `device list`.")                                  \
    X(STALE_CELLS, "stale_cells", 14, "ms",                                            \
      "A load cell transmitter does not answer.",                                      \
      "Check the transmitter's cable and `device list`.")                              \
    X(STALE_IO, "stale_io", 14, "ms",                                                  \
      "The inputs (e-stop, grips, buttons) are not answering.",                        \
      "Check the I/O module's cable and `device list`.")                               \
    X(CELL_BROKEN, "cell_broken", 5, "n",                                              \
      "A load cell reports a broken wire or an impossible force.",                     \
      "Check the cell's plug and cable.")                                              \
    X(CELL_MISMATCH, "cell_mismatch", 5, "n",                                          \
      "The strap cells do not show the force that the motor gives.",                   \
      "Check the signal wires, unit and plug of both: `commission lift` tells which.") \
    X(PAD_PULLED, "pad_pulled", 4, "n",                                                \
      "A pad's cell shows a pull where weight can only press.",                        \
      "Exchange the cell's signal wires, or zero the cells; then `commission pads`.")  \
    X(ENCODER_MISMATCH, "encoder_mismatch", 10, "deg",                                 \
      "Arm encoder and motor encoder disagree.",                                       \
      "Check belt and couplings, and that both encoders answer.")                      \
    X(ENCODER_INVALID, "encoder_invalid", 12, "",                                      \
      "An encoder's reading is not valid: its edges do not fit, or it says so.",       \
      "Check its cable, shield and supply; let the arm hang still, then reset.")       \
    X(ENCODER_FROZEN, "encoder_frozen", 9, "deg",                                      \
      "The motor encoder stands still while the arm moves.",                           \
      "Check the motor encoder's cable.")                                              \
    X(RATE_MISMATCH, "rate_mismatch", 9, "deg",                                        \
      "The motor's rate does not fit its own angle.",                                  \
      "Have the drive and the motor encoder checked.")                                 \
    X(RUNAWAY, "runaway", 3, "nm",                                                     \
      "The drive's torque is not the torque that was commanded.",                      \
      "Have the drive's parameters and its wiring checked.")                           \
    X(DRIVE_FAULT, "drive_fault", 18, "", "The drive reports a fault.",                \
      "Read the drive's display; clear the cause, then reset.")                        \
    X(DRIVE_NOT_RUNNING, "drive_not_running", 16, "ms",                                \
      "The drive does not run although servo-on is given.",                            \
      "Check the servo-on wiring, the STO plug and the heartbeat relay.")              \
    X(DRIVE_UNASKED, "drive_unasked", 16, "ms",                                        \
      "The drive runs although servo-on is not given.",                                \
      "Check the servo-on wiring (a bridge, an inverted output) and the drive's "      \
      "assignment of its inputs.")                                                     \
    X(RELAY_STUCK, "relay_stuck", 17, "ms",                                            \
      "The drive kept running although the heartbeat was withheld.",                   \
      "Check the heartbeat relay, its contact in the STO circuit and relay_ms.")       \
    X(POLARITY, "polarity", 4, "deg", "A small lifting torque did not lift the arm.",  \
      "Check the sign of torque_command, the motor's direction and what holds the "    \
      "arm.")                                                                          \
    X(ESTOP, "estop", 38, "", "The emergency stop is pressed or its circuit is open.", \
      "Release the emergency stop, clear the bench, hold the reset button.")           \
    X(ESTOP_DISAGREE, "estop_disagree", 38, "",                                        \
      "One channel of the emergency stop opened without the other.",                   \
      "Repair the channel that is stuck, then press and release the emergency stop.")  \
    X(GRIPS, "grips_open", 49, "ms", "A grip was let go.",                             \
      "Hold both grips; with the arm at the bottom hold the reset button.")            \
    X(COMFORT_UNCONFIRMED, "comfort_unconfirmed", 50, "n",                             \
      "The load did not go off after the comfort stop.",                               \
      "Have the load cells and the drive checked.")                                    \
    X(LATE, "late", 23, "ms", "The controller ran late.",                              \
      "See `doctor`: real-time permission, other work on this computer.")              \
    X(CONSOLE, "console_lost", 45, "s", "The trainer's console is gone.",              \
      "Take the lease again; with the arm at the bottom hold the reset button.")       \
    X(STOP, "stop", 38, "", "Stopped from the console.",                               \
      "With the arm at the bottom hold the reset button.")                             \
    X(NOT_DOWN, "not_down", 1, "s", "The legs did not come down in time.",             \
      "Help the legs down; then look for what holds the arm.")                         \
    X(RECORDING, "recording_stalled", 25, "",                                          \
      "Recording stalled: events could not be taken.",                                 \
      "Check the disk; the set was ended so that nothing is lost in silence.")

typedef enum {
#define RH_FAULT_ID(id, text, hazard, unit, sentence, remedy) RH_FAULT_##id,
    RH_FAULTS(RH_FAULT_ID)
#undef RH_FAULT_ID
        RH_FAULT_COUNT
} rh_fault_id_t;

/* In a set of faults. */
#define RH_FAULT_BIT_OF(id) (UINT64_C(1) << (id))
#define RH_FAULT_BIT(ID) RH_FAULT_BIT_OF(RH_FAULT_##ID)

/* One occurrence: measured and threshold are thousandths of the row's unit. */
typedef struct {
    uint32_t id;    /* rh_fault_id_t */
    uint32_t state; /* rh_safety_state_t that it led to */
    int32_t measured_milli;
    int32_t threshold_milli;
} rh_fault_t;

#endif
