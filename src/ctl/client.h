/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection to the daemon's command socket: a request, its answer, a time limit. A
 * reply is taken by the id of its request, so that a late one is never taken for the
 * next.
 */
#ifndef RH_CTL_CLIENT_H
#define RH_CTL_CLIENT_H

#include <jansson.h>

#include "endpoints.h"
#include "options.h"
#include "ulid.h"

typedef struct {
    void *zmq, *socket;
    rh_endpoints_t endpoints;
    int timeout_ms;
    rh_ulid_t last_id;
} rh_client_t;

/* 0, or an exit code with the problem; close it in both cases. */
int rh_client_open(rh_client_t *client, const rh_options_t *options,
                   rh_problem_t *problem);

/*
 * Asks `verb` with `args` (borrowed; NULL for none) under `lease` (NULL for none). 0
 * with the whole reply ("ok": true) that the caller releases, or an exit code with the
 * problem and *reply NULL.
 */
int rh_client_ask(rh_client_t *client, const char *verb, json_t *args,
                  const char *lease, json_t **reply, rh_problem_t *problem);

void rh_client_close(rh_client_t *client);

#endif
