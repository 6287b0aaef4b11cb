/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device on a bus: a table of registers, functions it speaks, and a libmodbus mapping
 * behind a context of its own that answers over a socket pair. (libmodbus' own RTU
 * server cannot share a line with other ids, hence one context per id.) The register
 * tables are written from HARDWARE.md, one device_*.c a device; parts.c knows them all.
 * Nothing is shared with the daemon's profiles. The buses call it.
 */
#ifndef RH_SIM_DEVICE_H
#define RH_SIM_DEVICE_H

#include <modbus.h>

#include "bench.h"
#include "frame.h"
#include "trace.h"

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

#define RH_DEVICE_CHANNELS 2
#define RH_DEVICE_WORDS 128 /* documented registers of one make */

typedef struct {
    const char *name;   /* of the device one buys, as the option says it */
    uint32_t functions; /* bit per function code; others answer exception 1 */
    int coils;
    int inputs;
    const rh_register_t *map; /* rising addresses, no overlap */
    size_t map_count;
    int channels;         /* cells behind one number; 0 = 1 */
    bool tcp_only;        /* has no serial port */
    int64_t min_cycle_ns; /* a request sooner after the last finds nobody listening */
    /* Puts the measured values into the registers; `faults` has one set a channel.
     * Bench locked. */
    void (*refresh)(rh_device_t *device, const rh_bench_t *bench,
                    const rh_fault_set_t *faults);
    /* `count` values from `address` on were written. Bench locked. */
    void (*written)(rh_device_t *device, rh_bench_t *bench, int address, int count);
} rh_device_kind_t;

/* What a measuring channel remembers between requests. */
typedef struct {
    int32_t zero;
    int32_t tare;
    int32_t last;
    int32_t peak;
    bool is_net;
} rh_channel_t;

struct rh_device {
    const rh_device_kind_t *kind;
    rh_device_id_t id;
    uint8_t unit; /* its number on the bus; 0 = a channel of another box */
    modbus_t *context;
    modbus_mapping_t *mapping; /* coils and inputs */
    uint16_t *words;           /* the map's registers, without its gaps */
    int far_fd;                /* the other end of the context's socket */
    bool has_wire_time;        /* min_cycle_ns holds */
    int64_t served_ns;         /* the last request */
    rh_channel_t channel[RH_DEVICE_CHANNELS];
    rh_pdu_t last_reply;
    rh_pdu_t other_reply;  /* the last of another length: to another request */
    rh_trace_entry_t *log; /* where the truth of each request goes; NULL = nowhere */
};

/* Opens the device `id` of the simulated machine as one of `kind`; 0 or -errno. */
int rh_device_open(rh_device_t *device, rh_device_id_t id,
                   const rh_device_kind_t *kind);
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

/* For the dispatch: how many words a map has, and their initial values. */
size_t rh_registers_count(const rh_device_kind_t *kind);
void rh_registers_reset(rh_device_t *device);
/* For the files of the maps. The word of a documented register, and after it those of
 * the registers that follow without a gap. */
uint16_t *rh_device_word(const rh_device_t *device, int address);
/* Writes a 32-bit value to two registers. */
void rh_device_put32(rh_device_t *device, int address, int32_t value, bool low_first);
/* A write of `count` registers from `address` on touched `wanted`. */
bool rh_device_touched(int wanted, int address, int count);

/* For parts.c: the makes. */
extern const rh_device_kind_t rh_kind_dsy;
extern const rh_device_kind_t rh_kind_kinco;
extern const rh_device_kind_t rh_kind_a6rs;
extern const rh_device_kind_t rh_kind_pt113;
extern const rh_device_kind_t rh_kind_laumas;
extern const rh_device_kind_t rh_kind_flintec;
extern const rh_device_kind_t rh_kind_briter;
extern const rh_device_kind_t rh_kind_kubler;
extern const rh_device_kind_t rh_kind_io;

#endif
