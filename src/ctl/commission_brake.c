/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The step in which the arm falls: the passive brake. What it proves is what the brake
 * was seen to hold, at which rate; its peak is at least that. The arm alone shows
 * little; with a known mass on the strap (--hung) it shows more, a little more each
 * time, so that no fall is the first one far beyond the peak.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "brake_promise.h"
#include "commission_parts.h"
#include "rh/units.h"

#define HORIZONTAL_DEG (-20.0) /* at least so high */
#define FALL_DPS (-2.0)
#define FALL_DEG 25.0
#define SETTLED_S 0.6 /* of a fall: the brake's delay and the start are over */
#define SLOPE_MIN_S 0.2
#define BRAKES_FRAC 0.3 /* of the weight; below it falls freely */
/* Shorted phases hold 2 T x / (1 + x^2), x = rate / rate of the peak: ever less for
 * each degree a second more. So far ahead of what was seen nothing is hung. */
#define HALF_WAY 0.976 /* cosine of half of FALL_DEG */
#define NEXT_FRAC 1.4
#define NEXT_DPS 45.0

typedef struct {
    bool is_high;
    double from_deg, sink_dps;          /* the fall; its fastest moment */
    double began_s, early_dps, early_s; /* for the slope */
    double late_dps, late_s, late_deg;
    double hung_kg, weight_nm; /* of arm and hung mass, half way down */
    double shown_nm;           /* by the brake, there */
} fall_t;

static bool has_fallen(const rh_commission_t *bench, void *context)
{
    fall_t *fall = context;
    double angle_deg = bench->now.value[RH_SIGNAL_MOTOR_ANGLE];
    double rate_dps = bench->now.value[RH_SIGNAL_MOTOR_RATE];
    double now_s = 1e-9 * (double)bench->now.mono_ns;
    fall->is_high = fall->is_high || angle_deg > HORIZONTAL_DEG;
    if (fall->began_s == 0) {
        bool begins = fall->is_high && rate_dps < FALL_DPS;
        fall->began_s = begins ? now_s : 0;
        fall->from_deg = angle_deg;
        return false;
    }
    fall->sink_dps = fmax(fall->sink_dps, -rate_dps);
    if (fall->early_s == 0 && now_s - fall->began_s >= SETTLED_S) {
        fall->early_s = now_s;
        fall->early_dps = rate_dps;
    }
    fall->late_s = now_s;
    fall->late_dps = rate_dps;
    fall->late_deg = angle_deg;
    return fall->from_deg - angle_deg >= FALL_DEG;
}

static double machine_setting(const rh_commission_t *bench, const char *key)
{
    return rh_commission_setting(bench, "[machine]", key);
}

/* Of the arm and what hangs on it, held horizontal. */
static double gravity_nm(const rh_commission_t *bench, double hung_kg)
{
    return machine_setting(bench, "arm_gravity_nm") +
           hung_kg * RH_GRAVITY_MPS2 * machine_setting(bench, "strap_radius_m");
}

/* What opposes the weight beside the arm's friction: weight - friction - J x the
 * acceleration downwards (HARDWARE.md 8.1). In free fall it is nothing. */
static void weigh_brake(const rh_commission_t *bench, fall_t *fall)
{
    double radius_m = machine_setting(bench, "strap_radius_m");
    double inertia = machine_setting(bench, "arm_inertia_kgm2") +
                     fall->hung_kg * radius_m * radius_m;
    bool has_slope = fall->early_s != 0 && fall->late_s - fall->early_s >= SLOPE_MIN_S;
    double from_s = has_slope ? fall->early_s : fall->began_s;
    double from_dps = has_slope ? fall->early_dps : 0.0;
    double down_rps2 =
        -(fall->late_dps - from_dps) / (fall->late_s - from_s) * RH_RAD_PER_DEG;
    double mid_deg = 0.5 * (fall->from_deg + fall->late_deg);
    fall->weight_nm = gravity_nm(bench, fall->hung_kg) * cos(mid_deg * RH_RAD_PER_DEG);
    fall->shown_nm =
        fall->weight_nm - machine_setting(bench, "friction_nm") - inertia * down_rps2;
}

static int let_fall(rh_commission_t *bench, fall_t *fall)
{
    if (fall->hung_kg > 0) {
        rh_commission_do(bench,
                         "hang %.1f kg on the middle of the strap, so that it "
                         "cannot slip off",
                         fall->hung_kg);
    }
    rh_commission_do(bench, "lift the arm to horizontal by the strap, then let it go");
    int result = rh_commission_await(bench, has_fallen, fall);
    if (result == RH_STEP_FAILED) {
        return rh_commission_fail(bench, "lift it to horizontal and let it go",
                                  "the arm did not fall by %.0f deg", FALL_DEG);
    }
    if (result == 0) {
        weigh_brake(bench, fall);
    }
    return result;
}

