/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bus on a pty: the daemon opens the symlink as its serial port, the wire's state
 * machine says when a frame is whole and when a reply may leave. Run by the bus's
 * thread.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "bus.h"

/* It looks at an idle line so often that it knows when it was itself held up. */
#define LOOK_NS 1000000
#define HELD_UP_NS 1500000

static const struct {
    int baud;
    speed_t speed;
} rates[] = {
    {1200, B1200},       {2400, B2400},       {4800, B4800},       {9600, B9600},
    {19200, B19200},     {38400, B38400},     {57600, B57600},     {115200, B115200},
    {230400, B230400},   {460800, B460800},   {500000, B500000},   {576000, B576000},
    {921600, B921600},   {1000000, B1000000}, {1152000, B1152000}, {1500000, B1500000},
    {2000000, B2000000}, {2500000, B2500000}, {3000000, B3000000}, {3500000, B3500000},
    {4000000, B4000000},
};

/* B0 = no port has this rate. */
static speed_t speed_of(int baud)
{
    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        if (rates[i].baud == baud) {
            return rates[i].speed;
        }
    }
    return B0;
}

bool rh_link_rtu_has_rate(int baud)
{
    return speed_of(baud) != B0;
}

static int make_raw(int fd, int baud)
{
    struct termios settings;

    if (tcgetattr(fd, &settings) != 0) {
        return -errno;
    }
    cfmakeraw(&settings);
    (void)cfsetspeed(&settings, speed_of(baud));
    return tcsetattr(fd, TCSANOW, &settings) == 0 ? 0 : -errno;
}

/* The name appears in one step, so that nobody opens a half-made line. */
static int publish_name(const rh_bus_t *bus, const char *device)
{
    char fresh[RH_BUS_PATH_MAX + 8];

    (void)snprintf(fresh, sizeof(fresh), "%s.new", bus->path);
    (void)unlink(fresh);
    if (symlink(device, fresh) != 0 || rename(fresh, bus->path) != 0) {
        return -errno;
    }
    return 0;
}

int rh_link_rtu_open(rh_bus_t *bus)
{
    char device[64];
    int result = 0;

    bus->slave_fd = -1;
    bus->fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (bus->fd < 0) {
        return -errno;
    }
    if (grantpt(bus->fd) != 0 || unlockpt(bus->fd) != 0 ||
        ptsname_r(bus->fd, device, sizeof(device)) != 0) {
        result = -errno;
    }
    if (result == 0) {
        bus->slave_fd = open(device, O_RDWR | O_NOCTTY | O_CLOEXEC);
        result = bus->slave_fd < 0 ? -errno : make_raw(bus->slave_fd, bus->line.baud);
    }
    if (result == 0) {
        result = publish_name(bus, device);
    }
    if (result != 0) {
        rh_link_rtu_close(bus);
    }
    return result;
}

void rh_link_rtu_close(rh_bus_t *bus)
{
    if (bus->fd >= 0) {
        (void)unlink(bus->path);
        (void)close(bus->fd);
    }
    if (bus->slave_fd >= 0) {
        (void)close(bus->slave_fd);
    }
    bus->fd = -1;
    bus->slave_fd = -1;
}

/* Two drivers at once: bits of both, and a frame of neither. */
static void garble(uint8_t *adu, size_t size)
{
    uint8_t noise = 0x9d;

    for (size_t i = 0; i < size; i++) {
        noise = (uint8_t)(noise * 5 + 113);
        adu[i] = (uint8_t)(adu[i] & noise);
    }
    if (rh_frame_is_rtu(adu, size)) {
        adu[size - 1] ^= 0x5a;
    }
}

/* Queues the reply to the frame that just closed. */
static void answer_frame(rh_bus_t *bus, const uint8_t *frame, size_t length)
{
    uint8_t adu[RH_RTU_MAX];
    rh_bus_answer_t answer;
    int64_t release_ns;
    size_t size;

    if (!rh_bus_answer(bus, frame[0], frame + 1, length - 3, &answer)) {
        (void)pthread_mutex_lock(&bus->mutex);
        rh_wire_ignore(&bus->wire);
        (void)pthread_mutex_unlock(&bus->mutex);
        return;
    }
    if (answer.silent) {
        rh_bus_trace(bus, &answer, 0);
        return;
    }
    size = rh_frame_to_rtu(adu, answer.unit, answer.pdu.bytes, answer.pdu.length);
    if (answer.damaged) {
        adu[size - 1] ^= 0x5a;
    }
    if (answer.truncated) {
        size /= 2;
    }
    if (answer.collided) {
        garble(adu, size);
    }
    (void)pthread_mutex_lock(&bus->mutex);
    release_ns =
        rh_wire_reply(&bus->wire, adu, size, answer.delay_ns, !answer.disturbed);
    (void)pthread_mutex_unlock(&bus->mutex);
    rh_bus_trace(bus, &answer, release_ns);
}

