/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GPIO through libgpiod 2.x. One request for all lines, whatever their bias; edges come
 * in one queue that drops the oldest, and are numbered, so that a loss shows.
 */
#include <errno.h>
#include <gpiod.h>
#include <stdlib.h>
#include <string.h>

#include "gpio_parts.h"

#define CONSUMER "revhyper"
#define EVENTS_MAX 64
#define KERNEL_EVENTS 1024 /* its most */

struct rh_gpio_lines {
    struct gpiod_line_request *request;
    struct gpiod_edge_event_buffer *events;
    unsigned offsets[RH_GPIO_LINES_MAX];
    int count;
    rh_gpio_use_t use;
    uint32_t safe;
};

int rh_gpio_generation(void)
{
    return 2;
}

/* ---- chips --------------------------------------------------------------- */

/* libgpiod's own chip is the chip. */
static struct gpiod_chip *own(rh_gpio_chip_t *chip)
{
    return (struct gpiod_chip *)(void *)chip;
}

int rh_gpio_chip_open_path(rh_gpio_chip_t **chip, const char *path)
{
    struct gpiod_chip *found = gpiod_chip_open(path);
    if (found == NULL) {
        return -errno;
    }
    *chip = (rh_gpio_chip_t *)(void *)found;
    return 0;
}

void rh_gpio_chip_close(rh_gpio_chip_t *chip)
{
    if (chip != NULL) {
        gpiod_chip_close(own(chip));
    }
}

void rh_gpio_chip_label(rh_gpio_chip_t *chip, char *label, size_t size)
{
    struct gpiod_chip_info *info = gpiod_chip_get_info(own(chip));
    const char *text = info != NULL ? gpiod_chip_info_get_label(info) : "";
    size_t length = strnlen(text, size - 1);
    memcpy(label, text, length);
    label[length] = '\0';
    gpiod_chip_info_free(info);
}

int rh_gpio_chip_lines(rh_gpio_chip_t *chip)
{
    struct gpiod_chip_info *info = gpiod_chip_get_info(own(chip));
    size_t lines = info != NULL ? gpiod_chip_info_get_num_lines(info) : 0;
    gpiod_chip_info_free(info);
    return (int)lines;
}

int rh_gpio_chip_line(rh_gpio_chip_t *chip, const char *name)
{
    int offset = gpiod_chip_get_line_offset_from_name(own(chip), name);
    return offset >= 0 ? offset : -errno;
}

/* ---- requests ------------------------------------------------------------ */

static const enum gpiod_line_bias biases[RH_BIAS_COUNT] = {
    [RH_BIAS_AS_IS] = GPIOD_LINE_BIAS_AS_IS,
    [RH_BIAS_NONE] = GPIOD_LINE_BIAS_DISABLED,
    [RH_BIAS_UP] = GPIOD_LINE_BIAS_PULL_UP,
    [RH_BIAS_DOWN] = GPIOD_LINE_BIAS_PULL_DOWN,
};

static enum gpiod_line_value value_of(bool level)
{
    return level ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE;
}

static int set_up(struct gpiod_line_settings *settings, rh_gpio_use_t use,
                  const rh_gpio_line_t *wanted)
{
    bool is_output = use == RH_GPIO_OUTPUTS;
    int result = gpiod_line_settings_set_direction(
        settings, is_output ? GPIOD_LINE_DIRECTION_OUTPUT : GPIOD_LINE_DIRECTION_INPUT);
    result |= gpiod_line_settings_set_bias(settings, biases[wanted->bias]);
    if (is_output) {
        result |=
            gpiod_line_settings_set_output_value(settings, value_of(wanted->safe));
    }
    if (use == RH_GPIO_EDGES) {
        result |=
            gpiod_line_settings_set_edge_detection(settings, GPIOD_LINE_EDGE_BOTH);
        result |=
            gpiod_line_settings_set_event_clock(settings, GPIOD_LINE_CLOCK_MONOTONIC);
    }
    return result;
}

static int add_lines(struct gpiod_line_config *config,
                     struct gpiod_line_settings *settings, rh_gpio_lines_t *lines,
                     const rh_gpio_line_t *wanted)
{
    for (int i = 0; i < lines->count; i++) {
        lines->offsets[i] = (unsigned)wanted[i].offset;
        lines->safe |= wanted[i].safe ? 1u << i : 0u;
        gpiod_line_settings_reset(settings);
        if (set_up(settings, lines->use, &wanted[i]) != 0 ||
            gpiod_line_config_add_line_settings(config, &lines->offsets[i], 1,
                                                settings) != 0) {
            return -errno;
        }
    }
    return 0;
}

