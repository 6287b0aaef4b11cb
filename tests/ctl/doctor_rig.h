/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of `doctor` share: a computer whose files are planted, and a daemon
 * that is none. */
#ifndef RH_TEST_DOCTOR_RIG_H
#define RH_TEST_DOCTOR_RIG_H

#include "console.h"
#include "fake.h"

typedef struct {
    console_t console;
    fake_t *fake;
} doctor_rig_t;

extern doctor_rig_t doctor_rig;

int doctor_rig_build(void **state);
int doctor_rig_tear_down(void **state);

/* A file that the daemon's reader accepts: the shipped one. */
const char *doctor_good_file(void);
/* The console with --config; its exit code. */
int doctor_run(const char *words, const char *config);
/* `doctor` on the planted computer. */
int doctor_examine(const char *config);
/* Whether that is in what it said; prints all where it is not. */
bool doctor_says(const char *text);
/* A file of the computer that --root makes doctor look at. */
void doctor_plant(const char *path, const char *text);
void doctor_plant_good(void);
/* The snapshot with this health, and these open faults. */
void doctor_be(const char *health, const char *faults);

#endif
