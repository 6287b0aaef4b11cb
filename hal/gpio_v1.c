/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GPIO through libgpiod 1.6. A request has one bias for all its lines, so lines are
 * taken in one request per bias; edges come in a queue per line of 16 that drops the
 * newest without a word, and have no numbers.
 */
#include <errno.h>
#include <gpiod.h>
#include <stdlib.h>
#include <string.h>

#include "gpio_parts.h"

#define CONSUMER "revhyper"
#define EVENTS_MAX 16 /* what the kernel keeps of a line */
#define NS_PER_S INT64_C(1000000000)

/* The lines of one bias, and where each stands in the request. */
typedef struct {
    struct gpiod_line_bulk bulk;
    int place[RH_GPIO_LINES_MAX];
} group_t;

struct rh_gpio_lines {
    group_t groups[RH_BIAS_COUNT];
    struct gpiod_line_bulk ready; /* what the last wait announced */
    struct gpiod_line *line[RH_GPIO_LINES_MAX];
    int count;
    rh_gpio_use_t use;
    uint32_t safe;
};

int rh_gpio_generation(void)
{
    return 1;
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
    const char *text = gpiod_chip_label(own(chip));
    size_t length = strnlen(text, size - 1);
    memcpy(label, text, length);
    label[length] = '\0';
}

int rh_gpio_chip_lines(rh_gpio_chip_t *chip)
{
    return (int)gpiod_chip_num_lines(own(chip));
}

int rh_gpio_chip_line(rh_gpio_chip_t *chip, const char *name)
{
    struct gpiod_line *line = gpiod_chip_find_line(own(chip), name);
    return line != NULL ? (int)gpiod_line_offset(line) : -ENOENT;
}

/* ---- requests ------------------------------------------------------------ */

static const int uses[] = {
    [RH_GPIO_INPUTS] = GPIOD_LINE_REQUEST_DIRECTION_INPUT,
    [RH_GPIO_OUTPUTS] = GPIOD_LINE_REQUEST_DIRECTION_OUTPUT,
    [RH_GPIO_EDGES] = GPIOD_LINE_REQUEST_EVENT_BOTH_EDGES,
};

static const int bias_flags[RH_BIAS_COUNT] = {
    [RH_BIAS_AS_IS] = 0,
    [RH_BIAS_NONE] = GPIOD_LINE_REQUEST_FLAG_BIAS_DISABLE,
    [RH_BIAS_UP] = GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP,
    [RH_BIAS_DOWN] = GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN,
};

static int sort(rh_gpio_lines_t *lines, rh_gpio_chip_t *chip,
                const rh_gpio_line_t *wanted)
{
    for (int i = 0; i < lines->count; i++) {
        group_t *group = &lines->groups[wanted[i].bias];
        struct gpiod_line *line =
            gpiod_chip_get_line(own(chip), (unsigned)wanted[i].offset);
        if (line == NULL) {
            return -errno;
        }
        group->place[gpiod_line_bulk_num_lines(&group->bulk)] = i;
        gpiod_line_bulk_add(&group->bulk, line);
        lines->line[i] = line;
        lines->safe |= wanted[i].safe ? 1u << i : 0u;
    }
    return 0;
}

static void values_of(const group_t *group, uint32_t levels, int *values)
{
    for (unsigned i = 0; i < group->bulk.num_lines; i++) {
        values[i] = (levels >> group->place[i] & 1u) != 0;
    }
}

static int take_group(rh_gpio_lines_t *lines, int bias)
{
    group_t *group = &lines->groups[bias];
    const struct gpiod_line_request_config config = {CONSUMER, uses[lines->use],
                                                     bias_flags[bias]};
    int values[RH_GPIO_LINES_MAX] = {0};
    if (group->bulk.num_lines == 0) {
        return 0;
    }
    values_of(group, lines->safe, values);
    return gpiod_line_request_bulk(&group->bulk, &config, values) == 0 ? 0 : -errno;
}

