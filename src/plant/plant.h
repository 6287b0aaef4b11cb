/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulated machine: two legs and the arm as separate bodies about the hip axis,
 * coupled by rollers or a strap, with gear, motor, passive brake, stops, pads and the
 * errors of every sensor (plant equations, HARDWARE.md 8.1). Pure: no clock, heap, I/O
 * or global; one caller-owned struct, and the same seed gives the same bits. The
 * simulator and tests call it; it sees neither core nor safety.
 *
 * Angles: 0 = legs in line with the torso, -90 = hanging, positive = past the line.
 * Torques act about the hip axis, positive = lifting. Coupling force: positive = the
 * legs lift the arm, negative (rollers only) = the arm carries the legs.
 */
#ifndef RH_PLANT_H
#define RH_PLANT_H

#include "person.h"

#define RH_LEFT 0
#define RH_RIGHT 1
#define RH_LEGS 2

/* Cells, in the order of rh_plant_sense_t. */
#define RH_CELL_STRAP_LEFT 0
#define RH_CELL_STRAP_RIGHT 1
#define RH_CELL_PAD_FRONT 2
#define RH_CELL_PAD_REAR 3
#define RH_CELLS 4

/* Ratings of the 750 W motor (HARDWARE.md 8) and its encoder. */
#define RH_MOTOR_RATED_NM 2.39
#define RH_MOTOR_PEAK_NM 7.16
#define RH_MOTOR_COUNTS 131072
#define RH_ARM_COUNTS 16384

typedef enum {
    RH_COUPLING_ROLLER, /* two-sided: roller pair or closed cuff */
    RH_COUPLING_STRAP,  /* one-sided: a strap cannot push */
} rh_coupling_t;

/* Every parameter of the plant equations; rh_plant_defaults gives the table's. */
typedef struct {
    rh_coupling_t coupling;
    /* arm */
    double arm_kg;
    double arm_length_m; /* J = m L^2 / 3 */
    double arm_com_m;
    double strap_radius_frac; /* L_s as a share of the leg's length */
    double coupling_n_per_m;  /* both sides together, as is the damping */
    double coupling_ns_per_m;
    double coupling_gap_m; /* d0 */
    /* friction, gear, motor */
    double friction_nm;     /* T_c */
    double viscous_nms;     /* b */
    double hip_viscous_nms; /* b_h, both legs */
    double gear_ratio;      /* n */
    double gear_efficiency; /* driving; its inverse when driven */
    double gear_backlash_deg;
    double rotor_kgm2; /* J_m */
    double gear_kgm2;  /* J_gb, at the arm */
    double motor_lag_s;
    bool speed_limit_brakes; /* the drive's speed limit brakes a driven axis */
    /* passive brake: phases shorted, from `brake_delay_s` after power is off */
    double brake_peak_nm;  /* T_pk; 0 = none */
    double brake_peak_dps; /* w_pk */
    double brake_delay_s;
    /* range: the machine's stops, the legs' passive range */
    double stop_top_deg;
    double stop_bottom_deg;
    double legs_top_deg;
    double legs_bottom_deg;
    double limit_top_deg; /* switches */
    double limit_bottom_deg;
    /* bench */
    double pad_spacing_m;  /* front pad to rear pad */
    double pad_rear_share; /* of the pad sum with the hips in their place */
    double rocking_frac;   /* 8 Hz rocking, as a share of the pad sum; 0 = steady */
    /* sensors */
    int32_t arm_zero_counts;     /* what the absolute encoder shows at 0 deg */
    double arm_nonlinearity_deg; /* largest error over the turn */
    double cell_noise_n;         /* rms, white, 100 conversions per second */
    double cell_drift_n;         /* largest drift in 10 minutes */
    double cell_creep_frac;      /* of the load, within 30 minutes */
    double cell_hysteresis_frac; /* of the load, between rising and falling */
    double cell_filter_s;
    double cell_zero_n;       /* largest zero offset */
    double hardware_n;        /* coupling hardware on both strap cells, cos(angle) */
    double torque_noise_frac; /* rms of the torque feedback, of rated torque */
} rh_plant_config_t;

void rh_plant_defaults(rh_plant_config_t *config);

/* What reaches the drive. Zeroed: no power. */
typedef struct {
    double torque_command_nm;  /* motor torque x gear ratio, before the gear's losses */
    double torque_limit_up_nm; /* magnitudes, same scale; 0 = no torque that way */
    double torque_limit_down_nm;
    double rate_limit_dps; /* the drive's speed limit in torque mode; 0 = none */
    bool servo_on;
    bool sto_closed; /* both STO channels energised: power allowed */
} rh_plant_input_t;

