/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hardware as the loop sees it: a table of operations over named signals, and the
 * settings (buses, devices with their profiles, GPIO, bindings) that a backend is
 * opened with. Profiles are files (config/devices); src/config reads them into
 * rh_profile_t.
 */
#ifndef RH_HAL_H
#define RH_HAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rh/health.h"
#include "rh/input.h"
#include "rh/signal.h"

struct rh_grant; /* grant.h is behind its own door */

#define RH_BINDING_MAX (RH_SIGNAL_COUNT + RH_OUTPUT_COUNT)
#define RH_PROFILE_REGISTERS 40
#define RH_PROFILE_BLOCKS 8
#define RH_PROFILE_STARTUP 16
#define RH_PROFILE_BITS 16
#define RH_HAL_PATH 200
#define RH_HAL_PLACE 200      /* "FILE:LINE: [signal estop_a]", for errors */
#define RH_GPIO_SOURCES_MAX 4 /* of each kind */

/* ---- profiles: what a device is, from one file ---------------------------------- */

typedef enum {
    RH_REG_U16 = 0,
    RH_REG_I16,
    RH_REG_U32,
    RH_REG_I32,
    RH_REG_F32,
    RH_REG_BIT,  /* a coil or a discrete input */
    RH_REG_MAG32 /* u32 without its sign, which is a bit of another register */
} rh_reg_type_t;

/* Byte order of a 32-bit value on the wire, a = most significant byte. */
typedef enum {
    RH_ORDER_ABCD = 0,
    RH_ORDER_CDAB,
    RH_ORDER_BADC,
    RH_ORDER_DCBA
} rh_order_t;

typedef enum {
    RH_SPACE_HOLDING = 0,
    RH_SPACE_INPUT,
    RH_SPACE_COIL,
    RH_SPACE_DISCRETE
} rh_space_t;

typedef struct {
    char
        role[RH_HAL_NAME]; /* torque_command, position, rate, torque, status, gross … */
    int32_t address;       /* on the wire, 0-based */
    rh_reg_type_t type;
    rh_order_t order;
    rh_space_t space;
    double scale; /* value in `unit` = raw * scale */
    char unit[RH_HAL_NAME];
    bool writable;
    /* The word that judges the value, of several channels in one device; "" = status.
     * Any other one must come in the same read. */
    char status_role[RH_HAL_NAME];
    /* mag32: the value is negative where a bit of the mask is set in this word, which
     * must come in the same read. */
    char sign_role[RH_HAL_NAME];
    uint32_t sign_mask;
    bool assumed; /* in no document: not used until the device's `verified` names it */
} rh_register_t;

/* A range that is read in one request, with what it holds found by address. */
typedef struct {
    rh_space_t space;
    int32_t address, count;
    int32_t every; /* 1 = each cycle of its bus */
    int32_t phase; /* with every = K: in the cycles that leave this rest, 0 … K - 1 */
    int32_t spare; /* registers behind it that may be read with it: replies of another
                      length are told apart */
} rh_block_t;

/* A status bit of the device and what it means: X in {ok, fault, run, ready, busy,
 * overload, unstable}; `ok` with invert says "0 means good". */
typedef struct {
    char meaning[RH_HAL_NAME];
    uint32_t mask;
    uint32_t value; /* (status & mask) == value means it is so */
} rh_status_bit_t;

/* A start-up write: constant, or the value of a named fence; read back where asked. */
typedef struct {
    char role[RH_HAL_NAME];
    double value;            /* in the register's unit, unless fence is set */
    char fence[RH_HAL_NAME]; /* "torque_limit" or "speed_limit" or "" */
    bool readback;
} rh_startup_t;

/* Torque and speed limits in the drive itself. Only a drive whose fences are known, and
 * written and read back at each start, may arm. */
typedef enum {
    RH_FENCES_NO = 0,
    RH_FENCES_YES,
    RH_FENCES_UNKNOWN /* the drive has some, at addresses nobody has told */
} rh_fences_t;

