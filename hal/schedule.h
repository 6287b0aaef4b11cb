/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a bus does next. A changed safety output goes before everything, a failed
 * request is repeated at once, and the rest takes turns: the outputs of a device, then
 * its blocks. Pure decisions on the devices' state; the bus thread calls it at the end
 * of each silence, so that the newest command decides. For the HAL only.
 */
#ifndef RH_HAL_SCHEDULE_H
#define RH_HAL_SCHEDULE_H

#include "device.h"

#define RH_TURNS_MAX (RH_DEVICE_MAX * (RH_PROFILE_BLOCKS + 2))

typedef struct {
    rh_device_t *devices[RH_DEVICE_MAX];
    int reads_due[RH_DEVICE_MAX]; /* of a device between two mere changes of torque */
    int reads[RH_DEVICE_MAX];     /* since its latest torque */
    int device_count;
    rh_job_t turns[RH_TURNS_MAX];
    int turn_count, next;
    uint64_t rounds; /* of the turns */
    uint64_t cycles; /* those in which something was done */
    bool is_idle;    /* nothing yet in this round */
    rh_job_t last;   /* the latest job, whatever came of it */
    rh_job_t repeat; /* a failed one, or none */
    int attempts;    /* of it */
    rh_job_t held;   /* an urgent one went before it, or none */
} rh_schedule_t;

/* Adds a device and its turns. The device is the caller's and stays. */
void rh_schedule_add(rh_schedule_t *schedule, rh_device_t *device);

/* The next job, or RH_JOB_NONE when nothing is due (every device lost or waiting). */
rh_job_t rh_schedule_next(rh_schedule_t *schedule, const rh_outputs_t *outputs,
                          int64_t now_ns);

/* The job was chosen and then a longer silence than its predecessor's was kept: what is
 * urgent meanwhile goes first, and the job next. */
rh_job_t rh_schedule_again(rh_schedule_t *schedule, rh_job_t job,
                           const rh_outputs_t *outputs, int64_t now_ns);

/* A failed attempt took the bus for that long; a device that has neighbours pays for it
 * by waiting. */
void rh_schedule_charge(rh_schedule_t *schedule, rh_job_t job, int64_t cost_ns,
                        int64_t now_ns);

/* Forgets what was to be repeated: the link is new. */
void rh_schedule_reset(rh_schedule_t *schedule);

/* What came of it; a failed one is tried RH_LOST_FAILURES times running. */
void rh_schedule_done(rh_schedule_t *schedule, rh_job_t job, bool is_good);

#endif
