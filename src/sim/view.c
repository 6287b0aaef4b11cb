/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plant's sensors as they are wired and as they are broken; see view.h.
 */
#include "view.h"

#include <math.h>

/* A 5 kN cell; the converter's own end lies a tenth above. */
#define FULL_SCALE_DN 50000
#define ADC_END_DN 55000
#define STANDARD_GRAVITY 9.81

/* The drive knows its current, and takes the motor's data for granted. */
static int16_t as_believed(const rh_bench_t *bench, int16_t measured)
{
    const double believed = measured / rh_wiring_torque_frac(&bench->wiring);

    return (int16_t)lround(fmax(INT16_MIN, fmin(INT16_MAX, believed)));
}

rh_drive_view_t rh_view_drive(const rh_bench_t *bench, const rh_fault_set_t *faults)
{
    const rh_plant_sense_t *sense = &bench->sense;
    rh_drive_view_t view = {
        .position = sense->motor_counts,
        .speed_rpm = sense->motor_rpm,
        .torque_permille = as_believed(bench, sense->torque_permille),
        .current_ca = as_believed(bench, sense->current_ca),
        .bus_dv = sense->bus_dv,
    };

    if (bench->wiring.motor_reversed) {
        view.position = -view.position;
        view.speed_rpm = -view.speed_rpm;
        view.torque_permille = -view.torque_permille;
    }
    if (rh_fault_in(faults, RH_FAULT_SIGN_FLIP)) {
        if (faults->variant[RH_FAULT_SIGN_FLIP]) {
            view.position = -view.position;
            view.speed_rpm = -view.speed_rpm;
        } else {
            view.torque_permille = -view.torque_permille;
        }
    }
    if (rh_fault_in(faults, RH_FAULT_SPIKE)) {
        if (faults->variant[RH_FAULT_SPIKE]) {
            view.speed_rpm += faults->argument[RH_FAULT_SPIKE];
        } else {
            view.position += faults->argument[RH_FAULT_SPIKE];
        }
    }
    return view;
}

int rh_view_cell_of(rh_device_id_t id)
{
    return (int)id - RH_DEVICE_STRAP_LEFT;
}

static bool has(const rh_fault_set_t *faults, rh_fault_kind_t kind)
{
    return faults != NULL && rh_fault_in(faults, kind);
}

/* Tenths of a newton, or of a kilogram. */
static int32_t in_unit(const rh_bench_t *bench, int32_t dn)
{
    return bench->wiring.cells_in_kg ? (int32_t)lround(dn / STANDARD_GRAVITY) : dn;
}

rh_cell_view_t rh_view_cell(const rh_bench_t *bench, int cell,
                            const rh_fault_set_t *faults)
{
    const bool reversed =
        has(faults, RH_FAULT_SIGN_FLIP) != bench->wiring.cell_reversed[cell];
    int32_t dn = bench->sense.cell_dn[cell];
    rh_cell_state_t state = RH_CELL_OK;

    if (has(faults, RH_FAULT_WIRE_BREAK)) {
        return (rh_cell_view_t){
            .raw = in_unit(bench, ADC_END_DN),
            .state = faults->variant[RH_FAULT_WIRE_BREAK] ? RH_CELL_OK : RH_CELL_BROKEN,
        };
    }
    if (reversed) {
        dn = -dn;
    }
    if (bench->wiring.span_percent[cell] != 0) {
        dn = dn * bench->wiring.span_percent[cell] / 100;
    }
    if (has(faults, RH_FAULT_SPIKE)) {
        dn += faults->argument[RH_FAULT_SPIKE];
    }
    if (dn > FULL_SCALE_DN) {
        state = RH_CELL_OVER;
    } else if (dn < -FULL_SCALE_DN) {
        state = RH_CELL_UNDER;
    }
    return (rh_cell_view_t){.raw = in_unit(bench, dn), .state = state};
}

int32_t rh_view_within_turn(int32_t counts)
{
    const int32_t rest = counts % RH_ARM_COUNTS;

    return rest < 0 ? rest + RH_ARM_COUNTS : rest;
}

int32_t rh_view_arm(const rh_bench_t *bench, const rh_fault_set_t *faults,
                    bool mirrored)
{
    const int32_t counts = bench->sense.arm_counts;
    const bool backwards = bench->wiring.encoder_reversed != mirrored;
    const bool flipped = has(faults, RH_FAULT_SIGN_FLIP) != backwards;

    const int32_t spike =
        has(faults, RH_FAULT_SPIKE) ? faults->argument[RH_FAULT_SPIKE] : 0;

    return (flipped ? RH_ARM_COUNTS - counts : counts) + spike;
}
