/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Figures that must fit each other: which of two limits comes first, what the motor can
 * give, what a simulated machine may be. Most are one row of a table.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "rh/units.h"
#include "steps.h"
#include "value.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NUMBER_MAX 40

#define LIMITS RH_SECTION_LIMITS
#define MACHINE RH_SECTION_MACHINE

/* A section may stand in no file, all its keys at their defaults. */
static int refuse(rh_draft_t *draft, rh_section_id_t section, const char *key,
                  const char *remedy, const char *what)
{
    const rh_part_t *part = rh_draft_part(draft, section, NULL);
    rh_part_t nowhere = {.section = rh_section(section)};
    return rh_draft_refuse(draft, part != NULL ? part : &nowhere, key, remedy, "%s",
                           what);
}

/* `key` must be at least `other` + `gap`. */
typedef struct {
    rh_section_id_t section, other_section;
    const char *key, *other;
    double gap;
    const char *remedy;
} order_t;

static const order_t orders[] = {
    {LIMITS, LIMITS, "soft_top_deg", "soft_bottom_deg", 30.0,
     "a range of 30 degrees is the least to train in"},
    {LIMITS, LIMITS, "trip_top_deg", "soft_top_deg", 0.5,
     "the trip stands beyond the soft limit"},
    {LIMITS, LIMITS, "soft_bottom_deg", "trip_bottom_deg", 0.5,
     "the trip stands beyond the soft limit"},
    {LIMITS, LIMITS, "soft_top_deg", "rest_deg", 30.0,
     "the rest zone is at the bottom of the range"},
    {LIMITS, LIMITS, "rest_deg", "soft_bottom_deg", 0.5,
     "the arm must be able to reach the rest zone"},
    {LIMITS, LIMITS, "age_cut_ms", "age_drive_ms", 1.0,
     "stale lowers first and cuts later"},
    {LIMITS, LIMITS, "age_cut_ms", "age_encoder_ms", 1.0,
     "stale lowers first and cuts later"},
    {LIMITS, LIMITS, "age_cut_ms", "age_cells_ms", 1.0,
     "stale lowers first and cuts later"},
    {LIMITS, LIMITS, "age_cut_ms", "age_io_ms", 1.0,
     "stale lowers first and cuts later"},
    {LIMITS, LIMITS, "late_safe1_ms", "late_count_ms", 0.1,
     "late ticks are counted first"},
    {LIMITS, LIMITS, "late_safe3_ms", "late_safe1_ms", 0.1,
     "a late tick lowers first and cuts later"},
    {LIMITS, LIMITS, "reset_stuck_ms", "reset_hold_ms", 100.0,
     "a press must be able to be long enough and not too long"},
    {LIMITS, LIMITS, "comfort_confirm_ms", "comfort_ramp_ms", 1.0,
     "the cells can confirm only what is done"},
    {LIMITS, LIMITS, "rate_limit_dps", "sink_dps", 0.0,
     "training is never slower than lowering"},
    {MACHINE, LIMITS, "torque_max_nm", "brake_nm", 0.0,
     "the funnel counts on a torque that the machine does not give"},
    {MACHINE, LIMITS, "torque_max_nm", "wall_max_nm", 0.0,
     "the wall counts on a torque that the machine does not give"},
};

static double number_of(const rh_draft_t *draft, rh_section_id_t section,
                        const char *name)
{
    double value = 0.0;
    const rh_key_t *key = rh_key_find(rh_section(section), name);
    const char *item = rh_draft_item_const(draft, rh_section(section), 0);
    memcpy(&value, item + key->offset, sizeof(value));
    return value;
}

static int check_orders(rh_draft_t *draft)
{
    for (size_t i = 0; i < COUNT(orders); i++) {
        const order_t *row = &orders[i];
        double value = number_of(draft, row->section, row->key);
        double least = number_of(draft, row->other_section, row->other) + row->gap;
        if (value >= least) {
            continue;
        }
        char what[RH_WHY_MAX];
        char has[NUMBER_MAX];
        char wants[NUMBER_MAX];
        rh_value_real(value, has, sizeof(has));
        rh_value_real(least, wants, sizeof(wants));
        (void)snprintf(what, sizeof(what), "%s is below %s, the least beside %s", has,
                       wants, row->other);
        return refuse(draft, row->section, row->key, row->remedy, what);
    }
    return 0;
}

