/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The computer under the daemon: kernel, real-time share, clock, governor, serial
 * adapters, GPIO chips. Read from /sys and /proc below --root, so that a test can plant
 * a computer.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "config.h"
#include "config_file.h"
#include "doctor_parts.h"
#include "fields.h"

#define PATH_SIZE 512
#define RT_RUNTIME_US 950000 /* the kernel's own default */
#define LATENCY_MS 1         /* of an FTDI adapter; its own default is 16 */

static const char *root_of(const rh_doctor_t *doctor)
{
    return rh_text(doctor->call->args, "root", "");
}

/* The first line of a file below the root, or "" where there is none. */
static const char *line_of(const rh_doctor_t *doctor, const char *path, char *text,
                           size_t size)
{
    char whole[PATH_SIZE];
    text[0] = '\0';
    (void)snprintf(whole, sizeof whole, "%s%s", root_of(doctor), path);
    FILE *file = fopen(whole, "re");
    if (file != NULL) {
        if (fgets(text, (int)size, file) == NULL) {
            text[0] = '\0';
        }
        (void)fclose(file);
    }
    text[strcspn(text, "\n")] = '\0';
    return text;
}

static bool exists(const rh_doctor_t *doctor, const char *path)
{
    char whole[PATH_SIZE];
    (void)snprintf(whole, sizeof whole, "%s%s", root_of(doctor), path);
    return access(whole, F_OK) == 0;
}

/* ---- kernel and permissions ------------------------------------------------------ */

static void check_kernel(rh_doctor_t *doctor)
{
    char line[80];
    struct utsname name = {0};
    (void)uname(&name);
    bool is_rt =
        strcmp(line_of(doctor, "/sys/kernel/realtime", line, sizeof line), "1") == 0;
    rh_doctor_find(doctor, is_rt ? RH_DOCTOR_OK : RH_DOCTOR_WARN, "kernel",
                   "install linux-image-rt-amd64 or linux-image-rt-arm64 and boot it",
                   is_rt ? "%s is PREEMPT_RT"
                         : "%s is not PREEMPT_RT: a tick may begin milliseconds late",
                   name.release);
}

static void check_rt_share(rh_doctor_t *doctor)
{
    char line[80];
    (void)line_of(doctor, "/proc/sys/kernel/sched_rt_runtime_us", line, sizeof line);
    long runtime_us = strtol(line, NULL, 10);
    bool is_good = line[0] == '\0' || runtime_us < 0 || runtime_us >= RT_RUNTIME_US;
    rh_doctor_find(doctor, is_good ? RH_DOCTOR_OK : RH_DOCTOR_WARN, "real-time share",
                   "sysctl kernel.sched_rt_runtime_us=950000",
                   is_good ? "real-time threads may use %s us of each second"
                           : "real-time threads are held back to %s us of a second",
                   line[0] == '\0'  ? "950000"
                   : runtime_us < 0 ? "all"
                                    : line);
}

/* ---- clock and processor --------------------------------------------------------- */

static void check_clock(rh_doctor_t *doctor)
{
    static const char *const good[] = {"tsc", "arch_sys_counter", "kvm-clock",
                                       "hyperv_clocksource_tsc_page"};
    char source[80];
    struct timex state = {0};
    (void)line_of(doctor,
                  "/sys/devices/system/clocksource/clocksource0/current_clocksource",
                  source, sizeof source);
    bool is_good = source[0] == '\0';
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        is_good = is_good || strcmp(source, good[i]) == 0;
    }
    rh_doctor_find(doctor, is_good ? RH_DOCTOR_OK : RH_DOCTOR_WARN, "clock source",
                   "on a PC boot with clocksource=tsc where that is stable",
                   is_good ? "%s" : "%s is slow to read: every tick pays for it",
                   source[0] != '\0' ? source : RH_DOCTOR_NOT_READ);
    if (root_of(doctor)[0] != '\0') {
        return; /* the kernel's own clock cannot be planted */
    }
    bool is_synced = adjtimex(&state) >= 0 && (state.status & STA_UNSYNC) == 0;
    rh_doctor_find(doctor, is_synced ? RH_DOCTOR_OK : RH_DOCTOR_WARN, "time of day",
                   "install chrony or enable systemd-timesyncd",
                   is_synced ? "synchronised"
                             : "not synchronised: the dates in the history may be "
                               "wrong (the control loop does not use it)");
}

static void check_governor(rh_doctor_t *doctor)
{
    char pattern[PATH_SIZE];
    glob_t found = {0};
    char slow[80] = "";
    (void)snprintf(pattern, sizeof pattern,
                   "%s/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor",
                   root_of(doctor));
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): no thread has been made yet */
    bool is_any = glob(pattern, 0, NULL, &found) == 0;
    for (size_t i = 0; is_any && i < found.gl_pathc; i++) {
        char line[80];
        (void)line_of(doctor, found.gl_pathv[i] + strlen(root_of(doctor)), line,
                      sizeof line);
        if (strcmp(line, "performance") != 0) {
            (void)snprintf(slow, sizeof slow, "%s", line);
        }
    }
    globfree(&found);
    rh_doctor_find(doctor, slow[0] == '\0' ? RH_DOCTOR_OK : RH_DOCTOR_WARN, "governor",
                   "cpupower frequency-set -g performance",
                   slow[0] != '\0' ? "%s: the processor slows down between ticks"
                                   : "%s",
                   slow[0] != '\0' ? slow
                   : is_any        ? "performance"
                                   : "this processor's frequency is not scaled");
}

