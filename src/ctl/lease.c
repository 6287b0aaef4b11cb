/* SPDX-License-Identifier: Apache-2.0 */
/* Taking, keeping and dropping the lease; see lease.h. */
#include "lease.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <signal.h>
#include <unistd.h>

#include "call.h"
#include "fields.h"
#include "signals.h"

#define KEEP_MS 500
/* A keep that has no answer by then cannot save the lease any more. */
#define KEEP_ANSWER_MS (RH_WIRE_LEASE_MS - KEEP_MS)

const char *rh_lease_id(const rh_lease_t *lease)
{
    return lease->id[0] != '\0' ? lease->id : NULL;
}

/* user@computer: what the screens show when nobody said --name; the daemon takes 63
 * bytes. */
void rh_lease_own_name(char *name, size_t size)
{
    char room[1024];
    char computer[64] = "";
    struct passwd entry;
    struct passwd *found = NULL;
    getpwuid_r(getuid(), &entry, room, sizeof room, &found);
    gethostname(computer, sizeof computer - 1);
    (void)snprintf(name, size, "%.31s@%.31s",
                   found != NULL ? found->pw_name : "somebody", computer);
}

/* The whole reply in *reply when the caller wants it (else NULL is given). */
static int take(rh_client_t *client, const rh_call_t *call, rh_lease_t *lease,
                json_t **reply, rh_problem_t *problem)
{
    char name[128];
    json_t *answer = NULL;
    rh_lease_own_name(name, sizeof name);
    json_t *args = json_pack("{s:s}", "name",
                             call->options->name != NULL ? call->options->name : name);
    if (args == NULL) {
        return rh_problem_set(problem, RH_EXIT_USAGE, "usage", "write it in UTF-8",
                              "--name is not text");
    }
    int failed = rh_client_ask(client, "lease.take", args, NULL, &answer, problem);
    json_decref(args);
    (void)snprintf(lease->id, sizeof lease->id, "%s",
                   rh_text(json_object_get(answer, "result"), "lease", ""));
    lease->is_own = failed == 0;
    if (reply != NULL) {
        *reply = answer;
    } else {
        json_decref(answer);
    }
    return failed;
}

static void drop(rh_client_t *client, const rh_lease_t *lease)
{
    rh_problem_t ignored; /* it runs out by itself within two seconds */
    json_t *reply = NULL;
    json_t *args = json_pack("{s:s}", "lease", lease->id);
    rh_client_ask(client, "lease.drop", args, lease->id, &reply, &ignored);
    json_decref(reply);
    json_decref(args);
}

int rh_lease_enter(rh_client_t *client, const rh_call_t *call, rh_lease_t *lease,
                   rh_problem_t *problem)
{
    const rh_options_t *options = call->options;
    if (call->verb->lease == RH_LEASE_NONE) {
        return 0;
    }
    if (options->lease != NULL) {
        (void)snprintf(lease->id, sizeof lease->id, "%s", options->lease);
        return 0;
    }
    if (call->verb->lease == RH_LEASE_PRESENCE) {
        (void)fputs(
            "warning: no --lease: this console's presence ends with the call — keep "
            "one with `revhyperctl lease hold`\n",
            stderr);
    }
    return take(client, call, lease, NULL, problem);
}

void rh_lease_leave(rh_client_t *client, const rh_lease_t *lease)
{
    if (lease->is_own) {
        drop(client, lease);
    }
}

static int keep(rh_client_t *client, const rh_lease_t *lease, rh_problem_t *problem)
{
    json_t *reply = NULL;
    json_t *args = json_pack("{s:s}", "lease", lease->id);
    int failed = rh_client_ask(client, "lease.keep", args, lease->id, &reply, problem);
    json_decref(reply);
    json_decref(args);
    if (failed == 0 || failed == RH_EXIT_UNREACHED) {
        return failed;
    }
    char why[sizeof problem->message];
    (void)snprintf(why, sizeof why, "%s", problem->message);
    return rh_problem_set(problem, RH_EXIT_LEASE, "lease_lost", "take it again",
                          "the lease was lost: %.400s", why);
}

static int hold(rh_client_t *client, const rh_lease_t *lease, int signals,
                rh_problem_t *problem)
{
    int failed = 0;
    while (failed == 0 && !rh_signals_wait(signals, KEEP_MS)) {
        failed = keep(client, lease, problem);
    }
    if (failed == 0) {
        drop(client, lease);
    }
    return failed;
}

int rh_lease_hold_run(const rh_call_t *call, rh_problem_t *problem)
{
    rh_client_t client;
    rh_lease_t lease = {0};
    json_t *reply = NULL;
    int signals = rh_signals_open(); /* before ZeroMQ's threads, which inherit it */
    /* A script that was killed is not present any more. */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    int failed = rh_client_open(&client, call->options, problem);
    if (failed == 0) {
        failed = take(&client, call, &lease, &reply, problem);
    }
    if (failed == 0 && call->options->json) {
        rh_json_line(reply);
    } else if (failed == 0) {
        puts(lease.id);
        (void)fflush(stdout);
    }
    json_decref(reply);
    if (failed == 0) {
        client.timeout_ms = KEEP_ANSWER_MS;
        failed = hold(&client, &lease, signals, problem);
    }
    rh_client_close(&client);
    close(signals);
    return failed;
}
