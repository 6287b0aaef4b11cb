/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Follows the highest point of a lift and the lowest of a lowering, and asks how far
 * the way back has come. Called by core's step while a range is taught or a set runs.
 */
#include "counter.h"

#include <math.h>

#include "rh/units.h"

#define SLACK_S 0.080 /* slack that lasts: shorter is noise */

void rh_counter_init(rh_counter_t *counter)
{
    rh_trace_init(&counter->trace);
}

void rh_counter_begin(rh_counter_t *counter, const rh_counter_settings_t *settings)
{
    const double range_deg = settings->range_deg;

    counter->settings = *settings;
    counter->full_deg = fmax(RH_FULL_DEG, RH_FULL_FRAC * range_deg);
    counter->partial_deg =
        range_deg > 0.0 ? RH_PARTIAL_FRAC * range_deg : RH_PARTIAL_DEG;
    counter->is_running = false;
    counter->limit_hits = 0;
    counter->is_counted = false;
    counter->is_falling = false;
}

/* The rest before a lift: nothing of the rep is known but its bottom. */
static void begin_rise(rh_counter_t *counter, double bottom_deg, double high_deg)
{
    counter->is_falling = false;
    counter->has_lift = false;
    counter->has_lower = false;
    counter->is_counted = false;
    counter->slack = false;
    counter->impact = false;
    counter->slack_s = 0.0;
    counter->bottom_deg = bottom_deg;
    counter->high_deg = high_deg;
    counter->turn_ns = counter->now.t_ns;
}

static void start_running(rh_counter_t *counter, const rh_point_t *point)
{
    counter->is_running = true;
    counter->is_still = false;
    counter->has_stood = false;
    counter->has_rise = false;
    counter->last = *point;
    counter->now = (rh_mark_t){.t_ns = point->t_ns, .angle_deg = point->angle_deg};
    counter->start = counter->now;
    counter->last_up = counter->now;
    counter->last_down = counter->now;
    begin_rise(counter, point->angle_deg, point->angle_deg);
}

static bool is_up(const rh_counter_t *counter)
{
    return counter->last.rate_dps >= RH_MOVING_DPS;
}

static bool is_down(const rh_counter_t *counter)
{
    return counter->last.rate_dps <= -RH_MOVING_DPS;
}

static bool is_home(const rh_counter_t *counter)
{
    return counter->last.angle_deg <= counter->bottom_deg + RH_HOME_DEG;
}

/* 3 deg and 40 ms on the way back from the highest or lowest point. */
static bool is_turn(const rh_counter_t *counter, double back_deg)
{
    return back_deg >= RH_TURN_DEG &&
           counter->last.t_ns - counter->turn_ns >= RH_TURN_NS;
}

static void note_motion(rh_counter_t *counter)
{
    const bool is_still = !is_up(counter) && !is_down(counter);

    if (is_up(counter)) {
        counter->last_up = counter->now;
    } else if (is_down(counter)) {
        counter->last_down = counter->now;
    }
    if (is_still && !counter->is_still) {
        counter->still_ns = counter->last_up.t_ns > counter->last_down.t_ns
                                ? counter->last_up.t_ns
                                : counter->last_down.t_ns;
    }
    /* Also at the moment that ends it: samples may be further apart than its excess. */
    counter->has_stood = (is_still || counter->is_still) &&
                         counter->last.t_ns - counter->still_ns >= RH_TURN_NS;
    counter->is_still = is_still;
}

static void note_peaks(rh_peaks_t *peaks, const rh_point_t *point, double radius_m)
{
    const double force_n = point->force_left_n + point->force_right_n;
    const double power_w = force_n * radius_m * point->rate_dps * RH_RAD_PER_DEG;

    peaks->force_n = fmax(peaks->force_n, force_n);
    peaks->power_w = fmax(peaks->power_w, power_w);
}

static const rh_peaks_t NO_PEAKS = {-(double)INFINITY, -(double)INFINITY};

/* Tension that is asked for and is not there, in one piece, while the legs move. */
static void note_slack(rh_counter_t *counter, double step_s)
{
    const rh_point_t *point = &counter->last;
    const double slack_n = counter->settings.slack_n;
    const double force_n = point->force_left_n + point->force_right_n;
    const bool is_asked = point->law_nm > 2.0 * slack_n * counter->settings.radius_m;

    if (is_asked && !counter->is_still && force_n < slack_n) {
        counter->slack_s += step_s;
        counter->slack = counter->slack || counter->slack_s >= SLACK_S;
    } else {
        counter->slack_s = 0.0;
    }
}

/* The landing: what the cells see beyond the law in the last degrees of a lowering. */
static void note_impact(rh_counter_t *counter)
{
    const rh_point_t *point = &counter->last;
    const double force_n = point->force_left_n + point->force_right_n;
    const double law_n = point->law_nm / counter->settings.radius_m;

    if (counter->is_falling && is_home(counter) &&
        force_n - law_n > counter->settings.impact_n) {
        counter->impact = true;
    }
}

