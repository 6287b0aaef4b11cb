/* SPDX-License-Identifier: Apache-2.0 */
/* arm.begin, half a second, arm.commit; see arm.h. */
#include "arm.h"

#include <errno.h>
#include <time.h>

#include "call.h"
#include "lease.h"

/* The daemon wants 0.5 s between the two; a little more covers its clock's grain. */
#define WAIT_MS 520

static void wait_ms(long ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR) {
    }
}

static int begin_and_commit(rh_client_t *client, const rh_lease_t *lease,
                            json_t **reply, rh_problem_t *problem)
{
    json_t *begun = NULL;
    int failed =
        rh_client_ask(client, "arm.begin", NULL, rh_lease_id(lease), &begun, problem);
    json_decref(begun);
    if (failed != 0) {
        return failed;
    }
    wait_ms(WAIT_MS);
    return rh_client_ask(client, "arm.commit", NULL, rh_lease_id(lease), reply,
                         problem);
}

int rh_arm_run(const rh_call_t *call, rh_problem_t *problem)
{
    rh_client_t client;
    rh_lease_t lease = {0};
    json_t *reply = NULL;
    int failed = rh_client_open(&client, call->options, problem);
    if (failed == 0) {
        failed = rh_lease_enter(&client, call, &lease, problem);
    }
    if (failed == 0) {
        failed = begin_and_commit(&client, &lease, &reply, problem);
    }
    rh_lease_leave(&client, &lease);
    rh_client_close(&client);
    int code = failed != 0 ? failed : rh_call_tell(call, reply);
    json_decref(reply);
    return code;
}
