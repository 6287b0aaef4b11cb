/* SPDX-License-Identifier: Apache-2.0 */
/* What every step needs: to tell, to ask, to look, to wait; see commission_parts.h. */
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "commission_parts.h"
#include "fields.h"

#define LOOK_MS 20
#define KEEP_MS 500
#define STILL_S 1.0
#define STILL_DEG 0.1 /* a count of an encoder of 4096 is 0.088 */

double rh_commission_now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- telling --------------------------------------------------------------------- */

static void say(const rh_commission_t *bench, const char *key, const char *text)
{
    if (bench->call->options->json) {
        json_t *line = json_pack("{s:s, s:s}", "step",
                                 rh_commissioning_name(bench->step), key, text);
        rh_json_line(line);
        json_decref(line);
    } else {
        printf("      %s: %s\n", key, text);
        (void)fflush(stdout);
    }
}

void rh_commission_do(const rh_commission_t *bench, const char *format, ...)
{
    char text[300];
    va_list rest;
    va_start(rest, format);
    (void)vsnprintf(text, sizeof text, format, rest);
    va_end(rest);
    say(bench, "do", text);
}

void rh_commission_waits(const rh_commission_t *bench, const char *text)
{
    say(bench, "waits", text);
}

/* ---- asking ---------------------------------------------------------------------- */

static int keep_lease(rh_commission_t *bench)
{
    int64_t now_ms = (int64_t)(rh_commission_now_s() * 1e3);
    if (!bench->lease.is_own || now_ms - bench->kept_ms < KEEP_MS) {
        return 0;
    }
    json_t *reply = NULL;
    json_t *args = json_pack("{s:s}", "lease", bench->lease.id);
    int failed = rh_client_ask(&bench->client, "lease.keep", args, bench->lease.id,
                               &reply, bench->problem);
    json_decref(reply);
    json_decref(args);
    bench->kept_ms = now_ms;
    return failed;
}

/* A line from the terminal that begins with y; false for any other, and at its end.
 * Until it comes the lease is kept, or the person's presence would end with the
 * question (it runs out after two seconds). */
static int read_yes(rh_commission_t *bench, bool *is_yes)
{
    char answer[256]; /* a line at once: the terminal gives no more than one */
    struct pollfd terminal = {.fd = STDIN_FILENO, .events = POLLIN};
    int failed = 0;
    int ready = 0;
    while (failed == 0 && ready == 0) {
        ready = poll(&terminal, 1, KEEP_MS / 2);
        ready = ready < 0 && errno == EINTR ? 0 : ready;
        failed = keep_lease(bench);
    }
    ssize_t size = failed == 0 ? read(STDIN_FILENO, answer, sizeof answer) : 0;
    *is_yes = size > 0 && (answer[0] == 'y' || answer[0] == 'Y');
    return failed;
}

int rh_commission_confirm(rh_commission_t *bench, const char *question)
{
    bool is_yes = bench->call->options->yes;
    bool is_asked = !is_yes && isatty(STDIN_FILENO);
    if (is_asked) { /* what was typed before the question is no answer to it */
        (void)tcflush(STDIN_FILENO, TCIFLUSH);
    }
    say(bench, "asks", question);
    if (is_asked) {
        (void)fputs("[y/N] ", stderr);
        int failed = read_yes(bench, &is_yes);
        if (failed != 0) {
            return failed;
        }
    }
    return is_yes ? 0
                  : rh_problem_set(bench->problem, RH_EXIT_ERROR, "not_confirmed",
                                   "answer y, or give --yes", "nothing was moved");
}

/* ---- looking --------------------------------------------------------------------- */

int rh_commission_look(rh_commission_t *bench)
{
    struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, &pause) == EINTR) {
    }
    int failed = keep_lease(bench);
    return failed != 0 ? failed
                       : rh_reading_take(&bench->client, &bench->now, bench->problem);
}

int rh_commission_mean(rh_commission_t *bench, double seconds, rh_reading_t *mean)
{
    double end_s = rh_commission_now_s() + seconds;
    int count = 0;
    int failed = 0;
    memset(mean, 0, sizeof *mean);
    for (; failed == 0 && (count == 0 || rh_commission_now_s() < end_s); count++) {
        failed = rh_commission_look(bench);
        for (int i = 0; i < RH_SIGNAL_COUNT; i++) {
            mean->value[i] += bench->now.value[i];
            mean->is_good[i] =
                bench->now.is_good[i] && (count == 0 || mean->is_good[i]);
        }
    }
    for (int i = 0; i < RH_SIGNAL_COUNT; i++) {
        mean->value[i] /= count;
    }
    return failed;
}

int rh_commission_await(rh_commission_t *bench,
                        bool (*holds)(const rh_commission_t *bench, void *context),
                        void *context)
{
    double end_s = rh_commission_now_s() + bench->wait_s;
    do {
        int failed = rh_commission_look(bench);
        if (failed != 0) {
            return failed;
        }
        if (holds(bench, context)) {
            return 0;
        }
    } while (rh_commission_now_s() < end_s);
    return RH_STEP_FAILED;
}

typedef struct {
    double since_s, arm_deg, motor_deg;
} still_t;

static bool is_still(const rh_commission_t *bench, void *context)
{
    still_t *still = context;
    double arm_deg = bench->now.value[RH_SIGNAL_ARM_ANGLE];
    double motor_deg = bench->now.value[RH_SIGNAL_MOTOR_ANGLE];
    double now_s = rh_commission_now_s();
    bool moved = !(fabs(arm_deg - still->arm_deg) < STILL_DEG &&
                   fabs(motor_deg - still->motor_deg) < STILL_DEG);
    if (moved || still->since_s == 0) {
        *still = (still_t){now_s, arm_deg, motor_deg};
    }
    return now_s - still->since_s >= STILL_S;
}

int rh_commission_await_still(rh_commission_t *bench)
{
    still_t still = {0};
    int result = rh_commission_await(bench, is_still, &still);
    return result != RH_STEP_FAILED
               ? result
               : rh_commission_fail(bench, "let it hang still, then do the step again",
                                    "the arm did not come to rest in %.0f s: it still "
                                    "moves, at %.1f deg now",
                                    bench->wait_s,
                                    bench->now.value[RH_SIGNAL_ARM_ANGLE]);
}

bool rh_commission_is_set(const rh_reading_t *reading, int signal)
{
    return reading->value[signal] >= 0.5;
}
