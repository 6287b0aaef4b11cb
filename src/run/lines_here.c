/* SPDX-License-Identifier: Apache-2.0 */
/* Lines looked up on their chips; see lines_here.h. */
#include "lines_here.h"

#include <stdbool.h>
#include <string.h>

#include "gpio.h"
#include "names.h"

#define TEXT_SIZE 400

typedef struct {
    FILE *out;
    char missing[RH_HAL_NAME]; /* the chip that was told last: once is enough */
    int wrong;
} look_t;

static void look(look_t *looked, const char *what, const char *chip_name,
                 const char *line)
{
    char text[TEXT_SIZE] = "";
    rh_gpio_chip_t *chip = NULL;
    const rh_gpio_error_t error = {text, sizeof(text)};
    if (strcmp(looked->missing, chip_name) == 0) {
        return;
    }
    if (rh_gpio_chip_open(&chip, chip_name, &error) != 0) {
        (void)fprintf(looked->out,
                      "its GPIO lines were not looked at on this computer: %s\n", text);
        (void)snprintf(looked->missing, sizeof(looked->missing), "%s", chip_name);
        return;
    }
    if (rh_gpio_line_find(chip, line, &error) < 0) {
        (void)fprintf(looked->out, "%s: %s\n", what, text);
        looked->wrong++;
    }
    rh_gpio_chip_close(chip);
}

static void look_at_signal(look_t *looked, const rh_binding_t *binding)
{
    char what[TEXT_SIZE];
    uint32_t signal = (uint32_t)binding->signal;
    const char *name =
        binding->is_output ? rh_name_output(signal)->name : rh_name_input(signal)->name;
    if (binding->kind == RH_SOURCE_GPIO) {
        (void)snprintf(what, sizeof(what), "[signal %s] source", name);
        look(looked, what, binding->chip, binding->role);
    }
}

static void look_at_pair(look_t *looked, const char *section, const char *name,
                         const char *chip, const char *const keys[2],
                         const char *const lines[2])
{
    for (int i = 0; i < 2; i++) {
        char what[TEXT_SIZE];
        (void)snprintf(what, sizeof(what), "[%s %s] %s", section, name, keys[i]);
        look(looked, what, chip, lines[i]);
    }
}

int rh_lines_here(const rh_hal_settings_t *hal, FILE *out)
{
    look_t looked = {.out = out};
    for (int i = 0; i < hal->binding_count; i++) {
        look_at_signal(&looked, &hal->bindings[i]);
    }
    for (int i = 0; i < hal->quadrature_count; i++) {
        const rh_quadrature_settings_t *counter = &hal->quadratures[i];
        look_at_pair(&looked, "quadrature", counter->name, counter->chip,
                     (const char *const[]){"line_a", "line_b"},
                     (const char *const[]){counter->line_a, counter->line_b});
    }
    for (int i = 0; i < hal->hx711_count; i++) {
        const rh_hx711_settings_t *cell = &hal->hx711s[i];
        look_at_pair(&looked, "hx711", cell->name, cell->chip,
                     (const char *const[]){"clock", "data"},
                     (const char *const[]){cell->clock, cell->data});
    }
    return looked.wrong;
}
