/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults on demand: what can be broken, where, for how long. A fault sits on one device
 * or on a whole bus; the buses ask at each request what is broken just then. No clock,
 * no lock: the caller holds the bench's. The script fills the list, buses and devices
 * read it.
 */
#ifndef RH_SIM_FAULTS_H
#define RH_SIM_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef enum {
    RH_BUS_DRIVE,
    RH_BUS_CELLS,
    RH_BUS_IO,
    RH_BUS_PADS,
    RH_BUS_COUNT
} rh_bus_id_t;

typedef enum {
    RH_DEVICE_DRIVE,
    RH_DEVICE_STRAP_LEFT,
    RH_DEVICE_STRAP_RIGHT,
    RH_DEVICE_PAD_FRONT,
    RH_DEVICE_PAD_REAR,
    RH_DEVICE_ENCODER,
    RH_DEVICE_IO,
    RH_DEVICE_COUNT
} rh_device_id_t;

/* Targets of faults: devices first, then buses. */
#define RH_TARGET_BUS(bus) (RH_DEVICE_COUNT + (int)(bus))
#define RH_TARGET_COUNT (RH_DEVICE_COUNT + RH_BUS_COUNT)

typedef enum {
    RH_FAULT_LATE,           /* the reply comes `argument` ms after its time */
    RH_FAULT_STALE,          /* the reply before this one is sent again */
    RH_FAULT_TRUNCATED,      /* the second half of the reply is missing */
    RH_FAULT_CRC,            /* RTU: wrong CRC; TCP: wrong transaction id */
    RH_FAULT_SILENCE,        /* acts on the request, sends no reply */
    RH_FAULT_EXCEPTION,      /* answers with exception `argument` and does nothing */
    RH_FAULT_FROZEN,         /* measured registers stop changing */
    RH_FAULT_SIGN_FLIP,      /* cells: force; encoder: angle; drive: motor acts the
                                other way; variant "position": position and speed */
    RH_FAULT_WORD_SWAP,      /* 32-bit values with their words exchanged */
    RH_FAULT_WIRE_BREAK,     /* cells: error status; variant "silent": overload reading
                                with a good status */
    RH_FAULT_KEEPS_TORQUE,   /* drive: acknowledges commands, keeps the torque it had */
    RH_FAULT_IGNORES_TORQUE, /* drive: acknowledges commands, gives no torque */
    RH_FAULT_TRIP,           /* drive: goes to error until reset after the fault ends */
    RH_FAULT_FOREIGN,        /* a whole reply, good CRC, of another slave; variant
                                "request": of this one, to another request */
    RH_FAULT_LENGTH,         /* a good CRC over a byte or two too few or too many */
    RH_FAULT_SPIKE,          /* a good reply whose value is off by `argument` (0.1 N,
                                counts); drive: position, variant "speed": rpm */
    RH_FAULT_UNPLUG,         /* bus: pty or listener is gone; device: no power */
    RH_FAULT_COUNT
} rh_fault_kind_t;

/* What happens on the wire, whatever the device measured. */
#define RH_FAULTS_OF_LINK                                                              \
    (1u << RH_FAULT_LATE | 1u << RH_FAULT_STALE | 1u << RH_FAULT_TRUNCATED |           \
     1u << RH_FAULT_CRC | 1u << RH_FAULT_SILENCE | 1u << RH_FAULT_EXCEPTION |          \
     1u << RH_FAULT_FOREIGN | 1u << RH_FAULT_LENGTH | 1u << RH_FAULT_UNPLUG)

typedef struct {
    bool used;
    int target;
    rh_fault_kind_t kind;
    int argument;
    int variant;      /* 0 = plain, 1 = the kind's second form */
    int64_t until_ns; /* INT64_MAX = until cleared */
    int count;        /* requests left; -1 = not counted */
    int permille;     /* share of the requests that it strikes at random; 0 = all */
} rh_fault_t;

#define RH_FAULTS_MAX 64

typedef struct {
    rh_fault_t fault[RH_FAULTS_MAX];
    uint64_t random;
} rh_faults_t;

/* What is broken at one moment at one place. */
typedef struct {
    uint32_t mask; /* bit per rh_fault_kind_t */
    int argument[RH_FAULT_COUNT];
    int variant[RH_FAULT_COUNT];
    uint32_t dice; /* random, for the shape of the damage */
} rh_fault_set_t;

extern const char *const rh_device_names[RH_DEVICE_COUNT];
extern const char *const rh_bus_names[RH_BUS_COUNT];
/* The bus that a device hangs on, and its id there. */
extern const rh_bus_id_t rh_device_bus[RH_DEVICE_COUNT];
extern const uint8_t rh_device_unit[RH_DEVICE_COUNT];

/* No faults; shares of requests are drawn from `seed`. */
void rh_faults_init(rh_faults_t *faults, uint64_t seed);
/*
 * Reads TARGET KIND [args] [permille N | rate P%] [for MS | count N] from `words`.
 * `until_ns` is left relative (the time from the start of the fault). 0, or -EINVAL
 * with the reason in `error`.
 */
int rh_fault_parse(rh_fault_t *fault, char *const *words, int count, char *error,
                   size_t error_size);
/* Adds a parsed fault from `now_ns` on; -ENOSPC when RH_FAULTS_MAX are active. */
int rh_faults_add(rh_faults_t *faults, const rh_fault_t *fault, int64_t now_ns);
void rh_faults_clear(rh_faults_t *faults);
/* What is broken at `target` all the time now, without what strikes some requests; a
 * device shares its bus's faults. */
void rh_faults_look(const rh_faults_t *faults, int target, int64_t now_ns,
                    rh_fault_set_t *set);
/* What strikes one request, which uses up counted faults. */
void rh_faults_use(rh_faults_t *faults, int target, int64_t now_ns,
                   rh_fault_set_t *set);
/* The same without the faults of the target's bus: for the second cell of a box. */
void rh_faults_use_own(rh_faults_t *faults, int target, int64_t now_ns,
                       rh_fault_set_t *set);
/* One line a kind: its argument, its second form, and the targets that can have it. */
void rh_faults_help(FILE *out);
/* The names of what is in a set, as a JSON list; returns its length. */
size_t rh_faults_json(uint32_t mask, char *text, size_t size);
bool rh_fault_in(const rh_fault_set_t *set, rh_fault_kind_t kind);

#endif