static void give_back(rh_gpio_lines_t *lines)
{
    for (int i = 0; i < lines->count; i++) {
        if (lines->line[i] != NULL && gpiod_line_is_requested(lines->line[i])) {
            gpiod_line_release(lines->line[i]);
        }
    }
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
    int result = sort(lines, chip, wanted);
    for (int bias = 0; result == 0 && bias < RH_BIAS_COUNT; bias++) {
        result = take_group(lines, bias);
    }
    if (result != 0) {
        give_back(lines);
        free(lines);
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
    free(lines);
}

/* ---- levels -------------------------------------------------------------- */

/* The library takes bulks that it could change; it only reads them. */
static struct gpiod_line_bulk *bulk_of(const group_t *group)
{
    return (struct gpiod_line_bulk *)(uintptr_t)&group->bulk;
}

int rh_gpio_read(const rh_gpio_lines_t *lines, uint32_t *levels)
{
    int values[RH_GPIO_LINES_MAX];
    uint32_t found = 0;
    for (int bias = 0; bias < RH_BIAS_COUNT; bias++) {
        const group_t *group = &lines->groups[bias];
        unsigned count = group->bulk.num_lines;
        if (count > 0 && gpiod_line_get_value_bulk(bulk_of(group), values) != 0) {
            return -errno;
        }
        for (unsigned i = 0; i < count; i++) {
            found |= values[i] != 0 ? 1u << group->place[i] : 0u;
        }
    }
    *levels = found;
    return 0;
}

int rh_gpio_write(const rh_gpio_lines_t *lines, uint32_t levels)
{
    int values[RH_GPIO_LINES_MAX] = {0};
    int result = 0;
    for (int bias = 0; bias < RH_BIAS_COUNT; bias++) {
        const group_t *group = &lines->groups[bias];
        values_of(group, levels, values);
        if (group->bulk.num_lines > 0 &&
            gpiod_line_set_value_bulk(bulk_of(group), values) != 0) {
            result = -errno; /* the other group is still written */
        }
    }
    return result;
}

/* ---- edges --------------------------------------------------------------- */

static struct gpiod_line_bulk all_of(const rh_gpio_lines_t *lines)
{
    struct gpiod_line_bulk all = GPIOD_LINE_BULK_INITIALIZER;
    for (int i = 0; i < lines->count; i++) {
        gpiod_line_bulk_add(&all, lines->line[i]);
    }
    return all;
}

int rh_gpio_wait(rh_gpio_lines_t *lines, int64_t timeout_ns)
{
    struct gpiod_line_bulk all = all_of(lines);
    const struct timespec timeout = {timeout_ns / NS_PER_S, timeout_ns % NS_PER_S};
    gpiod_line_bulk_init(&lines->ready);
    int result = gpiod_line_event_wait_bulk(&all, &timeout, &lines->ready);
    return result < 0 ? -errno : result;
}

static int place_of(const rh_gpio_lines_t *lines, const struct gpiod_line *line)
{
    int place = 0;
    while (place < lines->count - 1 && lines->line[place] != line) {
        place++;
    }
    return place;
}

static int take_line(const rh_gpio_lines_t *lines, struct gpiod_line *line,
                     rh_gpio_edge_t *edges)
{
    struct gpiod_line_event events[EVENTS_MAX];
    int count = gpiod_line_event_read_multiple(line, events, EVENTS_MAX);
    for (int i = 0; i < count; i++) {
        edges[i] = (rh_gpio_edge_t){
            .t_ns = events[i].ts.tv_sec * NS_PER_S + events[i].ts.tv_nsec,
            .line = place_of(lines, line),
            .level = events[i].event_type == GPIOD_LINE_EVENT_RISING_EDGE,
        };
    }
    return count < 0 ? -errno : count;
}

int rh_gpio_take(rh_gpio_lines_t *lines, rh_gpio_edge_t *edges, int max)
{
    int taken = 0;
    for (unsigned i = 0; i < lines->ready.num_lines && max - taken >= EVENTS_MAX; i++) {
        int count = take_line(lines, lines->ready.lines[i], edges + taken);
        if (count < 0) {
            return count;
        }
        taken += count;
    }
    gpiod_line_bulk_init(&lines->ready);
    return taken;
}
