/* SPDX-License-Identifier: Apache-2.0 */
/* Torque to persons; see brake_promise.h. */
#include "brake_promise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARGIN 1.2
#define TO_NOBODY "promised to nobody"

/* Both legs of persons of 1.58 to 1.92 m, straight and horizontal (HARDWARE.md 8). */
static const struct {
    double body_kg, legs_nm;
} persons[] = {{50, 55}, {65, 76}, {80, 99}, {100, 128}, {120, 160}};

#define PERSONS (sizeof persons / sizeof persons[0])

double rh_brake_promise_kg(const rh_brake_held_t *held, double arm_gravity_nm)
{
    double legs_nm = held->torque_nm / MARGIN - arm_gravity_nm;
    if (!(held->rate_dps <= RH_BRAKE_PROMISE_DPS) || !(legs_nm >= persons[0].legs_nm)) {
        return 0.0;
    }
    for (size_t i = 1; i < PERSONS; i++) {
        if (legs_nm < persons[i].legs_nm) {
            double share = (legs_nm - persons[i - 1].legs_nm) /
                           (persons[i].legs_nm - persons[i - 1].legs_nm);
            return persons[i - 1].body_kg +
                   share * (persons[i].body_kg - persons[i - 1].body_kg);
        }
    }
    return persons[PERSONS - 1].body_kg;
}

const char *rh_brake_promise(const rh_brake_held_t *held, double arm_gravity_nm,
                             char *text, size_t size)
{
    double body_kg = rh_brake_promise_kg(held, arm_gravity_nm);
    int used = snprintf(text, size,
                        "the brake held %.1f N m at %.1f deg/s with %.1f kg on the "
                        "strap, so its peak is at least that; 60 deg/s at a power cut "
                        "is ",
                        held->torque_nm, held->rate_dps, held->hung_kg);
    if (used < 0 || (size_t)used >= size) {
        return text;
    }
    if (body_kg > 0) {
        (void)snprintf(text + used, size - (size_t)used,
                       "promised up to %.0f kg of body mass", body_kg);
    } else {
        (void)snprintf(text + used, size - (size_t)used,
                       TO_NOBODY " (for 50 kg it must hold %.0f N m)",
                       MARGIN * (arm_gravity_nm + persons[0].legs_nm));
    }
    return text;
}

/* A number behind these words; false: they are others, or no number follows. */
static bool take(const char **at, const char *words, double *value)
{
    size_t length = strlen(words);
    if (strncmp(*at, words, length) != 0) {
        return false;
    }
    char *end = NULL;
    *value = strtod(*at + length, &end);
    bool is_number = end != *at + length;
    *at = end;
    return is_number;
}

bool rh_brake_held_read(const char *text, rh_brake_held_t *held)
{
    return take(&text, "the brake held ", &held->torque_nm) &&
           take(&text, " N m at ", &held->rate_dps) &&
           take(&text, " deg/s with ", &held->hung_kg);
}

bool rh_brake_is_promised(const char *text)
{
    rh_brake_held_t held;
    return rh_brake_held_read(text, &held) && strstr(text, TO_NOBODY) == NULL;
}
