/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines and what is on them: which signals may come from where, and that no line has
 * two uses. Whether a chip and its lines are there, the daemon says when it opens them.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "names.h"
#include "steps.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define USES_MAX (RH_BINDING_MAX + 4 * RH_GPIO_SOURCES_MAX)
#define SIMULATED "gpio-sim" /* how the kernel's simulated chips call themselves */

static const rh_part_t *signal_part(rh_draft_t *draft, int binding)
{
    return rh_draft_part_of(draft, RH_SECTION_SIGNAL, binding);
}

/* ---- bindings -------------------------------------------------------------------- */

static bool is_flag(const rh_binding_t *binding)
{
    uint32_t signal = (uint32_t)binding->signal;
    const char *unit =
        binding->is_output ? rh_name_output(signal)->unit : rh_name_input(signal)->unit;
    return strcmp(unit, "flag") == 0;
}

/* Which signal a role of a counter or a converter may feed. */
typedef struct {
    rh_source_t kind;
    const char *role;
    int signal;
} feed_t;

static const feed_t feeds[] = {
    {RH_SOURCE_QUADRATURE, "position", RH_SIGNAL_ARM_ANGLE},
    {RH_SOURCE_QUADRATURE, "position", RH_SIGNAL_MOTOR_ANGLE},
    {RH_SOURCE_QUADRATURE, "rate", RH_SIGNAL_MOTOR_RATE},
    {RH_SOURCE_HX711, "force", RH_SIGNAL_AUX_FORCE},
};

static const char *const remedies[] = {
    [RH_SOURCE_QUADRATURE] =
        "NAME/position feeds arm_angle or motor_angle, NAME/rate motor_rate",
    [RH_SOURCE_HX711] = "other work on the computer spoils its readings: NAME/force "
                        "feeds aux_force alone, which no rule looks at",
};

static int check_feed(rh_draft_t *draft, int index)
{
    const rh_binding_t *binding = &draft->settings.hal.bindings[index];
    for (size_t i = 0; i < COUNT(feeds); i++) {
        if (!binding->is_output && feeds[i].kind == binding->kind &&
            feeds[i].signal == binding->signal &&
            strcmp(feeds[i].role, binding->role) == 0) {
            return 0;
        }
    }
    return rh_draft_refuse(draft, signal_part(draft, index), "source",
                           remedies[binding->kind], "\"%s\" cannot feed %s",
                           draft->signals[index].source, draft->signals[index].name);
}

static bool must_fail_open(const rh_binding_t *binding)
{
    static const int signals[] = {RH_SIGNAL_ESTOP_A,   RH_SIGNAL_ESTOP_B,
                                  RH_SIGNAL_LIMIT_TOP, RH_SIGNAL_LIMIT_BOTTOM,
                                  RH_SIGNAL_GRIP_LEFT, RH_SIGNAL_GRIP_RIGHT};
    for (size_t i = 0; i < COUNT(signals) && !binding->is_output; i++) {
        if (signals[i] == binding->signal) {
            return true;
        }
    }
    return false;
}

/* A broken wire leaves the line to its bias, which must read as open or let go. A line
 * with none reads what is in the air: with a resistor outside, somebody says so. */
static int check_broken_wire(rh_draft_t *draft, int index)
{
    const rh_binding_t *binding = &draft->settings.hal.bindings[index];
    bool reads_one = (binding->bias == RH_BIAS_UP) != binding->invert;
    if (!must_fail_open(binding) || binding->bias == RH_BIAS_NONE) {
        return 0;
    }
    if (binding->bias == RH_BIAS_AS_IS) {
        return rh_draft_refuse(
            draft, signal_part(draft, index), "bias",
            "up (contact to ground, with invert = yes), down "
            "(contact to the supply), or none where a resistor of "
            "your own pulls the line",
            "as-is, the default, leaves the line to what the board "
            "did: with a broken wire %s would read what is in the air",
            draft->signals[index].name);
    }
    if (!reads_one) {
        return 0;
    }
    return rh_draft_refuse(draft, signal_part(draft, index), "bias",
                           "up with invert = yes (contact to ground), or down without "
                           "(contact to the supply)",
                           "a broken wire would read as %s closed",
                           draft->signals[index].name);
}

static int check_line(rh_draft_t *draft, int index)
{
    const rh_binding_t *binding = &draft->settings.hal.bindings[index];
    if (!is_flag(binding)) {
        return rh_draft_refuse(draft, signal_part(draft, index), "source",
                               "bind it to a device",
                               "a line is on or off, the signal is a number");
    }
    if (binding->is_output && binding->signal == RH_OUTPUT_SERVO_ON &&
        binding->invert) {
        return rh_draft_refuse(draft, signal_part(draft, index), "invert",
                               "wire the drive's input so that a high line means on, "
                               "with a pull-down",
                               "a line that is low while the computer boots or is dead "
                               "would switch the drive on");
    }
    return check_broken_wire(draft, index);
}

