/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A look at one device by its profile, without the daemon: opens a bus, asks registers
 * one by one, says what came. It only ever reads. The one door of this room that the
 * console may use; libmodbus and the wire stay behind it.
 */
#ifndef RH_HAL_PROBE_H
#define RH_HAL_PROBE_H

#include "rh/hal.h"

typedef struct rh_probe rh_probe_t;

typedef enum {
    RH_PROBE_GOOD = 0,
    RH_PROBE_SILENT,  /* nothing in time */
    RH_PROBE_REFUSED, /* an exception: it is there, and has not this register */
    RH_PROBE_DAMAGED, /* something that is no good reply: another rate, two of a number
                       */
    RH_PROBE_DOWN     /* the port or the connection is gone */
} rh_probe_result_t;

/* One register as it was read. With RH_PROBE_GOOD words, raw and value hold; with
 * RH_PROBE_REFUSED the exception's code. */
typedef struct {
    rh_probe_result_t result;
    int exception;
    uint16_t words[2]; /* as they lay on the wire, in their order there */
    int word_count;    /* 1 or 2; of a bit 1 */
    double raw;        /* the number, its sign from elsewhere applied */
    double value;      /* raw x scale, in the register's unit */
    bool is_valid;     /* false: no number (f32), or none that fits */
} rh_probe_reading_t;

/* Opens the port (exclusively: -EBUSY where another program has it) or connects. `path`
 * is absolute; the settings' t35_us and response_timeout_us are kept. 0 or a negative
 * errno; allocates. */
int rh_probe_open(rh_probe_t **probe, const rh_bus_settings_t *bus, const char *path);
void rh_probe_close(rh_probe_t *probe);

/* Asks for one register of the profile, and where it is a mag32 for the word with its
 * sign in the same request. Waits for the answer, the bus's response timeout at most.
 */
void rh_probe_read(rh_probe_t *probe, const rh_profile_t *profile, int slave,
                   const rh_register_t *source, rh_probe_reading_t *reading);

/* The words behind an error number of rh_probe_open. */
const char *rh_probe_error(int error);

/* Is the meaning of this [status] row so, in this status word? */
bool rh_probe_holds(const rh_status_bit_t *row, uint32_t word);

#endif