/* How a drive takes a torque (HARDWARE.md 2.7). */
typedef enum {
    RH_DRIVE_MODE_TORQUE = 0, /* a register for it */
    /* None: it is told a speed in the direction of the torque, the speed limit, and the
     * torque's size as its torque limit. */
    RH_DRIVE_MODE_SPEED_LIMIT
} rh_drive_mode_t;

typedef struct {
    char name[RH_HAL_NAME];
    char kind[RH_HAL_NAME];    /* drive, cell, encoder, io */
    char status[RH_HAL_NAME];  /* documented | verified */
    char source[RH_HAL_TEXT];  /* document and page */
    char confirm[RH_HAL_TEXT]; /* what only a bench run can tell */
    char quirks[RH_HAL_TEXT];
    bool rtu, tcp;
    int32_t bauds[8], baud_count;
    char format[8]; /* 8N1 … */
    int32_t t35_us, turnaround_us;
    int32_t read_max;      /* registers in one read */
    bool fc06, fc16, fc23; /* what it takes to write, and read/write in one */
    bool allow_gaps;
    rh_register_t registers[RH_PROFILE_REGISTERS];
    int32_t register_count;
    rh_block_t blocks[RH_PROFILE_BLOCKS];
    int32_t block_count;
    rh_status_bit_t bits[RH_PROFILE_BITS];
    int32_t bit_count;
    rh_startup_t startup[RH_PROFILE_STARTUP];
    int32_t startup_count;
    rh_fences_t fences;
    rh_drive_mode_t mode;      /* drives */
    bool comm_watchdog;        /* the drive stops by itself when Modbus is silent */
    bool speed_limit_brakes;   /* yes | no | unknown (= no) */
    bool servo_on_by_register; /* CiA 402 control word; else by the signal servo_on */
} rh_profile_t;

/* ---- the machine's wiring: what is connected to what ---------------------------- */

typedef struct {
    char name[RH_HAL_NAME];
    bool is_tcp;
    char path[RH_HAL_PATH]; /* serial device; relative = below the run directory */
    bool must_be_simulated; /* of a simulated machine: no real line is opened */
    char host[RH_HAL_NAME];
    int32_t port;
    int32_t baud;
    char format[8];
    int32_t t35_us; /* gap of its devices that name none; 0 = their profiles' */
    int32_t response_timeout_us; /* from the end of the request */
    int32_t resync_us;           /* silence after an error */
} rh_bus_settings_t;

typedef struct {
    char name[RH_HAL_NAME];
    int32_t bus; /* index into buses */
    int32_t slave;
    rh_profile_t profile;
    int32_t
        gap_us; /* silence before and after its frames; 0 = the bus's, the profile's */
    char verified[RH_HAL_TEXT]; /* assumed roles that were seen to be true, by spaces */
    double rated_torque_nm;     /* drives: what 100 % is, at the motor */
    double gear_ratio;          /* drives: motor turns per arm turn */
    double torque_limit_nm;     /* fence, at the arm */
    double speed_limit_dps;     /* fence, at the arm */
} rh_device_settings_t;

/* Where a signal comes from or goes to. */
typedef enum {
    RH_SOURCE_MODBUS = 0, /* a role of a device */
    RH_SOURCE_GPIO,       /* a line of a chip: flags */
    RH_SOURCE_QUADRATURE, /* role "position" or "rate" of a [quadrature] */
    RH_SOURCE_HX711       /* role "force" of a [hx711] */
} rh_source_t;

/* The chip's own resistor. AS_IS leaves what the board has set: nobody has said it. */
typedef enum {
    RH_BIAS_AS_IS = 0,
    RH_BIAS_NONE,
    RH_BIAS_UP,
    RH_BIAS_DOWN,
    RH_BIAS_COUNT
} rh_bias_t;

/* A quadrature encoder on two lines; the zero of its count is found at start: the arm
 * hangs still at home_deg. */
typedef struct {
    char name[RH_HAL_NAME];
    char chip[RH_HAL_NAME]; /* label, gpiochipN, or another name in /dev */
    char line_a[RH_HAL_NAME], line_b[RH_HAL_NAME]; /* name or number */
    rh_bias_t bias;
    int32_t counts_per_turn; /* edges a turn of the arm, 4 x the encoder's pulses */
    double home_deg;
    char where[RH_HAL_PLACE];
} rh_quadrature_settings_t;

