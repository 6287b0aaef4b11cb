/* SPDX-License-Identifier: Apache-2.0 */
/* What a record of commissioning says; its file is commissioning_file.c's. */
#include "commissioning.h"
#include "read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUN "run `revhyperctl commission`"

static const struct {
    const char *name, *proves;
} steps[RH_COMMISSIONING_COUNT] = {
#define ROW(id, name, proves) [RH_COMMISSIONING_##id] = {name, proves},
    RH_COMMISSIONING_STEPS(ROW)
#undef ROW
};

const char *rh_commissioning_name(rh_commissioning_step_t step)
{
    return steps[step].name;
}

const char *rh_commissioning_proves(rh_commissioning_step_t step)
{
    return steps[step].proves;
}

int rh_commissioning_find(const char *name)
{
    for (int i = 0; i < RH_COMMISSIONING_COUNT; i++) {
        if (strcmp(steps[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

void rh_commissioning_enter(rh_commissioning_t *record, rh_commissioning_step_t step,
                            const rh_commissioning_result_t *result)
{
    if (record->steps[step].is_ok) {
        record->was[step] = record->steps[step];
    }
    record->steps[step] = *result;
}

void rh_commissioning_free(rh_commissioning_t *record)
{
    free(record->wiring);
    memset(record, 0, sizeof(*record));
}

/* ---- what differs ---------------------------------------------------------------- */

typedef struct {
    char section[96], key[64], value[520];
} line_t;

/* The next line of a wiring into `line`, whose section stays; false at the end. */
static bool next_line(const char **at, line_t *line)
{
    size_t length = strcspn(*at, "\n");
    if (length == 0) {
        return false;
    }
    const char *equals = memchr(*at, '=', length);
    line->key[0] = '\0';
    line->value[0] = '\0';
    if (**at == '[' || equals == NULL) {
        (void)snprintf(line->section, sizeof(line->section), "%.*s", (int)length, *at);
    } else {
        int before = (int)(equals - *at) - 1;
        int behind = (int)length - before - 3;
        (void)snprintf(line->key, sizeof(line->key), "%.*s", before > 0 ? before : 0,
                       *at);
        (void)snprintf(line->value, sizeof(line->value), "%.*s",
                       behind > 0 ? behind : 0, equals + 2);
    }
    *at += length + ((*at)[length] == '\n' ? 1 : 0);
    return true;
}

bool rh_commissioning_differs(const char *was, const char *is, char *text, size_t size)
{
    line_t old = {0};
    line_t new = {0};
    bool has_old = next_line(&was, &old);
    bool has_new = next_line(&is, &new);
    while (has_old && has_new && strcmp(old.section, new.section) == 0 &&
           strcmp(old.key, new.key) == 0 && strcmp(old.value, new.value) == 0) {
        has_old = next_line(&was, &old);
        has_new = next_line(&is, &new);
    }
    if (!has_old && !has_new) {
        return false;
    }
    bool same_key = has_old && has_new && strcmp(old.section, new.section) == 0 &&
                    strcmp(old.key, new.key) == 0;
    if (same_key) {
        (void)snprintf(text, size, "%s %s = %s, was %s", new.section, new.key,
                       new.value[0] != '\0' ? new.value : "nothing",
                       old.value[0] != '\0' ? old.value : "nothing");
    } else {
        const line_t *line = has_new ? &new : &old;
        (void)snprintf(text, size, "%s %s is %s", line->section, line->key,
                       has_new ? "new or elsewhere" : "gone");
    }
    return true;
}

/* ---- whether it holds ------------------------------------------------------------ */

/* The first step that is not ok: one that failed before one that was not done, since it
 * names a mistake. RH_COMMISSIONING_COUNT: all are. */
static int first_open(const rh_commissioning_t *record)
{
    int open = RH_COMMISSIONING_COUNT;
    for (int i = RH_COMMISSIONING_COUNT - 1; i >= 0; i--) {
        const rh_commissioning_result_t *step = &record->steps[i];
        bool is_open = !step->is_ok;
        bool gives_way =
            open < RH_COMMISSIONING_COUNT && record->steps[open].date[0] != '\0';
        if (is_open && (step->date[0] != '\0' || !gives_way)) {
            open = i;
        }
    }
    return open;
}

static bool all_ok(const rh_commissioning_t *record, char *why, size_t size)
{
    int open = first_open(record);
    if (open == RH_COMMISSIONING_COUNT) {
        return true;
    }
    const rh_commissioning_result_t *step = &record->steps[open];
    bool is_tried = step->date[0] != '\0';
    (void)snprintf(why, size, "not commissioned: the step %s (%s) %s%s%.300s; " RUN,
                   steps[open].name, steps[open].proves,
                   is_tried ? "failed" : "was not done", is_tried ? ": " : "",
                   step->values);
    return false;
}

bool rh_commissioning_holds(const rh_commissioning_t *record, const char *machine,
                            const char *wiring, char *why, size_t size)
{
    char change[720];
    if (strcmp(record->machine, machine) != 0) {
        (void)snprintf(why, size,
                       "not commissioned: the record is that of another machine, "
                       "%s; " RUN,
                       record->machine);
        return false;
    }
    if (rh_commissioning_differs(record->wiring, wiring, change, sizeof(change))) {
        (void)snprintf(why, size,
                       "not commissioned: the wiring changed since (%.300s); " RUN
                       " again",
                       change);
        return false;
    }
    return all_ok(record, why, size);
}

bool rh_commissioning_judge(const char *state_dir, const char *machine,
                            const char *wiring, char *why, size_t size)
{
    rh_commissioning_t record;
    int status = rh_commissioning_read(state_dir, &record);
    bool holds = false;
    if (status == 0) {
        holds = rh_commissioning_holds(&record, machine, wiring, why, size);
    } else if (status == -ENOENT) {
        (void)snprintf(why, size, "not commissioned: " RUN);
    } else {
        (void)snprintf(
            why, size, "not commissioned: the record in %s cannot be read (%s); " RUN,
            state_dir,
            status == -EBADMSG ? "both copies are damaged" : rh_read_why(-status));
    }
    rh_commissioning_free(&record);
    return holds;
}
