/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The person on the simulated bench: the body's figures, the plan of a set, and the
 * laws by which the hips turn a plan into torque (reference person and style laws of
 * the plant equations). The simulator and tests call it; grips, buttons and what the
 * person says are played by the simulator, not here.
 */
#ifndef RH_PERSON_H
#define RH_PERSON_H

#include <stdbool.h>
#include <stdint.h>

typedef struct rh_plant rh_plant_t;

typedef struct {
    double mass_kg;
    double height_m;
} rh_person_t;

/* The five rows of the table of persons (50, 65, 80, 100, 120 kg), by mass. */
#define RH_PERSON_COUNT 5
extern const rh_person_t rh_person_table[RH_PERSON_COUNT];

/* What the body's figures give, both legs together (HARDWARE.md 8: Winter's shares). */
typedef struct {
    double legs_kg;       /* 0.322 of the body */
    double leg_length_m;  /* hip to ankle, 0.491 of the height */
    double com_m;         /* centre of mass from the hip, 0.447 of the leg */
    double gravity_nm;    /* gravity torque at 0 deg */
    double inertia_kgm2;  /* about the hip, radius of gyration 0.56 of the leg */
    double free_drop_dps; /* speed at the hang after a free fall from 0 deg */
} rh_person_body_t;

/* The row of the table within 0.5 kg of `mass_kg`, or the 80 kg row for any other mass;
 * other bodies are made by filling the struct. */
rh_person_t rh_person_of_mass(double mass_kg);
rh_person_body_t rh_person_body(rh_person_t person);

typedef enum {
    RH_STYLE_SMOOTH,     /* cosine ramps, the controlled lift */
    RH_STYLE_SWING,      /* kicks at the bottom, coasts, throws the legs down */
    RH_STYLE_OVEREXTEND, /* smooth, but past the line of the body */
    RH_STYLE_DROP,       /* lifts, then throws the legs down; caught at the bottom */
    RH_STYLE_LETS_GO,    /* all torque to 0 in 100 ms, in the last lift */
    RH_STYLE_COUNT
} rh_style_t;

typedef enum { RH_LEG_BOTH, RH_LEG_LEFT, RH_LEG_RIGHT } rh_leg_side_t;

/*
 * One set. Times are those of the cosine ramps and of the pauses; angles are the legs'
 * targets (the arm follows about 1 deg below, by gap and stretch of the coupling).
 */
typedef struct {
    rh_style_t style;
    rh_leg_side_t side; /* one side: the other leg hangs beside the coupling */
    int32_t reps;
    double lift_s;
    double hold_s;
    double lower_s;
    double rest_s;
    double bottom_deg;
    double top_deg;
    double load_nm; /* feed-forward: the load that the person expects, both legs */
    double adapt_s; /* time constant with which the expectation follows what the legs
                       feel; 0: never, the reference person of measurements */
    double variation_frac;  /* 1: natural scatter (3 % of the times, 0.5 deg of the top,
                               1 % of the kicks, 1 sigma); 0: every rep alike */
    double tiring_frac;     /* loss of lift rate by rep 12, 0.2 for "tiring" */
    double slip_mm_per_rep; /* hips drift towards the feet, up to 60 mm in all */
    double kick_frac;       /* kick (swing), catch (drop) beyond the expected load,
                               in multiples of the own leg gravity torque */
    double pull_frac;       /* swing, drop: pull downwards, same unit */
    double release_deg;     /* swing: angle at which the first kick ends, and */
    double catch_deg;       /* swing, drop: at which the first fall is caught; */
    double deep_deg;        /* both then follow top_deg and this lowest leg angle */
    double let_go_deg;      /* lets go: angle of the last lift at which it happens */
} rh_plan_t;

/* A plan of 10 reps at the pace of the signatures (1.2 s up and down), load_nm 60, both
 * legs. "Single leg" is the smooth style with a side. */
rh_plan_t rh_plan_defaults(rh_style_t style);

typedef enum {
    RH_ACT_ABSENT,  /* nobody on the bench: no legs, empty pads (zeroed state) */
    RH_ACT_RELAXED, /* lies there, legs hang */
    RH_ACT_LET_GO,  /* all torque gone; stays so until the next plan */
    RH_ACT_READY,   /* takes up the load at the bottom */
    RH_ACT_REST,
    RH_ACT_LIFT,
    RH_ACT_HOLD,
    RH_ACT_LOWER,
    RH_ACT_KICK,    /* swing: upwards */
    RH_ACT_THROW,   /* swing, drop: downwards */
    RH_ACT_CATCH,   /* drop: brakes the fall */
    RH_ACT_RELEASE, /* the set is over, effort fades */
} rh_act_t;

/* The person's part of rh_plant_t (plant.act); read `act` and `reps_done`, write
 * nothing. */
typedef struct {
    rh_plan_t plan;
    rh_act_t act;
    int32_t reps_done;
    double effort_frac; /* 0..1: ramps in READY and out in RELEASE and LET_GO */
    double act_s;       /* time in this act */
    double act_length_s;
    double from_rad; /* the ramp of this act */
    double to_rad;
    double ramp_rad_per_s; /* pi / length, 0 for pauses */
    double kick_nm;        /* this rep's kick and pull */
    double pull_nm;
    double release_rad;
    double catch_rad;
    double lowest_rad; /* of this kick or catch */
    bool rose;         /* this kick has turned the fall */
    double expected_nm;
    double expected_share; /* 1 while the load is felt; decays when it has vanished */
    double missing_s;
    double let_go_nm[2];
    double slip_m;
    uint64_t random;
} rh_person_state_t;

/* Lies down with the legs in the coupling, hanging relaxed. `hip_offset_mm` from the
 * ideal place, positive towards the feet. */
void rh_person_lie_down(rh_plant_t *plant, double hip_offset_mm);
/* Leaves the bench: the pads are empty, the arm hangs alone. */
void rh_person_dismount(rh_plant_t *plant);
/* Starts a set; false (and nothing happens) with nobody on the bench, within another
 * set (stop that first; its release may be cut short), or for a plan without reps, with
 * a top that is not above the bottom or times that are not positive (hold_s and rest_s
 * may be 0). */
bool rh_person_begin(rh_plant_t *plant, const rh_plan_t *plan);
/* Ends a set early as at its end: the effort fades in 0.5 s, the legs sink. */
void rh_person_stop(rh_plant_t *plant);
/* All torque to 0 in 100 ms, at once. */
void rh_person_let_go(rh_plant_t *plant);
/* A set is being played (READY to RELEASE). */
bool rh_person_is_busy(const rh_plant_t *plant);

#endif
