/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stop words' own way into the loop: a cell for each, which holds the newest
 * ticket. It is never full: asking again before the loop has looked is one stop, not
 * two, and the answer to the newest ticket is the answer to those before it. The
 * service thread asks, the control thread takes; neither waits.
 */
#ifndef RH_STOPS_H
#define RH_STOPS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "rh/command.h"

/* Zeroed: nothing is asked. */
typedef struct {
    _Atomic uint32_t
        ticket[RH_LANE_COUNT]; /* 0 = not asked; the ordinary one is idle */
    uint32_t taken; /* the taker's: a bit per lane that had its turn in this round */
} rh_stops_t;

/* `lane` is that of a stop word, `ticket` is not 0. */
void rh_stops_ask(rh_stops_t *stops, rh_lane_t lane, uint32_t ticket);

/* The next stop word as a command, `stop` before the others. False where none is asked,
 * and once after each round in which every word that was had its turn: so none keeps
 * another waiting, nor the ordinary commands, however often it is asked. */
bool rh_stops_take(rh_stops_t *stops, rh_command_t *command);

#endif
