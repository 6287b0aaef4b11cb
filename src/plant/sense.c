/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sensors of the simulated machine: what encoders, drive and load-cell transmitters
 * show, with the errors of the plant's table of parameters. Called by the plant's step
 * and by the simulator (rh_plant_sense).
 */
#include "plant_math.h"
#include "plant_parts.h"

#define CONVERSION_S 0.01   /* the cells' converters: 100 a second */
#define CREEP_S 600.0       /* time constant: settled within 30 minutes */
#define MOTOR_NM_PER_A 0.53 /* 2.39 N m at 4.5 A */
#define RPM_PER_RPS (60.0 / (2.0 * RH_PI))

void rh_sensors_init(rh_plant_t *plant)
{
    const rh_plant_config_t *config = &plant->config;
    const double first = rh_uniform(&plant->random);
    const double limit_rad = config->arm_nonlinearity_deg * RH_DEG;

    /* One wave a turn (eccentric disc) and two (oval): together they reach the limit.
     */
    plant->nonlinearity_rad[0] = limit_rad * (0.5 + 0.2 * first);
    plant->nonlinearity_rad[1] = limit_rad - plant->nonlinearity_rad[0];
    for (int i = 0; i < RH_CELLS; i++) {
        rh_plant_cell_t *cell = &plant->cell[i];

        *cell = (rh_plant_cell_t){0};
        cell->zero_n = config->cell_zero_n * rh_uniform(&plant->random);
        cell->drift_n_per_s = config->cell_drift_n / 600.0 * rh_uniform(&plant->random);
    }
}

static void convert(const rh_plant_t *plant, rh_plant_cell_t *cell, double noise)
{
    const rh_plant_config_t *config = &plant->config;
    const double change_n = cell->filtered_n - cell->last_n;
    const double half_n = 0.5 * config->cell_hysteresis_frac * fabs(cell->filtered_n);

    cell->noise_n = config->cell_noise_n * noise;
    cell->creep_n += CONVERSION_S / CREEP_S *
                     (config->cell_creep_frac * cell->filtered_n - cell->creep_n);
    cell->hysteresis_n = change_n > 0.0 ? -half_n : half_n;
    cell->last_n = cell->filtered_n;
}

void rh_sensors_step(rh_plant_t *plant, double dt_s)
{
    const double gain = plant->gains.cell_gain;
    const double input_n[RH_CELLS] = {plant->force_n[RH_LEFT], plant->force_n[RH_RIGHT],
                                      plant->pad_n[0], plant->pad_n[1]};

    for (int i = 0; i < RH_CELLS; i++) {
        plant->cell[i].filtered_n += gain * (input_n[i] - plant->cell[i].filtered_n);
    }
    plant->torque_noise = rh_gaussian(&plant->random);
    plant->next_conversion_s -= dt_s;
    if (plant->next_conversion_s > 0.0) {
        return;
    }
    plant->next_conversion_s += CONVERSION_S;
    for (int i = 0; i < RH_CELLS; i++) {
        convert(plant, &plant->cell[i], rh_gaussian(&plant->random));
    }
}

static int32_t rounded(double value)
{
    return (int32_t)(value < 0.0 ? value - 0.5 : value + 0.5);
}

static int16_t rounded16(double value)
{
    return (int16_t)rounded(rh_clamp(value, -32768.0, 32767.0));
}

static int32_t arm_counts(const rh_plant_t *plant)
{
    const double sine = rh_sin(plant->arm_rad);
    const double shown_rad = plant->arm_rad + plant->nonlinearity_rad[0] * sine +
                             plant->nonlinearity_rad[1] * 2.0 * sine * plant->arm_cos;
    const int32_t counts = rounded(shown_rad * (RH_ARM_COUNTS / (2.0 * RH_PI)));

    return (counts + plant->config.arm_zero_counts) & (RH_ARM_COUNTS - 1);
}

static int32_t cell_dn(const rh_plant_t *plant, int index)
{
    const rh_plant_cell_t *cell = &plant->cell[index];
    const double hardware_n = index <= RH_CELL_STRAP_RIGHT
                                  ? 0.5 * plant->config.hardware_n * plant->arm_cos
                                  : 0.0;
    const double shown_n = cell->filtered_n + cell->zero_n + cell->creep_n +
                           cell->hysteresis_n + cell->noise_n + hardware_n +
                           cell->drift_n_per_s * plant->time_s;

    return rounded(10.0 * shown_n);
}

void rh_plant_sense(const rh_plant_t *plant, rh_plant_sense_t *sense)
{
    const rh_plant_config_t *config = &plant->config;
    const double ratio = config->gear_ratio;
    const double motor_nm = plant->motor_nm / ratio;
    const double motor_rad = ratio * (plant->arm_rad + plant->play_rad);
    const double shown_frac =
        motor_nm / RH_MOTOR_RATED_NM + config->torque_noise_frac * plant->torque_noise;

    sense->arm_counts = arm_counts(plant);
    sense->motor_counts = rounded(motor_rad * (RH_MOTOR_COUNTS / (2.0 * RH_PI)));
    sense->motor_rpm =
        rounded16(ratio * (plant->arm_rps + plant->play_rps) * RPM_PER_RPS);
    sense->torque_permille = rounded16(1000.0 * shown_frac);
    sense->current_ca = rounded16(100.0 * fabs(motor_nm) / MOTOR_NM_PER_A);
    sense->bus_dv = rounded16(10.0 * rh_drive_bus_v(plant));
    for (int i = 0; i < RH_CELLS; i++) {
        sense->cell_dn[i] = cell_dn(plant, i);
    }
    sense->limit_top = plant->arm_rad >= config->limit_top_deg * RH_DEG;
    sense->limit_bottom = plant->arm_rad <= config->limit_bottom_deg * RH_DEG;
}
