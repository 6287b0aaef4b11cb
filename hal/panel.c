/* SPDX-License-Identifier: Apache-2.0 */
#include "panel.h"

#include <errno.h>
#include <stdio.h>

#define NS_PER_MS INT64_C(1000000)
#define MILLI 1000

/* ---- open ---------------------------------------------------------------- */

/* What each contact does at once. */
static rh_at_once_t at_once_of(int signal)
{
    switch (signal) {
    case RH_SIGNAL_COMFORT_STOP:
        return RH_AT_ONCE_TRUE;
    case RH_SIGNAL_RESET_BUTTON:
        return RH_AT_ONCE_NONE;
    default:
        return RH_AT_ONCE_FALSE;
    }
}

int rh_panel_open(rh_panel_t *panel, const char *name, const rh_gpio_error_t *error)
{
    (void)snprintf(panel->name, sizeof(panel->name), "%s", name);
    return rh_gpio_chip_open(&panel->chip, name, error);
}

int rh_panel_add(rh_panel_t *panel, const rh_binding_t *binding,
                 const rh_gpio_error_t *error)
{
    int offset = rh_gpio_line_find(panel->chip, binding->role, error);
    if (offset < 0) {
        return offset;
    }
    if (binding->is_output) {
        /* off is low, or high where the line is inverted */
        panel->out_lines[panel->relay_count] =
            (rh_gpio_line_t){offset, RH_BIAS_AS_IS, binding->invert};
        panel->relays[panel->relay_count++] =
            (rh_relay_t){binding->signal, binding->invert};
        return 0;
    }
    panel->in_lines[panel->contact_count] =
        (rh_gpio_line_t){offset, binding->bias, false};
    panel->contacts[panel->contact_count++] = (rh_contact_t){
        .signal = binding->signal,
        .invert = binding->invert,
        .rule = {at_once_of(binding->signal), binding->debounce_ms * NS_PER_MS},
    };
    return 0;
}

int rh_panel_take(rh_panel_t *panel, const rh_gpio_error_t *error)
{
    int result = 0;
    if (panel->relay_count > 0) {
        result = rh_gpio_request(&panel->outputs, panel->chip, RH_GPIO_OUTPUTS,
                                 panel->out_lines, panel->relay_count, error);
    }
    if (result == 0 && panel->contact_count > 0) {
        result = rh_gpio_request(&panel->inputs, panel->chip, RH_GPIO_INPUTS,
                                 panel->in_lines, panel->contact_count, error);
    }
    return result;
}

void rh_panel_close(rh_panel_t *panel)
{
    rh_gpio_release(panel->outputs);
    rh_gpio_release(panel->inputs);
    rh_gpio_chip_close(panel->chip);
    panel->outputs = panel->inputs = NULL;
    panel->chip = NULL;
}

/* ---- contacts ------------------------------------------------------------ */

static void lose(const rh_panel_t *panel, rh_hal_sample_t *samples)
{
    for (int i = 0; i < panel->contact_count; i++) {
        rh_hal_sample_t *sample = &samples[panel->contacts[i].signal];
        if (sample->quality != RH_QUALITY_NONE) {
            sample->quality = RH_QUALITY_LOST;
        }
    }
}

static void put(rh_contact_t *contact, bool level, int64_t now_ns,
                rh_hal_sample_t *sample)
{
    bool is_true = rh_debounce_step(&contact->debounce, &contact->rule,
                                    level != contact->invert, now_ns);
    *sample = (rh_hal_sample_t){
        .raw = is_true ? 1 : 0,
        .milli = is_true ? MILLI : 0,
        .stamp_ns = now_ns,
        .count = sample->count + 1,
        .quality = RH_QUALITY_GOOD,
    };
}

void rh_panel_read(rh_panel_t *panel, int64_t now_ns, rh_hal_sample_t *samples)
{
    uint32_t levels = 0;
    if (panel->contact_count == 0) {
        return;
    }
    if (rh_gpio_read(panel->inputs, &levels) != 0) {
        atomic_fetch_add(&panel->errors, 1);
        lose(panel, samples);
        return;
    }
    for (int i = 0; i < panel->contact_count; i++) {
        put(&panel->contacts[i], (levels >> i & 1u) != 0, now_ns,
            &samples[panel->contacts[i].signal]);
    }
    atomic_fetch_add(&panel->readings, 1);
    atomic_store(&panel->heard_ns, now_ns);
}

/* ---- relays -------------------------------------------------------------- */

static bool wanted(const rh_panel_t *panel, int output, const rh_outputs_t *outputs)
{
    switch (output) {
    case RH_OUTPUT_HEARTBEAT:
        return panel->beat;
    case RH_OUTPUT_SERVO_ON:
        return atomic_load(&outputs->servo_on);
    case RH_OUTPUT_LAMP:
        return atomic_load(&outputs->lamp);
    case RH_OUTPUT_BUZZER:
        return atomic_load(&outputs->buzzer);
    default:
        return false;
    }
}

/* A line that did not take its level is written again in the next tick. */
static void write_all(rh_panel_t *panel, const rh_outputs_t *outputs)
{
    uint32_t levels = 0;
    for (int i = 0; i < panel->relay_count; i++) {
        const rh_relay_t *relay = &panel->relays[i];
        bool level = wanted(panel, relay->output, outputs) != relay->invert;
        levels |= level ? 1u << i : 0u;
    }
    if (panel->relay_count == 0 || (panel->is_written && levels == panel->written)) {
        return;
    }
    panel->written = levels;
    panel->is_written = rh_gpio_write(panel->outputs, levels) == 0;
    if (!panel->is_written) {
        atomic_fetch_add(&panel->errors, 1);
    }
}

void rh_panel_write(rh_panel_t *panel, const rh_outputs_t *outputs)
{
    write_all(panel, outputs);
}

void rh_panel_beat(rh_panel_t *panel, const rh_outputs_t *outputs)
{
    panel->beat = !panel->beat;
    write_all(panel, outputs);
}
