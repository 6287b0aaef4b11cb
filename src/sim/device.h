/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device on a bus: a table of registers, functions it speaks, and a libmodbus mapping
 * behind a context of its own that answers over a socket pair. (libmodbus' own RTU
 * server cannot share a line with other ids, hence one context per id.) The register
 * tables are written from HARDWARE.md, in device_drive.c, device_cell.c,
 * device_encoder.c and device_io.c; nothing is shared with the daemon's profiles. The
 * buses call it.
 */
#ifndef RH_SIM_DEVICE_H
#define RH_SIM_DEVICE_H

#include <modbus.h>

#include "bench.h"
#include "frame.h"

/* One documented register, or a run of equal ones. Everything else answers exception 2.
 */
typedef struct {
    uint16_t address;
    uint16_t count;
    bool writable;
    int low, high; /* accepted values as i16, or as u16 when high > 32767; else
                      exception 3 */
    int initial;
} rh_register_t;

typedef struct rh_device rh_device_t;

typedef struct {
    uint32_t functions; /* bit per function code; others answer exception 1 */
    int coils;
    int inputs;
    int span; /* registers 0 .. span-1, documented or not */
    const rh_register_t *map;
    size_t map_count;
    /* Puts the measured values into the mapping. Bench locked. */
    void (*refresh)(rh_device_t *device, const rh_bench_t *bench,
                    const rh_fault_set_t *faults);
    /* `count` values from `address` on were written. Bench locked. */
    void (*written)(rh_device_t *device, rh_bench_t *bench, int address, int count);
} rh_device_kind_t;

struct rh_device {
    const rh_device_kind_t *kind;
    rh_device_id_t id;
    modbus_t *context;
    modbus_mapping_t *mapping;
    int far_fd; /* the other end of the context's socket */
    /* what the device remembers between requests */
    int32_t zero;
    int32_t tare;
    int32_t last;
    bool is_net;
    rh_pdu_t last_reply;
};

/* Opens the device `id` of the simulated machine; 0 or -errno. */
int rh_device_open(rh_device_t *device, rh_device_id_t id);
void rh_device_close(rh_device_t *device);
/* Power-up: registers act on the bench and show its first values. Bench locked. */
void rh_device_power_up(rh_device_t *device, rh_bench_t *bench);
/*
 * Answers one request; `reply` stays empty where the device says nothing. Locks the
 * bench; counted faults are used up, and what acts on the link (late, crc, ...) is left
 * in `faults` for the bus.
 */
void rh_device_serve(rh_device_t *device, rh_bench_t *bench, const rh_pdu_t *request,
                     rh_pdu_t *reply, rh_fault_set_t *faults);
/* Sets a register as the device's own keypad would, whoever owns it. Bench locked;
 * -EINVAL outside the map. */
int rh_device_panel(rh_device_t *device, rh_bench_t *bench, int address, int value);

/* For the files of the maps: writes a 32-bit value to two registers. */
void rh_device_put32(rh_device_t *device, int address, int32_t value, bool low_first);

extern const rh_device_kind_t rh_kind_drive;
extern const rh_device_kind_t rh_kind_cell;
extern const rh_device_kind_t rh_kind_encoder;
extern const rh_device_kind_t rh_kind_io;

#endif