static int take(rh_gpio_lines_t *lines, rh_gpio_chip_t *chip,
                const rh_gpio_line_t *wanted)
{
    struct gpiod_line_settings *settings = gpiod_line_settings_new();
    struct gpiod_line_config *config = gpiod_line_config_new();
    struct gpiod_request_config *request = gpiod_request_config_new();
    int result = -ENOMEM;
    if (settings != NULL && config != NULL && request != NULL) {
        gpiod_request_config_set_consumer(request, CONSUMER);
        gpiod_request_config_set_event_buffer_size(request, KERNEL_EVENTS);
        result = add_lines(config, settings, lines, wanted);
    }
    if (result == 0) {
        lines->request = gpiod_chip_request_lines(own(chip), request, config);
        result = lines->request != NULL ? 0 : -errno;
    }
    gpiod_request_config_free(request);
    gpiod_line_config_free(config);
    gpiod_line_settings_free(settings);
    return result;
}

static int make_buffer(rh_gpio_lines_t *lines)
{
    lines->events = gpiod_edge_event_buffer_new(EVENTS_MAX);
    return lines->events != NULL ? 0 : -ENOMEM;
}

static void give_back(rh_gpio_lines_t *lines)
{
    if (lines->request != NULL) {
        gpiod_line_request_release(lines->request);
    }
    gpiod_edge_event_buffer_free(lines->events);
    free(lines);
}

int rh_gpio_chip_request(rh_gpio_lines_t **out, rh_gpio_chip_t *chip, rh_gpio_use_t use,
                         const rh_gpio_line_t *wanted, int count)
{
    rh_gpio_lines_t *lines = calloc(1, sizeof(*lines));
    if (lines == NULL) {
        return -ENOMEM;
    }
    lines->count = count;
    lines->use = use;
    int result = make_buffer(lines);
    if (result == 0) {
        result = take(lines, chip, wanted);
    }
    if (result != 0) {
        give_back(lines);
        return result;
    }
    *out = lines;
    return 0;
}

void rh_gpio_release(rh_gpio_lines_t *lines)
{
    if (lines == NULL) {
        return;
    }
    if (lines->use == RH_GPIO_OUTPUTS) {
        (void)rh_gpio_write(lines, lines->safe);
    }
    give_back(lines);
}

/* ---- levels -------------------------------------------------------------- */

int rh_gpio_read(const rh_gpio_lines_t *lines, uint32_t *levels)
{
    enum gpiod_line_value values[RH_GPIO_LINES_MAX];
    uint32_t found = 0;
    if (gpiod_line_request_get_values(lines->request, values) != 0) {
        return -errno;
    }
    for (int i = 0; i < lines->count; i++) {
        found |= values[i] == GPIOD_LINE_VALUE_ACTIVE ? 1u << i : 0u;
    }
    *levels = found;
    return 0;
}

int rh_gpio_write(const rh_gpio_lines_t *lines, uint32_t levels)
{
    enum gpiod_line_value values[RH_GPIO_LINES_MAX];
    for (int i = 0; i < lines->count; i++) {
        values[i] = value_of((levels >> i & 1u) != 0);
    }
    return gpiod_line_request_set_values(lines->request, values) == 0 ? 0 : -errno;
}

/* ---- edges --------------------------------------------------------------- */

int rh_gpio_wait(rh_gpio_lines_t *lines, int64_t timeout_ns)
{
    int result = gpiod_line_request_wait_edge_events(lines->request, timeout_ns);
    return result < 0 ? -errno : result;
}

static int place_of(const rh_gpio_lines_t *lines, unsigned offset)
{
    int place = 0;
    while (place < lines->count - 1 && lines->offsets[place] != offset) {
        place++;
    }
    return place;
}

static rh_gpio_edge_t edge_of(const rh_gpio_lines_t *lines,
                              struct gpiod_edge_event *event)
{
    return (rh_gpio_edge_t){
        .t_ns = (int64_t)gpiod_edge_event_get_timestamp_ns(event),
        .sequence = (uint32_t)gpiod_edge_event_get_global_seqno(event),
        .has_sequence = true,
        .line = place_of(lines, gpiod_edge_event_get_line_offset(event)),
        .level = gpiod_edge_event_get_event_type(event) == GPIOD_EDGE_EVENT_RISING_EDGE,
    };
}

int rh_gpio_take(rh_gpio_lines_t *lines, rh_gpio_edge_t *edges, int max)
{
    size_t most = max < EVENTS_MAX ? (size_t)max : EVENTS_MAX;
    int count =
        gpiod_line_request_read_edge_events(lines->request, lines->events, most);
    for (int i = 0; i < count; i++) {
        edges[i] = edge_of(
            lines, gpiod_edge_event_buffer_get_event(lines->events, (unsigned long)i));
    }
    return count < 0 ? -errno : count;
}
