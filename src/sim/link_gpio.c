/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of gpio-sim, driven from the bench; see link_gpio.h.
 */
#include "link_gpio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "thread.h"

#define PERIOD_NS 1000000LL
#define PATH_SIZE 512
/* Beyond this the thread skips time instead of running behind for ever. */
#define BEHIND_MAX_NS 20000000LL

typedef void (*take_t)(rh_hardware_t *hardware, bool on);

static void take_heartbeat(rh_hardware_t *hardware, bool on)
{
    rh_hardware_beat(hardware, on, rh_now_ns());
}

static const struct {
    int line;
    take_t take;
} outputs[] = {
    {RH_GPIO_HEARTBEAT, take_heartbeat},
    {RH_GPIO_SERVO_ON, rh_hardware_set_servo_on},
    {RH_GPIO_LAMP, rh_hardware_set_lamp},
    {RH_GPIO_BUZZER, rh_hardware_set_buzzer},
};
#define OUTPUTS (sizeof(outputs) / sizeof(outputs[0]))

static bool is_output(int line)
{
    for (size_t i = 0; i < OUTPUTS; i++) {
        if (outputs[i].line == line) {
            return true;
        }
    }
    return false;
}

static void drive(rh_link_gpio_t *link, int line, bool level)
{
    static const char *const pulls[] = {"pull-down\n", "pull-up\n"};
    const char *pull = pulls[level ? 1 : 0];

    if (pwrite(link->fd[line], pull, strlen(pull), 0) > 0) {
        link->level[line] = level;
    }
}

/* True where the level that the controller drives has changed since the last time. */
static bool sense(rh_link_gpio_t *link, int line)
{
    char text[4];
    const bool was = link->level[line];

    if (pread(link->fd[line], text, sizeof(text), 0) > 0) {
        link->level[line] = text[0] == '1';
    }
    return link->level[line] != was;
}

/* A real disc skips no edge: from one count to the next, a line at a time. */
static void walk_encoder(rh_link_gpio_t *link, int64_t count)
{
    while (link->count != count) {
        bool level[2];

        link->count += count > link->count ? 1 : -1;
        rh_bench_quadrature_levels(link->bench, link->count, &level[0], &level[1]);
        for (int i = 0; i < 2; i++) {
            if (level[i] != link->level[RH_GPIO_ARM_A + i]) {
                drive(link, RH_GPIO_ARM_A + i, level[i]);
            }
        }
    }
}

/* What the contact makes of its line. */
static bool level_of(const rh_link_gpio_t *link, int contact)
{
    const bool is_low = (link->low >> contact & 1u) != 0;

    return rh_hardware_input(&link->bench->hardware, (rh_contact_t)contact) != is_low;
}

static void step(rh_link_gpio_t *link)
{
    rh_bench_t *bench = link->bench;
    bool contact[RH_CONTACT_COUNT];
    bool is_new[OUTPUTS];
    int64_t count;

    for (size_t i = 0; i < OUTPUTS; i++) {
        is_new[i] = sense(link, outputs[i].line);
    }
    rh_bench_lock(bench);
    for (size_t i = 0; i < OUTPUTS; i++) {
        if (is_new[i]) {
            outputs[i].take(&bench->hardware, link->level[outputs[i].line]);
        }
    }
    for (int i = 0; i < RH_CONTACT_COUNT; i++) {
        contact[i] = level_of(link, i);
    }
    count = rh_bench_quadrature_count(bench, RH_QUADRATURE_EDGES);
    rh_bench_unlock(bench);
    for (int i = 0; i < RH_CONTACT_COUNT; i++) {
        if (contact[i] != link->level[i]) {
            drive(link, i, contact[i]);
        }
    }
    walk_encoder(link, count);
}

static void *run(void *argument)
{
    rh_link_gpio_t *link = argument;
    int64_t next_ns = rh_now_ns();

    rh_thread_wake_exactly();
    while (!atomic_load(&link->stop)) {
        const int64_t now_ns = rh_now_ns();

        next_ns = now_ns - next_ns > BEHIND_MAX_NS ? now_ns : next_ns + PERIOD_NS;
        rh_thread_sleep_until(next_ns);
        step(link);
    }
    return NULL;
}

static int open_line(rh_link_gpio_t *link, const char *folder, int line, char *error,
                     size_t error_size)
{
    char path[PATH_SIZE];
    const bool reads = is_output(line);

    (void)snprintf(path, sizeof(path), "%s/sim_gpio%d/%s", folder, line,
                   reads ? "value" : "pull");
    link->fd[line] = open(path, (reads ? O_RDONLY : O_WRONLY) | O_CLOEXEC);
    if (link->fd[line] < 0) {
        const int result = -errno;

        (void)snprintf(error, error_size,
                       "%s: %s; --gpio must be the folder of a gpio-sim chip with %d "
                       "lines",
                       path, strerrordesc_np(-result), RH_GPIO_LINES);
        return result;
    }
    return 0;
}

/* A line's level is unknown until it was written once. */
static void put_first_levels(rh_link_gpio_t *link)
{
    rh_bench_lock(link->bench);
    link->count = rh_bench_quadrature_count(link->bench, RH_QUADRATURE_EDGES);
    for (int i = 0; i < RH_CONTACT_COUNT; i++) {
        link->level[i] = level_of(link, i);
    }
    rh_bench_quadrature_levels(link->bench, link->count, &link->level[RH_GPIO_ARM_A],
                               &link->level[RH_GPIO_ARM_B]);
    rh_bench_unlock(link->bench);
    for (int i = 0; i < RH_GPIO_LINES; i++) {
        if (!is_output(i)) {
            drive(link, i, link->level[i]);
        }
    }
}

int rh_link_gpio_start(rh_link_gpio_t *link, const char *folder, uint32_t low,
                       rh_bench_t *bench, char *error, size_t error_size)
{
    int result = 0;

    memset(link, 0, sizeof(*link));
    link->bench = bench;
    link->low = low;
    for (int i = 0; i < RH_GPIO_LINES; i++) {
        link->fd[i] = -1;
    }
    for (int i = 0; result == 0 && i < RH_GPIO_LINES; i++) {
        result = open_line(link, folder, i, error, error_size);
    }
    if (result == 0) {
        put_first_levels(link);
        result = rh_thread_start(&link->thread, run, link, RH_THREAD_BUS);
        link->started = result == 0;
    }
    return result;
}

void rh_link_gpio_stop(rh_link_gpio_t *link)
{
    atomic_store(&link->stop, true);
    if (link->started) {
        (void)pthread_join(link->thread, NULL);
    }
    for (int i = 0; i < RH_GPIO_LINES; i++) {
        if (link->fd[i] >= 0) {
            (void)close(link->fd[i]);
        }
    }
}
