/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole simulated machine: bench, devices, four buses, the physics thread,
 * truth.jsonl and sim.json. revhyper-sim starts one; two in one process do not disturb
 * each other.
 */
#ifndef RH_SIM_SIM_H
#define RH_SIM_SIM_H

#include <stdio.h>

#include "bus.h"
#include "link_gpio.h"
#include "parts.h"

typedef struct {
    const char *run_dir; /* exists */
    bool tcp;
    int port_base;          /* N .. N+3; 0 = any */
    rh_wire_line_t line;    /* of every bus, but for its rate */
    int baud[RH_BUS_COUNT]; /* 0 = the line's */
    const char *gpio;       /* folder of a gpio-sim chip to drive; NULL = none */
    uint32_t gpio_low;      /* contacts to ground, a bit per rh_contact_t */
    const char *trace;      /* file of the true registers; NULL = none */
    rh_parts_t parts;
    rh_bench_settings_t bench;
} rh_sim_settings_t;

typedef struct {
    char run_dir[RH_BUS_PATH_MAX];
    bool tcp; /* asked for on every bus */
    rh_bench_t bench;
    rh_device_t device[RH_DEVICE_COUNT];
    rh_bus_t bus[RH_BUS_COUNT];
    rh_link_gpio_t gpio;
    bool has_gpio;
    pthread_t physics;
    bool physics_started;
    atomic_bool stop;
    _Atomic int64_t
        lost_ms;   /* milliseconds that the physics thread could not make up */
    int folder_fd; /* the run directory, locked: one machine a folder */
    FILE *truth;
    FILE *trace; /* NULL = none */
} rh_sim_t;

/* Everything but sim.json; 0, or -errno with the reason in `error`. The machine is the
 * caller's to free with rh_sim_stop. */
int rh_sim_start(rh_sim_t **out, const rh_sim_settings_t *settings, char *error,
                 size_t error_size);
/* Writes sim.json, atomically: the machine is ready. Each bus by name is a TCP port
 * (number) or a pty in the run directory (string). 0 or -errno. */
int rh_sim_announce(const rh_sim_t *sim);
/* Appends closed reps to truth.jsonl; call a few times a second. */
void rh_sim_write_truth(rh_sim_t *sim);
/* Ends the threads, removes what start and announce made (truth.jsonl stays). */
void rh_sim_stop(rh_sim_t *sim);
/* `name` in the run directory. */
void rh_sim_path(const char *run_dir, const char *name, char *path, size_t size);

#endif
