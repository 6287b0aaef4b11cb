/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints what a 2 ms tick of the plant costs (two 1 ms steps with their noise), alone
 * and with the truth, the sensors and the true counter read once a tick. Gates nothing:
 * run it by hand on a quiet machine.
 */
#include <stdio.h>
#include <time.h>

#include "plant.h"
#include "truth.h"

#define TICKS 2000000

static double now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

static rh_truth_sample_t sample_of(const rh_plant_truth_t *truth)
{
    return (rh_truth_sample_t){truth->time_s, truth->arm_angle_deg, truth->arm_rate_dps,
                               truth->force_n[RH_LEFT] + truth->force_n[RH_RIGHT],
                               truth->strap_radius_m};
}

static double run(bool read, int *reps)
{
    static rh_plant_t plant;
    rh_plant_config_t config;
    rh_truth_t counter;
    rh_truth_rep_t rep;
    rh_plant_input_t input = {.torque_limit_up_nm = 100.0,
                              .torque_limit_down_nm = 100.0,
                              .servo_on = true,
                              .sto_closed = true};
    rh_plan_t plan = rh_plan_defaults(RH_STYLE_SMOOTH);
    double started_ns = 0.0;

    plan.reps = 1000000;
    rh_plant_defaults(&config);
    rh_plant_init(&plant, &config, rh_person_of_mass(80.0), 1);
    rh_truth_init(&counter, 90.0);
    (void)rh_person_begin(&plant, &plan);
    started_ns = now_ns();
    for (int i = 0; i < TICKS; i++) {
        input.torque_command_nm = -60.0 + plant.arm_gravity_nm * plant.arm_cos;
        rh_plant_step(&plant, &input, 2e-3);
        if (read) {
            rh_plant_sense_t sense;
            const rh_plant_truth_t truth = rh_plant_truth(&plant);
            const rh_truth_sample_t sample = sample_of(&truth);

            rh_plant_sense(&plant, &sense);
            (void)rh_truth_step(&counter, &sample, &rep);
        }
    }
    *reps = plant.act.reps_done;
    return (now_ns() - started_ns) / TICKS;
}

int main(void)
{
    int reps = 0;
    const double bare_ns = run(false, &reps);
    const double read_ns = run(true, &reps);

    printf("plant: %.0f ns a 2 ms tick; with truth, sensors and counter %.0f ns "
           "(%d reps)\n",
           bare_ns, read_ns, reps);
    return 0;
}
