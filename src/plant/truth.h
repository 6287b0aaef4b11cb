/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plant's own record of what the person truly did: reps counted from the noise-free
 * arm, by the definitions of "A rep" and by nothing that the machine's counter uses, so
 * that the two can be held against each other. The simulator writes these reps to its
 * file; tests compare.
 *
 * Definitions: a rep goes bottom -> top -> bottom. It starts where the arm last stood
 * still (40 ms) before the lift, so that taking up a load that has opened the bottom is
 * not yet the lift. A turn is a change of the rate's sign that 3 deg and 40 ms have
 * confirmed. A turn ends a stroke where the way back reaches 30 % of the reference
 * range (15 deg without one) or leads back within 10 deg of the bottom from which the
 * rep started; anything less belongs to the stroke, so a double bounce is one rep.
 * Full: excursion (top - starting bottom) of at least max(30 deg, 60 % of the
 * reference); partial: at least 30 % of it (15 deg); less is no rep. A rep closes at
 * the confirmed bottom turn, or once the rate has stayed below 5 deg/s for 40 ms within
 * 10 deg of its starting bottom. Its phases tile it: rest (start to lift), lift (to
 * top), hold (to lower), lower (to end).
 */
#ifndef RH_TRUTH_H
#define RH_TRUTH_H

#include <stdbool.h>

typedef struct {
    double time_s;    /* rising */
    double angle_deg; /* arm */
    double rate_dps;
    double force_n;  /* coupling, both sides */
    double radius_m; /* force x radius = torque */
} rh_truth_sample_t;

typedef struct {
    bool full;         /* else partial */
    double t_start_s;  /* end of the rep before, or the first sample */
    double t_lift_s;   /* first sample of the lift above +5 deg/s */
    double t_top_s;    /* last sample of the lift above +5 deg/s */
    double t_lower_s;  /* first sample of the lowering below -5 deg/s */
    double t_end_s;    /* last sample of the lowering below -5 deg/s */
    double bottom_deg; /* where it started */
    double top_deg;
    double end_deg; /* where it ended */
    double lift_mean_dps;
    double lift_peak_dps;
    double lower_mean_dps; /* negative */
    double lower_peak_dps; /* negative */
    double mean_force_n;   /* over lift and lower */
    double lift_work_j;    /* of the coupling force, positive where the legs lift */
    double lower_work_j;
} rh_truth_rep_t;

/* A moment with the integrals up to it. */
typedef struct {
    double time_s;
    double angle_deg;
    double work_j;
    double impulse_ns;
} rh_truth_mark_t;

/* Caller-owned; zeroed by rh_truth_init. Private but for the counts. */
typedef struct {
    int full_count;
    int partial_count;
    double reference_deg;
    bool started;
    bool lowering; /* the top is confirmed */
    bool lifted;   /* `lift` is set */
    bool lowered;  /* `lower` is set */
    bool risen;    /* `rise` is set: the next lift may have begun */
    rh_truth_mark_t now;
    rh_truth_mark_t start, lift, top, lower, end, rise;
    rh_truth_mark_t last_up, last_down;
    double bottom_deg;
    double high_deg; /* highest since the bottom */
    double low_deg;  /* lowest since the top */
    double turn_s;   /* when the way back from high or low began */
    double still_s;  /* since when the rate has been below 5 deg/s; < 0: it is not */
    double lift_peak_dps, lower_peak_dps, rise_peak_dps;
    double old_torque_nm;
    double edge_deg, edge_s;
} rh_truth_t;

/* `reference_deg`: the taught range, 0 = none yet. */
void rh_truth_init(rh_truth_t *truth, double reference_deg);
/* A range was taught; holds from the next rep that closes. */
void rh_truth_set_reference(rh_truth_t *truth, double reference_deg);
/*
 * Reads the same motion as if what decides whether there is a rep, and from which rest,
 * were stricter: a turn, a way back and home by `edge_deg`, a turn and a stand by
 * `edge_s` (negative: laxer; 0 until set). Where such a neighbour of the definition
 * reads otherwise than the definition itself, a hair decides, and who measures to
 * edge_deg and edge_s may read either way.
 */
void rh_truth_set_edge(rh_truth_t *truth, double edge_deg, double edge_s);
/* Takes one sample (1 ms or 2 ms apart); true when a rep closed, which is then in
 * `out`. */
bool rh_truth_step(rh_truth_t *truth, const rh_truth_sample_t *sample,
                   rh_truth_rep_t *out);

#endif
