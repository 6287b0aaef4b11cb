/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast a bus can be: the time of one cycle by arithmetic from the devices'
 * profiles. Pure. For the HAL only.
 */
#ifndef RH_HAL_CYCLE_H
#define RH_HAL_CYCLE_H

#include "schedule.h"

/* One round of all turns, ns: bytes of requests and replies (checksums included) at
 * char_ns each, each device's turnaround, and before each request the longer gap of the
 * device asked and the one before. A block that is read in turn counts by its share.
 * Where no start-up, change or repeat takes time. 0 without a device. */
double rh_cycle_ns(const rh_schedule_t *schedule, int64_t char_ns);

#endif
