/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A serial port's claim, rate and latency. The kernel's own termios, which has rates as
 * numbers, and glibc's exclude each other: nothing else of the HAL lives here.
 */
#include "port.h"

#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define PTY_MAJOR_FIRST 136
#define PTY_MAJOR_LAST 143

/* Linux: devices.txt, majors 136 to 143 are the slaves of Unix98 ptys. */
static bool is_pty(int fd)
{
    struct stat about;
    return fstat(fd, &about) == 0 && S_ISCHR(about.st_mode) &&
           major(about.st_rdev) >= PTY_MAJOR_FIRST &&
           major(about.st_rdev) <= PTY_MAJOR_LAST;
}

int rh_port_claim(const char *path, bool must_be_pty)
{
    int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    if (must_be_pty && !is_pty(fd)) {
        close(fd);
        return -EXDEV;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int error = errno == EWOULDBLOCK ? -EBUSY : -errno;
        close(fd);
        return error;
    }
    return fd;
}

int rh_port_check_simulated(const char *path, int port)
{
    char wanted[16];
    char found[16];
    int length = snprintf(wanted, sizeof(wanted), "tcp:%d", port);
    ssize_t got = readlink(path, found, sizeof(found));
    return got == length && memcmp(found, wanted, (size_t)length) == 0 ? 0 : -EXDEV;
}

int rh_port_close_door(int fd)
{
    char name[PATH_MAX];
    if (ttyname_r(fd, name, sizeof(name)) == 0 && strncmp(name, "/dev/pts/", 9) == 0) {
        return 0;
    }
    return ioctl(fd, TIOCEXCL) == 0 ? 0 : -errno;
}

/* The rate by its code, where the kernel does not know TCGETS2 (a user-mode emulator):
 * the rates that libmodbus sets all have one. */
static int32_t coded_baud(int fd)
{
    static const struct {
        tcflag_t code;
        int32_t baud;
    } codes[] = {
        {B1200, 1200},       {B2400, 2400},       {B4800, 4800},
        {B9600, 9600},       {B19200, 19200},     {B38400, 38400},
        {B57600, 57600},     {B115200, 115200},   {B230400, 230400},
        {B460800, 460800},   {B500000, 500000},   {B921600, 921600},
        {B1000000, 1000000}, {B1500000, 1500000}, {B2000000, 2000000},
    };
    struct termios now;
    if (ioctl(fd, TCGETS, &now) != 0) {
        return -errno;
    }
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (codes[i].code == (now.c_cflag & CBAUD)) {
            return codes[i].baud;
        }
    }
    return -EINVAL;
}

int32_t rh_port_baud(int fd)
{
    struct termios2 now;
    if (ioctl(fd, TCGETS2, &now) != 0) {
        return errno == ENOSYS ? coded_baud(fd) : -errno;
    }
    if (now.c_ispeed != now.c_ospeed) {
        return -EINVAL;
    }
    return now.c_ospeed <= INT32_MAX ? (int32_t)now.c_ospeed : -EINVAL;
}

int rh_port_latency_ms(const char *sysfs, const char *path)
{
    char device[PATH_MAX];
    char name[2 * PATH_MAX];
    char line[16] = "";
    if (realpath(path, device) == NULL) {
        return -1;
    }
    const char *tty = strrchr(device, '/') + 1;
    (void)snprintf(name, sizeof(name), "%s/class/tty/%s/device/latency_timer", sysfs,
                   tty);
    FILE *file = fopen(name, "re");
    if (file == NULL) {
        return -1;
    }
    bool is_read = fgets(line, sizeof(line), file) != NULL;
    (void)fclose(file);
    char *end = line;
    long ms = is_read ? strtol(line, &end, 10) : -1;
    return end != line && ms >= 0 && ms <= 1000 ? (int)ms : -1;
}
