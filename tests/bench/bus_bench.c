/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bare bus beside the daemon's: libmodbus and clock_nanosleep on one serial line, a
 * FIFO thread with locked memory, no spin, no schedule, no checks. What a request costs
 * here beyond the wire's own time is what this computer, its ptys and libmodbus cost;
 * the simulator at the other end measures it for both (HARDWARE.md 6).
 *
 *   bus_bench PATH SECONDS GAP_US REQUEST...
 *
 * A REQUEST is unit and PDU in hexadecimal, for 115200 8N1; with /N behind it, it is
 * sent in each Nth round only. Prints how many were answered and how many were not.
 */
#include <errno.h>
#include <modbus.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define NS_PER_S INT64_C(1000000000)
#define REQUESTS_MAX 16
#define PRIORITY 79 /* as the daemon's bus threads */
#define BAUD 115200
#define TIMEOUT_US 20000

typedef struct {
    uint8_t bytes[16];
    int size;
    int every; /* rounds */
} request_t;

typedef struct {
    int64_t answered;
    int64_t unanswered;
} count_t;

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void sleep_until(int64_t until_ns)
{
    struct timespec until = {until_ns / NS_PER_S, until_ns % NS_PER_S};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {
    }
}

static request_t parse(const char *word)
{
    request_t request = {.every = 1};
    unsigned byte = 0;
    int used = 0;

    while (request.size < (int)sizeof(request.bytes) &&
           sscanf(word, "%2x%n", &byte, &used) == 1 && used == 2) {
        request.bytes[request.size++] = (uint8_t)byte;
        word += used;
    }
    if (*word == '/') {
        request.every = atoi(word + 1);
    }
    if (request.size < 2 || request.every < 1 || (*word != '\0' && *word != '/')) {
        fprintf(stderr, "bus_bench: not a request: ...%s\n", word);
        exit(2);
    }
    return request;
}

static void make_realtime(void)
{
    struct sched_param parameter = {.sched_priority = PRIORITY};

    if (sched_setscheduler(0, SCHED_FIFO, &parameter) != 0 ||
        mlockall(MCL_CURRENT | MCL_FUTURE) != 0) {
        fputs("bus_bench: without real-time priority or locked memory\n", stderr);
    }
}

static modbus_t *open_line(const char *path)
{
    modbus_t *line = modbus_new_rtu(path, BAUD, 'N', 8, 1);

    if (line == NULL || modbus_connect(line) != 0 ||
        modbus_set_response_timeout(line, 0, TIMEOUT_US) != 0) {
        fprintf(stderr, "bus_bench: %s: %s\n", path, modbus_strerror(errno));
        exit(1);
    }
    return line;
}

/* One transaction, and the silence behind it. */
static void exchange(modbus_t *line, const request_t *request, int64_t gap_ns,
                     count_t *count)
{
    uint8_t reply[MODBUS_RTU_MAX_ADU_LENGTH];
    int size = -1;

    (void)modbus_set_slave(line, request->bytes[0]);
    if (modbus_send_raw_request(line, request->bytes, request->size) >= 0) {
        size = modbus_receive_confirmation(line, reply);
    }
    if (size < 0) {
        (void)modbus_flush(line);
    }
    count->answered += size >= 0;
    count->unanswered += size < 0;
    sleep_until(now_ns() + gap_ns);
}

int main(int words, char **word)
{
    if (words < 5 || words > 4 + REQUESTS_MAX) {
        fputs("usage: bus_bench PATH SECONDS GAP_US REQUEST...\n", stderr);
        return 2;
    }
    request_t requests[REQUESTS_MAX];
    int many = words - 4;
    for (int i = 0; i < many; i++) {
        requests[i] = parse(word[4 + i]);
    }
    modbus_t *line = open_line(word[1]);
    make_realtime();
    int64_t until_ns = now_ns() + atoll(word[2]) * NS_PER_S;
    int64_t gap_ns = atoll(word[3]) * 1000;
    count_t count = {0};
    for (int64_t round = 0; now_ns() < until_ns; round++) {
        for (int i = 0; i < many; i++) {
            if (round % requests[i].every == 0) {
                exchange(line, &requests[i], gap_ns, &count);
            }
        }
    }
    printf("{\"answered\":%ld,\"unanswered\":%ld}\n", (long)count.answered,
           (long)count.unanswered);
    modbus_close(line);
    modbus_free(line);
    return 0;
}