/* Stopped short: it rests where it is. */
static bool is_stopped(const rh_counter_t *counter)
{
    return counter->has_lift && counter->has_stood;
}

/* What went up too little to be a rep, and stopped or came back home. */
static bool is_twitch(const rh_counter_t *counter)
{
    return counter->high_deg - counter->bottom_deg < counter->partial_deg &&
           (is_stopped(counter) || (is_home(counter) && is_down(counter)));
}

static void begin_lift(rh_counter_t *counter)
{
    counter->has_lift = true;
    counter->lift = counter->now;
    counter->lift_peaks = NO_PEAKS;
    counter->force_peak_n = -(double)INFINITY;
    counter->limit_hits = 0;
    rh_trace_begin(&counter->trace, counter->now.t_ns);
}

/* The lowest angle of the rest; after a lift that was none it is where that one stopped
 * or comes down to. */
static double new_bottom(const rh_counter_t *counter)
{
    const bool has_turned = counter->high_deg - counter->bottom_deg >= RH_TURN_DEG;

    return has_turned || is_stopped(counter)
               ? counter->last.angle_deg
               : fmin(counter->bottom_deg, counter->last.angle_deg);
}

/* Bottom to confirmed top. */
static void follow_rise(rh_counter_t *counter)
{
    const double angle_deg = counter->last.angle_deg;
    const double radius_m = counter->settings.radius_m;

    if (angle_deg < counter->bottom_deg || is_twitch(counter)) {
        begin_rise(counter, new_bottom(counter), angle_deg);
    }
    if (is_up(counter) && !counter->has_lift) {
        begin_lift(counter);
    }
    if (angle_deg >= counter->high_deg) {
        counter->high_deg = angle_deg;
        counter->turn_ns = counter->last.t_ns;
        counter->top = counter->last_up;
        counter->has_lower = false;
        if (is_up(counter)) {
            note_peaks(&counter->lift_peaks, &counter->last, radius_m);
        }
        return;
    }
    if (is_down(counter)) {
        if (!counter->has_lower) {
            counter->has_lower = true;
            counter->lower = counter->now;
            counter->lower_peaks = NO_PEAKS;
        }
        note_peaks(&counter->lower_peaks, &counter->last, radius_m);
    }
}

/* Counted at the confirmed top turn or the end of the hold, whichever is first. */
static bool is_top_reached(const rh_counter_t *counter)
{
    const double back_deg = counter->high_deg - counter->last.angle_deg;

    return counter->has_lift && !counter->is_counted &&
           counter->high_deg - counter->bottom_deg >= counter->full_deg &&
           (counter->has_lower || is_turn(counter, back_deg));
}

static bool is_top_confirmed(const rh_counter_t *counter)
{
    const double back_deg = counter->high_deg - counter->last.angle_deg;

    return counter->has_lift && is_turn(counter, back_deg) &&
           counter->high_deg - counter->bottom_deg >= counter->partial_deg &&
           (back_deg >= counter->partial_deg || is_home(counter));
}

static void begin_fall(rh_counter_t *counter)
{
    /* So slow all the way that it never was a lowering: then the hold lasted till now.
     */
    if (!counter->has_lower) {
        counter->has_lower = true;
        counter->lower = counter->now;
        counter->lower_peaks = NO_PEAKS;
        counter->last_down = counter->now;
    }
    counter->is_falling = true;
    counter->has_rise = false;
    counter->low_deg = counter->last.angle_deg;
    counter->end = counter->last_down;
    counter->turn_ns = counter->last.t_ns;
}

/* Confirmed top to bottom. */
static void follow_fall(rh_counter_t *counter)
{
    const double radius_m = counter->settings.radius_m;

    if (counter->last.angle_deg <= counter->low_deg) {
        counter->low_deg = counter->last.angle_deg;
        counter->turn_ns = counter->last.t_ns;
        counter->end = counter->last_down;
        counter->has_rise = false;
    } else if (is_up(counter) && !counter->has_rise) {
        counter->has_rise = true;
        counter->rise = counter->now;
        counter->rise_peaks = NO_PEAKS;
        counter->rise_force_peak_n = -(double)INFINITY;
    }
    if (is_down(counter)) {
        note_peaks(&counter->lower_peaks, &counter->last, radius_m);
    } else if (is_up(counter) && counter->has_rise) {
        note_peaks(&counter->rise_peaks, &counter->last, radius_m);
        counter->rise_force_peak_n = counter->rise_peaks.force_n;
    }
}

static bool is_over(const rh_counter_t *counter)
{
    const double back_deg = counter->last.angle_deg - counter->low_deg;
    const bool low_is_home = counter->low_deg <= counter->bottom_deg + RH_HOME_DEG;

    return (is_home(counter) && counter->has_stood) ||
           (is_turn(counter, back_deg) &&
            (low_is_home || back_deg >= counter->partial_deg));
}

