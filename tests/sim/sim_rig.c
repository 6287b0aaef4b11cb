/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rig of the simulator's tests; see sim_rig.h.
 */
#include "sim_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_MS 1000000LL

int64_t rig_now_ns(void)
{
    struct timespec now;

    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

void rig_sleep_ns(int64_t duration_ns)
{
    const struct timespec duration = {.tv_sec = duration_ns / 1000000000LL,
                                      .tv_nsec = duration_ns % 1000000000LL};

    (void)nanosleep(&duration, NULL);
}

const char *rig_path(const rig_t *rig, const char *name)
{
    static char path[100];

    (void)snprintf(path, sizeof(path), "%s/%s", rig->dir, name);
    return path;
}

static void run_program(const rig_t *rig, const char *options)
{
    char program[512];
    char words[512];
    char *argument[24] = {program, "--die-with-parent", "--run-dir", NULL};
    char *rest = words;
    char *word;
    int count = 4;

    (void)snprintf(program, sizeof(program), "%s/revhyper-sim", getenv("RH_BIN_DIR"));
    (void)snprintf(words, sizeof(words), "%s", options);
    argument[3] = strdup(rig->dir);
    while ((word = strsep(&rest, " ")) != NULL && count < 22) {
        if (*word != '\0') {
            argument[count++] = word;
        }
    }
    /* A test that fails must not leave its machine behind. */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)freopen("/dev/null", "w", stdout);
    (void)execv(program, argument);
    _exit(127);
}

void rig_start(rig_t *rig, const char *options)
{
    const int64_t deadline_ns = rig_now_ns() + RIG_DEADLINE_MS * NS_PER_MS;

    memset(rig, 0, sizeof(*rig));
    (void)snprintf(rig->dir, sizeof(rig->dir), "/tmp/rh-sim-XXXXXX");
    assert_non_null(mkdtemp(rig->dir));
    rig->pid = fork();
    assert_true(rig->pid >= 0);
    if (rig->pid == 0) {
        run_program(rig, options);
    }
    while (access(rig_path(rig, "sim.json"), F_OK) != 0) {
        assert_int_equal(waitpid(rig->pid, NULL, WNOHANG), 0);
        assert_true(rig_now_ns() < deadline_ns);
        rig_sleep_ns(2 * NS_PER_MS);
    }
}

int rig_stop(rig_t *rig)
{
    char command[128];
    int status = 0;

    assert_int_equal(kill(rig->pid, SIGTERM), 0);
    assert_int_equal(waitpid(rig->pid, &status, 0), rig->pid);
    (void)snprintf(command, sizeof(command), "rm -rf %s", rig->dir);
    assert_int_equal(system(command), 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int connect_control(const rig_t *rig)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s",
                   rig_path(rig, "sim.sock"));
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)),
                     0);
    return fd;
}

static bool tell(rig_t *rig, const char *format, va_list arguments)
{
    const int fd = connect_control(rig);
    size_t length = 0;
    ssize_t got = 0;

    (void)vdprintf(fd, format, arguments);
    (void)dprintf(fd, "\n");
    while (length < sizeof(rig->answer) - 1 &&
           (got = read(fd, rig->answer + length, sizeof(rig->answer) - 1 - length)) >
               0) {
        length += (size_t)got;
        if (rig->answer[length - 1] == '\n') {
            break;
        }
    }
    rig->answer[length] = '\0';
    (void)close(fd);
    return strstr(rig->answer, "\"ok\":true") != NULL;
}

bool rig_tell(rig_t *rig, const char *format, ...)
{
    va_list arguments;
    bool ok;

    va_start(arguments, format);
    ok = tell(rig, format, arguments);
    va_end(arguments);
    return ok;
}

void rig_do(rig_t *rig, const char *format, ...)
{
    va_list arguments;
    bool ok;

    va_start(arguments, format);
    ok = tell(rig, format, arguments);
    va_end(arguments);
    if (!ok) {
        fail_msg("%s: %s", format, rig->answer);
    }
}

double rig_number(const rig_t *rig, const char *after, const char *key)
{
    char quoted[80];
    const char *from = after == NULL ? rig->answer : strstr(rig->answer, after);
    const char *place;

    assert_non_null(from);
    (void)snprintf(quoted, sizeof(quoted), "\"%s\":", key);
    place = strstr(from, quoted);
    if (place == NULL) {
        fail_msg("no %s in %s", key, rig->answer);
        return 0.0;
    }
    place += strlen(quoted);
    if (strncmp(place, "true", 4) == 0) {
        return 1.0;
    }
    return strncmp(place, "false", 5) == 0 ? 0.0 : strtod(place, NULL);
}

