/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the daemon listens. The first of these that was given decides:
 *
 *   1. --socket PATH        ipc, the stream's socket beside it
 *   2. --host HOST[:PORT]   TCP, the stream on --stream-port
 *   3. --run-dir DIR        DIR/endpoints.json
 *   4. nothing              /run/revhyper/endpoints.json
 *
 * endpoints.json is written by the daemon: {"command": [...], "stream": [...]} with
 * ZeroMQ addresses. Of several the first ipc address that may be opened is taken,
 * because the directory's group decides the role there; else the first TCP one, with a
 * viewer's role.
 */
#ifndef RH_CTL_ENDPOINTS_H
#define RH_CTL_ENDPOINTS_H

#include "options.h"

#define RH_ENDPOINT_MAX 320

typedef struct {
    char command[RH_ENDPOINT_MAX];
    char stream[RH_ENDPOINT_MAX];
} rh_endpoints_t;

/* 0, or an exit code with the problem: no daemon there, or no permission to ask it. */
int rh_endpoints_find(rh_endpoints_t *endpoints, const rh_options_t *options,
                      rh_problem_t *problem);

#endif
