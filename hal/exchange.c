/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes over a bus's wire. Requests go out raw and replies are checked here:
 * libmodbus' own calls compare no echo and cannot tell when a reply arrived.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#include "link_parts.h"

#define NS_PER_S INT64_C(1000000000)
#define NS_PER_US INT64_C(1000)
#define US_PER_S 1000000
#define CRC_SIZE 2
#define MBAP_SIZE 6     /* without the unit id, which is the frame's first byte */
#define RESYNC_LIMIT 10 /* a babbling device must not hold the bus for ever */
/* A device's clock may be a little fast; a stale reply is early by far more. */
#define WIRE_TOLERANCE_PERCENT 95
/* From a request's end to the reply's composing, at most: HARDWARE.md 6. */
#define TURNAROUND_MAX_NS (3000 * NS_PER_US)
#define TIMER_GRAIN_NS (2 * NS_PER_US) /* libmodbus counts microseconds */
/* A thread that woke so much later than it asked for stood still, and with it perhaps
 * the adapter's driver: what it did not hear may still be on its way to it. */
#define STOOD_STILL_NS (1000 * NS_PER_US)
#define PERCENT 100

void rh_link_set_timeout(rh_link_t *link, int64_t timeout_us)
{
    uint32_t us = timeout_us < 1 ? 1 : (uint32_t)timeout_us;
    modbus_set_response_timeout(link->context, us / US_PER_S, us % US_PER_S);
}

void rh_link_wait_gap(rh_link_t *link, int64_t gap_ns)
{
    int64_t until_ns = link->quiet_ns + gap_ns;

    if (link->is_tcp) {
        rh_pace_sleep_until(until_ns);
    } else {
        rh_pace_wait_until(&link->pace, until_ns);
    }
}

int64_t rh_link_wire_ns(const rh_link_t *link, int size)
{
    return link->is_tcp ? 0 : link->char_ns * (size + CRC_SIZE);
}

static rh_link_result_t classify(int error)
{
    switch (error) {
    case ETIMEDOUT:
        return RH_LINK_TIMEOUT;
    case EMBBADCRC:
        return RH_LINK_CRC;
    case EMBBADDATA:
    case EMBMDATA:
        return RH_LINK_WRONG;
    default:
        return RH_LINK_DOWN;
    }
}

/* The wire's header (TCP) or checksum (RTU) comes off. A frame of another unit has
 * length 0: libmodbus does not check it further. */
static rh_link_result_t unwrap(rh_link_t *link, const uint8_t *adu, int size,
                               rh_link_reply_t *reply)
{
    int head = link->is_tcp ? MBAP_SIZE : 0;
    int tail = link->is_tcp ? 0 : CRC_SIZE;

    if (size <= head + tail) {
        return RH_LINK_WRONG;
    }
    if (link->is_tcp && (adu[0] << 8 | adu[1]) != link->transaction) {
        return RH_LINK_STALE;
    }
    reply->size = size - head - tail;
    memcpy(reply->bytes, adu + head, (size_t)reply->size);
    return RH_LINK_GOOD;
}

/* A reply that took longer than a device does was held up somewhere, perhaps in this
 * computer: then it may be as old as the end of its request. */
static int64_t composed_ns(const rh_link_reply_t *reply, int64_t request_ns,
                           int64_t reply_ns)
{
    int64_t asked_ns = reply->sent_ns + request_ns;
    int64_t at_best_ns = reply->arrived_ns - reply_ns;

    return at_best_ns - asked_ns <= TURNAROUND_MAX_NS ? at_best_ns : asked_ns;
}

bool rh_link_is_early(int64_t took_ns, int64_t least_ns)
{
    return took_ns * PERCENT < least_ns * WIRE_TOLERANCE_PERCENT;
}

static rh_link_result_t judge(const rh_link_t *link, const rh_frame_t *request,
                              rh_link_reply_t *reply)
{
    int64_t request_ns = rh_link_wire_ns(link, request->size);
    int64_t reply_ns = rh_link_wire_ns(link, reply->size);
    int64_t least_ns = request_ns + reply_ns;
    int64_t took_ns = reply->arrived_ns - reply->sent_ns;

    reply->stamp_ns = composed_ns(reply, request_ns, reply_ns);
    if (rh_link_is_early(took_ns, least_ns)) {
        return RH_LINK_STALE; /* no device can answer before it was asked */
    }
    switch (rh_frame_check(request, reply->bytes, reply->size)) {
    case RH_REPLY_GOOD:
        return RH_LINK_GOOD;
    case RH_REPLY_EXCEPTION:
        return RH_LINK_EXCEPTION;
    case RH_REPLY_WRONG:
        break;
    }
    return RH_LINK_WRONG;
}

/* A request that was waited for in vain has had its resync: the wire has been silent
 * since the last moment of a reply in time. Any other error has the resync before it.
 */
static void note_end(rh_link_t *link, int64_t timeout_ns, int64_t until_ns,
                     bool has_reply, rh_link_reply_t *reply)
{
    bool stood_still = reply->arrived_ns > until_ns + STOOD_STILL_NS;
    bool in_vain = link->is_in_step && !has_reply && !stood_still &&
                   reply->arrived_ns > timeout_ns - TIMER_GRAIN_NS;

    reply->is_late = has_reply && reply->arrived_ns > timeout_ns;
    link->quiet_ns = in_vain
                         ? timeout_ns - link->response_timeout_ns + TURNAROUND_MAX_NS
                         : reply->arrived_ns;
    link->resynced_ns = reply->arrived_ns + (in_vain ? 0 : link->resync_ns);
}

