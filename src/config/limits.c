/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings to the gate's limits. All roots, divisions and floating point of the limits
 * happen here, once, at start. Every figure is tested in accept form against the table
 * of keys first, so that nothing that is no number is ever converted; the ceilings of
 * rh/limits.h are tested again on the integers that the gate will use.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "keys.h"
#include "rh/units.h"
#include "value.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NM_PER_DPS (RH_PI / 180.0) /* of a damping in N m s/rad */

/* Both legs of five persons (HARDWARE, 8): mass, inertia about the hip, gravity torque
 * at horizontal. Row 0 of the limits is the arm alone. */
static const struct {
    double mass_kg, inertia_kgm2, gravity_nm;
} persons[RH_BODY_ROWS - 1] = {
    {50.0, 3.04, 55.0},   {65.0, 4.47, 76.0},   {80.0, 6.17, 99.0},
    {100.0, 8.33, 128.0}, {120.0, 10.8, 160.0},
};

#define PAD_FRAC 0.678     /* of the body's weight: the pads carry body minus legs */
#define PAD_TOLERANCE 0.98 /* the cells' noise does not flip a row */
#define DAMPING_FRAC 0.25  /* B <= 0.25 J / (T/2 + t_d) */
#define LIFT_MARGIN 1.1    /* what carrying the arm needs + 10 % */
#define LIFT_FRAC 0.8      /* of leg and arm gravity, never more */

/* With [test] open_limits: beyond what the mechanical stops let through. */
static const struct {
    int32_t soft_top_mdeg, soft_bottom_mdeg, trip_top_mdeg, trip_bottom_mdeg;
} opened = {15000, -105000, 20000, -110000};

static int32_t milli(double value)
{
    return (int32_t)lround(value * RH_MILLI);
}

static int32_t whole(double value)
{
    return (int32_t)lround(value);
}

/* ---- refusing -------------------------------------------------------------------- */

static int check_rows(rh_section_id_t id, const void *item, char *error, size_t size)
{
    const rh_section_t *section = rh_section(id);
    for (int i = 0; i < section->key_count; i++) {
        const rh_key_t *key = &section->keys[i];
        double value = 0.0;
        if (key->type != RH_KEY_REAL) {
            continue;
        }
        memcpy(&value, (const char *)item + key->offset, sizeof(value));
        if (!(value >= key->min && value <= key->max)) {
            char range[RH_VALUE_TEXT];
            rh_value_range(key, range, sizeof(range));
            (void)snprintf(error, size,
                           "[%s] %s: %g is out of range; permitted: %s; %s",
                           section->name, key->key, value, range, key->help);
            return -EINVAL;
        }
    }
    return 0;
}

/* Whatever the table says: the compile-time ceilings, on the integers themselves. */
static int check_ceilings(const rh_limits_t *limits, bool open, char *error,
                          size_t size)
{
    const struct {
        const char *what;
        int32_t value, low, high;
        bool may_open;
    } rows[] = {
        {"torque_max_nm", limits->resist_max_mnm, 0, RH_CEILING_TORQUE_MNM, false},
        {"the lifting torque", limits->lift_max_mnm, 0, RH_CEILING_TORQUE_MNM, false},
        {"sink_dps", limits->sink_mdps, 1, RH_CEILING_SINK_MDPS, false},
        {"soft_top_deg", limits->soft_top_mdeg, RH_FLOOR_TRIP_BOTTOM_MDEG,
         RH_CEILING_SOFT_TOP_MDEG, true},
        {"trip_top_deg", limits->trip_top_mdeg, RH_FLOOR_TRIP_BOTTOM_MDEG,
         RH_CEILING_TRIP_TOP_MDEG, true},
        {"trip_bottom_deg", limits->trip_bottom_mdeg, RH_FLOOR_TRIP_BOTTOM_MDEG,
         RH_CEILING_TRIP_TOP_MDEG, true},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        bool good = rows[i].value >= rows[i].low && rows[i].value <= rows[i].high;
        if (!good && !(open && rows[i].may_open)) {
            (void)snprintf(error, size,
                           "%s: %g is beyond the compiled-in ceiling; permitted: "
                           "%g..%g",
                           rows[i].what, rows[i].value / (double)RH_MILLI,
                           rows[i].low / (double)RH_MILLI,
                           rows[i].high / (double)RH_MILLI);
            return -EINVAL;
        }
    }
    return 0;
}

/* ---- the parts ------------------------------------------------------------------- */

