/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What both links have in common: asking the device, shaping the answer by its faults,
 * waiting, statistics; see bus.h.
 */
#include "bus.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "thread.h"

#define NS_PER_MS 1000000LL
#define SPIN_NS 60000
/* How soon a thread notices an unplug or the end. */
#define IDLE_NS (20 * NS_PER_MS)

/* The first device from `from` on that listens to this number. */
static rh_device_t *find_device(const rh_bus_t *bus, uint8_t unit, int from)
{
    for (int i = from; unit > 0 && i < RH_DEVICE_COUNT; i++) {
        if (rh_device_bus[i] == bus->id && bus->devices[i].unit == unit) {
            return &bus->devices[i];
        }
    }
    return NULL;
}

/* Another slave of this bus that has spoken. */
static const rh_device_t *find_other(const rh_bus_t *bus, const rh_device_t *device)
{
    for (int i = 0; i < RH_DEVICE_COUNT; i++) {
        const rh_device_t *other = &bus->devices[i];

        if (rh_device_bus[i] == bus->id && other->unit > 0 &&
            other->unit != device->unit && other->last_reply.length > 0) {
            return other;
        }
    }
    return NULL;
}

/* The reply to a request for one register more, or for the next one. */
static void answer_another_request(rh_pdu_t *pdu)
{
    const bool reads = pdu->bytes[0] <= 4;

    if (reads && pdu->length + 2 <= sizeof(pdu->bytes)) {
        pdu->bytes[1] = (uint8_t)(pdu->bytes[1] + 2);
        pdu->bytes[pdu->length++] = 0;
        pdu->bytes[pdu->length++] = 0;
    } else if (pdu->length > 2) {
        pdu->bytes[2]++;
    }
}

static void make_foreign(const rh_bus_t *bus, const rh_device_t *device,
                         bool by_request, rh_bus_answer_t *answer)
{
    const rh_device_t *other = find_other(bus, device);

    if (by_request && device->other_reply.length > 0) {
        answer->pdu = device->other_reply;
    } else if (by_request) {
        answer_another_request(&answer->pdu);
    } else if (other != NULL) {
        answer->unit = other->unit;
        answer->pdu = other->last_reply;
    } else {
        answer->unit++;
    }
}

/* A byte or two too few or too many; the count in the reply stays as it was. */
static void change_length(rh_pdu_t *pdu, uint32_t dice)
{
    const size_t bytes = 1 + (dice >> 1 & 1);

    if ((dice & 1) != 0 && pdu->length > bytes + 1) {
        pdu->length -= bytes;
        return;
    }
    for (size_t i = 0; i < bytes && pdu->length < sizeof(pdu->bytes); i++) {
        pdu->bytes[pdu->length++] = (uint8_t)(dice >> 8 * (i + 1));
    }
}

static void shape(const rh_bus_t *bus, const rh_device_t *device,
                  const rh_fault_set_t *faults, rh_bus_answer_t *answer)
{
    const bool foreign = rh_fault_in(faults, RH_FAULT_FOREIGN);
    const bool wrong_length = rh_fault_in(faults, RH_FAULT_LENGTH);

    answer->silent = answer->pdu.length == 0 || rh_fault_in(faults, RH_FAULT_SILENCE);
    answer->truncated = rh_fault_in(faults, RH_FAULT_TRUNCATED);
    answer->damaged = rh_fault_in(faults, RH_FAULT_CRC);
    if (rh_fault_in(faults, RH_FAULT_LATE)) {
        answer->delay_ns = faults->argument[RH_FAULT_LATE] * NS_PER_MS;
    }
    if (foreign && !answer->silent) {
        make_foreign(bus, device, faults->variant[RH_FAULT_FOREIGN] != 0, answer);
    }
    if (wrong_length && !answer->silent) {
        change_length(&answer->pdu, faults->dice);
    }
    answer->disturbed = answer->silent || answer->truncated || answer->damaged ||
                        foreign || wrong_length || answer->delay_ns > 0;
}

/* A second device with the same number acts and answers as well; what reaches the
 * master is neither's reply. */
static void collide(rh_bus_t *bus, const rh_pdu_t *request, const rh_device_t *first,
                    rh_bus_answer_t *answer)
{
    rh_device_t *second = find_device(bus, first->unit, (int)first->id + 1);
    rh_fault_set_t faults;
    rh_pdu_t reply;

    if (second == NULL) {
        return;
    }
    rh_device_serve(second, bus->bench, request, &reply, &faults);
    if (reply.length == 0 || rh_fault_in(&faults, RH_FAULT_SILENCE)) {
        return;
    }
    answer->collided = !answer->silent;
    answer->disturbed = true;
    if (answer->silent) {
        answer->silent = false;
        answer->pdu = reply;
    }
}

bool rh_bus_answer(rh_bus_t *bus, uint8_t unit, const uint8_t *pdu, size_t length,
                   rh_bus_answer_t *answer)
{
    rh_device_t *device = find_device(bus, unit, 0);
    rh_pdu_t request = {.length = length};
    rh_fault_set_t faults;

    memset(answer, 0, sizeof(*answer));
    if (device == NULL || length > sizeof(request.bytes)) {
        return false;
    }
    memcpy(request.bytes, pdu, length);
    answer->unit = unit;
    device->log = bus->trace != NULL ? &answer->truth : NULL;
    rh_device_serve(device, bus->bench, &request, &answer->pdu, &faults);
    device->log = NULL;
    shape(bus, device, &faults, answer);
    collide(bus, &request, device, answer);
    return true;
}

