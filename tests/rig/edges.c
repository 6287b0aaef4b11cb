/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turns an encoder that nobody holds: edges PULL_A PULL_B A B COUNT RATE_HZ REVERSE.
 * Walks COUNT edges, quadrature, from the levels A and B, through the `pull` files of
 * two gpio-sim lines, RATE_HZ apart (0 = as fast as it goes), turning round after every
 * REVERSE of them (0 = never). Prints the edges made, where the walk ended relative to
 * its start, and the rate reached.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static long long now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void sleep_until(long long until_ns)
{
    const struct timespec until = {.tv_sec = until_ns / 1000000000LL,
                                   .tv_nsec = until_ns % 1000000000LL};

    (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static void put(int fd, int level)
{
    const char *pull = level ? "pull-up" : "pull-down";

    if (pwrite(fd, pull, strlen(pull), 0) < 0) {
        perror("edges");
        exit(1);
    }
}

int main(int argc, char **argv)
{
    /* the phases of a turn upwards: 00, A, AB, B */
    static const int phases[4][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}};
    const struct sched_param parameters = {.sched_priority = 4};
    int fd[2];
    int phase = 0;
    int way = 1;
    long place = 0;
    long long start_ns;
    double seconds;

    if (argc != 8) {
        (void)fputs("usage: edges PULL_A PULL_B A B COUNT RATE_HZ REVERSE\n", stderr);
        return 2;
    }
    const long count = strtol(argv[5], NULL, 10);
    const long rate_hz = strtol(argv[6], NULL, 10);
    const long reverse = strtol(argv[7], NULL, 10);

    for (int i = 0; i < 2; i++) {
        fd[i] = open(argv[1 + i], O_WRONLY | O_CLOEXEC);
        if (fd[i] < 0) {
            perror(argv[1 + i]);
            return 1;
        }
    }
    while (phases[phase][0] != (argv[3][0] == '1') ||
           phases[phase][1] != (argv[4][0] == '1')) {
        phase++;
    }
    (void)sched_setscheduler(0, SCHED_FIFO, &parameters);
    start_ns = now_ns();
    for (long i = 0; i < count; i++) {
        const int before = phase;

        if (reverse > 0 && i > 0 && i % reverse == 0) {
            way = -way;
        }
        if (rate_hz > 0) {
            sleep_until(start_ns + i * 1000000000LL / rate_hz);
        }
        phase = (phase + way) & 3;
        place += way;
        for (int line = 0; line < 2; line++) {
            if (phases[phase][line] != phases[before][line]) {
                put(fd[line], phases[phase][line]);
            }
        }
    }
    seconds = (double)(now_ns() - start_ns) * 1e-9;
    (void)printf("{\"edges\":%ld,\"place\":%ld,\"rate_hz\":%.0f}\n", count, place,
                 (double)count / seconds);
    return 0;
}