static rh_link_result_t receive(rh_link_t *link, const rh_frame_t *request,
                                bool hears_out, rh_link_reply_t *reply)
{
    uint8_t adu[MODBUS_TCP_MAX_ADU_LENGTH];
    int64_t timeout_ns = reply->sent_ns + rh_link_wire_ns(link, request->size) +
                         link->response_timeout_ns +
                         rh_link_wire_ns(link, request->reply_size);
    int64_t until_ns =
        timeout_ns + (link->is_in_step && hears_out ? link->resync_ns : 0);

    rh_link_set_timeout(link, (until_ns - rh_pace_now_ns()) / NS_PER_US);
    int size = modbus_receive_confirmation(link->context, adu);
    reply->arrived_ns = rh_pace_now_ns();
    note_end(link, timeout_ns, until_ns, size >= 0, reply);
    if (size < 0) {
        return classify(errno);
    }
    rh_link_result_t result = unwrap(link, adu, size, reply);
    return result == RH_LINK_GOOD ? judge(link, request, reply) : result;
}

/* libmodbus 3.1.6 gives every raw request the transaction id 0, so that a late reply
 * could not be told from its successor's: the header is made here (Modbus Messaging on
 * TCP/IP 1.0b, 3.1.3). */
static int send_tcp(rh_link_t *link, const rh_frame_t *request)
{
    uint8_t adu[MODBUS_TCP_MAX_ADU_LENGTH] = {0};
    link->transaction++;
    adu[0] = (uint8_t)(link->transaction >> 8);
    adu[1] = (uint8_t)link->transaction;
    adu[4] = (uint8_t)(request->size >> 8);
    adu[5] = (uint8_t)request->size;
    memcpy(adu + MBAP_SIZE, request->bytes, (size_t)request->size);
    size_t size = MBAP_SIZE + (size_t)request->size;
    ssize_t sent = send(modbus_get_socket(link->context), adu, size, MSG_NOSIGNAL);
    if (sent >= 0 && (size_t)sent != size) {
        errno = EIO; /* a full socket after a flush: nobody takes from it any more */
        return -1;
    }
    return (int)sent;
}

/* Waits for bytes until then, and drops them. 1 = some came, 0 = silence, -1 = down. */
static int listen_until(rh_link_t *link, int64_t until_ns)
{
    struct pollfd wire = {.fd = modbus_get_socket(link->context), .events = POLLIN};
    int64_t left_ns = until_ns - rh_pace_now_ns();
    struct timespec wait = {left_ns / NS_PER_S, left_ns % NS_PER_S};

    if (left_ns <= 0) {
        return 0;
    }
    int ready = ppoll(&wire, 1, &wait, NULL);
    if (ready > 0 && (wire.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) {
        return -1;
    }
    if (ready > 0 && modbus_flush(link->context) < 0) {
        return -1;
    }
    return ready != 0;
}

bool rh_link_resync(rh_link_t *link)
{
    int64_t started_ns = rh_pace_now_ns();
    int64_t limit_ns = started_ns + RESYNC_LIMIT * link->resync_ns;
    int64_t until_ns = link->resynced_ns;
    int heard = 1;

    while (heard > 0 && rh_pace_now_ns() < limit_ns) {
        heard = listen_until(link, until_ns);
        if (heard > 0) {
            link->quiet_ns = rh_pace_now_ns();
            int64_t silent_ns = link->quiet_ns + link->gap_ns;
            until_ns = silent_ns > until_ns ? silent_ns : until_ns;
        }
    }
    return heard >= 0;
}

/* Who speaks listens first: a reply that nobody waited for any longer has come since,
 * and the silence begins anew at its end. False when the link is down. */
static bool is_silent(rh_link_t *link)
{
    int unread = 0;

    if (link->is_tcp ||
        ioctl(modbus_get_socket(link->context), FIONREAD, &unread) != 0 ||
        unread == 0) {
        return true;
    }
    link->resynced_ns = rh_pace_now_ns() + link->gap_ns;
    return rh_link_resync(link);
}

rh_link_result_t rh_link_exchange(rh_link_t *link, const rh_frame_t *request,
                                  bool hears_out, rh_link_reply_t *reply)
{
    *reply = (rh_link_reply_t){.size = 0};
    if (!is_silent(link) || modbus_flush(link->context) < 0 ||
        modbus_set_slave(link->context, request->bytes[0]) != 0) {
        return RH_LINK_DOWN;
    }
    reply->sent_ns = rh_pace_now_ns();
    int sent = link->is_tcp ? send_tcp(link, request)
                            : modbus_send_raw_request(link->context, request->bytes,
                                                      request->size);
    if (sent < 0) {
        return classify(errno);
    }
    rh_link_result_t result = receive(link, request, hears_out, reply);
    link->is_in_step = result == RH_LINK_GOOD || result == RH_LINK_EXCEPTION;
    return result;
}
