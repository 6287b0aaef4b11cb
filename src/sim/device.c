/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dispatch of one request to a register table and a libmodbus context; see device.h.
 */
#include "check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A request's stamp may be later than the request; so much sooner is still in time. */
#define STAMP_GRACE_NS 500000

int rh_device_open(rh_device_t *device, rh_device_id_t id, const rh_device_kind_t *kind)
{
    int pair[2];

    memset(device, 0, sizeof(*device));
    device->kind = kind;
    device->id = id;
    device->unit = rh_device_unit[id];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        return -errno;
    }
    device->far_fd = pair[1];
    device->context = modbus_new_tcp("127.0.0.1", 0);
    device->mapping = modbus_mapping_new(kind->coils, kind->inputs, 0, 0);
    device->words = calloc(rh_registers_count(kind) + 1, sizeof(*device->words));
    if (rh_registers_count(kind) > RH_DEVICE_WORDS || device->context == NULL ||
        device->mapping == NULL || device->words == NULL) {
        (void)close(pair[0]);
        rh_device_close(device);
        return -ENOMEM;
    }
    (void)modbus_set_socket(device->context, pair[0]);
    /* libmodbus sleeps for this before it refuses a nonsensical request. */
    (void)modbus_set_response_timeout(device->context, 0, 1);
    rh_registers_reset(device);
    return 0;
}

void rh_device_close(rh_device_t *device)
{
    if (device->mapping != NULL) {
        modbus_mapping_free(device->mapping);
    }
    if (device->context != NULL) {
        modbus_close(device->context);
        modbus_free(device->context);
    }
    if (device->far_fd > 0) {
        (void)close(device->far_fd);
    }
    free(device->words);
    memset(device, 0, sizeof(*device));
}

void rh_device_power_up(rh_device_t *device, rh_bench_t *bench)
{
    const rh_fault_set_t none[RH_DEVICE_CHANNELS] = {0};

    device->kind->written(device, bench, 0, 0);
    device->kind->refresh(device, bench, none);
}

static int written_count(const uint8_t *pdu)
{
    switch (pdu[0]) {
    case RH_FC_WRITE_COIL:
    case RH_FC_WRITE_REGISTER:
        return 1;
    case RH_FC_WRITE_COILS:
    case RH_FC_WRITE_REGISTERS:
        return rh_frame_word(pdu + 3);
    default:
        return 0;
    }
}

/* A mapping is one contiguous block: it shows the run of registers that a checked
 * request works on. */
static modbus_mapping_t view_of(const rh_device_t *device, const uint8_t *pdu, int code)
{
    modbus_mapping_t mapping = *device->mapping;

    if (code != 0 || device->kind->map_count == 0) {
        return mapping;
    }
    mapping.start_registers = rh_frame_word(pdu + 1);
    mapping.nb_registers = pdu[0] == RH_FC_WRITE_REGISTER ? 1 : rh_frame_word(pdu + 3);
    mapping.tab_registers = rh_device_word(device, mapping.start_registers);
    return mapping;
}

/* libmodbus writes the answer into the socket pair; its PDU comes out of the far end.
 */
static void ask_library(rh_device_t *device, const rh_pdu_t *request, int code,
                        rh_pdu_t *reply)
{
    uint8_t question[RH_TCP_MAX] = {0};
    uint8_t answer[RH_TCP_MAX];
    const size_t size =
        rh_frame_to_tcp(question, 0, device->unit, request->bytes, request->length);
    modbus_mapping_t mapping = view_of(device, request->bytes, code);
    ssize_t got;

    if (code != 0) {
        (void)modbus_reply_exception(device->context, question, (unsigned)code);
    } else {
        (void)modbus_reply(device->context, question, (int)size, &mapping);
    }
    got = recv(device->far_fd, answer, sizeof(answer), MSG_DONTWAIT);
    if (got > RH_MBAP_SIZE) {
        reply->length = (size_t)got - RH_MBAP_SIZE;
        memcpy(reply->bytes, answer + RH_MBAP_SIZE, reply->length);
    }
}

/* Keeps this reply for the next request; a stale device hands out the one before. */
static void remember(rh_device_t *device, const rh_fault_set_t *faults, rh_pdu_t *reply)
{
    const rh_pdu_t fresh = *reply;

    if (rh_fault_in(faults, RH_FAULT_STALE) && device->last_reply.length > 0) {
        *reply = device->last_reply;
    }
    if (device->last_reply.length != fresh.length) {
        device->other_reply = device->last_reply;
    }
    device->last_reply = fresh;
}

/* A box of two cells has one wire: a fault of either's link is the box's. */
static void merge_link_faults(rh_fault_set_t *box, const rh_fault_set_t *second)
{
    const uint32_t fresh = second->mask & RH_FAULTS_OF_LINK & ~box->mask;

    for (int i = 0; i < RH_FAULT_COUNT; i++) {
        if ((fresh & 1u << i) != 0) {
            box->argument[i] = second->argument[i];
            box->variant[i] = second->variant[i];
        }
    }
    box->mask |= fresh;
}

