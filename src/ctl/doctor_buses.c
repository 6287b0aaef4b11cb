/* SPDX-License-Identifier: Apache-2.0 */
/* What the daemon's health says of each bus and each device. */
#include <stdio.h>

#include "doctor_parts.h"
#include "fields.h"

#define ERROR_WARN_FRAC 0.01
#define ERROR_FAIL_FRAC 0.2
#define AGE_WARN_MS 100.0
#define AGE_FAIL_MS 1000.0
#define SOONER 1.02

/* Cycles reached, and by arithmetic the most: bytes, gaps and turnarounds. */
static void rate_of(const json_t *bus, char *text, size_t size)
{
    double rate_hz = rh_number(bus, "rate_hz");
    double most_hz = rh_number(bus, "rate_max_hz");
    if (most_hz > 0.0 && rate_hz > SOONER * most_hz) {
        (void)snprintf(text, size,
                       "%.1f cycles/s (computed %.1f: its devices answer sooner than "
                       "their profiles say)",
                       rate_hz, most_hz);
    } else if (most_hz > 0.0) {
        (void)snprintf(text, size, "%.1f of computed %.1f cycles/s = %.1f %%", rate_hz,
                       most_hz, 100.0 * rate_hz / most_hz);
    } else {
        (void)snprintf(text, size, "%.0f cycles/s", rate_hz);
    }
}

/* A line that is not open says itself what to do. */
static const char *bus_remedy(bool is_up, const char *last_error)
{
    return !is_up && last_error[0] != '\0'
               ? "as it says"
               : "check the cable, its termination, the baud rate and the port's name";
}

static void check_bus(rh_doctor_t *doctor, const json_t *bus)
{
    char check[80];
    char rate[128];
    const char *notice = rh_text(bus, "notice", "");
    double error_frac = rh_number(bus, "error_frac");
    const char *last_error = rh_text(bus, "last_error", "");
    bool is_up = rh_flag(bus, "is_up");
    rh_verdict_t verdict = !is_up || !(error_frac < ERROR_FAIL_FRAC) ? RH_DOCTOR_FAIL
                           : error_frac > ERROR_WARN_FRAC            ? RH_DOCTOR_WARN
                                                                     : RH_DOCTOR_OK;
    (void)snprintf(check, sizeof check, "bus %s", rh_text(bus, "name", "?"));
    rate_of(bus, rate, sizeof rate);
    rh_doctor_find(doctor, verdict, check, bus_remedy(is_up, last_error),
                   "%s, %s, busy %.0f %%, errors %.1f %% now and %lld in all%s%s",
                   is_up ? "up" : "down", rate, rh_number(bus, "busy_frac") * 100,
                   error_frac * 100, rh_count(bus, "errors"),
                   verdict != RH_DOCTOR_OK && last_error[0] != '\0' ? ": " : "",
                   verdict != RH_DOCTOR_OK ? last_error : "");
    if (notice[0] != '\0') {
        rh_doctor_find(doctor, RH_DOCTOR_WARN, check, "as it says", "%s", notice);
    }
}

/* What is on GPIO lines has no bus and no profile to look into. */
static const char *device_remedy(const json_t *device)
{
    if (rh_count(device, "bus") < 0) {
        return "let the arm hang still; check the cable, its shield and the lines' "
               "names";
    }
    return rh_text(device, "problem", "")[0] != '\0'
               ? "find them in its manual and write them into the profile"
               : "check its power, its address and its bus";
}

static void check_device(rh_doctor_t *doctor, const json_t *device)
{
    char check[80];
    double age_ms = rh_number(device, "age_ns") / 1e6;
    bool is_ready = rh_flag(device, "is_ready");
    const char *problem = rh_text(device, "problem", "");
    rh_verdict_t verdict = !is_ready || !(age_ms < AGE_FAIL_MS) ? RH_DOCTOR_FAIL
                           : age_ms > AGE_WARN_MS               ? RH_DOCTOR_WARN
                                                                : RH_DOCTOR_OK;
    (void)snprintf(check, sizeof check, "device %s", rh_text(device, "name", "?"));
    rh_doctor_find(doctor, verdict, check, device_remedy(device),
                   "%s, last answer %.1f ms ago, %lld errors, profile %s (%s)%s%s",
                   is_ready ? "ready" : "not ready", age_ms, rh_count(device, "errors"),
                   rh_text(device, "profile", "?"), rh_text(device, "status", "?"),
                   problem[0] != '\0' ? ": " : "", problem);
}

static void check_list(rh_doctor_t *doctor, const char *key,
                       void (*check)(rh_doctor_t *, const json_t *))
{
    const json_t *list = json_object_get(rh_doctor_part(doctor, "health"), key);
    for (size_t i = 0; i < json_array_size(list); i++) {
        check(doctor, json_array_get(list, i));
    }
    if (json_array_size(list) == 0) {
        rh_doctor_find(doctor, RH_DOCTOR_FAIL, key, "name them in the machine's file",
                       "there are none");
    }
}

void rh_doctor_buses(rh_doctor_t *doctor)
{
    check_list(doctor, "buses", check_bus);
}

void rh_doctor_devices(rh_doctor_t *doctor)
{
    check_list(doctor, "devices", check_device);
}
