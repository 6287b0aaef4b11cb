/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of fault kinds, and their words: reading, naming, help; see faults.h.
 * Called by script and trace.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faults.h"

#define NS_PER_MS 1000000LL
#define SPIKE_MAX 100000000

#define ON_DRIVE (1u << RH_DEVICE_DRIVE)
#define ON_CELLS                                                                       \
    (1u << RH_DEVICE_STRAP_LEFT | 1u << RH_DEVICE_STRAP_RIGHT |                        \
     1u << RH_DEVICE_PAD_FRONT | 1u << RH_DEVICE_PAD_REAR)
#define ON_ENCODER (1u << RH_DEVICE_ENCODER)
#define ON_DEVICES ((1u << RH_DEVICE_COUNT) - 1)
#define ON_ALL ((1u << RH_TARGET_COUNT) - 1)

/* These act on the motor or on the line, not on one request. */
#define NOT_BY_REQUEST                                                                 \
    (1u << RH_FAULT_KEEPS_TORQUE | 1u << RH_FAULT_IGNORES_TORQUE |                     \
     1u << RH_FAULT_TRIP | 1u << RH_FAULT_UNPLUG)

typedef struct {
    const char *name;
    uint32_t targets;    /* bit per target that can have it */
    int low, high;       /* range of the argument; 0, 0 = it takes none */
    const char *variant; /* word that asks for the second form */
} kind_t;

/* Reads a part of a fault: how many words it took, 0 = it is not there, -EINVAL. */
typedef int part_t(rh_fault_t *fault, char *const *words, int count, char *error,
                   size_t size);

static const kind_t kinds[RH_FAULT_COUNT] = {
    [RH_FAULT_LATE] = {"late", ON_ALL, 1, 10000, NULL},
    [RH_FAULT_STALE] = {"stale", ON_ALL, 0, 0, NULL},
    [RH_FAULT_TRUNCATED] = {"truncated", ON_ALL, 0, 0, NULL},
    [RH_FAULT_CRC] = {"crc", ON_ALL, 0, 0, NULL},
    [RH_FAULT_SILENCE] = {"silence", ON_ALL, 0, 0, NULL},
    [RH_FAULT_EXCEPTION] = {"exception", ON_ALL, 1, 11, NULL},
    [RH_FAULT_FROZEN] = {"frozen", ON_DEVICES, 0, 0, NULL},
    [RH_FAULT_SIGN_FLIP] = {"sign_flip", ON_DRIVE | ON_CELLS | ON_ENCODER, 0, 0,
                            "position"},
    [RH_FAULT_WORD_SWAP] = {"word_swap", ON_DRIVE | ON_CELLS | ON_ENCODER, 0, 0, NULL},
    [RH_FAULT_WIRE_BREAK] = {"wire_break", ON_CELLS, 0, 0, "silent"},
    [RH_FAULT_KEEPS_TORQUE] = {"keeps_torque", ON_DRIVE, 0, 0, NULL},
    [RH_FAULT_IGNORES_TORQUE] = {"ignores_torque", ON_DRIVE, 0, 0, NULL},
    [RH_FAULT_TRIP] = {"trip", ON_DRIVE, 0, 0, NULL},
    [RH_FAULT_FOREIGN] = {"foreign", ON_ALL, 0, 0, "request"},
    [RH_FAULT_LENGTH] = {"length", ON_ALL, 0, 0, NULL},
    [RH_FAULT_SPIKE] = {"spike", ON_DRIVE | ON_CELLS | ON_ENCODER, -SPIKE_MAX,
                        SPIKE_MAX, "speed"},
    [RH_FAULT_UNPLUG] = {"unplug", ON_ALL, 0, 0, NULL},
};

__attribute__((format(printf, 3, 4))) static int fail(char *error, size_t size,
                                                      const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(error, size, format, arguments);
    va_end(arguments);
    return -EINVAL;
}

static int find_target(const char *word)
{
    if (strncmp(word, "bus:", 4) == 0) {
        for (int i = 0; i < RH_BUS_COUNT; i++) {
            if (strcmp(word + 4, rh_bus_names[i]) == 0) {
                return RH_TARGET_BUS(i);
            }
        }
        return -1;
    }
    for (int i = 0; i < RH_DEVICE_COUNT; i++) {
        if (strcmp(word, rh_device_names[i]) == 0) {
            return i;
        }
    }
    return -1;
}

static int find_kind(const char *word)
{
    for (int i = 0; i < RH_FAULT_COUNT; i++) {
        if (strcmp(word, kinds[i].name) == 0) {
            return i;
        }
    }
    return -1;
}

static bool read_number(const char *word, int low, int high, int *number)
{
    char *end = NULL;
    const long value = strtol(word, &end, 10);

    if (end == word || *end != '\0' || value < low || value > high) {
        return false;
    }
    *number = (int)value;
    return true;
}

/* The target cannot have that fault: which it can have. */
static int say_kinds(int target, const char *word, char *error, size_t size)
{
    const char *separator = "";
    size_t length =
        (size_t)snprintf(error, size, "'%.40s' is no fault that it can have: ", word);

    for (int i = 0; i < RH_FAULT_COUNT && length < size; i++) {
        if ((kinds[i].targets >> target & 1u) != 0) {
            length += (size_t)snprintf(error + length, size - length, "%s%s", separator,
                                       kinds[i].name);
            separator = ", ";
        }
    }
    return -EINVAL;
}

