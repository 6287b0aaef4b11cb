/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's requests to Linux and to systemd. */
#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#define STACK_BYTES 262144
#define PATH_SIZE 512

void rh_system_small_stacks(void)
{
    /* One heap: each further arena would reserve, and so lock, 64 MB. */
    (void)mallopt(M_ARENA_MAX, 1); // NOLINT(concurrency-mt-unsafe): no thread yet
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) == 0) {
        (void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
        (void)pthread_setattr_default_np(&attributes);
        (void)pthread_attr_destroy(&attributes);
    }
}

int rh_system_lock_memory(void)
{
    return mlockall(MCL_CURRENT | MCL_FUTURE) == 0 ? 0 : -errno;
}

bool rh_system_make_realtime(int priority)
{
    if (priority <= 0) {
        return false;
    }
    struct sched_param parameter = {.sched_priority = priority};
    return pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameter) == 0;
}

int rh_system_pin(void)
{
    cpu_set_t permitted;
    if (sched_getaffinity(0, sizeof(permitted), &permitted) != 0) {
        return -errno;
    }
    size_t last = CPU_SETSIZE;
    while (last > 0 && !CPU_ISSET(last - 1, &permitted)) {
        last--;
    }
    if (last == 0 || CPU_COUNT(&permitted) < 2) {
        return 0;
    }
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(last - 1, &one);
    return sched_setaffinity(0, sizeof(one), &one) == 0 ? 0 : -errno;
}

int rh_system_bound_wake(int32_t latency_us)
{
    int fd = open("/dev/cpu_dma_latency", O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    if (write(fd, &latency_us, sizeof(latency_us)) != (ssize_t)sizeof(latency_us)) {
        int status = -errno;
        (void)close(fd);
        return status;
    }
    return fd;
}

void rh_system_name_thread(const char *name)
{
    (void)pthread_setname_np(pthread_self(), name);
}

void rh_system_die_with_parent(void)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
}

static int make_one(const char *path)
{
    return mkdir(path, 0750) == 0 || errno == EEXIST ? 0 : -errno;
}

int rh_system_make_folder(const char *path, char *error, size_t size)
{
    char part[PATH_SIZE];
    int status = snprintf(part, sizeof(part), "%s", path) < (int)sizeof(part)
                     ? 0
                     : -ENAMETOOLONG;
    for (char *slash = part + 1; status == 0 && (slash = strchr(slash, '/')) != NULL;
         slash++) {
        *slash = '\0';
        status = make_one(part);
        *slash = '/';
    }
    status = status == 0 ? make_one(part) : status;
    if (status != 0) {
        (void)snprintf(error, size,
                       "cannot make the folder %s: %s; create it and give it to the "
                       "daemon's user, or name another with --run-dir or --state-dir",
                       path, strerrordesc_np(-status));
    }
    return status;
}

int rh_system_take_lock(const char *folder, const char *name, const char *remedy,
                        char *error, size_t size)
{
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0) {
        int status = -errno;
        (void)snprintf(
            error, size,
            "cannot open %s: %s; give the folder to the daemon's user, or %s", path,
            strerrordesc_np(-status), remedy);
        return status;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        char pid[16] = {0};
        ssize_t got = read(fd, pid, sizeof(pid) - 1);
        pid[got > 0 ? strcspn(pid, "\n") : 0] = '\0';
        (void)snprintf(error, size,
                       "another revhyperd (process %s) runs in %s; stop it, or %s",
                       pid[0] != '\0' ? pid : "unknown", folder, remedy);
        (void)close(fd);
        return -EBUSY;
    }
    if (ftruncate(fd, 0) == 0) {
        (void)dprintf(fd, "%ld\n", (long)getpid());
    }
    return fd;
}

const char *rh_system_warning(void)
{
    return isatty(STDERR_FILENO) ? "warning: " : "<4>";
}

void rh_system_notify(const char *state)
{
    (void)sd_notify(0, state);
}

static uint64_t kilobytes_of(const char *line, const char *key)
{
    unsigned long long kilobytes = 0;
    size_t length = strlen(key);
    if (strncmp(line, key, length) == 0) {
        for (const char *at = line + length; *at != '\0'; at++) {
            if (*at >= '0' && *at <= '9') {
                kilobytes = kilobytes * 10 + (unsigned)(*at - '0');
            }
        }
    }
    return kilobytes;
}

void rh_system_memory(uint64_t *resident_bytes, uint64_t *locked_bytes)
{
    *resident_bytes = 0;
    *locked_bytes = 0;
    FILE *file = fopen("/proc/self/status", "re");
    if (file == NULL) {
        return;
    }
    char line[256];
    while (fgets(line, sizeof(line), file) != NULL) {
        *resident_bytes += kilobytes_of(line, "VmRSS:") * 1024;
        *locked_bytes += kilobytes_of(line, "VmLck:") * 1024;
    }
    (void)fclose(file);
}