/* load_kg = torque / (9.81 x strap radius), arm horizontal (TRAINING, Resistance). */
static int check_load(rh_draft_t *draft)
{
    const rh_machine_settings_t *machine = &draft->settings.machine;
    double most_kg =
        machine->torque_max_nm / (RH_GRAVITY_MPS2 * machine->strap_radius_m);
    if (machine->load_max_kg <= most_kg) {
        return 0;
    }
    char what[RH_WHY_MAX];
    (void)snprintf(what, sizeof(what),
                   "%g kg at %g m take more than torque_max_nm = %g, which holds %.1f",
                   machine->load_max_kg, machine->strap_radius_m,
                   machine->torque_max_nm, most_kg);
    return refuse(draft, MACHINE, "load_max_kg", "show what the motor can hold", what);
}

/* The bus of the device that takes the torque command; NULL where none does. */
static const rh_bus_settings_t *drive_bus(const rh_hal_settings_t *hal)
{
    for (int i = 0; i < hal->binding_count; i++) {
        const rh_binding_t *binding = &hal->bindings[i];
        if (binding->is_output && binding->signal == RH_OUTPUT_TORQUE_COMMAND) {
            return &hal->buses[hal->devices[binding->device].bus];
        }
    }
    return NULL;
}

/* What one lost request adds to the age of what it was to bring: it is waited for and
 * heard out, and asked again. A request and its reply, 40 characters of 10 bits. */
static double lost_ms(const rh_bus_settings_t *bus)
{
    double wire_ms = bus->is_tcp ? 0.0 : 40.0 * 10.0 * 1e3 / bus->baud;
    return (bus->response_timeout_us + bus->resync_us) * 1e-3 + wire_ms;
}

/* A drive's sample grows as old as its bus's cycle, and by one lost request older, and
 * that must still be usable; the tick looks up to a period later. */
static int check_cycle(rh_draft_t *draft)
{
    const rh_limit_settings_t *limits = &draft->settings.limits;
    const rh_bus_settings_t *bus = drive_bus(&draft->settings.hal);
    double lost = bus != NULL ? lost_ms(bus) : 0.0;
    double least = limits->cycle_ms + lost + 1e3 / draft->settings.daemon.tick_hz;
    if (limits->age_drive_ms >= least) {
        return 0;
    }
    char what[RH_WHY_MAX];
    (void)snprintf(what, sizeof(what),
                   "%g is less than a cycle of the drive's bus, a lost request and a "
                   "tick: %g + %.1f + %g ms",
                   limits->age_drive_ms, limits->cycle_ms, lost,
                   1e3 / draft->settings.daemon.tick_hz);
    return refuse(draft, LIMITS, "age_drive_ms",
                  "one lost request is no fault: shorten response_timeout_us or "
                  "resync_us of the drive's bus, or read less in its cycle",
                  what);
}

static int check_ports(rh_draft_t *draft)
{
    const rh_daemon_settings_t *daemon = &draft->settings.daemon;
    const struct {
        const char *key;
        int32_t port;
    } rows[] = {{"stream_port", daemon->stream_port},
                {"mirror_port", daemon->mirror_port},
                {"command_port", daemon->command_port}};
    for (size_t i = 1; i < COUNT(rows); i++) {
        for (size_t k = 0; k < i; k++) {
            if (rows[i].port != 0 && rows[i].port == rows[k].port) {
                char what[RH_WHY_MAX];
                (void)snprintf(what, sizeof(what), "%d is the port of %s too",
                               rows[i].port, rows[k].key);
                return refuse(draft, RH_SECTION_DAEMON, rows[i].key,
                              "give each its own, or 0", what);
            }
        }
    }
    return 0;
}

/* ---- the simulated machine ------------------------------------------------------- */

/* What opens limits needs a machine that nobody can lie in. */
static int check_tested(rh_draft_t *draft)
{
    const rh_limit_settings_t *limits = &draft->settings.limits;
    if (draft->settings.machine.simulated) {
        return 0;
    }
    const struct {
        const char *key;
        bool is_set;
    } rows[] = {{"open_limits", limits->open_limits},
                {"host_pause_ms", limits->host_pause_ms != 0.0}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (rows[i].is_set) {
            return refuse(draft, RH_SECTION_TEST, rows[i].key,
                          "leave it out: a person could be in this machine",
                          "set, but [machine] does not say simulated = yes");
        }
    }
    return 0;
}

int rh_draft_check_figures(rh_draft_t *draft)
{
    static int (*const checks[])(rh_draft_t *) = {
        check_orders, check_load, check_cycle, check_ports, check_tested,
    };
    for (size_t i = 0; i < COUNT(checks); i++) {
        if (checks[i](draft) != 0) {
            return -EINVAL;
        }
    }
    return 0;
}
