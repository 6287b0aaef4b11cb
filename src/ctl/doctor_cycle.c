/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Damping and funnel are made for a cycle of the drive's bus, `[limits] cycle_ms`. What
 * the profiles say by arithmetic, the daemon compares at its start; what the bus really
 * reaches, on TCP too, is compared here.
 */
#include <string.h>

#include "doctor_parts.h"
#include "fields.h"

#define MS_PER_S 1e3
/* Repeats and pauses take a tenth. B goes with 1/(T/2 + t_d), so that a cycle longer by
 * a third makes the damping too strong by about a tenth. */
#define WARN_ABOVE 1.10
#define FAIL_ABOVE 1.33

/* The bus that carries the torque; NULL where none does. */
static const rh_bus_settings_t *drive_bus(const rh_hal_settings_t *hal)
{
    for (int i = 0; i < hal->binding_count; i++) {
        const rh_binding_t *binding = &hal->bindings[i];
        if (binding->is_output && binding->signal == RH_OUTPUT_TORQUE_COMMAND &&
            binding->kind == RH_SOURCE_MODBUS) {
            return &hal->buses[hal->devices[binding->device].bus];
        }
    }
    return NULL;
}

static double rate_hz(const rh_doctor_t *doctor, const char *bus)
{
    const json_t *buses = json_object_get(rh_doctor_part(doctor, "health"), "buses");
    for (size_t i = 0; i < json_array_size(buses); i++) {
        const json_t *one = json_array_get(buses, i);
        if (strcmp(rh_text(one, "name", ""), bus) == 0) {
            return rh_number(one, "rate_hz");
        }
    }
    return 0.0;
}

static void compare(rh_doctor_t *doctor, const rh_settings_t *settings)
{
    const rh_bus_settings_t *bus = drive_bus(&settings->hal);
    double reached_hz = bus != NULL ? rate_hz(doctor, bus->name) : 0.0;
    if (!(reached_hz > 0.0)) {
        return; /* what is down is named as such */
    }
    double cycle_ms = MS_PER_S / reached_hz;
    double said_ms = settings->limits.cycle_ms;
    bool is_slow = cycle_ms > said_ms * WARN_ABOVE;
    rh_verdict_t verdict = cycle_ms > said_ms * FAIL_ABOVE ? RH_DOCTOR_FAIL
                           : is_slow                       ? RH_DOCTOR_WARN
                                                           : RH_DOCTOR_OK;
    rh_doctor_find(doctor, verdict, "cycle",
                   "read less on that bus, or write what it takes into cycle_ms",
                   "bus %s takes %.2f ms for a cycle, [limits] cycle_ms says %g%s",
                   bus->name, cycle_ms, said_ms,
                   is_slow ? ": the damping is too strong for it" : "");
}

void rh_doctor_cycle(rh_doctor_t *doctor)
{
    if (doctor->settings != NULL) {
        compare(doctor, doctor->settings);
    }
}