/* permille N | rate P% */
static int parse_share(rh_fault_t *fault, char *const *words, int count, char *error,
                       size_t size)
{
    char *end = NULL;
    bool good;

    if (count == 0 ||
        (strcmp(words[0], "permille") != 0 && strcmp(words[0], "rate") != 0)) {
        return 0;
    }
    if (count > 1 && words[0][0] == 'p') {
        good = read_number(words[1], 1, 1000, &fault->permille);
    } else {
        fault->permille = count > 1 ? (int)(10.0 * strtod(words[1], &end) + 0.5) : 0;
        good = end != NULL && strcmp(end, "%") == 0 && fault->permille >= 1 &&
               fault->permille <= 1000;
    }
    if (!good || (NOT_BY_REQUEST & 1u << fault->kind) != 0) {
        return fail(error, size,
                    "a share is permille N (1 to 1000) or rate P%% (0.1%% to 100%%), "
                    "of faults that strike single requests");
    }
    return 2;
}

/* [for MS | count N] */
static int parse_length(rh_fault_t *fault, char *const *words, int count, char *error,
                        size_t size)
{
    int number = 0;

    fault->until_ns = INT64_MAX;
    fault->count = -1;
    if (count == 0) {
        return 0;
    }
    if (count == 2 && strcmp(words[0], "for") == 0 &&
        read_number(words[1], 1, 3600000, &number)) {
        fault->until_ns = number * NS_PER_MS;
        return 0;
    }
    if (count == 2 && strcmp(words[0], "count") == 0 &&
        fault->kind != RH_FAULT_UNPLUG && read_number(words[1], 1, 1000000, &number)) {
        fault->count = number;
        return 0;
    }
    return fail(error, size,
                "'%s': after a fault comes for MS (1 to 3600000) or "
                "count N (1 to 1000000; not for unplug), or nothing",
                words[0]);
}

/* TARGET KIND, and that the one can have the other. */
static int parse_what(rh_fault_t *fault, char *const *words, int count, char *error,
                      size_t size)
{
    int index;

    if (count < 2) {
        return fail(error, size, "fault needs TARGET and KIND");
    }
    fault->target = find_target(words[0]);
    if (fault->target < 0) {
        return fail(error, size,
                    "'%s' is no target: a device (drive, strap_left, "
                    "strap_right, pad_front, pad_rear, encoder, io) or bus:drive, "
                    "bus:cells, bus:io, bus:pads",
                    words[0]);
    }
    index = find_kind(words[1]);
    if (index < 0) {
        return say_kinds(fault->target, words[1], error, size);
    }
    fault->kind = (rh_fault_kind_t)index;
    if ((kinds[index].targets & 1u << fault->target) == 0) {
        return say_kinds(fault->target, words[1], error, size);
    }
    return 2;
}

/* [NUMBER] [VARIANT], as the kind has them. */
static int parse_how(rh_fault_t *fault, char *const *words, int count, char *error,
                     size_t size)
{
    const kind_t *kind = &kinds[fault->kind];
    int used = 0;

    if (kind->high > 0) {
        if (count < 1 ||
            !read_number(words[0], kind->low, kind->high, &fault->argument)) {
            return fail(error, size, "%s needs a number from %d to %d", kind->name,
                        kind->low, kind->high);
        }
        used = 1;
    }
    if (kind->variant != NULL && count > used &&
        strcmp(words[used], kind->variant) == 0) {
        fault->variant = 1;
        used++;
    }
    return used;
}

int rh_fault_parse(rh_fault_t *fault, char *const *words, int count, char *error,
                   size_t error_size)
{
    static part_t *const parts[] = {parse_what, parse_how, parse_share};
    int used = 0;

    *fault = (rh_fault_t){.used = true};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        int taken = parts[i](fault, words + used, count - used, error, error_size);
        if (taken < 0) {
            return taken;
        }
        used += taken;
    }
    return parse_length(fault, words + used, count - used, error, error_size);
}

size_t rh_faults_json(uint32_t mask, char *text, size_t size)
{
    size_t length = (size_t)snprintf(text, size, "[");

    for (int i = 0; i < RH_FAULT_COUNT && length < size; i++) {
        if ((mask & 1u << i) != 0) {
            length += (size_t)snprintf(text + length, size - length, "%s\"%s\"",
                                       length > 1 ? "," : "", kinds[i].name);
        }
    }
    if (length < size) {
        length += (size_t)snprintf(text + length, size - length, "]");
    }
    return length;
}

void rh_faults_help(FILE *out)
{
    for (int i = 0; i < RH_FAULT_COUNT; i++) {
        const kind_t *kind = &kinds[i];
        if (kind->name == NULL) {
            continue;
        }
        (void)fprintf(out, "  %s", kind->name);
        if (kind->high > 0) {
            (void)fprintf(out, " %d..%d", kind->low, kind->high);
        }
        if (kind->variant != NULL) {
            (void)fprintf(out, " [%s]", kind->variant);
        }
        (void)fputs(":", out);
        for (int target = 0; target < RH_DEVICE_COUNT; target++) {
            if ((kind->targets >> target & 1u) != 0) {
                (void)fprintf(out, " %s", rh_device_names[target]);
            }
        }
        for (int bus = 0; bus < RH_BUS_COUNT && kind->targets == ON_ALL; bus++) {
            (void)fprintf(out, " bus:%s", rh_bus_names[bus]);
        }
        (void)fputs("\n", out);
    }
}