static void make_angles(const rh_limit_settings_t *settings, rh_limits_t *limits)
{
    limits->soft_top_mdeg = milli(settings->soft_top_deg);
    limits->soft_bottom_mdeg = milli(settings->soft_bottom_deg);
    limits->rom_soft_bottom_mdeg = milli(settings->rom_soft_bottom_deg);
    limits->trip_over_top_mdeg = milli(settings->trip_over_top_deg);
    limits->trip_over_bottom_mdeg = milli(settings->trip_over_bottom_deg);
    limits->trip_top_mdeg = milli(settings->trip_top_deg);
    limits->trip_bottom_mdeg = milli(settings->trip_bottom_deg);
    limits->rest_mdeg = milli(settings->rest_deg);
    limits->rest_rate_mdps = milli(settings->rest_dps);
    limits->sink_mdps = milli(settings->sink_dps);
    limits->rate_limit_mdps = milli(settings->rate_limit_dps);
    if (settings->open_limits) {
        limits->soft_top_mdeg = opened.soft_top_mdeg;
        limits->soft_bottom_mdeg = opened.soft_bottom_mdeg;
        limits->trip_top_mdeg = opened.trip_top_mdeg;
        limits->trip_bottom_mdeg = opened.trip_bottom_mdeg;
    }
}

/* Carrying the arm takes its gravity and its friction. The fence stays below what would
 * lift the lightest person's legs by itself. */
static double lift_max_nm(const rh_machine_settings_t *machine)
{
    double needed = LIFT_MARGIN * (machine->arm_gravity_nm + machine->friction_nm);
    double most = LIFT_FRAC * (persons[0].gravity_nm + machine->arm_gravity_nm);
    return fmin(fmin(needed, most), machine->torque_max_nm);
}

static void make_torques(const rh_settings_t *settings, rh_limits_t *limits)
{
    const rh_limit_settings_t *from = &settings->limits;
    limits->resist_max_mnm = milli(settings->machine.torque_max_nm);
    limits->lift_max_mnm = milli(lift_max_nm(&settings->machine));
    limits->slew_load_mnm_per_s = milli(from->slew_load_nm_per_s);
    limits->slew_safe_mnm_per_s = milli(from->slew_safe_nm_per_s);
    limits->window_ms = whole(from->window_ms);
    limits->window_mnm = milli(from->window_nm);
    limits->wall_mnm_per_deg = milli(from->wall_nm_per_deg);
    limits->wall_max_mnm = milli(from->wall_max_nm);
    limits->funnel_delay_us = whole((1.5 * from->cycle_ms + from->drive_lag_ms) * 1e3);
    limits->arm_gravity_mnm = milli(settings->machine.arm_gravity_nm);
    limits->friction_mnm = milli(settings->machine.friction_nm);
    limits->recover_mnm_per_s = milli(from->recover_nm_per_s);
    limits->strap_radius_mm = milli(settings->machine.strap_radius_m);
}

/* Damping (SAFETY, SAFE-1): B <= 0.25 J / (T/2 + t_d), rounded down. Brake distance of
 * the funnel: J w^2 / (2 tau), rounded up. */
static void make_body(const rh_limit_settings_t *settings, double inertia_kgm2,
                      rh_body_row_t *row)
{
    double delay_s = (settings->cycle_ms / 2.0 + settings->drive_lag_ms) * 1e-3;
    double damping_nms = DAMPING_FRAC * inertia_kgm2 / delay_s;
    double stop_deg_per_dps2 =
        inertia_kgm2 * RH_RAD_PER_DEG / (2.0 * settings->brake_nm);
    row->damping_mnm_per_dps = (int32_t)floor(damping_nms * NM_PER_DPS * RH_MILLI);
    row->stop_q16_mdeg = (int32_t)ceil(stop_deg_per_dps2 * RH_MILLI * 65536.0);
}

static void make_bodies(const rh_settings_t *settings, rh_limits_t *limits)
{
    double arm_kgm2 = settings->machine.arm_inertia_kgm2;
    make_body(&settings->limits, arm_kgm2, &limits->body[0]);
    for (size_t i = 0; i < COUNT(persons); i++) {
        rh_body_row_t *row = &limits->body[i + 1];
        double pad_n = PAD_FRAC * persons[i].mass_kg * RH_GRAVITY_MPS2 * PAD_TOLERANCE;
        make_body(&settings->limits, arm_kgm2 + persons[i].inertia_kgm2, row);
        row->pad_min_mn = milli(pad_n);
        row->leg_gravity_mnm = milli(persons[i].gravity_nm);
    }
}

static void make_plausibility(const rh_limit_settings_t *settings, rh_limits_t *limits)
{
    limits->runaway_mnm = milli(settings->runaway_nm);
    limits->runaway_permille = milli(settings->runaway_frac);
    limits->mismatch_mdeg = milli(settings->mismatch_deg);
    limits->cell_max_mn = milli(settings->cell_max_n);
    limits->contact_mn = milli(settings->contact_n);
    limits->pad_empty_mn = milli(settings->pad_empty_n);
    limits->comfort_mn = milli(settings->comfort_n);
    limits->comfort_permille = milli(settings->comfort_frac);
}

