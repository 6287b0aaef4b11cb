/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tests' own Modbus slave. One thread; replies wait in a queue for their time, so
 * that a late one does not keep the next request from being heard.
 */
#include "slave_parts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define CHAR_NS INT64_C(86805) /* 10 bits at 115200 */
#define NS_PER_US INT64_C(1000)
#define NS_PER_MS INT64_C(1000000)
#define AWAIT_NS (5000 * NS_PER_MS)

int64_t slave_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static unsigned chance(slave_t *slave, unsigned below)
{
    slave->random ^= slave->random << 13; /* xorshift, Marsaglia 2003 */
    slave->random ^= slave->random >> 7;
    slave->random ^= slave->random << 17;
    return (unsigned)(slave->random >> 33) % below;
}

static planned_t fall_sick(slave_t *slave, int unit)
{
    for (int i = 0; i < slave->sick_count; i++) {
        const chance_t *sick = &slave->sick[i];
        if (sick->unit == unit && (int)chance(slave, 1000) < sick->per_mille) {
            unsigned most = sick->argument > 0 ? (unsigned)sick->argument : 1;
            return (planned_t){.fault = sick->fault,
                               .argument = 1 + (int)chance(slave, most)};
        }
    }
    return (planned_t){.fault = SLAVE_GOOD};
}

static planned_t take_fault(slave_t *slave, const uint8_t *request)
{
    for (int i = 0; i < FAULTS; i++) {
        planned_t *planned = &slave->faults[i];
        if (planned->count > 0 && (planned->unit == 0 || planned->unit == request[0]) &&
            (planned->function == 0 || planned->function == request[1])) {
            planned->count--;
            return *planned;
        }
    }
    return fall_sick(slave, request[0]);
}

/* In order: not before the one that is being worked on, and one turnaround after it. */
static int64_t in_order_ns(slave_t *slave, int64_t due_ns, int64_t own_ns)
{
    if (slave->is_in_order && due_ns < slave->latest_due_ns + own_ns) {
        due_ns = slave->latest_due_ns + own_ns;
    }
    slave->latest_due_ns = due_ns;
    return due_ns;
}

static int64_t due_ns(slave_t *slave, const planned_t *planned, int64_t now_ns,
                      int wire_bytes)
{
    bool has_wire = !slave->is_tcp && !slave->is_wire_off;
    if (planned->fault == SLAVE_EARLY) {
        return now_ns;
    }
    int64_t own_ns =
        slave->turnaround_us * NS_PER_US + (has_wire ? wire_bytes * CHAR_NS : 0);
    int64_t late_ns = planned->fault == SLAVE_LATE ? planned->argument * NS_PER_MS : 0;
    return in_order_ns(slave, now_ns + own_ns + late_ns, own_ns);
}

/* ---- the wire --------------------------------------------------------------- */

static void note(slave_t *slave, const uint8_t *request, int64_t now_ns,
                 const planned_t *planned, int64_t released_ns)
{
    slave->log[slave->log_count++ % LOG_SIZE] = (slave_request_t){
        .arrived_ns = now_ns,
        .released_ns = planned->fault == SLAVE_SILENT ? 0 : released_ns,
        .unit = request[0],
        .function = request[1],
        .address = slave_word_at(request + 2),
        .value = request[1] == 15 ? request[7] : slave_word_at(request + 4),
        .fault = planned->fault,
    };
}

static void put_index(slave_t *slave, int unit)
{
    if (slave->index_at[unit] > 0) {
        uint16_t *words = &slave->words[unit][slave->index_at[unit]];
        bool is_low_first = slave->index_low_first[unit];
        words[is_low_first ? 1 : 0] = (uint16_t)(slave->log_count >> 16);
        words[is_low_first ? 0 : 1] = (uint16_t)slave->log_count;
    }
}

/* Keeps the reply, and puts the one before in its place where that is the fault. */
static int replay(slave_t *slave, const planned_t *planned, uint8_t *reply, int size)
{
    answer_t *before = &slave->before[reply[0]];
    answer_t now = {.size = size};
    memcpy(now.bytes, reply, (size_t)size);
    if (planned->fault == SLAVE_BEFORE && before->size > 0) {
        size = before->size;
        memcpy(reply, before->bytes, (size_t)size);
    }
    *before = now;
    return size;
}

/* ---- a line that stands still ------------------------------------------------ */

/* Where the first of the replies kept begins that would pass for this read's. */
static size_t first_that_fits(const slave_t *slave, const uint8_t *request)
{
    size_t at = 0;
    while (at < slave->kept_size &&
           !(request[0] == slave->kept[at] && request[1] == slave->kept[at + 1] &&
             2 * slave_word_at(request + 4) == slave->kept[at + 2])) {
        at += 5 + (size_t)slave->kept[at + 2];
    }
    return at;
}

