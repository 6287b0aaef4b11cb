/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Integrals along the motion. Called by the counter and by the metrics.
 */
#include "mark.h"

#include "rh/units.h"

static double between(double from, double to, double share)
{
    return from + share * (to - from);
}

rh_point_t rh_point_between(const rh_point_t *from, const rh_point_t *to, double share)
{
    const double step_ns = (double)(to->t_ns - from->t_ns);

    return (rh_point_t){
        .t_ns = from->t_ns + (int64_t)(share * step_ns),
        .angle_deg = between(from->angle_deg, to->angle_deg, share),
        .rate_dps = between(from->rate_dps, to->rate_dps, share),
        .force_left_n = between(from->force_left_n, to->force_left_n, share),
        .force_right_n = between(from->force_right_n, to->force_right_n, share),
        .law_nm = between(from->law_nm, to->law_nm, share),
        .applied_kg = to->applied_kg,
        .has_force = from->has_force && to->has_force,
    };
}

static double force(const rh_point_t *point)
{
    return point->force_left_n + point->force_right_n;
}

void rh_mark_advance(rh_mark_t *mark, const rh_point_t *from, const rh_point_t *to,
                     double radius_m)
{
    const double half_s = 0.5e-9 * (double)(to->t_ns - from->t_ns);
    const double half_rad = 0.5 * RH_RAD_PER_DEG * (to->angle_deg - from->angle_deg);
    const double f0 = force(from), f1 = force(to);
    const double e0 = f0 * radius_m - from->law_nm, e1 = f1 * radius_m - to->law_nm;

    mark->t_ns = to->t_ns;
    mark->angle_deg = to->angle_deg;
    mark->applied_kg = to->applied_kg;
    if (!from->has_force || !to->has_force) {
        mark->blind_s += 2.0 * half_s;
        return;
    }
    mark->impulse_n_s += half_s * (f0 + f1);
    mark->impulse_left_n_s += half_s * (from->force_left_n + to->force_left_n);
    mark->force2_n2_s += half_s * (f0 * f0 + f1 * f1);
    mark->work_j += half_rad * radius_m * (f0 + f1);
    mark->error_nm_s += half_s * (e0 + e1);
    mark->error2_nm2_s += half_s * (e0 * e0 + e1 * e1);
}

double rh_mark_seconds(const rh_mark_t *from, const rh_mark_t *to)
{
    return (double)(to->t_ns - from->t_ns) * 1e-9;
}
