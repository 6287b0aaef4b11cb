/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the electronics of a device measure, before they put it into registers of their
 * own shape: the plant's sensors as they are wired and as they are broken. The register
 * maps of drives, cells and encoders call it, so that a fault or a wrong wire is the
 * same on each make. Bench locked.
 */
#ifndef RH_SIM_VIEW_H
#define RH_SIM_VIEW_H

#include "bench.h"

/* In the drive's own directions: positive = its forward. */
typedef struct {
    int32_t position; /* RH_MOTOR_COUNTS a motor turn */
    int speed_rpm;
    int torque_permille; /* of rated */
    int current_ca;      /* 0.01 A */
    int bus_dv;          /* 0.1 V */
} rh_drive_view_t;

typedef enum {
    RH_CELL_OK,
    RH_CELL_OVER,  /* beyond full scale, pulling */
    RH_CELL_UNDER, /* the same, pushing */
    RH_CELL_BROKEN /* the converter knows that its wire is broken */
} rh_cell_state_t;

typedef struct {
    int32_t raw; /* 0.1 N, or 0.1 kg where the transmitter was set so */
    rh_cell_state_t state;
} rh_cell_view_t;

rh_drive_view_t rh_view_drive(const rh_bench_t *bench, const rh_fault_set_t *faults);
/* `cell` is one of RH_CELL_STRAP_LEFT ...; `faults` may be NULL. */
rh_cell_view_t rh_view_cell(const rh_bench_t *bench, int cell,
                            const rh_fault_set_t *faults);
/* 0..RH_ARM_COUNTS-1 at the arm's -180 deg upwards, before a zero of the encoder's own.
 * `mirrored`: the encoder was told to count the other way. */
int32_t rh_view_arm(const rh_bench_t *bench, const rh_fault_set_t *faults,
                    bool mirrored);
/* The plant's cell that a device measures. */
int rh_view_cell_of(rh_device_id_t id);
/* A count brought into one turn of the arm. */
int32_t rh_view_within_turn(int32_t counts);

#endif