static void release_due(rh_bus_t *bus)
{
    uint8_t bytes[RH_RTU_MAX];
    rh_wire_reply_t *reply;
    size_t length = 0;
    int64_t now_ns;

    (void)pthread_mutex_lock(&bus->mutex);
    now_ns = rh_now_ns();
    reply = rh_wire_due(&bus->wire, now_ns);
    if (reply != NULL) {
        length = reply->length;
        memcpy(bytes, reply->bytes, length);
        rh_wire_released(&bus->wire, reply, now_ns);
    }
    (void)pthread_mutex_unlock(&bus->mutex);
    /* A master that never reads lets the pty fill up; then, as on copper, bytes are
     * lost. */
    if (length > 0 && write(bus->fd, bytes, length) < 0) {
        return;
    }
}

static void close_frame(rh_bus_t *bus)
{
    const uint8_t *frame;
    size_t length = 0;

    (void)pthread_mutex_lock(&bus->mutex);
    frame = rh_wire_take(&bus->wire, rh_now_ns(), &length);
    (void)pthread_mutex_unlock(&bus->mutex);
    if (frame != NULL) {
        answer_frame(bus, frame, length);
    }
}

/* A pty carries bytes at any rate; copper does not. False: the master's port is set to
 * another rate than this line. Its parity and stop bits lengthen the characters. */
static bool follow_port(rh_bus_t *bus)
{
    struct termios settings;
    int bits;

    if (tcgetattr(bus->slave_fd, &settings) != 0) {
        return true;
    }
    bits = 10 + ((settings.c_cflag & PARENB) != 0) + ((settings.c_cflag & CSTOPB) != 0);
    if (bits != bus->line.char_bits) {
        bus->line.char_bits = bits;
        bus->wire.timing = rh_wire_timing_of(&bus->line);
    }
    return cfgetospeed(&settings) == speed_of(bus->line.baud);
}

static void receive(rh_bus_t *bus, int64_t now_ns)
{
    uint8_t bytes[RH_RTU_MAX];
    const ssize_t got = read(bus->fd, bytes, sizeof(bytes));

    if (got > 0) {
        (void)pthread_mutex_lock(&bus->mutex);
        const bool at_rate = follow_port(bus);

        rh_wire_receive(&bus->wire, now_ns, bytes, (size_t)got);
        if (!at_rate) {
            rh_wire_spoil(&bus->wire);
        }
        (void)pthread_mutex_unlock(&bus->mutex);
    }
}

static void serve_once(rh_bus_t *bus)
{
    struct pollfd line = {.fd = bus->fd, .events = POLLIN};
    const int64_t look_ns = rh_now_ns() + LOOK_NS;
    const int64_t close_ns = rh_wire_close_ns(&bus->wire);
    const bool readable = rh_bus_wait(&line, 1, close_ns < look_ns ? close_ns : look_ns,
                                      rh_wire_release_ns(&bus->wire));
    const int64_t now_ns = rh_now_ns();
    const int64_t waited_ns = now_ns - look_ns + LOOK_NS;

    /* What has arrived came before what is yet to leave: where this computer held the
       slave up, a master that gave up waiting did not speak into its reply. */
    close_frame(bus);
    if (readable) {
        rh_wire_held(&bus->wire, waited_ns > HELD_UP_NS ? waited_ns : 0);
        receive(bus, now_ns);
    }
    release_due(bus);
}

void rh_link_rtu_run(rh_bus_t *bus)
{
    while (!atomic_load(&bus->stop)) {
        if (rh_bus_is_unplugged(bus)) {
            rh_link_rtu_close(bus);
        } else if (bus->fd < 0) {
            (void)rh_link_rtu_open(bus);
        }
        if (bus->fd >= 0) {
            serve_once(bus);
        } else {
            (void)rh_bus_wait(NULL, 0, INT64_MAX, INT64_MAX);
        }
    }
}
