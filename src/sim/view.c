/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plant's sensors as they are wired and as they are broken; see view.h.
 */
#include "view.h"

/* A 5 kN cell; the converter's own end lies a tenth above. */
#define FULL_SCALE_DN 50000
#define ADC_END_DN 55000

rh_drive_view_t rh_view_drive(const rh_bench_t *bench, const rh_fault_set_t *faults)
{
    const rh_plant_sense_t *sense = &bench->sense;
    rh_drive_view_t view = {
        .position = sense->motor_counts,
        .speed_rpm = sense->motor_rpm,
        .torque_permille = sense->torque_permille,
        .current_ca = sense->current_ca,
        .bus_dv = sense->bus_dv,
    };

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

rh_cell_view_t rh_view_cell(const rh_bench_t *bench, int cell,
                            const rh_fault_set_t *faults)
{
    rh_cell_view_t view = {.raw = bench->sense.cell_dn[cell]};

    if (has(faults, RH_FAULT_WIRE_BREAK)) {
        view.raw = ADC_END_DN;
        view.state = faults->variant[RH_FAULT_WIRE_BREAK] ? RH_CELL_OK : RH_CELL_BROKEN;
        return view;
    }
    if (has(faults, RH_FAULT_SIGN_FLIP)) {
        view.raw = -view.raw;
    }
    if (has(faults, RH_FAULT_SPIKE)) {
        view.raw += faults->argument[RH_FAULT_SPIKE];
    }
    if (view.raw > FULL_SCALE_DN) {
        view.state = RH_CELL_OVER;
    } else if (view.raw < -FULL_SCALE_DN) {
        view.state = RH_CELL_UNDER;
    }
    return view;
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
    const bool flipped = has(faults, RH_FAULT_SIGN_FLIP) != mirrored;

    const int32_t spike =
        has(faults, RH_FAULT_SPIKE) ? faults->argument[RH_FAULT_SPIKE] : 0;

    return (flipped ? RH_ARM_COUNTS - counts : counts) + spike;
}
