/* SPDX-License-Identifier: Apache-2.0 */
#include "gpio_hal.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "gpio_parts.h"
#include "pace.h"

#define NS_PER_S 1e9
#define REPORT_TRIES 100
#define REFUSAL_TEXT 400

/* ---- what may be bound to what ------------------------------------------- */

static bool is_bound_elsewhere(const rh_hal_settings_t *settings, int signal)
{
    for (int i = 0; i < settings->binding_count; i++) {
        const rh_binding_t *binding = &settings->bindings[i];
        if (!binding->is_output && binding->signal == signal) {
            return binding->kind == RH_SOURCE_MODBUS;
        }
    }
    return false;
}

/* Edges lost before libgpiod 2 leave no trace: such a count may only be held against
 * another encoder's, never be the one that the machine is driven by. */
static int check_generation(const rh_hal_settings_t *settings,
                            const rh_binding_t *binding, const rh_gpio_error_t *error)
{
    const char *name = settings->quadratures[binding->device].name;
    if (rh_gpio_generation() > 1) {
        return 0;
    }
    if (binding->signal != RH_SIGNAL_ARM_ANGLE) {
        return rh_gpio_refuse(error, -EINVAL,
                              "quadrature '%s': libgpiod 1 cannot tell whether an edge "
                              "was lost, so it may only be arm_angle beside a motor "
                              "encoder; bind the motor's signals to the drive",
                              name);
    }
    if (!is_bound_elsewhere(settings, RH_SIGNAL_MOTOR_ANGLE)) {
        return rh_gpio_refuse(error, -EINVAL,
                              "quadrature '%s': libgpiod 1 cannot tell whether an edge "
                              "was lost, so it may only be the second encoder; bind "
                              "motor_angle to the drive",
                              name);
    }
    return 0;
}

static int check(const rh_hal_settings_t *settings, const rh_gpio_error_t *error)
{
    for (int i = 0; i < settings->binding_count; i++) {
        const rh_binding_t *binding = &settings->bindings[i];
        int result = 0;
        if (binding->kind == RH_SOURCE_QUADRATURE) {
            result = check_generation(settings, binding, error);
        } else if (binding->kind == RH_SOURCE_HX711 &&
                   binding->signal != RH_SIGNAL_AUX_FORCE) {
            result = rh_gpio_refuse(error, -EINVAL,
                                    "hx711 '%s': it may feed aux_force alone",
                                    settings->hx711s[binding->device].name);
        }
        if (result != 0) {
            return result;
        }
    }
    return 0;
}

/* ---- open ---------------------------------------------------------------- */

/* Before the sentence, whose line of which file it is about. */
static int refuse_at(const rh_gpio_error_t *error, const char *where, int number)
{
    char text[REFUSAL_TEXT];
    (void)snprintf(text, sizeof(text), "%s", error->text);
    return where[0] == '\0' ? number
                            : rh_gpio_refuse(error, number, "%s: %s", where, text);
}

/* The panel of a chip, opened at its first use. */
static int panel_of(rh_gpio_hal_t *gpio, const char *chip, rh_panel_t **panel,
                    const rh_gpio_error_t *error)
{
    for (int i = 0; i < gpio->panel_count; i++) {
        if (strcmp(gpio->panels[i].name, chip) == 0) {
            *panel = &gpio->panels[i];
            return 0;
        }
    }
    if (gpio->panel_count == RH_PANELS_MAX) {
        return rh_gpio_refuse(error, -EINVAL, "chip '%s': at most %d chips with flags",
                              chip, RH_PANELS_MAX);
    }
    *panel = &gpio->panels[gpio->panel_count];
    int result = rh_panel_open(*panel, chip, error);
    gpio->panel_count += result == 0;
    return result;
}

static int open_panels(rh_gpio_hal_t *gpio, const rh_gpio_error_t *error)
{
    int result = 0;
    for (int i = 0; i < gpio->settings->binding_count && result == 0; i++) {
        const rh_binding_t *binding = &gpio->settings->bindings[i];
        rh_panel_t *panel = NULL;
        if (binding->kind != RH_SOURCE_GPIO) {
            continue;
        }
        result = panel_of(gpio, binding->chip, &panel, error);
        result = result == 0 ? rh_panel_add(panel, binding, error) : result;
        result = result == 0 ? 0 : refuse_at(error, binding->where, result);
    }
    for (int i = 0; i < gpio->panel_count && result == 0; i++) {
        result = rh_panel_take(&gpio->panels[i], error);
    }
    return result;
}