/* A load cell converter, read bit by bit: for the record, never for the loop. */
typedef struct {
    char name[RH_HAL_NAME];
    char chip[RH_HAL_NAME];
    char clock[RH_HAL_NAME], data[RH_HAL_NAME];
    int32_t gain;         /* 128, 64 (input A) or 32 (input B) */
    double scale, offset; /* newton = counts * scale + offset */
    char where[RH_HAL_PLACE];
} rh_hx711_settings_t;

/* One signal bound to one role of one device (or to one bit of an I/O module), or to
 * one line or counter of GPIO. */
typedef struct {
    int32_t signal; /* RH_SIGNAL_* or RH_OUTPUT_* */
    bool is_output;
    rh_source_t kind;
    int32_t device;         /* index into devices, quadratures or hx711s; GPIO: -1 */
    char role[RH_HAL_NAME]; /* GPIO: the line, its name or number */
    char chip[RH_HAL_NAME]; /* GPIO alone, with what follows */
    rh_bias_t bias;
    int32_t debounce_ms;
    double
        scale; /* on top of the register's: signal = register value * scale + offset */
    double offset; /* in the signal's unit */
    bool invert;   /* flags only */
    char where[RH_HAL_PLACE];
} rh_binding_t;

typedef struct {
    rh_bus_settings_t buses[RH_BUS_MAX];
    int32_t bus_count;
    rh_device_settings_t devices[RH_DEVICE_MAX];
    int32_t device_count;
    rh_quadrature_settings_t quadratures[RH_GPIO_SOURCES_MAX];
    int32_t quadrature_count;
    rh_hx711_settings_t hx711s[RH_GPIO_SOURCES_MAX];
    int32_t hx711_count;
    rh_binding_t bindings[RH_BINDING_MAX];
    int32_t binding_count;
    char run_dir[RH_HAL_PATH]; /* where relative serial paths live */
    int32_t priority;          /* SCHED_FIFO of the bus threads; 0 = ordinary */
} rh_hal_settings_t;

/* ---- operations ------------------------------------------------------------------ */

typedef struct rh_hal rh_hal_t;

typedef struct {
    const char *name;
    /* Opens buses and GPIO and starts their threads; the settings are copied. 0, or a
     * negative errno with error saying what, where and the remedy. A device that does
     * not answer yet is no error: its signals stay RH_QUALITY_NONE and the bus goes on
     * trying. */
    int (*open)(rh_hal_t **hal, const rh_hal_settings_t *settings, char *error,
                size_t error_size);
    /* How long one cycle of each bus is by arithmetic (bytes, silences, turnarounds of
     * the profiles), ns; 0 on TCP, where only measuring tells, and without a device.
     * Opens nothing; `cycle_ns` has RH_BUS_MAX places. 0, or what open would say of
     * this wiring. */
    int (*cycles)(const rh_hal_settings_t *settings, double *cycle_ns, char *error,
                  size_t error_size);
    /* Fills input->signal[] with the newest samples and their ages at now_ns. Control
     * thread only; never waits, never allocates. */
    void (*read)(rh_hal_t *hal, int64_t now_ns, rh_input_t *input);
    /* Puts the grant into the mailboxes of the buses. Control thread only; never waits.
     */
    void (*write)(rh_hal_t *hal, const struct rh_grant *grant);
    /* Advances the heartbeat: called by the loop at the end of a good tick whose grant
     * has `beat`, and by nobody else. The bus then writes the complement of the last
     * confirmed state, once. */
    void (*beat)(rh_hal_t *hal);
    /* A copy of the counters; service thread. */
    void (*stats)(rh_hal_t *hal, rh_hal_stats_t *stats);
    /* Drops servo-on and torque where the wire still answers, stops the threads, frees.
     */
    void (*close)(rh_hal_t *hal);
} rh_hal_ops_t;

#endif
