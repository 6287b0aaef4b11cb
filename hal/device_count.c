/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many registers a read asks for, so that its reply is told from earlier ones. A
 * part of device.c.
 */
#include "device_parts.h"

void rh_device_read_some(const rh_device_t *device, const rh_hal_block_t *block,
                         int count, rh_frame_t *request)
{
    rh_block_t range = *block->range;
    range.count = count;
    rh_frame_read(request, device->settings->slave, &range);
}

/* What a reply to the job would look like, read with that count. */
static rh_shape_t shape_for(const rh_device_t *device, rh_job_t job, int count)
{
    rh_frame_t request;
    rh_device_read_some(device, &device->blocks[job.index], count, &request);
    rh_shape_t shape = rh_shape_of(&request);
    if (job.kind == RH_JOB_BOTH) {
        shape.bytes[1] = RH_FRAME_READ_WRITE;
    }
    return shape;
}

static bool is_open(const rh_device_t *device, rh_job_t job, int count, int64_t now_ns,
                    bool strict)
{
    rh_shape_t shape = shape_for(device, job, count);
    return rh_asked_is_open(&device->asked, &shape, now_ns, strict);
}

static bool is_last(const rh_device_t *device, rh_job_t job, int count)
{
    rh_shape_t shape = shape_for(device, job, count);
    return rh_shape_is_same(&device->asked.last, &shape);
}

/* How many to ask for, so that no earlier reply passes for this one: the range, or a
 * few more where the profile knows them to be there. 0 = none would do. */
static int whole_count(const rh_device_t *device, rh_job_t job, int64_t now_ns)
{
    int least = device->blocks[job.index].range->count;
    int most = least + device->blocks[job.index].range->spare;

    for (int strict = 1; strict >= 0; strict--) {
        for (int count = least; count <= most; count++) {
            if (!is_last(device, job, count) &&
                !is_open(device, job, count, now_ns, strict != 0)) {
                return count;
            }
        }
    }
    for (int count = least; count <= most; count++) {
        if (!is_open(device, job, count, now_ns, false)) {
            return count;
        }
    }
    return 0;
}

int rh_device_count_for(const rh_device_t *device, rh_job_t job, int64_t now_ns)
{
    int range = device->blocks[job.index].range->count;
    int count = device->is_numbered ? range : whole_count(device, job, now_ns);

    for (int fewer = 1; count == 0 && job.kind == RH_JOB_BLOCK && fewer < range;
         fewer++) {
        count = is_open(device, job, fewer, now_ns, false) ? 0 : fewer;
    }
    return count > 0 ? count : range;
}

bool rh_device_reads_short(const rh_device_t *device, rh_job_t job, int64_t now_ns)
{
    const rh_hal_block_t *block = &device->blocks[job.index];
    if (job.kind != RH_JOB_BLOCK || device->is_numbered || block->range->count < 2 ||
        block->asked < block->range->count) {
        return false;
    }
    for (int more = 0; more <= block->range->spare; more++) {
        int count = block->range->count + more;
        if (count != block->asked && !is_open(device, job, count, now_ns, false)) {
            return false;
        }
    }
    return shape_for(device, job, 1).size != shape_for(device, job, block->asked).size;
}

bool rh_device_is_told_apart(const rh_device_t *device, rh_job_t job, int64_t now_ns)
{
    bool is_read = job.kind == RH_JOB_BLOCK || job.kind == RH_JOB_BOTH;
    return !is_read || device->is_numbered ||
           !is_open(device, job, rh_device_count_for(device, job, now_ns), now_ns,
                    false);
}