double rig_truth(rig_t *rig, const char *key)
{
    rig_do(rig, "truth");
    return rig_number(rig, NULL, key);
}

bool rig_becomes(rig_t *rig, const char *key, double low, double high)
{
    const int64_t deadline_ns = rig_now_ns() + RIG_DEADLINE_MS * NS_PER_MS;

    while (rig_now_ns() < deadline_ns) {
        const double value = rig_truth(rig, key);

        if (value >= low && value <= high) {
            return true;
        }
        rig_sleep_ns(NS_PER_MS);
    }
    return false;
}

int rig_open_line(const rig_t *rig, const char *bus)
{
    char name[32];
    struct termios settings;
    int fd;

    (void)snprintf(name, sizeof(name), "bus-%s", bus);
    fd = open(rig_path(rig, name), O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(tcgetattr(fd, &settings), 0);
    cfmakeraw(&settings);
    assert_int_equal(tcsetattr(fd, TCSANOW, &settings), 0);
    return fd;
}

static uint16_t reference_crc(const uint8_t *bytes, size_t length)
{
    uint16_t crc = 0xffff;

    for (size_t i = 0; i < length * 8; i++) {
        if (i % 8 == 0) {
            crc = (uint16_t)(crc ^ bytes[i / 8]);
        }
        crc = (crc & 1) != 0 ? (uint16_t)(crc >> 1 ^ 0xa001) : (uint16_t)(crc >> 1);
    }
    return crc;
}

bool rig_try_send(int fd, const uint8_t *bytes, size_t length)
{
    uint8_t frame[256];
    const uint16_t crc = reference_crc(bytes, length);

    memcpy(frame, bytes, length);
    frame[length] = (uint8_t)(crc & 0xff);
    frame[length + 1] = (uint8_t)(crc >> 8);
    return write(fd, frame, length + 2) == (ssize_t)length + 2;
}

void rig_send(int fd, const uint8_t *bytes, size_t length)
{
    assert_true(rig_try_send(fd, bytes, length));
}

size_t rig_receive(int fd, uint8_t *bytes, size_t length, int timeout_ms)
{
    const int64_t deadline_ns = rig_now_ns() + timeout_ms * NS_PER_MS;
    size_t count = 0;

    while (count < length) {
        const int64_t left_ns = deadline_ns - rig_now_ns();
        const struct timespec wait = {
            .tv_sec = left_ns > 0 ? left_ns / 1000000000LL : 0,
            .tv_nsec = left_ns > 0 ? left_ns % 1000000000LL : 0};
        struct pollfd line = {.fd = fd, .events = POLLIN};
        ssize_t got;

        if (ppoll(&line, 1, &wait, NULL) <= 0) {
            break;
        }
        got = read(fd, bytes + count, length - count);
        if (got <= 0) {
            break;
        }
        count += (size_t)got;
    }
    return count;
}

/* 0 = the bus is a pty. */
static int tcp_port(const rig_t *rig, const char *bus)
{
    rig_t file = *rig;
    FILE *description = fopen(rig_path(rig, "sim.json"), "r");

    assert_non_null(description);
    assert_non_null(fgets(file.answer, sizeof(file.answer), description));
    (void)fclose(description);
    return (int)rig_number(&file, NULL, bus);
}

modbus_t *rig_master(const rig_t *rig, const char *bus, int unit)
{
    const int port = tcp_port(rig, bus);
    char name[32];
    modbus_t *master;

    (void)snprintf(name, sizeof(name), "bus-%s", bus);
    master = port > 0 ? modbus_new_tcp("127.0.0.1", port)
                      : modbus_new_rtu(rig_path(rig, name), 115200, 'N', 8, 1);
    assert_non_null(master);
    assert_int_equal(modbus_set_slave(master, unit), 0);
    /* Generous: a busy computer must not look like a silent device. */
    assert_int_equal(modbus_set_response_timeout(master, 2, 0), 0);
    assert_int_equal(modbus_set_byte_timeout(master, 0, 0), 0);
    assert_int_equal(modbus_connect(master), 0);
    return master;
}

void rig_leave(modbus_t *master)
{
    modbus_close(master);
    modbus_free(master);
}