static void use_faults(const rh_device_t *device, rh_bench_t *bench, int64_t now_ns,
                       rh_fault_set_t *faults)
{
    memset(faults, 0, RH_DEVICE_CHANNELS * sizeof(*faults));
    rh_faults_use(&bench->faults, (int)device->id, now_ns, &faults[0]);
    if (device->kind->channels > 1) {
        rh_faults_use_own(&bench->faults, (int)device->id + 1, now_ns, &faults[1]);
        merge_link_faults(&faults[0], &faults[1]);
    }
}

/* The device is still busy with its own cycle. */
static bool is_too_soon(rh_device_t *device, int64_t now_ns)
{
    const int64_t since_ns = now_ns - device->served_ns;

    device->served_ns = now_ns;
    return device->has_wire_time &&
           since_ns < device->kind->min_cycle_ns - STAMP_GRACE_NS;
}

/* The registers or bits of the request as they stand. */
static void log_values(const rh_device_t *device, const uint8_t *pdu)
{
    rh_trace_entry_t *log = device->log;
    const bool bits = pdu[0] == RH_FC_READ_COILS || pdu[0] == RH_FC_READ_INPUTS ||
                      pdu[0] == RH_FC_WRITE_COIL || pdu[0] == RH_FC_WRITE_COILS;
    const uint8_t *bit = pdu[0] == RH_FC_READ_INPUTS ? device->mapping->tab_input_bits
                                                     : device->mapping->tab_bits;
    const int count =
        written_count(pdu) > 0 ? written_count(pdu) : rh_frame_word(pdu + 3);

    log->function = pdu[0];
    log->address = rh_frame_word(pdu + 1);
    log->count = count < RH_TRACE_WORDS ? count : RH_TRACE_WORDS;
    for (int i = 0; i < log->count; i++) {
        log->word[i] =
            bits ? bit[log->address + i] : rh_device_word(device, log->address)[i];
    }
}

/* Shows the registers without any fault for a moment, and notes them. */
static void log_truth(rh_device_t *device, const rh_bench_t *bench, const uint8_t *pdu)
{
    const rh_fault_set_t none[RH_DEVICE_CHANNELS] = {0};
    const size_t size = rh_registers_count(device->kind) * sizeof(*device->words);
    rh_channel_t channel[RH_DEVICE_CHANNELS];
    uint16_t words[RH_DEVICE_WORDS];

    memcpy(channel, device->channel, sizeof(channel));
    memcpy(words, device->words, size);
    device->kind->refresh(device, bench, none);
    log_values(device, pdu);
    memcpy(device->words, words, size);
    memcpy(device->channel, channel, sizeof(channel));
}

static void serve_locked(rh_device_t *device, rh_bench_t *bench,
                         const rh_pdu_t *request, rh_pdu_t *reply,
                         const rh_fault_set_t *faults)
{
    const uint8_t *pdu = request->bytes;
    int code = rh_check_request(device->kind, pdu);

    if (rh_fault_in(&faults[0], RH_FAULT_EXCEPTION)) {
        code = faults[0].argument[RH_FAULT_EXCEPTION];
    }
    if (device->log != NULL && code == 0) {
        log_truth(device, bench, pdu);
    }
    if (device->kind->channels > 1 || !rh_fault_in(&faults[0], RH_FAULT_FROZEN)) {
        device->kind->refresh(device, bench, faults);
    }
    ask_library(device, request, code, reply);
    if (code == 0 && written_count(pdu) > 0) {
        device->kind->written(device, bench, rh_frame_word(pdu + 1),
                              written_count(pdu));
        if (device->log != NULL) {
            log_values(device, pdu);
        }
    }
    remember(device, &faults[0], reply);
}

void rh_device_serve(rh_device_t *device, rh_bench_t *bench, const rh_pdu_t *request,
                     rh_pdu_t *reply, rh_fault_set_t *faults)
{
    const int64_t now_ns = rh_now_ns();
    rh_fault_set_t set[RH_DEVICE_CHANNELS] = {0};

    reply->length = 0;
    *faults = set[0];
    if (device->log != NULL) {
        *device->log = (rh_trace_entry_t){
            .taken_ns = now_ns, .device = device->id, .unit = device->unit};
    }
    if (!rh_frame_is_request(request->bytes, request->length)) {
        return;
    }
    rh_bench_lock(bench);
    use_faults(device, bench, now_ns, set);
    if (!is_too_soon(device, now_ns) && !rh_fault_in(&set[0], RH_FAULT_UNPLUG)) {
        serve_locked(device, bench, request, reply, set);
    }
    rh_bench_unlock(bench);
    *faults = set[0];
    if (device->log != NULL) {
        device->log->faults = set[0].mask | set[1].mask;
    }
}

int rh_device_panel(rh_device_t *device, rh_bench_t *bench, int address, int value)
{
    if (address < 0 || rh_check_find(device->kind, address) == NULL) {
        return -EINVAL;
    }
    *rh_device_word(device, address) = (uint16_t)value;
    device->kind->written(device, bench, address, 1);
    return 0;
}