/* The noise-free state after the last step. */
typedef struct {
    double time_s;
    double arm_angle_deg;
    double arm_rate_dps;
    double leg_angle_deg[RH_LEGS];
    double leg_rate_dps[RH_LEGS];
    double force_n[RH_LEGS]; /* coupling, tangential */
    double strap_radius_m;   /* L_s: force x radius = torque about the hip */
    double hip_torque_nm[RH_LEGS];
    double motor_torque_nm; /* motor torque x ratio, before the gear's losses */
    double gear_torque_nm;  /* what arrives at the arm */
    double brake_torque_nm; /* passive brake */
    double stop_torque_nm;  /* mechanical stops */
    double pad_force_n[2];  /* front, rear */
    double hip_offset_mm;
} rh_plant_truth_t;

/* What the machine's sensors show, in the integers of real devices. */
typedef struct {
    int32_t arm_counts;   /* 14 bit absolute, 0..16383, rising with the angle */
    int32_t motor_counts; /* 17 bit a motor turn, 0 at the arm's 0 deg */
    int16_t motor_rpm;
    int16_t torque_permille;   /* of rated motor torque */
    int16_t current_ca;        /* 0.01 A */
    int16_t bus_dv;            /* 0.1 V */
    int32_t cell_dn[RH_CELLS]; /* 0.1 N, in the order of RH_CELL_* */
    bool limit_top;
    bool limit_bottom;
} rh_plant_sense_t;

/* A load cell's slow and random errors; private to the room. */
typedef struct {
    double zero_n;
    double drift_n_per_s;
    double filtered_n;
    double creep_n;
    double noise_n;
    double hysteresis_n;
    double last_n;
} rh_plant_cell_t;

/* Figures that follow from the configuration and the step; private to the room. */
typedef struct {
    double dt_s;
    double lag_gain;
    double cell_gain;
} rh_plant_gains_t;

/* One machine and its person. Read it through truth and sense; write through steps. */
struct rh_plant {
    rh_plant_config_t config;
    rh_person_t person;
    rh_person_body_t body;
    rh_person_state_t act;
    rh_plant_gains_t gains;
    /* derived once */
    double arm_kgm2;
    double arm_gravity_nm;
    double strap_radius_m;
    double peak_nm;        /* motor peak x ratio */
    double arm_per_kgm2;   /* inverses, because divisions are half of a step */
    double leg_per_kgm2;   /* of one leg */
    double rotor_per_kgm2; /* of the rotor, at the arm */
    double rated_per_nm;   /* of the rated torque, at the arm */
    double pad_per_m;
    double brake_per_rps;
    double stop_top_rad, stop_bottom_rad;
    double legs_top_rad, legs_bottom_rad;
    double half_gap_rad;
    /* state */
    double time_s;
    double leg_rad[RH_LEGS], leg_rps[RH_LEGS];
    double arm_rad, arm_rps;
    double arm_cos;
    double motor_nm;
    double off_s; /* since power went off */
    double play_rad, play_rps;
    double regen_j; /* energy in the bus capacitor above mains level */
    double hip_offset_m;
    bool coupled[RH_LEGS];
    /* torques and forces of the last step */
    double hip_nm[RH_LEGS];
    double force_n[RH_LEGS];
    double gear_nm, brake_nm, stop_nm;
    double handled_nm; /* by somebody who holds the arm itself */
    double pad_n[2];
    /* sensors */
    rh_plant_cell_t cell[RH_CELLS];
    double next_conversion_s;
    double torque_noise;
    double nonlinearity_rad[2];
    double rocking_rad;
    uint64_t random;
};

/*
 * A machine at rest, powered off, arm hanging, person lying relaxed in the coupling
 * with the hips in their place. `config` and `person` are copied. Equal arguments and
 * equal steps give equal bits.
 */
void rh_plant_init(rh_plant_t *plant, const rh_plant_config_t *config,
                   rh_person_t person, uint64_t seed);
/*
 * Advances by `dt_s` (> 0): in one step up to 1 ms, else in equal parts of at most 1
 * ms, where semi-implicit Euler is stable to 40 kN/m with peak forces 1..4 % off.
 */
void rh_plant_step(rh_plant_t *plant, const rh_plant_input_t *input, double dt_s);
/* What somebody beside the bench puts on both sides of the strap (N, positive =
 * lifting), on the pads (N) and on the arm itself (N m) in the next steps; nothing
 * while a person lies there. */
void rh_plant_handle(rh_plant_t *plant, const double strap_n[RH_LEGS],
                     const double pad_n[2], double arm_nm);
rh_plant_truth_t rh_plant_truth(const rh_plant_t *plant);
/* Kinetic and potential energy of legs and arm in joules, 0 at rest in the hang. */
double rh_plant_energy_j(const rh_plant_t *plant);
/* Reads, changes nothing: asking twice shows the same, as converters do between two
 * conversions. */
void rh_plant_sense(const rh_plant_t *plant, rh_plant_sense_t *sense);

#endif