static void close_stroke(rh_counter_t *counter)
{
    rh_trace_t *trace = &counter->trace;

    counter->done = (rh_stroke_t){
        .start = counter->start,
        .lift = counter->lift,
        .top = counter->top,
        .lower = counter->lower,
        .end = counter->end,
        .bottom_deg = counter->bottom_deg,
        .top_deg = counter->high_deg,
        .end_deg = counter->low_deg,
        .full_deg = counter->full_deg,
        .partial_deg = counter->partial_deg,
        .lift_rate_peak_dps = rh_trace_peak(trace, &counter->lift, &counter->top, true),
        .lower_rate_peak_dps =
            rh_trace_peak(trace, &counter->lower, &counter->end, false),
        .lift_peaks = counter->lift_peaks,
        .lower_peaks = counter->lower_peaks,
        .force_peak_n = counter->force_peak_n,
        .limit_hits = counter->limit_hits,
        .is_full = counter->high_deg - counter->bottom_deg >= counter->full_deg,
        .was_counted = counter->is_counted,
        .slack = counter->slack,
        .impact = counter->impact,
    };
    counter->start = counter->end;
    counter->limit_hits = 0;
}

/* The next rep starts at the lowest point. Its lift may have begun before now: the turn
 * was confirmed only 3 deg later. */
static void begin_after(rh_counter_t *counter)
{
    const bool has_rise = counter->has_rise;

    begin_rise(counter, counter->low_deg, counter->last.angle_deg);
    counter->has_rise = false;
    if (has_rise) {
        counter->has_lift = true;
        counter->lift = counter->rise;
        counter->top = counter->last_up;
        counter->lift_peaks = counter->rise_peaks;
        counter->force_peak_n = counter->rise_force_peak_n;
        rh_trace_rebase(&counter->trace, counter->rise.t_ns);
    }
}

static int advance(rh_counter_t *counter, const rh_point_t *point)
{
    const double step_s = 1e-9 * (double)(point->t_ns - counter->last.t_ns);
    int found = 0;

    rh_mark_advance(&counter->now, &counter->last, point, counter->settings.radius_m);
    if (counter->has_lift) {
        rh_trace_add(&counter->trace, &counter->last, point);
        counter->force_peak_n =
            fmax(counter->force_peak_n, point->force_left_n + point->force_right_n);
    }
    counter->last = *point;
    note_motion(counter);
    note_slack(counter, step_s);
    note_impact(counter);
    if (!counter->is_falling) {
        follow_rise(counter);
        if (is_top_reached(counter)) {
            counter->is_counted = true;
            found |= RH_COUNTER_TOP;
        }
        if (is_top_confirmed(counter)) {
            begin_fall(counter);
        }
        return found;
    }
    follow_fall(counter);
    if (is_over(counter)) {
        close_stroke(counter);
        begin_after(counter);
        found |= RH_COUNTER_CLOSED;
    }
    return found;
}

/* Advances to the moment between the last point and this one at which the rate passes
 * `limit_dps`, if it does. */
static int cross(rh_counter_t *counter, const rh_point_t *point, double limit_dps)
{
    const double before_dps = counter->last.rate_dps;
    const double after_dps = point->rate_dps;

    if ((before_dps < limit_dps) == (after_dps < limit_dps) ||
        before_dps == limit_dps) {
        return 0;
    }
    rh_point_t moment = rh_point_between(
        &counter->last, point, (limit_dps - before_dps) / (after_dps - before_dps));

    moment.rate_dps = limit_dps;
    return advance(counter, &moment);
}

int rh_counter_feed(rh_counter_t *counter, const rh_point_t *point)
{
    int found = 0;

    if (!counter->is_running) {
        start_running(counter, point);
        return 0;
    }
    const double near_dps =
        point->rate_dps >= counter->last.rate_dps ? -RH_MOVING_DPS : RH_MOVING_DPS;

    found |= cross(counter, point, near_dps);
    found |= cross(counter, point, -near_dps);
    return found | advance(counter, point);
}

int rh_counter_finish(rh_counter_t *counter)
{
    int found = 0;

    if (counter->is_running && counter->is_falling &&
        counter->low_deg <= counter->bottom_deg + RH_HOME_DEG &&
        counter->last.t_ns - counter->turn_ns >= RH_TURN_NS) {
        close_stroke(counter);
        found = RH_COUNTER_CLOSED;
    }
    counter->is_running = false;
    counter->is_falling = false;
    return found;
}

bool rh_counter_is_past_top(const rh_counter_t *counter)
{
    return counter->is_running && (counter->is_counted || counter->is_falling);
}

void rh_counter_hit_limit(rh_counter_t *counter)
{
    counter->limit_hits++;
}