static int open_sources(rh_gpio_hal_t *gpio, const rh_gpio_error_t *error)
{
    const rh_hal_settings_t *settings = gpio->settings;
    int result = 0;
    for (int i = 0; i < settings->quadrature_count && result == 0; i++) {
        gpio->encoders[i].settings = &settings->quadratures[i];
        result = rh_encoder_open(&gpio->encoders[i], error);
        result =
            result == 0 ? 0 : refuse_at(error, settings->quadratures[i].where, result);
    }
    for (int i = 0; i < settings->hx711_count && result == 0; i++) {
        gpio->weighers[i].settings = &settings->hx711s[i];
        result = rh_weigher_open(&gpio->weighers[i], error);
        result = result == 0 ? 0 : refuse_at(error, settings->hx711s[i].where, result);
    }
    return result;
}

static int start_sources(rh_gpio_hal_t *gpio, const rh_gpio_error_t *error)
{
    const rh_hal_settings_t *settings = gpio->settings;
    int result = 0;
    for (int i = 0; i < settings->quadrature_count && result == 0; i++) {
        result = rh_encoder_start(&gpio->encoders[i], settings->priority);
    }
    for (int i = 0; i < settings->hx711_count && result == 0; i++) {
        result = rh_weigher_start(&gpio->weighers[i]);
    }
    return result == 0 ? 0
                       : rh_gpio_refuse(error, result,
                                        "cannot start a GPIO thread (error %d); raise "
                                        "the limit of threads or locked memory",
                                        -result);
}

int rh_gpio_hal_open(rh_gpio_hal_t *gpio, const rh_hal_settings_t *settings,
                     const rh_gpio_error_t *error)
{
    gpio->settings = settings;
    int result = check(settings, error);
    result = result == 0 ? open_panels(gpio, error) : result;
    result = result == 0 ? open_sources(gpio, error) : result;
    result = result == 0 ? start_sources(gpio, error) : result;
    if (result != 0) {
        rh_gpio_hal_close(gpio);
    }
    return result;
}

void rh_gpio_hal_close(rh_gpio_hal_t *gpio)
{
    for (int i = 0; i < gpio->panel_count; i++) {
        rh_panel_close(&gpio->panels[i]);
    }
    for (int i = 0; i < RH_GPIO_SOURCES_MAX; i++) {
        rh_encoder_close(&gpio->encoders[i]);
        rh_weigher_close(&gpio->weighers[i]);
    }
    gpio->panel_count = 0;
}

/* ---- the loop's side ----------------------------------------------------- */

static rh_gpio_source_t *source_at(rh_gpio_hal_t *gpio, int place)
{
    return place < RH_GPIO_SOURCES_MAX
               ? &gpio->encoders[place].source
               : &gpio->weighers[place - RH_GPIO_SOURCES_MAX].source;
}

static int place_of(const rh_binding_t *binding)
{
    return binding->kind == RH_SOURCE_QUADRATURE
               ? binding->device
               : binding->device + RH_GPIO_SOURCES_MAX;
}

static void take_newest(rh_gpio_hal_t *gpio)
{
    for (int place = 0; place < 2 * RH_GPIO_SOURCES_MAX; place++) {
        rh_gpio_source_t *source = source_at(gpio, place);
        if (source->is_running) {
            /* caught in the middle of a write: the copy from before is as good */
            (void)rh_mailbox_get(&source->samples_out, gpio->newest[place],
                                 sizeof(gpio->newest[place]));
        }
    }
}

void rh_gpio_hal_read(rh_gpio_hal_t *gpio, int64_t now_ns, rh_hal_sample_t *samples)
{
    for (int i = 0; i < gpio->panel_count; i++) {
        rh_panel_read(&gpio->panels[i], now_ns, samples);
    }
    take_newest(gpio);
    for (int i = 0; i < gpio->settings->binding_count; i++) {
        const rh_binding_t *binding = &gpio->settings->bindings[i];
        if (binding->kind == RH_SOURCE_QUADRATURE || binding->kind == RH_SOURCE_HX711) {
            int role = strcmp(binding->role, "rate") == 0 ? RH_ENCODER_RATE
                                                          : RH_ENCODER_POSITION;
            samples[binding->signal] = gpio->newest[place_of(binding)][role];
        }
    }
}

void rh_gpio_hal_write(rh_gpio_hal_t *gpio, const rh_outputs_t *outputs)
{
    for (int i = 0; i < gpio->panel_count; i++) {
        rh_panel_write(&gpio->panels[i], outputs);
    }
}