void rh_bus_trace(rh_bus_t *bus, const rh_bus_answer_t *answer, int64_t release_ns)
{
    /* Without wire time a reply would be due before the silence that closes its
     * request.
     */
    const bool instant = release_ns > 0 && release_ns < answer->truth.taken_ns;

    if (bus->trace != NULL) {
        rh_trace_write(bus->trace, &answer->truth,
                       instant ? answer->truth.taken_ns : release_ns);
    }
}

bool rh_bus_is_unplugged(rh_bus_t *bus)
{
    rh_fault_set_t faults;

    rh_bench_lock(bus->bench);
    rh_faults_look(&bus->bench->faults, RH_TARGET_BUS(bus->id), rh_now_ns(), &faults);
    rh_bench_unlock(bus->bench);
    return rh_fault_in(&faults, RH_FAULT_UNPLUG);
}

static int64_t earlier(int64_t a_ns, int64_t b_ns)
{
    return a_ns < b_ns ? a_ns : b_ns;
}

bool rh_bus_wait(struct pollfd *fds, int count, int64_t soon_ns, int64_t exact_ns)
{
    const int64_t now_ns = rh_now_ns();
    const int64_t wake_ns =
        earlier(now_ns + IDLE_NS, earlier(soon_ns, exact_ns - SPIN_NS));
    const struct timespec timeout = {.tv_nsec =
                                         wake_ns > now_ns ? wake_ns - now_ns : 0};

    if (ppoll(fds, (nfds_t)count, &timeout, NULL) > 0) {
        return true;
    }
    if (wake_ns == exact_ns - SPIN_NS) {
        while (rh_now_ns() < exact_ns) {
        }
    }
    return false;
}

static void *run(void *argument)
{
    rh_bus_t *bus = argument;

    rh_thread_wake_exactly();
    if (bus->tcp) {
        rh_link_tcp_run(bus);
    } else {
        rh_link_rtu_run(bus);
    }
    return NULL;
}

int rh_bus_start(rh_bus_t *bus, uint32_t seed, char *error, size_t size)
{
    const rh_wire_timing_t timing = rh_wire_timing_of(&bus->line);
    int result;

    rh_wire_init(&bus->wire, &timing);
    bus->wire.random = seed;
    (void)pthread_mutex_init(&bus->mutex, NULL);
    result = bus->tcp ? rh_link_tcp_open(bus) : rh_link_rtu_open(bus);
    if (result == 0) {
        result = rh_thread_start(&bus->thread, run, bus, RH_THREAD_BUS);
    }
    bus->started = result == 0;
    if (result != 0 && bus->tcp) {
        (void)snprintf(error, size, "bus %s: port %d: %s; choose another --port-base",
                       rh_bus_names[bus->id], bus->port, strerrordesc_np(-result));
    } else if (result != 0) {
        (void)snprintf(error, size, "bus %s: %s: %s", rh_bus_names[bus->id], bus->path,
                       strerrordesc_np(-result));
    }
    return result;
}

void rh_bus_stop(rh_bus_t *bus)
{
    if (!bus->started) {
        return;
    }
    atomic_store(&bus->stop, true);
    (void)pthread_join(bus->thread, NULL);
    if (bus->tcp) {
        rh_link_tcp_close(bus);
    } else {
        rh_link_rtu_close(bus);
    }
    (void)pthread_mutex_destroy(&bus->mutex);
    bus->started = false;
}

size_t rh_bus_wire_json(rh_bus_t *bus, char *text, size_t size)
{
    const rh_wire_stats_t *stats = &bus->wire.stats;
    int length;

    (void)pthread_mutex_lock(&bus->mutex);
    length = snprintf(
        text, size,
        "{\"eta\":%.5f,\"eta_wall\":%.5f,\"requests\":%llu,\"replies\":%llu,"
        "\"violations\":%llu,\"held_up\":%llu,\"bad_frames\":%llu,\"foreign\":%llu,"
        "\"transactions\":%"
        "llu,"
        "\"dead_p50_us\":%lld,\"dead_p99_us\":%lld,\"late_us\":%lld,\"late_p99_us\":%"
        "lld,"
        "\"late_max_us\":%lld,\"violation\":{\"early_us\":%lld,\"after_reply_us\":%lld,"
        "\"reply_late_us\":%lld,\"after_request_us\":%lld}}",
        rh_wire_eta(stats), rh_wire_eta_wall(stats),
        (unsigned long long)stats->requests, (unsigned long long)stats->replies,
        (unsigned long long)stats->violations, (unsigned long long)stats->held_up,
        (unsigned long long)stats->bad_frames, (unsigned long long)stats->foreign,
        (unsigned long long)stats->dead.count,
        (long long)rh_histogram_at(&stats->dead, 0.5),
        (long long)rh_histogram_at(&stats->dead, 0.99),
        (long long)rh_histogram_at(&stats->late, 0.5),
        (long long)rh_histogram_at(&stats->late, 0.99), (long long)stats->late.max_us,
        (long long)stats->violation.early_ns / 1000,
        (long long)stats->violation.after_reply_ns / 1000,
        (long long)stats->violation.reply_late_ns / 1000,
        (long long)stats->violation.after_request_ns / 1000);
    (void)pthread_mutex_unlock(&bus->mutex);
    return length > 0 ? (size_t)length : 0;
}

void rh_bus_mark(rh_bus_t *bus)
{
    (void)pthread_mutex_lock(&bus->mutex);
    rh_wire_mark(&bus->wire);
    (void)pthread_mutex_unlock(&bus->mutex);
}