static void make_times(const rh_limit_settings_t *settings, rh_limits_t *limits)
{
    double pause_ms = settings->host_pause_ms;
    limits->age_max_us[0] = milli(settings->age_drive_ms + pause_ms);
    limits->age_max_us[1] = milli(settings->age_encoder_ms + pause_ms);
    limits->age_max_us[2] = milli(settings->age_cells_ms + pause_ms);
    limits->age_max_us[3] = milli(settings->age_io_ms + pause_ms);
    limits->age_cut_us = milli(settings->age_cut_ms + pause_ms);
    limits->late_count_us = milli(settings->late_count_ms);
    limits->late_safe1_us = milli(settings->late_safe1_ms + pause_ms);
    limits->late_safe3_us = milli(settings->late_safe3_ms + pause_ms);
    limits->grip_open_ms = whole(settings->grip_open_ms);
    limits->reset_hold_ms = whole(settings->reset_hold_ms);
    limits->reset_stuck_ms = whole(settings->reset_stuck_ms);
    limits->rest_hold_ms = whole(settings->rest_hold_ms);
    limits->comfort_ramp_ms = whole(settings->comfort_ramp_ms);
    limits->comfort_confirm_ms = whole(settings->comfort_confirm_ms);
    limits->unload_ramp_ms = whole(settings->unload_ramp_ms);
    limits->safe1_ramp_ms = whole(settings->safe1_ramp_ms);
    limits->safe1_timeout_ms = whole(settings->safe1_timeout_ms);
    limits->safe2_servo_ms = whole(settings->safe2_servo_ms);
    limits->arm_dwell_ms = whole(settings->arm_dwell_ms);
    limits->run_timeout_ms = whole(settings->run_timeout_ms);
}

/* Of the device that takes the torque command; not proven means no. */
static bool speed_limit_brakes(const rh_hal_settings_t *hal)
{
    for (int i = 0; i < hal->binding_count; i++) {
        const rh_binding_t *binding = &hal->bindings[i];
        if (binding->is_output && binding->signal == RH_OUTPUT_TORQUE_COMMAND) {
            return hal->devices[binding->device].profile.speed_limit_brakes;
        }
    }
    return false;
}

bool rh_config_needs_commissioning(const rh_settings_t *settings)
{
    return !settings->machine.simulated || settings->limits.needs_commissioning;
}

/* ---- the whole ------------------------------------------------------------------- */

static int check_settings(const rh_settings_t *settings, char *error, size_t size)
{
    bool is_tested =
        settings->limits.open_limits || settings->limits.host_pause_ms != 0.0;
    if (is_tested && !settings->machine.simulated) {
        (void)snprintf(error, size,
                       "[test] open_limits, host_pause_ms: only for a machine with "
                       "simulated = yes");
        return -EINVAL;
    }
    int status = check_rows(RH_SECTION_MACHINE, &settings->machine, error, size);
    if (status == 0) {
        status = check_rows(RH_SECTION_LIMITS, &settings->limits, error, size);
    }
    return status == 0 ? check_rows(RH_SECTION_TEST, &settings->limits, error, size)
                       : status;
}

static int make(const rh_settings_t *settings, rh_limits_t *limits, char *error,
                size_t size)
{
    int status = check_settings(settings, error, size);
    if (status != 0) {
        return status;
    }
    make_angles(&settings->limits, limits);
    make_torques(settings, limits);
    make_bodies(settings, limits);
    make_plausibility(&settings->limits, limits);
    make_times(&settings->limits, limits);
    limits->relay_ms = whole(settings->machine.relay_ms);
    limits->period_us = whole(1e6 / settings->daemon.tick_hz);
    limits->zero_max_mn = milli(settings->training.zero_max_n);
    limits->speed_limit_brakes = speed_limit_brakes(&settings->hal) ? 1 : 0;
    /* whoever read the machine's record says so for the others */
    limits->is_commissioned = rh_config_needs_commissioning(settings) ? 0 : 1;
    return check_ceilings(limits, settings->limits.open_limits, error, size);
}

int rh_config_limits(const rh_settings_t *settings, rh_limits_t *limits, char *error,
                     size_t error_size)
{
    memset(limits, 0, sizeof(*limits));
    rh_locale_t locale;
    rh_locale_enter(&locale);
    int status = make(settings, limits, error, error_size);
    rh_locale_leave(&locale);
    if (status != 0) {
        memset(limits, 0, sizeof(*limits));
    }
    return status;
}
