/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Putting the machine together, and the physics thread; see sim.h.
 */
#include "sim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "thread.h"

/* Beyond this the physics skips time instead of running behind the buses for ever. */
#define BEHIND_MAX_NS 200000000LL

static void *run_physics(void *argument)
{
    rh_sim_t *sim = argument;
    int64_t next_ns = rh_now_ns();

    rh_thread_wake_exactly();
    while (!atomic_load(&sim->stop)) {
        const int64_t behind_ns = rh_now_ns() - next_ns;

        if (behind_ns > BEHIND_MAX_NS) {
            atomic_fetch_add(&sim->lost_ms, behind_ns / RH_BENCH_STEP_NS);
            next_ns += behind_ns;
        }
        next_ns += RH_BENCH_STEP_NS;
        rh_thread_sleep_until(next_ns);
        rh_bench_step(&sim->bench, next_ns);
    }
    return NULL;
}

static int open_devices(rh_sim_t *sim, const rh_sim_settings_t *settings, char *error,
                        size_t size)
{
    for (int i = 0; i < RH_DEVICE_COUNT; i++) {
        rh_device_t *device = &sim->device[i];
        const int result = rh_device_open(
            device, (rh_device_id_t)i, rh_part_of(&settings->parts, (rh_device_id_t)i));

        if (result != 0) {
            (void)snprintf(error, size, "device %s: %s", rh_device_names[i],
                           strerrordesc_np(-result));
            return result;
        }
        /* The box measures this cell; the device behind it is never asked. */
        if (rh_part_is_shared(&settings->parts, device->id)) {
            device->unit = 0;
            continue;
        }
        if (settings->bench.wiring.unit[i] > 0) {
            device->unit = settings->bench.wiring.unit[i];
        }
        device->has_wire_time = !settings->tcp && !settings->line.instant;
        rh_device_power_up(device, &sim->bench);
    }
    return 0;
}

