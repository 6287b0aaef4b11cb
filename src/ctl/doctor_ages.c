/* SPDX-License-Identifier: Apache-2.0 */
/* Ages against their limits; see doctor_ages.h. */
#include "doctor_ages.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "config_file.h"
#include "names.h"

#define AGE_MS 40.0 /* the shipped limit of every group */
#define NAMES_TEXT 400

static double drive_ms(const rh_limit_settings_t *limits)
{
    return limits->age_drive_ms;
}

static double encoder_ms(const rh_limit_settings_t *limits)
{
    return limits->age_encoder_ms;
}

static double cells_ms(const rh_limit_settings_t *limits)
{
    return limits->age_cells_ms;
}

static double io_ms(const rh_limit_settings_t *limits)
{
    return limits->age_io_ms;
}

/* Whose samples the gate calls stale, and by which limit; the drive's confirmed torque
 * only comes when one was written. */
static const struct {
    int signal;
    double (*limit_ms)(const rh_limit_settings_t *limits);
} rows[] = {
    {RH_SIGNAL_MOTOR_ANGLE, drive_ms},  {RH_SIGNAL_MOTOR_RATE, drive_ms},
    {RH_SIGNAL_ARM_ANGLE, encoder_ms},  {RH_SIGNAL_STRAP_LEFT, cells_ms},
    {RH_SIGNAL_STRAP_RIGHT, cells_ms},  {RH_SIGNAL_PAD_FRONT, cells_ms},
    {RH_SIGNAL_PAD_REAR, cells_ms},     {RH_SIGNAL_DRIVE_TORQUE, drive_ms},
    {RH_SIGNAL_DRIVE_STATUS, drive_ms}, {RH_SIGNAL_COMFORT_STOP, io_ms},
    {RH_SIGNAL_RESET_BUTTON, io_ms},    {RH_SIGNAL_ESTOP_A, io_ms},
    {RH_SIGNAL_ESTOP_B, io_ms},         {RH_SIGNAL_GRIP_LEFT, io_ms},
    {RH_SIGNAL_GRIP_RIGHT, io_ms},      {RH_SIGNAL_LIMIT_TOP, io_ms},
    {RH_SIGNAL_LIMIT_BOTTOM, io_ms},
};

void rh_doctor_ages_start(rh_doctor_ages_t *ages, const rh_doctor_t *doctor)
{
    char error[512];
    rh_settings_t *settings = calloc(1, sizeof *settings);
    bool is_read = settings != NULL &&
                   rh_config_load(settings, rh_config_file_path(doctor->call->options),
                                  NULL, 0, error, sizeof error) == 0;
    memset(ages, 0, sizeof *ages);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ages->limit_ms[rows[i].signal] = is_read ? rows[i].limit_ms(&settings->limits) +
                                                       settings->limits.host_pause_ms
                                                 : AGE_MS;
    }
    free(settings);
}

void rh_doctor_ages_look(rh_doctor_ages_t *ages, const rh_reading_t *reading)
{
    ages->looks++;
    for (int i = 0; i < RH_SIGNAL_COUNT; i++) {
        double age_ms = reading->age_ms[i];
        if (ages->limit_ms[i] > 0 && reading->is_good[i] &&
            age_ms > ages->limit_ms[i]) {
            ages->stale[i]++;
            ages->oldest_ms[i] = fmax(ages->oldest_ms[i], age_ms);
        }
    }
}

typedef struct {
    char names[NAMES_TEXT];
    int count, stale;
    double oldest_ms, limit_ms;
    bool is_told[RH_SIGNAL_COUNT];
} group_t;

static bool is_mostly(const rh_doctor_ages_t *ages, int signal)
{
    return 2 * ages->stale[signal] > ages->looks;
}

/* Mostly too old is a bus's doing; now and then it is the computer's, and it is all the
 * same to which bus that happened. */
static bool is_one_cause(const rh_doctor_t *doctor, const rh_doctor_ages_t *ages, int a,
                         int b)
{
    return is_mostly(ages, a) == is_mostly(ages, b) &&
           (!is_mostly(ages, a) || rh_doctor_share(doctor, a, b, true));
}

/* Age and limit of one signal, the one that was furthest beyond its own. */
static void take_worst(const rh_doctor_ages_t *ages, int signal, group_t *group)
{
    double oldest_ms = ages->oldest_ms[signal];
    double limit_ms = ages->limit_ms[signal];
    if (oldest_ms - limit_ms > group->oldest_ms - group->limit_ms) {
        group->oldest_ms = oldest_ms;
        group->limit_ms = limit_ms;
    }
}

static void gather(const rh_doctor_t *doctor, const rh_doctor_ages_t *ages, int first,
                   group_t *group)
{
    group->names[0] = '\0';
    group->count = group->stale = 0;
    group->oldest_ms = 0.0;
    group->limit_ms = ages->limit_ms[first];
    for (int i = first; i < RH_SIGNAL_COUNT; i++) {
        if (ages->stale[i] == 0 || !is_one_cause(doctor, ages, first, i)) {
            continue;
        }
        rh_doctor_list(group->names, sizeof group->names,
                       rh_name_input((uint32_t)i)->name);
        group->count++;
        group->stale = ages->stale[i] > group->stale ? ages->stale[i] : group->stale;
        take_worst(ages, i, group);
        group->is_told[i] = true;
    }
}

static void tell(rh_doctor_t *doctor, const rh_doctor_ages_t *ages, int first,
                 group_t *group)
{
    gather(doctor, ages, first, group);
    rh_doctor_find(doctor, is_mostly(ages, first) ? RH_DOCTOR_FAIL : RH_DOCTOR_WARN,
                   "signal",
                   is_mostly(ages, first)
                       ? "its bus is too slow: raise its rate, shorten the device's "
                         "block, or give the device a bus of its own"
                       : "see `timing` and its bus's errors; look for other work on "
                         "this computer",
                   "%s %s too old in %d of %d looks: up to %.0f ms, at most %.0f ms "
                   "are allowed, and beyond the gate lowers the legs",
                   group->names, group->count > 1 ? "were" : "was", group->stale,
                   ages->looks, group->oldest_ms, group->limit_ms);
}

int rh_doctor_ages_judge(rh_doctor_t *doctor, const rh_doctor_ages_t *ages)
{
    group_t group = {0};
    int bad = 0;
    for (int i = 0; i < RH_SIGNAL_COUNT; i++) {
        if (ages->stale[i] > 0 && !group.is_told[i]) {
            tell(doctor, ages, i, &group);
            bad++;
        }
    }
    return bad;
}
