/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a builder does wrong with wires, jumpers and the devices' own keypads, as words
 * of the command line. The bench applies it to contacts, plant and sensors, the machine
 * to the devices' numbers. Pure.
 */
#ifndef RH_SIM_WIRING_H
#define RH_SIM_WIRING_H

#include "faults.h"
#include "hardware.h"
#include "plant.h"

/* Zeroed: wired as it should be. */
typedef struct {
    bool motor_reversed;   /* two phases and the feedback exchanged */
    bool encoder_reversed; /* the arm's, absolute or incremental */
    bool ab_swapped;       /* the incremental encoder's lines */
    bool cells_in_kg;      /* the transmitters show tenths of a kilogram */
    bool heartbeat_open;   /* the heartbeat relay never closes */
    bool no_brake;         /* the windings stay open without power */
    bool cell_reversed[RH_CELLS];
    uint8_t span_percent[RH_CELLS]; /* that the transmitter shows; 0 = as it should */
    uint8_t torque_percent;         /* of what the drive believes; 0 = as it should */
    uint32_t always_closed;         /* a bit per rh_contact_t */
    uint32_t always_open;
    uint32_t floating;
    uint8_t unit[RH_DEVICE_COUNT]; /* the number it answers to; 0 = its own */
} rh_wiring_t;

/* Adds WORD[,WORD...]; 0, or -EINVAL with the reason in `error`. */
int rh_wiring_parse(rh_wiring_t *wiring, const char *words, char *error,
                    size_t error_size);
/* Torque at the arm by the torque in which the drive believes. */
double rh_wiring_torque_frac(const rh_wiring_t *wiring);
/* One line a word. */
void rh_wiring_help(FILE *out);

#endif