/* ---- adapters -------------------------------------------------------------------- */

static void check_latency(rh_doctor_t *doctor, const char *check, const char *path)
{
    char whole[PATH_SIZE];
    char timer[PATH_SIZE];
    char line[32];
    (void)snprintf(whole, sizeof whole, "%s%s", root_of(doctor), path);
    char *real = realpath(whole, NULL);
    const char *slash = real != NULL ? strrchr(real, '/') : NULL;
    (void)snprintf(timer, sizeof timer,
                   "/sys/bus/usb-serial/devices/%.40s/latency_timer",
                   slash != NULL ? slash + 1 : "");
    free(real);
    (void)line_of(doctor, timer, line, sizeof line);
    long latency_ms = strtol(line, NULL, 10);
    if (line[0] != '\0' && latency_ms > LATENCY_MS) {
        rh_doctor_find(doctor, RH_DOCTOR_FAIL, check,
                       "install the package's udev rule, or write 1 into latency_timer",
                       "the FTDI adapter %s keeps replies for %ld ms (latency timer): "
                       "at most %d ms",
                       path, latency_ms, LATENCY_MS);
    }
}

/* A port of the board has no path by which it is plugged in, and needs none. */
static bool keeps_its_name(const char *path)
{
    static const char *const heads[] = {"/dev/serial/", "/dev/ttyAMA", "/dev/ttyS"};
    bool keeps = false;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        keeps = keeps || strncmp(path, heads[i], strlen(heads[i])) == 0;
    }
    return keeps;
}

static void check_serial(rh_doctor_t *doctor, const rh_bus_settings_t *bus)
{
    char check[80];
    (void)snprintf(check, sizeof check, "adapter of bus %s", bus->name);
    if (bus->is_tcp || bus->path[0] != '/') {
        return; /* a network; or a simulator's, in the run directory */
    }
    if (!exists(doctor, bus->path)) {
        rh_doctor_find(doctor, RH_DOCTOR_FAIL, check,
                       "plug it in, or take its name from /dev/serial/by-path",
                       "there is no %s", bus->path);
        return;
    }
    bool is_stable = keeps_its_name(bus->path);
    rh_doctor_find(doctor, is_stable ? RH_DOCTOR_OK : RH_DOCTOR_WARN, check,
                   "name it by /dev/serial/by-path or by-id",
                   is_stable ? "%s is there"
                             : "%s may be another adapter after the next start",
                   bus->path);
    check_latency(doctor, check, bus->path);
}

static bool uses_gpio(const rh_hal_settings_t *hal)
{
    bool uses = hal->quadrature_count > 0 || hal->hx711_count > 0;
    for (int i = 0; i < hal->binding_count; i++) {
        uses = uses || hal->bindings[i].kind == RH_SOURCE_GPIO;
    }
    return uses;
}

static void check_gpio(rh_doctor_t *doctor, const rh_hal_settings_t *hal)
{
    char pattern[PATH_SIZE];
    glob_t found = {0};
    if (!uses_gpio(hal)) {
        return;
    }
    (void)snprintf(pattern, sizeof pattern, "%s/sys/bus/gpio/devices/gpiochip*",
                   root_of(doctor));
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): no thread has been made yet */
    bool is_any = glob(pattern, 0, NULL, &found) == 0;
    rh_doctor_find(doctor, is_any ? RH_DOCTOR_OK : RH_DOCTOR_FAIL, "gpio",
                   "enable the board's GPIO; `gpiodetect` lists chips and labels",
                   is_any ? "%zu chips; `revhyperd --check-config` looks for each line"
                          : "the machine file uses GPIO and this computer has no chip",
                   is_any ? found.gl_pathc : (size_t)0);
    globfree(&found);
}

static void check_adapters(rh_doctor_t *doctor)
{
    char error[512];
    rh_settings_t *settings = calloc(1, sizeof *settings);
    const char *path = rh_config_file_path(doctor->call->options);
    if (settings != NULL &&
        rh_config_load(settings, path, NULL, 0, error, sizeof error) == 0) {
        for (int i = 0; i < settings->hal.bus_count; i++) {
            check_serial(doctor, &settings->hal.buses[i]);
        }
        check_gpio(doctor, &settings->hal);
    }
    free(settings);
}

void rh_doctor_host(rh_doctor_t *doctor)
{
    static void (*const checks[])(rh_doctor_t *) = {
        check_kernel, check_rt_share, check_clock, check_governor, check_adapters,
    };
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        checks[i](doctor);
    }
}
