/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A serial line's time. A pty hands a frame over at once; this state machine puts the
 * time back that its bytes, the slave's turnaround and the silences take on copper, and
 * keeps the statistics of the line (HARDWARE.md 6, "Definition of the ratio"). Pure:
 * all times are arguments, in ns of one monotonic clock. link_rtu.c drives it with a
 * pty, the tests with made-up times.
 *
 * A request that arrives at t occupies the wire until t + T_req. It is closed by
 * silence (t15 after its last byte), answered, and the whole reply is released at t +
 * T_req + turnaround + T_resp. Whatever begins before release + t35 is discarded and
 * counted as a violation; where the computer stood still, so that the slave read its
 * request or sent its reply later than copper would have, what is earlier by no more
 * than that is counted apart: no master can wait for what it cannot know.
 */
#ifndef RH_SIM_WIRE_H
#define RH_SIM_WIRE_H

#include "frame.h"
#include "histogram.h"

#define RH_WIRE_PENDING 8

/* A line as it is set up. */
typedef struct {
    int baud;
    int char_bits;            /* with start and stop: 10 at 8N1, 11 at 8N2 and 8E1 */
    bool true_gap;            /* 3.5 characters above 19200 too, instead of 1.75 ms */
    bool instant;             /* no wire time at all */
    int64_t turnaround_us[2]; /* the slaves', drawn from between; -1 = as the gap */
} rh_wire_line_t;

typedef struct {
    int64_t char_ns;
    int64_t t15_ns;
    int64_t t35_ns;
    int64_t turnaround_ns;       /* the shortest */
    int64_t turnaround_range_ns; /* the longest is this much longer */
} rh_wire_timing_t;

/* 115200 8N1, t35 1750 us, turnaround 1750 us: the simulated machine's layout. */
rh_wire_line_t rh_wire_line(void);
/* The times of a line (HARDWARE.md 6). Without wire time, the silence that closes a
 * frame is 0.2 ms. */
rh_wire_timing_t rh_wire_timing_of(const rh_wire_line_t *line);
/* Those of rh_wire_line. */
rh_wire_timing_t rh_wire_timing(void);

/* A request that began too early: what it ran into, so that one can tell a master that
 * does not wait from a computer that stood still. */
typedef struct {
    int64_t early_ns;         /* before the line was free */
    int64_t after_reply_ns;   /* after the latest reply had left */
    int64_t reply_late_ns;    /* by which that reply left later than it was due */
    int64_t after_request_ns; /* after the request before it had ended */
} rh_wire_violation_t;

typedef struct {
    uint64_t requests; /* whole, well-timed requests for a device of this line */
    uint64_t replies;
    uint64_t violations; /* began before the line was free for t35 */
    uint64_t held_up;    /* the same, by no more than this computer stood still */
    rh_wire_violation_t violation; /* the latest of the violations */
    uint64_t bad_frames;           /* short, long or wrong CRC */
    uint64_t foreign;              /* for an id that nobody on this line has */
    int64_t wire_ns;               /* sum of T over the transactions that eta counts */
    int64_t dead_ns;               /* sum of their dead times */
    int64_t wall_ns; /* sum of request-to-request times, own lateness included */
    rh_histogram_t dead;
    rh_histogram_t late; /* own lateness of each release */
} rh_wire_stats_t;

/* A reply on its way. */
typedef struct {
    bool used;
    bool counted;     /* an undisturbed reply: the transaction counts for eta */
    uint64_t request; /* number of the request that it answers */
    int64_t turnaround_ns;
    int64_t release_ns;
    size_t length;
    uint8_t bytes[RH_RTU_MAX];
} rh_wire_reply_t;

typedef struct {
    rh_wire_timing_t timing;
    /* the frame that is arriving; nothing is when rx_length is 0 */
    size_t rx_length;
    int64_t rx_start_ns;
    int64_t rx_end_ns;
    bool rx_early;
    int64_t held_ns;    /* what comes next */
    int64_t rx_held_ns; /* it may have waited for so long to be read */
    bool rx_spoiled;    /* too long, or not at this line's rate */
    uint8_t rx[RH_RTU_MAX];
    /* the line */
    uint32_t random;
    int64_t free_ns; /* a request may begin from here on */
    uint64_t request;
    int64_t request_start_ns;
    int64_t request_end_ns;
    rh_wire_reply_t pending[RH_WIRE_PENDING];
    /* the last transaction, until the next request shows its dead time */
    bool last_valid;
    int64_t last_start_ns;
    int64_t last_wire_ns;
    int64_t last_release_ns;
    int64_t last_left_ns; /* of any reply, overtaken or not, and how late that was */
    int64_t last_late_ns;
    int64_t slip_ns; /* by which what occupies the line was read or left too late */
    rh_wire_violation_t early; /* of the frame that is arriving */
    rh_wire_stats_t stats;
} rh_wire_t;

void rh_wire_init(rh_wire_t *wire, const rh_wire_timing_t *timing);
/* Bytes that were there at `now_ns`. */
void rh_wire_receive(rh_wire_t *wire, int64_t now_ns, const uint8_t *bytes,
                     size_t length);
/* What is received next may have waited for up to `held_ns` before it was read. */
void rh_wire_held(rh_wire_t *wire, int64_t held_ns);
/* The frame that is arriving was not sent at the line's rate: it is noise. */
void rh_wire_spoil(rh_wire_t *wire);
/* When the arriving frame closes, and when the next reply is due; INT64_MAX if none is
 * under way. */
int64_t rh_wire_close_ns(const rh_wire_t *wire);
int64_t rh_wire_release_ns(const rh_wire_t *wire);
/* The frame that closed by `now_ns`, or NULL. The bytes stay valid until the next
 * receive; early and damaged frames are counted and never returned. */
const uint8_t *rh_wire_take(rh_wire_t *wire, int64_t now_ns, size_t *length);
/* The taken frame is for nobody on this line. */
void rh_wire_ignore(rh_wire_t *wire);
/* Queues the answer to the taken frame. `delay_ns` > 0 makes it late; `counted` is
 * false for disturbed replies. The oldest is dropped if eight are on their way. Returns
 * when it is due. */
int64_t rh_wire_reply(rh_wire_t *wire, const uint8_t *bytes, size_t length,
                      int64_t delay_ns, bool counted);
/* The reply whose release is due first, or NULL. */
rh_wire_reply_t *rh_wire_due(rh_wire_t *wire, int64_t now_ns);
/* The reply was written at `now_ns` (stamp it before the write: afterwards the master
 * may already have read it). */
void rh_wire_released(rh_wire_t *wire, rh_wire_reply_t *reply, int64_t now_ns);
/* Starts the statistics anew. */
void rh_wire_mark(rh_wire_t *wire);
/* eta = sum T / sum (T + dead); 0 before the second request. */
double rh_wire_eta(const rh_wire_stats_t *stats);
/* The same against the clock on the wall. */
double rh_wire_eta_wall(const rh_wire_stats_t *stats);

#endif
