/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_gpio.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gpio_parts.h"

struct rh_gpio_chip {
    int unused;
};

struct rh_gpio_lines {
    rh_gpio_line_t lines[RH_GPIO_LINES_MAX];
    int count;
    rh_gpio_use_t use;
};

fake_gpio_t fake_gpio;

void fake_gpio_reset(int generation)
{
    fake_gpio = (fake_gpio_t){.generation = generation};
}

void fake_gpio_edge(int line, bool level, int64_t t_ns, uint32_t sequence)
{
    fake_gpio.edges[fake_gpio.edge_count++] =
        (rh_gpio_edge_t){t_ns, sequence, sequence != 0, line, level};
}

int rh_gpio_generation(void)
{
    return fake_gpio.generation;
}

int rh_gpio_chip_open_path(rh_gpio_chip_t **chip, const char *path)
{
    if (strcmp(path, "/dev/fake") != 0) {
        return -ENOENT;
    }
    *chip = calloc(1, sizeof(**chip));
    fake_gpio.open_chips++;
    return 0;
}

void rh_gpio_chip_close(rh_gpio_chip_t *chip)
{
    fake_gpio.open_chips -= chip != NULL;
    free(chip);
}

void rh_gpio_chip_label(rh_gpio_chip_t *chip, char *label, size_t size)
{
    (void)chip;
    (void)snprintf(label, size, "fake");
}

int rh_gpio_chip_lines(rh_gpio_chip_t *chip)
{
    (void)chip;
    return FAKE_LINES;
}

int rh_gpio_chip_line(rh_gpio_chip_t *chip, const char *name)
{
    (void)chip;
    return strcmp(name, "SEVEN") == 0 ? 7 : -ENOENT;
}

int rh_gpio_chip_request(rh_gpio_lines_t **out, rh_gpio_chip_t *chip, rh_gpio_use_t use,
                         const rh_gpio_line_t *wanted, int count)
{
    (void)chip;
    for (int i = 0; i < count; i++) {
        if (fake_gpio.is_taken[wanted[i].offset]) {
            return -EBUSY;
        }
    }
    rh_gpio_lines_t *lines = calloc(1, sizeof(*lines));
    lines->count = count;
    lines->use = use;
    for (int i = 0; i < count; i++) {
        int offset = wanted[i].offset;
        lines->lines[i] = wanted[i];
        fake_gpio.is_taken[offset] = true;
        fake_gpio.bias[offset] = wanted[i].bias;
        fake_gpio.is_output[offset] = use == RH_GPIO_OUTPUTS;
        if (use == RH_GPIO_OUTPUTS) {
            fake_gpio.level[offset] = wanted[i].safe;
        }
    }
    *out = lines;
    return 0;
}

void rh_gpio_release(rh_gpio_lines_t *lines)
{
    for (int i = 0; lines != NULL && i < lines->count; i++) {
        int offset = lines->lines[i].offset;
        fake_gpio.is_taken[offset] = false;
        if (lines->use == RH_GPIO_OUTPUTS) {
            fake_gpio.level[offset] = lines->lines[i].safe;
        }
    }
    free(lines);
}

int rh_gpio_read(const rh_gpio_lines_t *lines, uint32_t *levels)
{
    fake_gpio.reads++;
    *levels = 0;
    for (int i = 0; i < lines->count; i++) {
        *levels |= fake_gpio.level[lines->lines[i].offset] ? 1u << i : 0u;
    }
    return fake_gpio.fails;
}

int rh_gpio_write(const rh_gpio_lines_t *lines, uint32_t levels)
{
    fake_gpio.writes++;
    for (int i = 0; i < lines->count && fake_gpio.fails == 0; i++) {
        fake_gpio.level[lines->lines[i].offset] = (levels >> i & 1u) != 0;
    }
    if (fake_gpio.wrote != NULL) {
        fake_gpio.wrote();
    }
    return fake_gpio.fails;
}

int rh_gpio_wait(rh_gpio_lines_t *lines, int64_t timeout_ns)
{
    (void)lines;
    (void)timeout_ns;
    return fake_gpio.fails != 0 ? fake_gpio.fails : fake_gpio.edge_count > 0;
}

int rh_gpio_take(rh_gpio_lines_t *lines, rh_gpio_edge_t *edges, int max)
{
    (void)lines;
    int count = fake_gpio.edge_count < max ? fake_gpio.edge_count : max;
    memcpy(edges, fake_gpio.edges, sizeof(edges[0]) * (size_t)count);
    fake_gpio.edge_count -= count;
    memmove(fake_gpio.edges, fake_gpio.edges + count,
            sizeof(edges[0]) * (size_t)fake_gpio.edge_count);
    return count;
}
