/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A point of the measured motion, and marks: moments with the integrals up to them. A
 * phase's figures are the difference of two marks, so that a boundary that is known
 * only later (the last sample above 5 deg/s before the top) costs nothing. Private to
 * src/core.
 */
#ifndef RH_CORE_MARK_H
#define RH_CORE_MARK_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    int64_t t_ns;
    double angle_deg, rate_dps;
    double force_left_n, force_right_n;
    double law_nm;     /* what the law in force asks for here; resists lifting */
    double applied_kg; /* load acting */
    bool has_force;
} rh_point_t;

typedef struct {
    int64_t t_ns;
    double angle_deg;
    double applied_kg;
    double impulse_n_s, impulse_left_n_s;
    double force2_n2_s; /* integral of the force squared */
    double work_j;
    double error_nm_s;   /* integral of torque minus law */
    double error2_nm2_s; /* and of its square */
    double blind_s;      /* time without a force */
} rh_mark_t;

/* The point between two, at `share` (0 … 1) of the way. */
rh_point_t rh_point_between(const rh_point_t *from, const rh_point_t *to, double share);
/* Advances the integrals from one point to the next, by trapezoids over time (work:
 * over angle, so that pauses add nothing). */
void rh_mark_advance(rh_mark_t *mark, const rh_point_t *from, const rh_point_t *to,
                     double radius_m);
double rh_mark_seconds(const rh_mark_t *from, const rh_mark_t *to);

#endif
