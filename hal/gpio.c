/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chips by label, lines by name, and the sentences for what is not there: the part of
 * GPIO that both generations of libgpiod share. Chips are found by label because their
 * numbers change from kernel to kernel (a Raspberry Pi 5's header was gpiochip4 and is
 * gpiochip0).
 */
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gpio_parts.h"

#define LIST_TEXT 160
#define LABEL_TEXT 48

int rh_gpio_refuse(const rh_gpio_error_t *error, int number, const char *format, ...)
{
    va_list arguments;
    if (error != NULL) {
        va_start(arguments, format);
        /* clang-tidy 14 loses va_start once it has looked into another file's call */
        // NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized)
        (void)vsnprintf(error->text, error->size, format, arguments);
        va_end(arguments);
    }
    return number;
}

/* ---- chips --------------------------------------------------------------- */

/* What a look over /dev is for: one chip by its label, and what there is besides. */
typedef struct {
    const char *name;
    char found[RH_GPIO_PATH]; /* of the chip with that label */
    int count;                /* of chips with that label */
    char list[LIST_TEXT];
} scan_t;

static void look_at(scan_t *scan, const char *path)
{
    rh_gpio_chip_t *chip = NULL;
    char label[LABEL_TEXT];
    size_t used = strlen(scan->list);
    if (rh_gpio_chip_open_path(&chip, path) != 0) {
        return;
    }
    rh_gpio_chip_label(chip, label, sizeof(label));
    rh_gpio_chip_close(chip);
    (void)snprintf(scan->list + used, sizeof(scan->list) - used, "%s%s (%s)",
                   used > 0 ? ", " : "", label, path + strlen("/dev/"));
    if (strcmp(label, scan->name) == 0) {
        scan->count++;
        (void)snprintf(scan->found, sizeof(scan->found), "%s", path);
    }
}

/* A link beside it (Raspberry Pi OS: gpiochip4 -> gpiochip0) is the same chip. */
static int is_chip(const struct dirent *entry)
{
    return strncmp(entry->d_name, "gpiochip", strlen("gpiochip")) == 0 &&
           entry->d_type != DT_LNK;
}

static void look_over(scan_t *scan)
{
    struct dirent **entries = NULL;
    int count = scandir("/dev", &entries, is_chip, versionsort);
    for (int i = 0; i < count; i++) {
        char path[RH_GPIO_PATH];
        (void)snprintf(path, sizeof(path), "/dev/%.50s", entries[i]->d_name);
        look_at(scan, path);
        free(entries[i]);
    }
    free(entries);
}

static int refuse_chip(const scan_t *scan, int number, const rh_gpio_error_t *error)
{
    if (scan->list[0] == '\0') {
        return rh_gpio_refuse(error, number,
                              "chip '%s' not found: no GPIO chip can be opened here; "
                              "the daemon's user must be in the group that owns "
                              "/dev/gpiochip*",
                              scan->name);
    }
    return rh_gpio_refuse(
        error, number,
        "chip '%s' not found; the chips here are %s; gpioinfo lists them", scan->name,
        scan->list);
}

int rh_gpio_chip_open(rh_gpio_chip_t **chip, const char *name,
                      const rh_gpio_error_t *error)
{
    scan_t scan = {.name = name};
    char path[RH_GPIO_PATH];
    (void)snprintf(path, sizeof(path), "/dev/%.50s", name);
    if (strchr(name, '/') == NULL && rh_gpio_chip_open_path(chip, path) == 0) {
        return 0;
    }
    look_over(&scan);
    if (scan.count > 1) {
        return rh_gpio_refuse(error, -EEXIST,
                              "%d chips are called '%s': name it by its number; the "
                              "chips here are %s",
                              scan.count, name, scan.list);
    }
    int result = scan.count == 1 ? rh_gpio_chip_open_path(chip, scan.found) : -ENODEV;
    return result == 0 ? 0 : refuse_chip(&scan, result, error);
}

/* ---- lines --------------------------------------------------------------- */

static int number_of(const char *text)
{
    char *end = NULL;
    if (text[0] < '0' || text[0] > '9') {
        return -1;
    }
    errno = 0;
    long number = strtol(text, &end, 10);
    return *end == '\0' && errno == 0 && number <= INT16_MAX ? (int)number : -1;
}

int rh_gpio_line_find(rh_gpio_chip_t *chip, const char *line,
                      const rh_gpio_error_t *error)
{
    char label[LABEL_TEXT];
    int lines = rh_gpio_chip_lines(chip);
    int number = number_of(line);
    rh_gpio_chip_label(chip, label, sizeof(label));
    if (number >= lines) {
        return rh_gpio_refuse(error, -EINVAL, "chip '%s' has no line %d; it has 0..%d",
                              label, number, lines - 1);
    }
    if (number < 0) {
        number = rh_gpio_chip_line(chip, line);
    }
    if (number < 0) {
        return rh_gpio_refuse(error, -EINVAL,
                              "chip '%s' has no line called '%s'; gpioinfo shows the "
                              "names, a number from 0 to %d does as well",
                              label, line, lines - 1);
    }
    return number;
}

/* ---- requests ------------------------------------------------------------ */

static int refuse_request(rh_gpio_chip_t *chip, int number,
                          const rh_gpio_line_t *wanted, int count,
                          const rh_gpio_error_t *error)
{
    char label[LABEL_TEXT];
    char places[LIST_TEXT] = "";
    size_t used = 0;
    rh_gpio_chip_label(chip, label, sizeof(label));
    for (int i = 0; i < count && used < sizeof(places); i++) {
        used += (size_t)snprintf(places + used, sizeof(places) - used, "%s%d",
                                 i > 0 ? ", " : "", wanted[i].offset);
    }
    return rh_gpio_refuse(error, number,
                          "chip '%s': its lines %s cannot be taken: %s; gpioinfo shows "
                          "who holds a line",
                          label, places, strerrordesc_np(-number));
}

/* A name and a number may mean the same line: it would be one contact for two. */
static int find_twice(const rh_gpio_line_t *wanted, int count)
{
    for (int i = 0; i < count; i++) {
        for (int k = 0; k < i; k++) {
            if (wanted[i].offset == wanted[k].offset) {
                return wanted[i].offset;
            }
        }
    }
    return -1;
}

int rh_gpio_request(rh_gpio_lines_t **out, rh_gpio_chip_t *chip, rh_gpio_use_t use,
                    const rh_gpio_line_t *wanted, int count,
                    const rh_gpio_error_t *error)
{
    char label[LABEL_TEXT];
    int twice = find_twice(wanted, count);
    if (twice >= 0) {
        rh_gpio_chip_label(chip, label, sizeof(label));
        return rh_gpio_refuse(
            error, -EINVAL,
            "chip '%s': line %d has two uses; give each a line of its "
            "own (gpioinfo shows names and numbers)",
            label, twice);
    }
    int result = rh_gpio_chip_request(out, chip, use, wanted, count);
    return result == 0 ? 0 : refuse_request(chip, result, wanted, count, error);
}
