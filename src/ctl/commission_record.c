/* SPDX-License-Identifier: Apache-2.0 */
/* The record of what the steps found; see commission_parts.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "commission_parts.h"
#include "fields.h"

static const char *state_dir(const rh_commission_t *bench)
{
    return rh_text(bench->show, "state_dir", "");
}

int rh_commission_lock_record(const rh_commission_t *bench, int *lock)
{
    char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/" RH_COMMISSIONING_LOCK, state_dir(bench));
    /* a file of its own: another program may hold the folder */
    *lock = open(path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (*lock >= 0 && flock(*lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        return rh_problem_set(bench->problem, RH_EXIT_REFUSED, "busy",
                              "wait until it has ended, or end it",
                              "another `revhyperctl commission` runs on this machine");
    }
    return 0; /* a folder that cannot be opened is told when it is written to */
}

void rh_commission_unlock_record(int lock)
{
    if (lock >= 0) {
        (void)close(lock);
    }
}

/* Is it of this machine as it is wired now? Else `change` says what is otherwise. */
static bool is_of(const rh_commission_t *bench, const rh_commissioning_t *record,
                  char *change, size_t size)
{
    const char *machine = rh_text(bench->show, "machine", "");
    if (strcmp(record->machine, machine) != 0) {
        (void)snprintf(change, size, "of the machine \"%.100s\"", record->machine);
        return false;
    }
    return !rh_commissioning_differs(record->wiring, bench->wiring, change, size);
}

/* The record of another wiring is not lost with the first step under this one: a key
 * that is put back brings it back. */
static void set_aside(const rh_commission_t *bench, const char *change, bool is_back)
{
    char text[1024];
    int status = rh_commissioning_set_aside(state_dir(bench));
    (void)snprintf(text, sizeof text,
                   "the record that was there is of another wiring (%s): it is kept as "
                   "%s and comes back with that wiring; %s%s",
                   change, RH_COMMISSIONING_FORMER,
                   is_back ? "this wiring's own is here again" : "a new one begins",
                   status == 0 ? "" : " (it could not be kept)");
    rh_commission_waits(bench, text);
}

static int begin_record(const rh_commission_t *bench, rh_commissioning_t *record)
{
    memset(record, 0, sizeof *record);
    (void)snprintf(record->machine, sizeof record->machine, "%s",
                   rh_text(bench->show, "machine", ""));
    record->wiring = strdup(bench->wiring);
    return record->wiring != NULL ? 0
                                  : rh_problem_set(bench->problem, RH_EXIT_ERROR,
                                                   "error", "", "no memory");
}

int rh_commission_open_record(const rh_commission_t *bench, rh_commissioning_t *record)
{
    char change[720];
    char other[720];
    int status = rh_commissioning_read(state_dir(bench), record);
    if (status == 0 && is_of(bench, record, change, sizeof change)) {
        return 0;
    }
    rh_commissioning_free(record);
    bool is_back = rh_commissioning_read_former(state_dir(bench), record) == 0 &&
                   is_of(bench, record, other, sizeof other);
    if (status == 0) {
        set_aside(bench, change, is_back);
    }
    if (is_back) {
        return 0;
    }
    rh_commissioning_free(record);
    return begin_record(bench, record);
}

void rh_commission_fill_result(const rh_commission_t *bench, bool is_ok,
                               rh_commissioning_result_t *result)
{
    time_t now = time(NULL);
    struct tm utc;
    result->is_ok = is_ok;
    (void)strftime(result->date, sizeof result->date, "%Y-%m-%dT%H:%M:%SZ",
                   gmtime_r(&now, &utc));
    (void)snprintf(result->values, sizeof result->values, "%s", bench->values);
    for (char *at = result->values; *at != '\0'; at++) {
        *at = *at == '\n' ? ' ' : *at; /* one line each */
    }
}

int rh_commission_write_record(const rh_commission_t *bench, rh_commissioning_t *record)
{
    char error[512];
    rh_lease_own_name(record->by, sizeof record->by);
    if (rh_commissioning_write(state_dir(bench), record, error, sizeof error) != 0) {
        return rh_problem_set(bench->problem, RH_EXIT_ERROR, "error",
                              "run it on the machine's computer, with sudo", "%s",
                              error);
    }
    return 0;
}