static int judge_alone(rh_commission_t *bench, const fall_t *fall)
{
    if (!(machine_setting(bench, "brake_peak_nm") > 0) ||
        fall->shown_nm > BRAKES_FRAC * fall->weight_nm) {
        return 0;
    }
    return rh_commission_fail(
        bench,
        "short the motor's phases through the relay's normally closed contact, "
        "or say brake_peak_nm = 0",
        "no passive brake: the arm fell at %.0f deg/s, the brake showed %.0f of "
        "%.0f N m",
        fall->sink_dps, fmax(fall->shown_nm, 0.0), fall->weight_nm);
}

/* Before anything hangs there; nothing is taken back by it. */
static int refuse_leap(rh_commission_t *bench, const rh_brake_held_t *seen)
{
    double friction_nm = machine_setting(bench, "friction_nm");
    double wanted_nm = gravity_nm(bench, bench->hung_kg) * HALF_WAY - friction_nm;
    double most_nm = seen->torque_nm * fmin(NEXT_FRAC, NEXT_DPS / seen->rate_dps);
    double most_kg = ((most_nm + friction_nm) / HALF_WAY - gravity_nm(bench, 0)) /
                     (RH_GRAVITY_MPS2 * machine_setting(bench, "strap_radius_m"));
    char remedy[120];
    if (wanted_nm <= most_nm) {
        return 0;
    }
    (void)snprintf(remedy, sizeof remedy,
                   most_kg >= 0.5 ? "hang at most %.1f kg now"
                                  : "leave --hung away: no more can be shown safely",
                   most_kg);
    return rh_problem_set(bench->problem, RH_EXIT_REFUSED, "out_of_range", remedy,
                          "the brake was seen to hold %.0f N m at %.0f deg/s: %.1f kg "
                          "on the strap ask too much more of it (%.0f N m)",
                          seen->torque_nm, seen->rate_dps, bench->hung_kg, wanted_nm);
}

static rh_brake_held_t held_in(const fall_t *fall)
{
    return (rh_brake_held_t){.torque_nm = fmax(fall->shown_nm, 0.0),
                             .rate_dps = fall->sink_dps,
                             .hung_kg = fall->hung_kg};
}

/* The greatest that was ever seen with this wiring, before and in this step. */
static int hang_more(rh_commission_t *bench, rh_brake_held_t *best)
{
    fall_t fall = {.hung_kg = bench->hung_kg};
    rh_brake_held_t before;
    if (rh_brake_held_read(bench->before, &before) &&
        before.torque_nm > best->torque_nm) {
        *best = before;
    }
    if (!(bench->hung_kg > 0)) {
        return 0;
    }
    int result = refuse_leap(bench, best);
    result = result != 0 ? result : let_fall(bench, &fall);
    rh_commission_do(bench, "take the mass off the strap");
    rh_brake_held_t held = held_in(&fall);
    if (result == 0 && !(held.rate_dps <= RH_BRAKE_PROMISE_DPS)) {
        return rh_commission_fail(
            bench, "hang less: what was hung is beyond the brake's peak",
            "with %.1f kg on the strap the arm fell at %.0f deg/s: the brake does not "
            "hold %.0f N m",
            fall.hung_kg, held.rate_dps, fall.weight_nm);
    }
    if (result == 0 && held.torque_nm > best->torque_nm) {
        *best = held;
    }
    return result;
}

static bool is_cut(const rh_commission_t *bench, void *context)
{
    (void)context;
    return !rh_commission_is_set(&bench->now, RH_SIGNAL_ESTOP_A) &&
           !rh_commission_is_set(&bench->now, RH_SIGNAL_ESTOP_B);
}

/* With the power on, an unlocked machine would fall unbraked until the gate cuts it. */
static int cut_power(rh_commission_t *bench)
{
    rh_commission_do(bench, "press the emergency stop and keep it pressed: it cuts the "
                            "power, and the brake is alone");
    int result = rh_commission_await(bench, is_cut, NULL);
    return result != RH_STEP_FAILED
               ? result
               : rh_commission_fail(bench, "do the step estop",
                                    "the emergency stop was not pressed, or one of its "
                                    "channels stayed closed");
}

static int try_falls(rh_commission_t *bench, rh_brake_held_t *best)
{
    fall_t fall = {0};
    int result = cut_power(bench);
    result = result != 0 ? result : let_fall(bench, &fall);
    result = result != 0 ? result : judge_alone(bench, &fall);
    *best = held_in(&fall);
    result = result != 0 ? result : hang_more(bench, best);
    rh_commission_do(bench, "release the emergency stop");
    return result;
}

int rh_commission_brake(rh_commission_t *bench)
{
    char text[sizeof bench->values];
    rh_brake_held_t best;
    int result = rh_commission_confirm(
        bench, "The arm will fall from horizontal by its own weight. Is everybody, and "
               "everything, out of its way?");
    result = result != 0 ? result : try_falls(bench, &best);
    return result != 0
               ? result
               : rh_commission_note(
                     bench, "%s",
                     rh_brake_promise(&best, gravity_nm(bench, 0), text, sizeof text));
}
