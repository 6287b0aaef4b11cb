/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A record of what the registers truly held at each request, whatever the fault then
 * made of the reply: JSON, one line a request. With it a test can say of every value
 * that a master used whether a register held it at that time. The buses' threads write
 * it, through one buffer.
 */
#ifndef RH_SIM_TRACE_H
#define RH_SIM_TRACE_H

#include "faults.h"

#define RH_TRACE_WORDS 125

typedef struct {
    int64_t taken_ns; /* CLOCK_MONOTONIC when the device composed its reply */
    rh_device_id_t device;
    uint8_t unit;
    uint8_t function; /* 0 = refused or unheard: no values */
    int address;
    int count;
    uint16_t word[RH_TRACE_WORDS]; /* registers, or bits as 0 and 1 */
    uint32_t faults;               /* bit per rh_fault_kind_t that struck */
} rh_trace_entry_t;

/* NULL if the file cannot be made; errno says why. */
FILE *rh_trace_open(const char *path);
/* `release_ns` is when the reply's last byte is due, 0 = nothing was sent. */
void rh_trace_write(FILE *trace, const rh_trace_entry_t *entry, int64_t release_ns);

#endif
