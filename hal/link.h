/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One bus's wire: opens the libmodbus context, keeps the silence between frames,
 * carries one request and its reply, and says what went wrong. The traps of libmodbus
 * end here: no stale reply, no unset timeout, no recovery of its own. One thread per
 * link.
 */
#ifndef RH_HAL_LINK_H
#define RH_HAL_LINK_H

#include <modbus/modbus.h>
#include <stdbool.h>
#include <stdint.h>

#include "frame.h"
#include "pace.h"
#include "rh/hal.h"

typedef enum {
    RH_LINK_GOOD = 0,
    RH_LINK_TIMEOUT,   /* nothing, or less than announced, in time */
    RH_LINK_STALE,     /* an answer to an earlier request */
    RH_LINK_CRC,       /* a damaged frame */
    RH_LINK_WRONG,     /* other unit, function, length or echo */
    RH_LINK_EXCEPTION, /* the device refuses; the wire is in step */
    RH_LINK_DOWN,      /* the port or the connection is gone */
    RH_LINK_RESULTS
} rh_link_result_t;

typedef struct {
    modbus_t *context; /* NULL: closed */
    bool is_tcp;
    int claim;       /* serial: the descriptor that keeps others out */
    int64_t char_ns; /* one character on the wire; 0 on TCP */
    int64_t gap_ns;  /* the longest silence that one of its devices needs */
    int64_t response_timeout_ns, resync_ns;
    rh_pace_t pace;
    int64_t quiet_ns;    /* since when the wire is silent, CLOCK_MONOTONIC */
    int64_t resynced_ns; /* when the resync that an error needs is over */
    bool is_in_step; /* the last request was answered: no older reply can still come */
    uint16_t transaction; /* TCP: id of the latest request */
} rh_link_t;

typedef struct {
    uint8_t bytes[MODBUS_TCP_MAX_ADU_LENGTH]; /* unit id, function, data */
    int size;
    int64_t sent_ns, arrived_ns;
    bool is_late;     /* after the response timeout, within the resync time */
    int64_t stamp_ns; /* when the device composed it, never younger than that may be:
                         arrival less its own wire time; where the reply or this thread
                         was held up, the end of the request */
} rh_link_reply_t;

/* Does the serial driver know this rate? libmodbus would take 9600 without a word. */
bool rh_link_baud_is_known(int32_t baud);

/* Data bits, parity and stop bits of "8N1"; false when it is none. */
bool rh_link_format_parse(const char *format, int *data, char *parity, int *stop);

/* How long one character of this line's format is at its rate, ns; 0 on TCP. */
int64_t rh_link_char_ns(const rh_bus_settings_t *bus);

/* The silence that ends a frame on this line, 3.5 characters rounded up, us; 0 on TCP.
 * No request goes out sooner, whatever a profile says: the 1750 us above 19200 baud
 * (Modbus over Serial Line V1.02, 2.5.1.1) are less than that below. */
int32_t rh_link_least_gap_us(const rh_bus_settings_t *bus);

/* Opens the port, which then is ours alone, or connects (at most 250 ms). `path` is
 * absolute; on TCP it is where a simulator says its port. 0 or negative errno: -EBUSY
 * where another program holds the port, -EXDEV where the machine is simulated and the
 * port no pty or not a simulator's, -ERANGE where it does not run at
 * the rate that was asked for; allocates (libmodbus). gap_us is the longest silence
 * that one of its devices needs.
 */
int rh_link_open(rh_link_t *link, const rh_bus_settings_t *settings, const char *path,
                 int32_t gap_us);
void rh_link_close(rh_link_t *link);

/* How long a frame of `size` bytes without its checksum is on the wire; 0 on TCP. */
int64_t rh_link_wire_ns(const rh_link_t *link, int size);

/* Waits out a silence of gap_ns before the next request. */
void rh_link_wait_gap(rh_link_t *link, int64_t gap_ns);

/* One request and its reply. Allowed from the end of the request: the response timeout
 * and the reply's own wire time. Where the request before it was answered, a reply can
 * only belong to this one, and is heard out for the resync time, which passes anyway;
 * not where the caller says that a request follows which tells such a reply apart.
 * After anything but GOOD and EXCEPTION resync. */
rh_link_result_t rh_link_exchange(rh_link_t *link, const rh_frame_t *request,
                                  bool hears_out, rh_link_reply_t *reply);

/* Waits out what is left of the resync time (the worst latency of a slave), longer
 * while bytes come, and forgets them: the frame silence must have passed since the last
 * one. At most ten times the resync time. False when the link is down. */
bool rh_link_resync(rh_link_t *link);

#endif
