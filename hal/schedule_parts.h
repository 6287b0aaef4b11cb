/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the files of the schedule: the turns, the outputs that go before them, and
 * the decision. For them only.
 */
#ifndef RH_HAL_SCHEDULE_PARTS_H
#define RH_HAL_SCHEDULE_PARTS_H

#include "schedule.h"

extern const rh_job_t rh_no_job;

bool rh_job_is(rh_job_t a, rh_job_t b);

/* Neither waits for its neighbours' sake nor is lost and not yet to be tried again. */
bool rh_schedule_may_ask(const rh_device_t *device, int64_t now_ns);

/* Its start-up values are written and read back. */
bool rh_schedule_is_started(const rh_device_t *device);

/* Outputs that go before everything else, a failed request included; or no job. */
rh_job_t rh_schedule_urgent(const rh_schedule_t *schedule, const rh_outputs_t *outputs,
                            int64_t now_ns);

/* A change that waits for one other transaction at most; or no job. */
rh_job_t rh_schedule_changed(const rh_schedule_t *schedule, const rh_outputs_t *outputs,
                             int64_t now_ns);

/* Whose turn it is, and the turn after it is next; no job when nothing is due. */
rh_job_t rh_schedule_turn(rh_schedule_t *schedule, int64_t now_ns);

/* That turn, or a start-up value that is read again in its place. */
rh_job_t rh_schedule_check(const rh_schedule_t *schedule, rh_job_t job,
                           const rh_outputs_t *outputs, int64_t now_ns);

#endif
