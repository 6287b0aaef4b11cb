/* SPDX-License-Identifier: Apache-2.0 */
/* Lines looked up on their chips; see lines_here.h. */
#include "lines_here.h"

#include <stdbool.h>
#include <string.h>

#include "gpio.h"

#define TEXT_SIZE 400
#define CHIPS_MAX (RH_BINDING_MAX + 2 * RH_GPIO_SOURCES_MAX)

typedef struct {
    FILE *out;
    const char *missing[CHIPS_MAX]; /* chips that were told: once is enough */
    int missing_count;
    int wrong;
} look_t;

static bool is_told(const look_t *looked, const char *chip_name)
{
    for (int i = 0; i < looked->missing_count; i++) {
        if (strcmp(looked->missing[i], chip_name) == 0) {
            return true;
        }
    }
    return false;
}

static void look(look_t *looked, const char *where, const char *key,
                 const char *chip_name, const char *line)
{
    char text[TEXT_SIZE] = "";
    rh_gpio_chip_t *chip = NULL;
    const rh_gpio_error_t error = {text, sizeof(text)};
    if (is_told(looked, chip_name)) {
        return;
    }
    if (rh_gpio_chip_open(&chip, chip_name, &error) != 0) {
        (void)fprintf(looked->out,
                      "%s: its lines were not looked at on this computer: %s\n", where,
                      text);
        looked->missing[looked->missing_count++] = chip_name;
        return;
    }
    if (rh_gpio_line_find(chip, line, &error) < 0) {
        (void)fprintf(looked->out, "%s %s: %s\n", where, key, text);
        looked->wrong++;
    }
    rh_gpio_chip_close(chip);
}

static void look_at_pair(look_t *looked, const char *where, const char *chip,
                         const char *const keys[2], const char *const lines[2])
{
    for (int i = 0; i < 2; i++) {
        look(looked, where, keys[i], chip, lines[i]);
    }
}

int rh_lines_here(const rh_hal_settings_t *hal, FILE *out)
{
    look_t looked = {.out = out};
    for (int i = 0; i < hal->binding_count; i++) {
        const rh_binding_t *binding = &hal->bindings[i];
        if (binding->kind == RH_SOURCE_GPIO) {
            look(&looked, binding->where, "source", binding->chip, binding->role);
        }
    }
    for (int i = 0; i < hal->quadrature_count; i++) {
        const rh_quadrature_settings_t *counter = &hal->quadratures[i];
        look_at_pair(&looked, counter->where, counter->chip,
                     (const char *const[]){"line_a", "line_b"},
                     (const char *const[]){counter->line_a, counter->line_b});
    }
    for (int i = 0; i < hal->hx711_count; i++) {
        const rh_hx711_settings_t *cell = &hal->hx711s[i];
        look_at_pair(&looked, cell->where, cell->chip,
                     (const char *const[]){"clock", "data"},
                     (const char *const[]){cell->clock, cell->data});
    }
    return looked.wrong;
}
