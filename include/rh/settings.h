/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything a configuration can say about the machine, the training and the daemon, in
 * natural units, after reading and validation by src/config. Buses, devices and signal
 * bindings are in hal.h. The key table (src/config/keys.c) has one row per field here.
 */
#ifndef RH_SETTINGS_H
#define RH_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "rh/hal.h"

#define RH_PATH_MAX 200
#define RH_NAME_MAX 40

typedef struct {
    char name[RH_NAME_MAX];  /* the <machine> of every topic */
    double strap_radius_m;   /* hip axis to strap or roller */
    double arm_gravity_nm;   /* the arm's own, at horizontal, identified */
    double arm_inertia_kgm2; /* arm + n^2 motor + gearbox */
    double friction_nm;      /* Coulomb friction of arm and gear, identified */
    double strap_weight_n;   /* hardware beyond the cells: reads as this * cos(angle) */
    double strap_mass_kg;    /* the same as a mass, for its inertia */
    double cell_lag_ms;      /* the cell transmitters' own filter delay */
    double pad_span_mm;      /* front pad cell to rear pad cell */
    double load_max_kg;
    double torque_max_nm;          /* resisting, at the arm */
    double relay_ms;               /* the heartbeat relay's time */
    double brake_peak_nm;          /* passive brake, measured at commissioning */
    bool strap_is_roller;          /* coupling carries both ways */
    bool simulated;                /* nobody can be hurt by it; see [test] */
    char profile_dir[RH_PATH_MAX]; /* where the devices' profiles are */
} rh_machine_settings_t;

typedef struct {
    double soft_top_deg, soft_bottom_deg, rom_soft_bottom_deg;
    double trip_over_top_deg, trip_over_bottom_deg, trip_top_deg, trip_bottom_deg;
    double wall_nm_per_deg, wall_max_nm, brake_nm; /* tau_brake of the funnel */
    double slew_load_nm_per_s, slew_safe_nm_per_s, window_ms, window_nm;
    double sink_dps, rate_limit_dps;
    double runaway_nm, runaway_frac, mismatch_deg, cell_max_n, contact_n, pad_empty_n;
    double age_drive_ms, age_encoder_ms, age_cells_ms, age_io_ms, age_cut_ms;
    double late_count_ms, late_safe1_ms, late_safe3_ms;
    double grip_open_ms, cycle_ms, drive_lag_ms; /* T and t_d of damping and funnel */
    double rest_deg, rest_dps; /* the arm is at the bottom, and still */
    double rest_hold_ms, reset_hold_ms, reset_stuck_ms;
    double comfort_ramp_ms, comfort_confirm_ms, comfort_n, comfort_frac;
    double unload_ramp_ms, safe1_ramp_ms, safe1_timeout_ms, safe2_servo_ms;
    double arm_dwell_ms, run_timeout_ms, recover_nm_per_s;
    bool open_limits;         /* tests only: see [test] */
    bool needs_commissioning; /* tests only: though it is simulated */
    double host_pause_ms; /* tests only; what ages and lateness may exceed theirs by */
} rh_limit_settings_t;

typedef struct {
    bool count_at_top; /* else at the bottom */
    double zero_quiet_s;
    double zero_max_n; /* 2 % of full scale: further off refuses */
    double first_load_max_kg, load_step_max_kg;
    double load_ramp_nm_per_s;
    double damping_nm_per_dps; /* of the mode `damping` */
    double friction_frac;      /* share of the friction that is compensated, <= 0.8 */
    double hold_min_s, lift_rate_max_dps, lower_rate_max_dps, swing_max_frac, slack_n,
        impact_n, asymmetry_max_frac;
} rh_training_settings_t;

typedef struct {
    int32_t tick_hz;
    int32_t priority;        /* SCHED_FIFO, control thread; buses run one below */
    bool pin_control;        /* to the last permitted processor */
    int32_t wake_latency_us; /* the longest the processor may take to leave a sleep */
    int32_t watchdog_ms;     /* systemd's, fed only when ticks advance */
    int32_t stream_port, mirror_port, command_port; /* 0 = any; see endpoints.json */
    int32_t live_hz;
    bool loopback_trainer;
    char bind[RH_NAME_MAX];
    char run_dir[RH_PATH_MAX], state_dir[RH_PATH_MAX];
    char sim_dir[RH_PATH_MAX]; /* where relative serial paths live; "" = run_dir */
} rh_daemon_settings_t;

typedef struct {
    rh_daemon_settings_t daemon;
    rh_machine_settings_t machine;
    rh_limit_settings_t limits;
    rh_training_settings_t training;
    rh_hal_settings_t hal;
} rh_settings_t;

#endif
