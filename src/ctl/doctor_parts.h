/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of `doctor` share. */
#ifndef RH_CTL_DOCTOR_PARTS_H
#define RH_CTL_DOCTOR_PARTS_H

#include <jansson.h>

#include "rh/settings.h"
#include "verbs.h"

#define RH_DOCTOR_NOT_READ "nobody could look"

typedef enum { RH_DOCTOR_OK, RH_DOCTOR_WARN, RH_DOCTOR_FAIL } rh_verdict_t;

typedef struct {
    const rh_call_t *call;
    json_t *findings;
    /* replies; NULL while the daemon does not answer, or knows no such verb */
    json_t *hello, *snapshot, *commissioning;
    rh_settings_t *settings; /* of the file; NULL where it is refused, a finding */
} rh_doctor_t;

/* One finding: what was looked at, how it is, what was seen, and what to do. */
void rh_doctor_find(rh_doctor_t *doctor, rh_verdict_t verdict, const char *check,
                    const char *remedy, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* A part of the snapshot's result, or NULL. */
const json_t *rh_doctor_part(const rh_doctor_t *doctor, const char *key);

/* doctor_host.c: kernel, permissions, clock, governor, adapters, GPIO of this computer.
 * Needs no daemon. */
void rh_doctor_host(rh_doctor_t *doctor);

/* doctor_permission.c: whether the daemon of this computer may run in real time. */
void rh_doctor_permission(rh_doctor_t *doctor);

/* doctor_cycle.c: whether the drive's bus is as fast as the damping was made for. */
void rh_doctor_cycle(rh_doctor_t *doctor);

/* doctor_buses.c: rates, errors and ages of buses and devices. */
void rh_doctor_buses(rh_doctor_t *doctor);
void rh_doctor_devices(rh_doctor_t *doctor);

/* doctor_format.c: devices whose profile says another format than their line's. Needs
 * no daemon. */
void rh_doctor_format(rh_doctor_t *doctor);

/* doctor_wires.c: what counters and signals say about the wiring. */
void rh_doctor_wiring(rh_doctor_t *doctor);
void rh_doctor_signals(rh_doctor_t *doctor);

/* doctor_sources.c: whether two signals come from one device, or, where that is enough,
 * over one bus; unknown sources are one. Appends a name to a list. */
bool rh_doctor_share(const rh_doctor_t *doctor, int a, int b, bool bus_is_enough);
void rh_doctor_list(char *text, size_t size, const char *name);

/* doctor_commissioning.c: the record. */
void rh_doctor_commissioning(rh_doctor_t *doctor);

#endif