static int lock_folder(rh_sim_t *sim, char *error, size_t size)
{
    int result = 0;

    sim->folder_fd = open(sim->run_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (sim->folder_fd < 0) {
        result = -errno;
        (void)snprintf(error, size, "%s: %s; --run-dir must be a writable folder",
                       sim->run_dir, strerrordesc_np(-result));
    } else if (flock(sim->folder_fd, LOCK_EX | LOCK_NB) != 0) {
        result = -errno;
        (void)snprintf(error, size,
                       "%s: another simulator uses it; choose another "
                       "--run-dir",
                       sim->run_dir);
    }
    return result;
}

static int open_truth(rh_sim_t *sim, char *error, size_t size)
{
    char path[RH_BUS_PATH_MAX + 32];

    rh_sim_path(sim->run_dir, "truth.jsonl", path, sizeof(path));
    sim->truth = fopen(path, "we");
    if (sim->truth == NULL) {
        const int result = -errno;

        (void)snprintf(error, size, "%s: %s; --run-dir must be a writable folder", path,
                       strerrordesc_np(-result));
        return result;
    }
    return 0;
}

static int open_trace(rh_sim_t *sim, const rh_sim_settings_t *settings, char *error,
                      size_t size)
{
    int result = 0;

    if (settings->trace == NULL) {
        return 0;
    }
    sim->trace = rh_trace_open(settings->trace);
    if (sim->trace == NULL) {
        result = -errno;
        (void)snprintf(error, size, "--trace %s: %s", settings->trace,
                       strerrordesc_np(-result));
    }
    return result;
}

/* A device without a serial port takes its bus to the network. */
static bool is_tcp(const rh_sim_t *sim, rh_bus_id_t bus)
{
    bool tcp = sim->tcp;

    for (int i = 0; i < RH_DEVICE_COUNT; i++) {
        tcp |= rh_device_bus[i] == bus && sim->device[i].kind->tcp_only;
    }
    return tcp;
}

static int start_buses(rh_sim_t *sim, const rh_sim_settings_t *settings, char *error,
                       size_t size)
{
    for (int i = 0; i < RH_BUS_COUNT; i++) {
        rh_bus_t *bus = &sim->bus[i];
        int result;

        bus->id = (rh_bus_id_t)i;
        bus->tcp = is_tcp(sim, bus->id);
        bus->port = settings->port_base > 0 ? settings->port_base + i : 0;
        bus->bench = &sim->bench;
        bus->trace = sim->trace;
        bus->devices = sim->device;
        (void)snprintf(bus->path, sizeof(bus->path), "%.200s/bus-%s", sim->run_dir,
                       rh_bus_names[i]);
        bus->line = settings->line;
        if (settings->baud[i] > 0) {
            bus->line.baud = settings->baud[i];
        }
        result = rh_bus_start(bus, (uint32_t)settings->bench.seed * 4 + (uint32_t)i + 1,
                              error, size);
        if (result != 0) {
            return result;
        }
    }
    return 0;
}

static int start_all(rh_sim_t *sim, const rh_sim_settings_t *settings, char *error,
                     size_t size)
{
    int result = lock_folder(sim, error, size);

    if (result == 0) {
        result = open_truth(sim, error, size);
    }
    if (result == 0) {
        result = open_trace(sim, settings, error, size);
    }
    if (result == 0) {
        result = open_devices(sim, settings, error, size);
    }
    if (result == 0) {
        result = start_buses(sim, settings, error, size);
    }
    if (result == 0) {
        result = rh_thread_start(&sim->physics, run_physics, sim, RH_THREAD_PHYSICS);
        sim->physics_started = result == 0;
    }
    if (result == 0 && settings->gpio != NULL) {
        sim->has_gpio = true;
        result = rh_link_gpio_start(&sim->gpio, settings->gpio, settings->gpio_low,
                                    &sim->bench, error, size);
    }
    return result;
}

int rh_sim_start(rh_sim_t **out, const rh_sim_settings_t *settings, char *error,
                 size_t error_size)
{
    rh_sim_t *sim;
    int result;

    if (strlen(settings->run_dir) > 200) {
        (void)snprintf(error, error_size, "--run-dir: longer than 200 characters");
        return -ENAMETOOLONG;
    }
    sim = calloc(1, sizeof(*sim));
    if (sim == NULL) {
        (void)snprintf(error, error_size, "out of memory");
        return -ENOMEM;
    }
    (void)snprintf(sim->run_dir, sizeof(sim->run_dir), "%s", settings->run_dir);
    sim->tcp = settings->tcp;
    sim->folder_fd = -1;
    rh_bench_init(&sim->bench, &settings->bench, rh_now_ns());
    result = start_all(sim, settings, error, error_size);
    if (result != 0) {
        rh_sim_stop(sim);
        return result;
    }
    *out = sim;
    return 0;
}

void rh_sim_stop(rh_sim_t *sim)
{
    char path[RH_BUS_PATH_MAX + 32];

    atomic_store(&sim->stop, true);
    if (sim->physics_started) {
        (void)pthread_join(sim->physics, NULL);
        rh_sim_path(sim->run_dir, "sim.json", path, sizeof(path));
        (void)unlink(path);
    }
    if (sim->has_gpio) {
        rh_link_gpio_stop(&sim->gpio);
    }
    for (int i = 0; i < RH_BUS_COUNT; i++) {
        rh_bus_stop(&sim->bus[i]);
    }
    for (int i = 0; i < RH_DEVICE_COUNT; i++) {
        rh_device_close(&sim->device[i]);
    }
    if (sim->truth != NULL) {
        rh_sim_write_truth(sim);
        (void)fclose(sim->truth);
    }
    if (sim->trace != NULL) {
        (void)fclose(sim->trace);
    }
    if (sim->folder_fd >= 0) {
        (void)close(sim->folder_fd);
    }
    rh_bench_destroy(&sim->bench);
    free(sim);
}
