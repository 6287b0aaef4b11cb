/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The named signals of the machine: one row each, and the only place where a signal is
 * added. The configuration binds a signal to a source (modbus:<device>/<role>,
 * gpio:<chip>/<line> …); nobody past the HAL knows where a value came from. Flags come
 * last among the inputs: ESTOP_A is the first of them.
 *
 * X(ID, name, unit): the unit is that of the value; samples carry it in thousandths.
 * Unit "flag" means 0 or 1000 (false or true); "bits" means the raw word only.
 */
#ifndef RH_SIGNAL_H
#define RH_SIGNAL_H

#define RH_INPUT_SIGNALS(X)                                                            \
    X(ARM_ANGLE, arm_angle, "deg")      /* arm-side absolute encoder */                \
    X(MOTOR_ANGLE, motor_angle, "deg")  /* motor encoder, at the arm */                \
    X(MOTOR_RATE, motor_rate, "dps")    /* the drive's own speed, at the arm */        \
    X(DRIVE_TORQUE, drive_torque, "nm") /* torque the drive reports */                 \
    X(TORQUE_CONFIRMED, torque_confirmed, "nm") /* last command the drive acknowledged \
                                                   before drive_torque was sampled */  \
    X(DRIVE_STATUS, drive_status, "bits")       /* RH_DRIVE_* bits below */            \
    X(STRAP_LEFT, strap_left, "n")                                                     \
    X(STRAP_RIGHT, strap_right, "n")                                                   \
    X(PAD_FRONT, pad_front, "n")                                                       \
    X(PAD_REAR, pad_rear, "n")                                                         \
    X(AUX_FORCE, aux_force, "n") /* in the stream alone; no rule or law looks at it */ \
    X(ESTOP_A, estop_a, "flag")  /* true = closed = not pressed */                     \
    X(ESTOP_B, estop_b, "flag")                                                        \
    X(GRIP_LEFT, grip_left, "flag") /* true = held */                                  \
    X(GRIP_RIGHT, grip_right, "flag")                                                  \
    X(COMFORT_STOP, comfort_stop, "flag") /* true = pressed */                         \
    X(RESET_BUTTON, reset_button, "flag") /* true = pressed */                         \
    X(LIMIT_TOP, limit_top, "flag")       /* true = closed = not reached */            \
    X(LIMIT_BOTTOM, limit_bottom, "flag")

#define RH_OUTPUT_SIGNALS(X)                                                           \
    X(TORQUE_COMMAND, torque_command, "nm")                                            \
    X(SPEED_LIMIT, speed_limit, "dps")                                                 \
    X(SERVO_ON, servo_on, "flag")                                                      \
    X(HEARTBEAT, heartbeat, "flag")                                                    \
    X(LAMP, lamp, "flag")                                                              \
    X(BUZZER, buzzer, "flag") /* a safe state is latched */

enum {
#define RH_SIGNAL_ID(id, name, unit) RH_SIGNAL_##id,
    RH_INPUT_SIGNALS(RH_SIGNAL_ID)
#undef RH_SIGNAL_ID
        RH_SIGNAL_COUNT
};

enum {
#define RH_OUTPUT_ID(id, name, unit) RH_OUTPUT_##id,
    RH_OUTPUT_SIGNALS(RH_OUTPUT_ID)
#undef RH_OUTPUT_ID
        RH_OUTPUT_COUNT
};

/* drive_status, whatever the drive's own bits are: the profile maps them to these. */
enum {
    RH_DRIVE_READY = 1 << 0,
    RH_DRIVE_RUN = 1 << 1, /* power stage on, follows the torque command */
    RH_DRIVE_FAULT = 1 << 2
};

#endif
