/* SPDX-License-Identifier: Apache-2.0 */
/* The service thread. */
#include "service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "rh/units.h"
#include "system.h"

#define POLL_MS 100
/* Well within the half second between arm.begin and arm.commit, at both of which the
 * gate asks. */
#define COMMISSIONED_NS (100 * RH_NS_PER_MS)

static void drain_wake(int fd)
{
    uint64_t count = 0;
    ssize_t got = read(fd, &count, sizeof(count)); /* non-blocking */
    (void)got;
}

static void publish_events(rh_service_t *service)
{
    rh_event_t event;
    while (rh_ring_pop(&service->loop->service, &event)) {
        rh_publish_event(service->publish, &event);
    }
    rh_recorded_t recorded;
    while (rh_ring_pop(&service->recorder->recorded, &recorded)) {
        rh_publish_recorded(service->publish, &recorded);
    }
}

/* Only when a tick has called: at any other moment the newest snapshot is already old,
 * and would be sent in the place of a fresh one. */
static void publish_tick(rh_service_t *service)
{
    rh_snapshot_t snapshot;
    publish_events(service);
    if (rh_latest_read(&service->loop->latest, &snapshot)) {
        rh_publish_snapshot(service->publish, &snapshot);
    }
}

static int by_size(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

static void percentiles_us(uint32_t *values_ns, size_t count, double *p50, double *p99,
                           double *most)
{
    if (count == 0) {
        return;
    }
    const size_t middle = count / 2;
    const size_t high = count * 99 / 100;
    qsort(values_ns, count, sizeof(*values_ns), by_size);
    *p50 = 1e-3 * values_ns[middle];
    *p99 = 1e-3 * values_ns[high];
    *most = 1e-3 * values_ns[count - 1];
}

static void gather_costs(rh_service_t *service, rh_health_t *health)
{
    static _Thread_local uint32_t costs[RH_LOOP_COSTS], lates[RH_LOOP_COSTS];
    rh_tick_cost_t cost;
    size_t count = 0;
    while (count < RH_LOOP_COSTS && rh_ring_pop(&service->loop->costs, &cost)) {
        costs[count] = cost.cost_ns;
        lates[count++] = cost.late_ns;
    }
    percentiles_us(costs, count, &health->tick_p50_us, &health->tick_p99_us,
                   &health->tick_max_us);
    percentiles_us(lates, count, &health->late_p50_us, &health->late_p99_us,
                   &health->late_max_us);
}

static void ask_wires(rh_service_t *service, rh_hal_stats_t *stats)
{
    const rh_loop_t *loop = service->loop;
    (void)pthread_mutex_lock(&service->wires);
    if (service->is_wired) {
        loop->ops->stats(loop->hal, stats);
    }
    (void)pthread_mutex_unlock(&service->wires);
}

static void publish_health(rh_service_t *service, int64_t now_ns)
{
    rh_loop_t *loop = service->loop;
    rh_health_t health;
    memset(&health, 0, sizeof(health));
    health.uptime_s = (double)(now_ns - service->started_ns) / (double)RH_NS_PER_S;
    health.ticks = atomic_load(&loop->ticks);
    rh_snapshot_t snapshot;
    if (rh_latest_read(&loop->latest, &snapshot)) {
        health.overruns = snapshot.overruns;
    }
    gather_costs(service, &health);
    health.ring_depth_max = rh_ring_depth_max(&loop->service);
    health.record_depth_max = rh_ring_depth_max(&loop->record);
    health.events_lost = rh_loop_events_lost(loop);
    health.is_realtime = atomic_load(&loop->is_realtime);
    health.unsaved = (uint64_t)atomic_load(&service->recorder->unsaved);
    health.is_wakeful = atomic_load(&loop->is_wakeful);
    rh_system_memory(&health.memory_bytes, &health.memory_locked_bytes);
    ask_wires(service, &health.hal);
    rh_publish_health(service->publish, &health);
}

/* A quarter of the watchdog's time apart, and only while ticks advance. */
static void pat_watchdog(rh_service_t *service, int64_t now_ns)
{
    int64_t every_ns = service->loop->settings->daemon.watchdog_ms * RH_NS_PER_MS / 4;
    uint64_t ticks = atomic_load(&service->loop->ticks);
    if (now_ns - service->watchdog_ns >= every_ns && ticks != service->watched_ticks) {
        rh_system_notify("WATCHDOG=1");
        service->watched_ticks = ticks;
        service->watchdog_ns = now_ns;
    }
}

/* A step of commissioning that fails takes back what the start was told. */
static void look_at_record(rh_service_t *service, int64_t now_ns)
{
    if (now_ns - service->looked_ns < COMMISSIONED_NS) {
        return;
    }
    service->looked_ns = now_ns;
    if (rh_commissioned_is_lost(service->commissioned)) {
        atomic_store_explicit(&service->loop->uncommissioned, true,
                              memory_order_release);
        rh_publish_uncommissioned(service->publish, service->commissioned->sentence);
        (void)fprintf(stderr, "%s%s\n", rh_system_warning(),
                      service->commissioned->sentence);
    }
}

static void *run(void *context)
{
    rh_service_t *service = context;
    rh_system_name_thread("service");
    while (!atomic_load(&service->stop)) {
        if (rh_publish_poll(service->publish, service->loop->service_wake, POLL_MS) >
            0) {
            drain_wake(service->loop->service_wake);
            publish_tick(service);
        }
        int64_t now_ns = rh_clock_mono_ns();
        if (now_ns - service->health_ns >= RH_NS_PER_S) {
            service->health_ns = now_ns;
            publish_health(service, now_ns);
        }
        pat_watchdog(service, now_ns);
        look_at_record(service, now_ns);
    }
    publish_events(service);
    return NULL;
}

int rh_service_start(rh_service_t *service, rh_loop_t *loop, rh_recorder_t *recorder,
                     rh_publish_t *publish, rh_commissioned_t *commissioned)
{
    memset(service, 0, sizeof(*service));
    service->loop = loop;
    service->recorder = recorder;
    service->publish = publish;
    service->commissioned = commissioned;
    service->started_ns = rh_clock_mono_ns();
    (void)pthread_mutex_init(&service->wires, NULL);
    return -pthread_create(&service->thread, NULL, run, service);
}

void rh_service_wire(rh_service_t *service, bool is_wired)
{
    (void)pthread_mutex_lock(&service->wires);
    service->is_wired = is_wired;
    (void)pthread_mutex_unlock(&service->wires);
}

void rh_service_stop(rh_service_t *service)
{
    atomic_store(&service->stop, true);
    (void)pthread_join(service->thread, NULL);
    (void)pthread_mutex_destroy(&service->wires);
}