void rh_gpio_hal_beat(rh_gpio_hal_t *gpio, const rh_outputs_t *outputs)
{
    for (int i = 0; i < gpio->panel_count; i++) {
        rh_panel_beat(&gpio->panels[i], outputs);
    }
}

/* ---- counters ------------------------------------------------------------ */

static rh_device_stats_t *next_row(rh_hal_stats_t *stats, const char *name,
                                   const char *profile)
{
    rh_device_stats_t *row = &stats->devices[stats->device_count++];
    *row = (rh_device_stats_t){.bus = -1};
    (void)snprintf(row->name, sizeof(row->name), "%s", name);
    (void)snprintf(row->profile, sizeof(row->profile), "%s", profile);
    (void)snprintf(row->status, sizeof(row->status), "libgpiod-%d",
                   rh_gpio_generation());
    return row;
}

static void add_panel(rh_gpio_hal_t *gpio, int index, int64_t opened_ns,
                      rh_hal_stats_t *stats)
{
    rh_panel_t *panel = &gpio->panels[index];
    rh_device_stats_t *row = next_row(stats, panel->name, "gpio");
    int64_t now_ns = rh_pace_now_ns();
    int64_t heard_ns = atomic_load(&panel->heard_ns);
    uint64_t readings = atomic_load(&panel->readings);
    double span_s = (double)(now_ns - gpio->seen_ns[index]) / NS_PER_S;

    row->is_ready = heard_ns > 0 || panel->contact_count == 0;
    row->age_ns = panel->contact_count == 0
                      ? 0 /* outputs alone are never heard of */
                      : now_ns - (heard_ns > 0 ? heard_ns : opened_ns);
    row->replies = readings;
    row->errors = atomic_load(&panel->errors);
    row->rate_hz = (double)(readings - gpio->seen[index]) / span_s;
    gpio->seen[index] = readings;
    gpio->seen_ns[index] = now_ns;
}

/* Why it is not ready, as a person at the machine can act on it. */
static void explain(const rh_gpio_report_t *report, bool is_encoder,
                    rh_device_stats_t *row)
{
    if (report->is_ready) {
        return;
    }
    if (is_encoder) {
        (void)snprintf(
            row->problem, sizeof(row->problem),
            "its position is found when the arm has hung still for a second; "
            "edges lost so far: %llu seen as illegal, %llu missing",
            (unsigned long long)report->illegal, (unsigned long long)report->gaps);
    } else {
        (void)snprintf(
            row->problem, sizeof(row->problem), "%llu of its %llu readings were spoilt",
            (unsigned long long)report->illegal, (unsigned long long)report->readings);
    }
}

static void add_source(rh_gpio_hal_t *gpio, int place, const char *name,
                       int64_t opened_ns, rh_hal_stats_t *stats)
{
    rh_gpio_source_t *source = source_at(gpio, place);
    rh_gpio_report_t *report = &gpio->reported[place];
    bool is_encoder = place < RH_GPIO_SOURCES_MAX;
    rh_device_stats_t *row = next_row(stats, name, is_encoder ? "quadrature" : "hx711");
    for (int i = 0; i < REPORT_TRIES &&
                    !rh_mailbox_get(&source->report_out, report, sizeof(*report));
         i++) {
        (void)sched_yield();
    }
    row->is_ready = report->is_ready;
    row->age_ns =
        rh_pace_now_ns() - (report->heard_ns > 0 ? report->heard_ns : opened_ns);
    row->replies = report->readings;
    row->errors = report->errors;
    row->illegal = report->illegal;
    row->gaps = report->gaps;
    row->rate_hz = report->rate_hz;
    explain(report, is_encoder, row);
    if (is_encoder && rh_gpio_generation() == 1) {
        (void)snprintf(row->status, sizeof(row->status),
                       "libgpiod-1: second encoder only");
    }
}

void rh_gpio_hal_stats(rh_gpio_hal_t *gpio, int64_t opened_ns, rh_hal_stats_t *stats)
{
    const rh_hal_settings_t *settings = gpio->settings;
    for (int i = 0; i < gpio->panel_count; i++) {
        add_panel(gpio, i, opened_ns, stats);
    }
    for (int i = 0; i < settings->quadrature_count; i++) {
        add_source(gpio, i, settings->quadratures[i].name, opened_ns, stats);
    }
    for (int i = 0; i < settings->hx711_count; i++) {
        add_source(gpio, i + RH_GPIO_SOURCES_MAX, settings->hx711s[i].name, opened_ns,
                   stats);
    }
}
