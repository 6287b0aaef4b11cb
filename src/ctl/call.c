/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a plain verb; see call.h. */
#include "call.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fields.h"
#include "lease.h"

/* Only a terminal is asked: a script said what it meant when it was written. */
static bool is_confirmed(const rh_call_t *call)
{
    char answer[16];
    if (call->verb->question == NULL || call->options->yes || !isatty(STDIN_FILENO) ||
        !isatty(STDERR_FILENO)) {
        return true;
    }
    (void)fprintf(stderr, "%s [y/N] ", call->verb->question);
    return fgets(answer, sizeof answer, stdin) != NULL &&
           (answer[0] == 'y' || answer[0] == 'Y');
}

int rh_call_tell(const rh_call_t *call, const json_t *reply)
{
    const json_t *result = json_object_get(reply, "result");
    if (call->options->json) {
        rh_json_line(reply);
    } else if (call->verb->print != NULL) {
        call->verb->print(call, result);
    } else {
        puts(call->verb->done);
    }
    return call->verb->judge != NULL ? call->verb->judge(call, result) : RH_EXIT_OK;
}

int rh_call_read(const rh_call_t *call, json_t **reply, rh_problem_t *problem)
{
    rh_client_t client;
    *reply = NULL;
    int failed = rh_client_open(&client, call->options, problem);
    if (failed == 0) {
        failed = rh_client_ask(&client, call->verb->wire, call->args,
                               call->options->lease, reply, problem);
    }
    rh_client_close(&client);
    return failed;
}

int rh_call_run(const rh_call_t *call, rh_problem_t *problem)
{
    rh_client_t client;
    rh_lease_t lease = {0};
    json_t *reply = NULL;
    if (!is_confirmed(call)) {
        return rh_problem_set(problem, RH_EXIT_ERROR, "not_confirmed",
                              "answer y, or give --yes", "nothing was done");
    }
    int failed = rh_client_open(&client, call->options, problem);
    if (failed == 0) {
        failed = rh_lease_enter(&client, call, &lease, problem);
    }
    if (failed == 0) {
        failed = rh_client_ask(&client, call->verb->wire, call->args,
                               rh_lease_id(&lease), &reply, problem);
    }
    rh_lease_leave(&client, &lease);
    rh_client_close(&client);
    int code = failed != 0 ? failed : rh_call_tell(call, reply);
    json_decref(reply);
    return code;
}
