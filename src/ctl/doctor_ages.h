/* SPDX-License-Identifier: Apache-2.0 */
/* Whether samples are as fresh as the gate wants them, watched for a while. */
#ifndef RH_CTL_DOCTOR_AGES_H
#define RH_CTL_DOCTOR_AGES_H

#include "doctor_parts.h"
#include "reading.h"

typedef struct {
    int looks, stale[RH_SIGNAL_COUNT];
    double limit_ms[RH_SIGNAL_COUNT]; /* 0: nobody asks for it */
    double oldest_ms[RH_SIGNAL_COUNT];
} rh_doctor_ages_t;

/* The limits are those of the file that doctor was told of, else the shipped ones. */
void rh_doctor_ages_start(rh_doctor_ages_t *ages, const rh_doctor_t *doctor);
void rh_doctor_ages_look(rh_doctor_ages_t *ages, const rh_reading_t *reading);
/* One finding for each cause that made signals too old; how many there were. */
int rh_doctor_ages_judge(rh_doctor_t *doctor, const rh_doctor_ages_t *ages);

#endif
