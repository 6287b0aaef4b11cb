/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The right to change something: one trainer at a time holds it. A call borrows the
 * lease that --lease names, or takes one of its own for as long as it runs.
 */
#ifndef RH_CTL_LEASE_H
#define RH_CTL_LEASE_H

#include <stdbool.h>
#include <stddef.h>

#include "client.h"
#include "verbs.h"

#define RH_LEASE_ID 80

typedef struct {
    char id[RH_LEASE_ID]; /* "" = none */
    bool is_own;          /* to be dropped at the end */
} rh_lease_t;

/* What the row needs: --lease's, a fresh one, or none. 0 or an exit code with the
 * problem; 5 when another holds it. */
int rh_lease_enter(rh_client_t *client, const rh_call_t *call, rh_lease_t *lease,
                   rh_problem_t *problem);

/* Drops a fresh one; the others are their holders' business. */
void rh_lease_leave(rh_client_t *client, const rh_lease_t *lease);

/* NULL when there is none, as rh_client_ask wants it. */
const char *rh_lease_id(const rh_lease_t *lease);

/* user@computer, as a holder and a record name who it was; at most 63 bytes. */
void rh_lease_own_name(char *name, size_t size);

/* `lease hold`: prints the id, keeps it until a signal, drops it. */
int rh_lease_hold_run(const rh_call_t *call, rh_problem_t *problem);

#endif
