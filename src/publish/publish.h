/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The publish room: the stream that anybody may read and the commands that a trainer
 * may give, over ZeroMQ. The service thread of the daemon owns it; nobody else calls.
 * It sees snapshots and events, and gives the loop commands through a callback; it can
 * neither name a grant nor call into the loop.
 */
#ifndef RH_PUBLISH_H
#define RH_PUBLISH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rh/command.h"
#include "rh/event.h"
#include "rh/health.h"
#include "rh/recorded.h"
#include "rh/settings.h"
#include "rh/snapshot.h"

typedef struct rh_publish rh_publish_t;

/* What was decided at start about the machine's commissioning, for who asks. */
typedef struct {
    bool is_needed, may_arm;
    const char *sentence; /* why not, or what was found; may be NULL */
    const char *wiring;   /* what a record is made for; may be NULL */
} rh_publish_commissioning_t;

/* Everything pointed at must outlive the room. */
typedef struct {
    const rh_daemon_settings_t *daemon;
    const char *machine;     /* the <machine> of every topic: no '/', no space */
    const char *boot;        /* ULID text, new at each start */
    const char *config_text; /* what config.show shows; may be NULL */
    rh_publish_commissioning_t commissioning;
    /* Hands an ordinary command to the loop; false: its ring is full. The answer comes
     * back as RH_EVENT_ANSWER with the command's ticket. */
    bool (*send)(void *loop, const rh_command_t *command);
    /* Hands it a stop word, which cannot fail. The loop may take several as one: its
     * answer to a ticket is the answer to all tickets of the lane before it. */
    void (*stop)(void *loop, rh_lane_t lane, uint32_t ticket);
    /* Called when the lease of that number is taken (true) or ended (false). */
    void (*console)(void *loop, bool present, uint32_t lease);
    void *loop;
    int64_t (*mono_ns)(void); /* CLOCK_MONOTONIC; tests bring their own */
} rh_publish_settings_t;

/* Binds the sockets and writes <run-dir>/endpoints.json (written last: when it is
 * there, all of them listen). 0, or -errno with `error` saying what, where and the
 * remedy; a bind address off the loopback is refused (-EACCES). */
int rh_publish_open(rh_publish_t **publish, const rh_publish_settings_t *settings,
                    char *error, size_t error_size);

/* Waits up to `timeout_ms` for requests, subscriptions or `wake_fd` (-1: none). 1:
 * wake_fd is readable; what else has come waits for the next call, once that was read.
 * 0: it is not; served is what has come, an unrenewed lease is ended and what the loop
 * left unanswered is answered. -errno: the sockets are gone. */
int rh_publish_poll(rh_publish_t *publish, int wake_fd, int timeout_ms);

/* `state` when it changed and once a second, `live` at the configured rate. To be
 * called with every snapshot there is, after the events of the same tick. */
void rh_publish_snapshot(rh_publish_t *publish, const rh_snapshot_t *snapshot);

/* Answers, notes, cues and faults. Reps, sets and sessions come by the other door. */
void rh_publish_event(rh_publish_t *publish, const rh_event_t *event);

/* Reps, sets and sessions, after the record room has had them. */
void rh_publish_recorded(rh_publish_t *publish, const rh_recorded_t *recorded);

/* `health`; its live_dropped is replaced by this room's own count. */
void rh_publish_health(rh_publish_t *publish, const rh_health_t *health);

/* Live messages that some reader's full queue did not take, since start. */
uint64_t rh_publish_dropped(const rh_publish_t *publish);

/* Counts the changes of the state message; 0 before the first. */
uint64_t rh_publish_state_seq(const rh_publish_t *publish);

/* What commissioning.show says from now on: it may not arm, for this reason (which must
 * outlive the room). */
void rh_publish_uncommissioned(rh_publish_t *publish, const char *sentence);

/* Closes at once (no lingering) and removes endpoints.json. NULL is permitted. */
void rh_publish_close(rh_publish_t *publish);

#endif