/* True when the reply does not go out by itself. */
static bool keep(slave_t *slave, const uint8_t *request, const reply_t *reply,
                 int64_t now_ns)
{
    size_t size = (size_t)reply->size;
    size_t first = first_that_fits(slave, request);

    if (!slave->is_stalled || slave->kept_size + size > sizeof(slave->kept)) {
        return slave->is_stalled;
    }
    bool is_asked = now_ns >= slave->burst_ns && first < slave->kept_size;
    memcpy(slave->kept + slave->kept_size, reply->bytes, size);
    slave->kept_size += size;
    if (is_asked) {
        slave->is_stalled = false;
        slave->burst_ns = reply->due_ns;
        slave->kept_size -= first;
        memmove(slave->kept, slave->kept + first, slave->kept_size);
    }
    return true;
}

/* True while nothing else may be sent. */
static bool send_kept(slave_t *slave, int64_t now_ns)
{
    if (slave->kept_size == 0 || slave->is_stalled) {
        return slave->is_stalled;
    }
    if (now_ns < slave->burst_ns) {
        return true;
    }
    if (write(slave->wire, slave->kept, slave->kept_size) > 0) {
        slave->bursts++;
    }
    slave->kept_size = 0;
    return false;
}

static void handle(slave_t *slave, const uint8_t *adu, int size)
{
    int head = slave->is_tcp ? 6 : 0;
    const uint8_t *request = adu + head;
    int64_t now_ns = slave_now_ns();
    reply_t reply = {0};

    if (request[0] >= UNITS || slave->queued == QUEUE) {
        return;
    }
    planned_t planned = take_fault(slave, request);
    if (slave->numbered != NULL) {
        *slave->numbered = (uint16_t)slave->log_count;
    }
    put_index(slave, request[0]);
    int length = slave_answer(slave, request, reply.bytes + head);
    length = replay(slave, &planned, reply.bytes + head, length);
    length = slave_spoil(&planned, reply.bytes + head, length);
    if (slave->is_tcp) {
        memcpy(reply.bytes, adu, 4);
        reply.bytes[1] =
            (uint8_t)(reply.bytes[1] - (planned.fault == SLAVE_ANSWER_BEFORE));
        reply.bytes[4] = (uint8_t)(length >> 8);
        reply.bytes[5] = (uint8_t)length;
        reply.size = head + length;
    } else {
        reply.size = slave_wrap_rtu(&planned, reply.bytes, length);
    }
    reply.due_ns = due_ns(slave, &planned, now_ns, size + reply.size);
    reply.request = slave->log_count;
    note(slave, request, now_ns, &planned, reply.due_ns);
    if (keep(slave, request, &reply, now_ns)) {
        return;
    }
    if (planned.fault != SLAVE_SILENT) {
        slave->queue[slave->queued++] = reply;
    }
    if (planned.fault == SLAVE_TWICE && slave->queued < QUEUE) {
        reply.due_ns += NS_PER_MS / 2;
        slave->queue[slave->queued++] = reply;
    }
}

/* Sends what is due; the time until the next, or a tenth of a second. */
static int64_t send_due(slave_t *slave)
{
    int64_t now_ns = slave_now_ns();
    int64_t wait_ns = 100 * NS_PER_MS;
    if (send_kept(slave, now_ns)) {
        return NS_PER_MS / 10;
    }
    for (int i = 0; i < slave->queued; i++) {
        reply_t *reply = &slave->queue[i];
        if (reply->due_ns > now_ns) {
            int64_t left_ns = reply->due_ns - now_ns;
            wait_ns = left_ns < wait_ns ? left_ns : wait_ns;
            continue;
        }
        if (write(slave->wire, reply->bytes, (size_t)reply->size) < 0) {
            slave->queued = 0;
            return wait_ns;
        }
        slave->log[reply->request % LOG_SIZE].written_ns = now_ns;
        *reply = slave->queue[--slave->queued];
        i--;
    }
    return wait_ns;
}

static void hear(slave_t *slave)
{
    uint8_t adu[264];
    ssize_t size = read(slave->wire, adu, sizeof(adu));
    if (size >= 8) {
        handle(slave, adu, (int)size);
    } else if (size <= 0 && slave->is_tcp) {
        close(slave->wire);
        slave->wire = -1;
        slave->queued = 0;
    }
}

