/* SPDX-License-Identifier: Apache-2.0 */
/* The record thread. */
#include "recorder.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "rh/units.h"
#include "system.h"

#define IDLE_MS 200

static void wait_for_work(int fd)
{
    struct pollfd entry = {.fd = fd, .events = POLLIN};
    if (poll(&entry, 1, IDLE_MS) > 0) {
        uint64_t count = 0;
        ssize_t got = read(fd, &count, sizeof(count));
        (void)got;
    }
}

static void wake_service(const rh_recorder_t *recorder)
{
    const uint64_t one = 1;
    ssize_t written = write(recorder->loop->service_wake, &one, sizeof(one));
    (void)written;
}

/* The service thread always drains its ring; until it has room, this thread waits with
 * the event in hand, and the loop's ring behind it holds the next ones. */
static void hand_over(rh_recorder_t *recorder, const rh_recorded_t *recorded)
{
    while (!rh_ring_push(&recorder->recorded, recorded)) {
        wake_service(recorder);
        rh_clock_sleep_until(rh_clock_mono_ns() + 1000000);
    }
    wake_service(recorder);
}

static void drain(rh_recorder_t *recorder)
{
    rh_event_t event;
    while (rh_ring_pop(&recorder->loop->record, &event)) {
        rh_recorded_t recorded;
        memset(&recorded, 0, sizeof(recorded));
        int status = rh_record_write(recorder->record, &event,
                                     rh_clock_utc_ms(event.now_ns), &recorded);
        if (status != 0) { /* the backlog is full: the gate ends the set */
            atomic_store(&recorder->loop->recording_stalled, true);
        }
        hand_over(recorder, &recorded);
    }
}

/* What the disk did not take waits in the record's backlog and is tried again, also
 * while nothing new comes. */
static void retry(rh_recorder_t *recorder)
{
    int64_t now_ns = rh_clock_mono_ns();
    if (rh_record_waiting(recorder->record) > 0 &&
        now_ns - recorder->retried_ns >= RH_NS_PER_S) {
        recorder->retried_ns = now_ns;
        bool stalled = rh_record_retry(recorder->record) > 0 &&
                       atomic_load(&recorder->loop->recording_stalled);
        atomic_store(&recorder->loop->recording_stalled, stalled);
    }
}

/* Hazard 25: training goes on, but somebody must hear that the disk does not take it.
 */
static void tell_unsaved(rh_recorder_t *recorder)
{
    int32_t waiting = rh_record_waiting(recorder->record);
    int32_t before = atomic_exchange(&recorder->unsaved, waiting);
    if (waiting > 0 && before == 0) {
        (void)fprintf(stderr,
                      "<4>history: %d rows wait for the disk (%s); free space on it or "
                      "mend its permissions, they are tried again every second\n",
                      (int)waiting, rh_record_error(recorder->record));
    } else if (waiting == 0 && before > 0) {
        (void)fprintf(stderr, "<5>history: all rows are saved\n");
    }
}

static void *run(void *context)
{
    rh_recorder_t *recorder = context;
    rh_system_name_thread("record");
    while (!atomic_load(&recorder->stop)) {
        wait_for_work(recorder->loop->record_wake);
        drain(recorder);
        retry(recorder);
        tell_unsaved(recorder);
    }
    drain(recorder);
    return NULL;
}

int rh_recorder_init(rh_recorder_t *recorder, rh_loop_t *loop, rh_record_t *record)
{
    memset(recorder, 0, sizeof(*recorder));
    recorder->loop = loop;
    recorder->record = record;
    return rh_ring_init(&recorder->recorded, sizeof(rh_recorded_t), 1024);
}

int rh_recorder_start(rh_recorder_t *recorder)
{
    return -pthread_create(&recorder->thread, NULL, run, recorder);
}

void rh_recorder_stop(rh_recorder_t *recorder)
{
    atomic_store(&recorder->stop, true);
    (void)pthread_join(recorder->thread, NULL);
}
