/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the plant's tests share: a machine with a person, a constant load on top of the
 * compensated arm, and comparisons that print what was measured. Tests only.
 */
#ifndef PLANT_RIG_H
#define PLANT_RIG_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "plant.h"
#include "truth.h"

#define RIG_STEP_S 1e-3

typedef struct {
    rh_plant_t plant;
    rh_plant_input_t input;
    double load_nm; /* resistance on top of the arm's own weight */
} rig_t;

/* The default machine, powered and open-fenced, with load 0; `config` may be NULL. */
void rig_init(rig_t *rig, double mass_kg, const rh_plant_config_t *config,
              uint64_t seed);
/* One step of 1 ms with the load. */
rh_plant_truth_t rig_step(rig_t *rig);
void rig_run(rig_t *rig, double seconds);
/* Arm and both legs at `angle_deg`, at rest. */
void rig_place(rig_t *rig, double angle_deg);
rh_plant_config_t rig_config(void);
/* No friction, damping, gear loss, backlash, coupling gap or brake. */
rh_plant_config_t rig_config_without_losses(void);
/* The truth counter's sample of this moment. */
rh_truth_sample_t rig_sample(const rh_plant_truth_t *truth);

void rig_assert_near(const char *what, double measured, double expected,
                     double tolerance, const char *file, int line);
void rig_assert_between(const char *what, double measured, double low, double high,
                        const char *file, int line);

#define assert_near(measured, expected, tolerance)                                     \
    rig_assert_near(#measured, measured, expected, tolerance, __FILE__, __LINE__)
#define assert_between(measured, low, high)                                            \
    rig_assert_between(#measured, measured, low, high, __FILE__, __LINE__)

#endif