static void *run(void *argument)
{
    slave_t *slave = argument;
    (void)prctl(PR_SET_TIMERSLACK, 1UL);
    while (!atomic_load(&slave->stopping)) {
        pthread_mutex_lock(&slave->lock);
        int64_t wait_ns = slave->wire >= 0 ? send_due(slave) : 10 * NS_PER_MS;
        pthread_mutex_unlock(&slave->lock);
        wait_ns = wait_ns > 10 * NS_PER_MS ? 10 * NS_PER_MS : wait_ns;
        struct timespec wait = {0, wait_ns};
        struct pollfd heard = {.fd = slave->wire >= 0 ? slave->wire : slave->listener,
                               .events = POLLIN};
        if (ppoll(&heard, 1, &wait, NULL) <= 0) {
            continue;
        }
        pthread_mutex_lock(&slave->lock);
        if (slave->wire >= 0) {
            hear(slave);
        } else {
            slave->wire = accept(slave->listener, NULL, NULL);
        }
        pthread_mutex_unlock(&slave->lock);
    }
    return NULL;
}

/* ---- opening and closing ---------------------------------------------------- */

static slave_t *new_slave(void)
{
    slave_t *slave = calloc(1, sizeof(*slave));
    if (slave == NULL) {
        abort();
    }
    slave->log = calloc(LOG_SIZE, sizeof(*slave->log));
    slave->listener = slave->wire = slave->keep = -1;
    slave->turnaround_us = 300;
    slave->random = 1;
    pthread_mutex_init(&slave->lock, NULL);
    return slave;
}

static void launch(slave_t *slave)
{
    if (slave->log == NULL || pthread_create(&slave->thread, NULL, run, slave) != 0) {
        abort();
    }
}

slave_t *slave_open_rtu(const char *dir, const char *name)
{
    slave_t *slave = new_slave();
    char device[100];
    struct termios raw;

    slave->wire = posix_openpt(O_RDWR | O_NOCTTY);
    if (slave->wire < 0 || grantpt(slave->wire) != 0 || unlockpt(slave->wire) != 0 ||
        ptsname_r(slave->wire, device, sizeof(device)) != 0) {
        abort();
    }
    slave->keep = open(device, O_RDWR | O_NOCTTY);
    tcgetattr(slave->keep, &raw);
    cfmakeraw(&raw);
    tcsetattr(slave->keep, TCSANOW, &raw);
    (void)snprintf(slave->link, sizeof(slave->link), "%s/%s", dir, name);
    (void)unlink(slave->link);
    if (symlink(device, slave->link) != 0) {
        abort();
    }
    launch(slave);
    return slave;
}