/* A key that says nothing where it stands is a misunderstanding. */
static int check_keys(rh_draft_t *draft, int index)
{
    const rh_binding_t *binding = &draft->settings.hal.bindings[index];
    bool is_modbus = binding->kind == RH_SOURCE_MODBUS;
    bool is_contact = binding->kind == RH_SOURCE_GPIO && !binding->is_output;
    const struct {
        const char *key;
        bool is_set, may_be;
        const char *remedy;
    } rows[] = {
        {"bias", binding->bias != RH_BIAS_AS_IS, is_contact, "of gpio inputs alone"},
        {"debounce_ms", binding->debounce_ms != 0, is_contact, "of gpio inputs alone"},
        {"scale", binding->scale != 1.0, is_modbus,
         "its section says counts and scale; a flag has none"},
        {"offset", binding->offset != 0.0, is_modbus,
         "its section says home and offset; a flag has none"},
        {"invert", binding->invert, is_modbus || binding->kind == RH_SOURCE_GPIO,
         "only flags can be inverted"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (rows[i].is_set && !rows[i].may_be) {
            return rh_draft_refuse(draft, signal_part(draft, index), rows[i].key,
                                   rows[i].remedy, "has no meaning for \"%s\"",
                                   draft->signals[index].source);
        }
    }
    return 0;
}

static int check_bindings(rh_draft_t *draft)
{
    for (int i = 0; i < draft->settings.hal.binding_count; i++) {
        rh_source_t kind = draft->settings.hal.bindings[i].kind;
        int status = check_keys(draft, i);
        if (status == 0 && kind == RH_SOURCE_GPIO) {
            status = check_line(draft, i);
        } else if (status == 0 && kind != RH_SOURCE_MODBUS) {
            status = check_feed(draft, i);
        }
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

/* ---- lines ----------------------------------------------------------------------- */

/* One use of one line, and where it is written. */
typedef struct {
    const char *chip, *line;
    rh_section_id_t section;
    int item;
    const char *key;
} use_t;

static int list_uses(const rh_hal_settings_t *hal, use_t *uses)
{
    int count = 0;
    for (int i = 0; i < hal->quadrature_count; i++) {
        const rh_quadrature_settings_t *item = &hal->quadratures[i];
        uses[count++] =
            (use_t){item->chip, item->line_a, RH_SECTION_QUADRATURE, i, "line_a"};
        uses[count++] =
            (use_t){item->chip, item->line_b, RH_SECTION_QUADRATURE, i, "line_b"};
    }
    for (int i = 0; i < hal->hx711_count; i++) {
        const rh_hx711_settings_t *item = &hal->hx711s[i];
        uses[count++] = (use_t){item->chip, item->clock, RH_SECTION_HX711, i, "clock"};
        uses[count++] = (use_t){item->chip, item->data, RH_SECTION_HX711, i, "data"};
    }
    for (int i = 0; i < hal->binding_count; i++) {
        const rh_binding_t *item = &hal->bindings[i];
        if (item->kind == RH_SOURCE_GPIO) {
            uses[count++] =
                (use_t){item->chip, item->role, RH_SECTION_SIGNAL, i, "source"};
        }
    }
    return count;
}

static int check_unique(rh_draft_t *draft, const use_t *uses, int index)
{
    const use_t *use = &uses[index];
    for (int i = 0; i < index; i++) {
        if (strcmp(uses[i].chip, use->chip) == 0 &&
            strcmp(uses[i].line, use->line) == 0) {
            const rh_part_t *other =
                rh_draft_part_of(draft, uses[i].section, uses[i].item);
            return rh_draft_refuse(
                draft, rh_draft_part_of(draft, use->section, use->item), use->key,
                "give each a line of its own",
                "line %s of %s is already that of [%s %s]", use->line, use->chip,
                other->section->name, other->name);
        }
    }
    return 0;
}

/* A machine that is said to be simulated has its limits opened by tests: it must not
 * hold real relays. */
static int check_simulated(rh_draft_t *draft, const use_t *use)
{
    if (!draft->settings.machine.simulated ||
        strncmp(use->chip, SIMULATED, strlen(SIMULATED)) == 0) {
        return 0;
    }
    return rh_draft_refuse(
        draft, rh_draft_part_of(draft, use->section, use->item), use->key,
        "a real machine has a machine file of its own, without simulated",
        "chip %s is not a simulated one (" SIMULATED
        "…), but [machine] says simulated = yes",
        use->chip);
}

int rh_draft_check_gpio(rh_draft_t *draft)
{
    use_t uses[USES_MAX];
    int count = list_uses(&draft->settings.hal, uses);
    for (int i = 0; i < count; i++) {
        if (check_unique(draft, uses, i) != 0 ||
            check_simulated(draft, &uses[i]) != 0) {
            return -EINVAL;
        }
    }
    return check_bindings(draft);
}
