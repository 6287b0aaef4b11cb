/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of a device share: requests in device.c, replies in device_take.c, the
 * length of reads in device_count.c. For these alone.
 */
#ifndef RH_HAL_DEVICE_PARTS_H
#define RH_HAL_DEVICE_PARTS_H

#include "device.h"

/* A read of `count` registers or bits from the block's start. */
void rh_device_read_some(const rh_device_t *device, const rh_hal_block_t *block,
                         int count, rh_frame_t *request);

/* How many the job's block is to be read with: the range, up to its spare registers
 * more, or where neither would be told apart fewer, without samples, but in step again.
 */
int rh_device_count_for(const rh_device_t *device, rh_job_t job, int64_t now_ns);

#endif