slave_t *slave_open_tcp(int port)
{
    slave_t *slave = new_slave();
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);

    int yes = 1;
    slave->is_tcp = true;
    address.sin_port = htons((uint16_t)port);
    slave->listener = socket(AF_INET, SOCK_STREAM, 0);
    if (setsockopt(slave->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
        bind(slave->listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(slave->listener, 4) != 0 ||
        getsockname(slave->listener, (struct sockaddr *)&address, &size) != 0) {
        abort();
    }
    slave->port = ntohs(address.sin_port);
    launch(slave);
    return slave;
}

int slave_port(const slave_t *slave)
{
    return slave->port;
}

static void close_one(int fd)
{
    if (fd >= 0) {
        close(fd);
    }
}

void slave_close(slave_t *slave)
{
    atomic_store(&slave->stopping, true);
    pthread_join(slave->thread, NULL);
    close_one(slave->keep);
    close_one(slave->wire);
    close_one(slave->listener);
    if (slave->link[0] != '\0') {
        (void)unlink(slave->link);
    }
    pthread_mutex_destroy(&slave->lock);
    free(slave->log);
    free(slave);
}

/* ---- the test's side -------------------------------------------------------- */

void slave_turnaround_us(slave_t *slave, int us)
{
    pthread_mutex_lock(&slave->lock);
    slave->turnaround_us = us;
    pthread_mutex_unlock(&slave->lock);
}

void slave_fault(slave_t *slave, int unit, int function, slave_fault_t fault,
                 int argument, int count)
{
    pthread_mutex_lock(&slave->lock);
    for (int i = 0; i < FAULTS; i++) {
        if (slave->faults[i].count == 0 || fault == SLAVE_GOOD) {
            slave->faults[i] = (planned_t){unit, function, argument, count, fault};
            break;
        }
    }
    pthread_mutex_unlock(&slave->lock);
}

void slave_sicken(slave_t *slave, int unit, slave_fault_t fault, int argument,
                  int per_mille)
{
    pthread_mutex_lock(&slave->lock);
    int at = 0;
    while (at < slave->sick_count &&
           (slave->sick[at].unit != unit || slave->sick[at].fault != fault)) {
        at++;
    }
    slave->sick_count += at == slave->sick_count;
    slave->sick[at % SICK] = (chance_t){unit, argument, per_mille, fault};
    pthread_mutex_unlock(&slave->lock);
}

void slave_in_order(slave_t *slave, bool is_in_order)
{
    pthread_mutex_lock(&slave->lock);
    slave->is_in_order = is_in_order;
    pthread_mutex_unlock(&slave->lock);
}

void slave_stall(slave_t *slave, int ms)
{
    pthread_mutex_lock(&slave->lock);
    slave->is_stalled = true;
    slave->burst_ns = slave_now_ns() + ms * NS_PER_MS;
    pthread_mutex_unlock(&slave->lock);
}

int slave_bursts(slave_t *slave)
{
    pthread_mutex_lock(&slave->lock);
    int bursts = slave->bursts;
    pthread_mutex_unlock(&slave->lock);
    return bursts;
}

void slave_wire_off(slave_t *slave)
{
    pthread_mutex_lock(&slave->lock);
    slave->is_wire_off = true;
    pthread_mutex_unlock(&slave->lock);
}

void slave_seed(slave_t *slave, unsigned seed)
{
    pthread_mutex_lock(&slave->lock);
    slave->random = seed * UINT64_C(2654435761) + 1;
    pthread_mutex_unlock(&slave->lock);
}

void slave_index(slave_t *slave, int unit, int address, bool is_low_first)
{
    pthread_mutex_lock(&slave->lock);
    slave->index_at[unit] = address;
    slave->index_low_first[unit] = is_low_first;
    pthread_mutex_unlock(&slave->lock);
}

void slave_set(slave_t *slave, int unit, int address, uint16_t value)
{
    pthread_mutex_lock(&slave->lock);
    slave->words[unit][address] = value;
    pthread_mutex_unlock(&slave->lock);
}

uint16_t slave_get(slave_t *slave, int unit, int address)
{
    pthread_mutex_lock(&slave->lock);
    uint16_t value = slave->words[unit][address];
    pthread_mutex_unlock(&slave->lock);
    return value;
}

void slave_fix(slave_t *slave, int unit, int address)
{
    pthread_mutex_lock(&slave->lock);
    slave->fixed[unit][address] = true;
    pthread_mutex_unlock(&slave->lock);
}

void slave_number(slave_t *slave, int unit, int address)
{
    pthread_mutex_lock(&slave->lock);
    slave->numbered = &slave->words[unit][address];
    pthread_mutex_unlock(&slave->lock);
}

void slave_set_inputs(slave_t *slave, int unit, uint16_t bits)
{
    pthread_mutex_lock(&slave->lock);
    slave->inputs[unit] = bits;
    pthread_mutex_unlock(&slave->lock);
}

uint16_t slave_outputs(slave_t *slave, int unit)
{
    pthread_mutex_lock(&slave->lock);
    uint16_t bits = slave->outputs[unit];
    pthread_mutex_unlock(&slave->lock);
    return bits;
}

int slave_count(slave_t *slave)
{
    pthread_mutex_lock(&slave->lock);
    int count = slave->log_count;
    pthread_mutex_unlock(&slave->lock);
    return count;
}

slave_request_t slave_request(slave_t *slave, int index)
{
    pthread_mutex_lock(&slave->lock);
    slave_request_t request = slave->log[index % LOG_SIZE];
    pthread_mutex_unlock(&slave->lock);
    return request;
}

int64_t slave_next_ns(slave_t *slave, int index)
{
    int64_t next_ns = 0;
    pthread_mutex_lock(&slave->lock);
    uint8_t unit = slave->log[index % LOG_SIZE].unit;
    for (int i = index + 1; i < slave->log_count && next_ns == 0; i++) {
        next_ns = slave->log[i % LOG_SIZE].unit == unit
                      ? slave->log[i % LOG_SIZE].arrived_ns
                      : 0;
    }
    pthread_mutex_unlock(&slave->lock);
    return next_ns;
}

int slave_await(slave_t *slave, int from, int unit, int function)
{
    int64_t until_ns = slave_now_ns() + AWAIT_NS;
    int next = from;
    while (slave_now_ns() < until_ns) {
        for (; next < slave_count(slave); next++) {
            slave_request_t request = slave_request(slave, next);
            if ((unit == 0 || request.unit == unit) &&
                (function == 0 || request.function == function)) {
                return next;
            }
        }
        struct timespec pause = {0, 200000};
        (void)nanosleep(&pause, NULL);
    }
    return -1;
}
