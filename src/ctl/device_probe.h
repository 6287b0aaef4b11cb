/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `device probe`: one device read by its profile, without the daemon. The target says
 * where it is and what it is; the scan looks for it; the probe reads and prints it.
 */
#ifndef RH_CTL_DEVICE_PROBE_H
#define RH_CTL_DEVICE_PROBE_H

#include "probe.h" /* the wire */
#include "verbs.h"

#define RH_PROBE_PATH 512
#define RH_PROBE_SLAVE_MAX 247

typedef struct {
    rh_profile_t profile;
    rh_bus_settings_t bus;
    char path[RH_PROBE_PATH]; /* of the serial device, absolute or as it was given */
    int slave;
    bool scans;
    int found[RH_PROBE_SLAVE_MAX]; /* by the scan: every number that answers */
    int found_count;
} rh_probe_target_t;

/* probe_target.c: from the words and the configuration. 0, or an exit code. */
int rh_probe_target(const rh_call_t *call, rh_probe_target_t *target,
                    rh_problem_t *problem);
/* "/dev/ttyUSB0, 115200 8N1, slave 1" */
const char *rh_probe_where(const rh_probe_target_t *target, char *text, size_t size);

/* probe_scan.c: asks every slave number, at the target's rate and, where nobody
 * answers, at the profile's others. Tells each that answers on stderr, and leaves them,
 * the rate and the one to read in the target. 0, or an exit code with what was tried.
 */
int rh_probe_scan(rh_probe_target_t *target, rh_problem_t *problem);

/* Opens the target's port; 0, or an exit code that says whose it is. */
int rh_probe_connect(const rh_probe_target_t *target, int response_ms,
                     rh_probe_t **probe, rh_problem_t *problem);

int rh_device_probe_run(const rh_call_t *call, rh_problem_t *problem);

#endif
