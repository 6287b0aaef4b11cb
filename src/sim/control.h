/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control socket: a unix stream socket in the run directory, one command a line,
 * one line of JSON back. It is the person's own door to the machine (grips, buttons,
 * reps); the daemon knows nothing of it. Called by main; rh_control_tell is its client.
 */
#ifndef RH_SIM_CONTROL_H
#define RH_SIM_CONTROL_H

#include "script.h"

#define RH_CONTROL_CLIENTS 16

typedef struct {
    int fd; /* -1 = free */
    bool waiting;
    rh_order_t order; /* while waiting */
    size_t length;
    char text[RH_SCRIPT_LINE * 4];
} rh_control_client_t;

typedef struct {
    rh_sim_t *sim;
    int fd;
    char path[RH_BUS_PATH_MAX + 32];
    rh_control_client_t client[RH_CONTROL_CLIENTS];
} rh_control_t;

/* Listens at run_dir/sim.sock; 0, or -errno with the reason in `error`. */
int rh_control_open(rh_control_t *control, rh_sim_t *sim, char *error,
                    size_t error_size);
/* Serves clients for up to `timeout_ms`, or until `wake_fd` is readable; true when
 * "quit" was told. */
bool rh_control_poll(rh_control_t *control, int wake_fd, int timeout_ms);
void rh_control_close(rh_control_t *control);

/* The client: sends `words` to the simulator of `run_dir` and prints its answer. 0 = it
 * said ok, 1 = it did not or was not there. */
int rh_control_tell(const char *run_dir, char *const *words, int count);

#endif
