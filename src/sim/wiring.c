/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of wrong wiring; see wiring.h.
 */
#include "wiring.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 512
#define UNIT_MAX 247

typedef struct {
    const char *name;
    const char *argument; /* after a colon; NULL = none */
    bool (*apply)(rh_wiring_t *wiring, size_t which, const char *argument);
    size_t which; /* offset of a flag, or a contact */
    const char *help;
} word_t;

static bool set_flag(rh_wiring_t *wiring, size_t which, const char *argument)
{
    const bool on = true;

    (void)argument;
    memcpy((char *)wiring + which, &on, sizeof(on));
    return true;
}

static bool close_contact(rh_wiring_t *wiring, size_t which, const char *argument)
{
    (void)argument;
    wiring->always_closed |= 1u << which;
    return true;
}

static bool open_contact(rh_wiring_t *wiring, size_t which, const char *argument)
{
    (void)argument;
    wiring->always_open |= 1u << which;
    return true;
}

static bool let_float(rh_wiring_t *wiring, size_t which, const char *argument)
{
    (void)which;
    for (int i = 0; i < RH_CONTACT_COUNT; i++) {
        if (strcmp(argument, rh_contact_names[i]) == 0) {
            wiring->floating |= 1u << i;
            return true;
        }
    }
    return false;
}

/* The device whose name is the first `length` characters, or -1. */
static int find_device(const char *name, size_t length)
{
    for (int i = 0; i < RH_DEVICE_COUNT; i++) {
        if (strlen(rh_device_names[i]) == length &&
            strncmp(name, rh_device_names[i], length) == 0) {
            return i;
        }
    }
    return -1;
}

/* Splits A=B: the device A, or -1. */
static int split(const char *argument, const char **value)
{
    const char *equals = strchr(argument, '=');

    if (equals == NULL) {
        return -1;
    }
    *value = equals + 1;
    return find_device(argument, (size_t)(equals - argument));
}

/* 1 to `most`; 0 = it is no such number. */
static long to_number(const char *text, long most)
{
    char *end = NULL;
    const long number = strtol(text, &end, 10);

    return *end == '\0' && number >= 1 && number <= most ? number : 0;
}

static bool number_device(rh_wiring_t *wiring, size_t which, const char *argument)
{
    const char *value = NULL;
    const int device = split(argument, &value);
    const long unit = device < 0 ? 0 : to_number(value, UNIT_MAX);

    (void)which;
    if (unit == 0) {
        return false;
    }
    wiring->unit[device] = (uint8_t)unit;
    return true;
}

static bool number_alike(rh_wiring_t *wiring, size_t which, const char *argument)
{
    const char *value = NULL;
    const int device = split(argument, &value);
    const int other = device < 0 ? -1 : find_device(value, strlen(value));

    (void)which;
    if (other < 0 || other == device || rh_device_bus[device] != rh_device_bus[other]) {
        return false;
    }
    wiring->unit[device] =
        wiring->unit[other] > 0 ? wiring->unit[other] : rh_device_unit[other];
    return true;
}

static bool set_span(rh_wiring_t *wiring, size_t which, const char *argument)
{
    const char *value = NULL;
    const int device = split(argument, &value);
    const int cell = device - RH_DEVICE_STRAP_LEFT;
    const long percent = device < 0 ? 0 : to_number(value, UINT8_MAX);

    (void)which;
    if (cell < 0 || cell >= RH_CELLS || percent == 0) {
        return false;
    }
    wiring->span_percent[cell] = (uint8_t)percent;
    return true;
}

static bool scale_torque(rh_wiring_t *wiring, size_t which, const char *argument)
{
    const long percent = to_number(argument, UINT8_MAX);

    (void)which;
    wiring->torque_percent = (uint8_t)percent;
    return percent != 0;
}

#define FLAG(field) set_flag, offsetof(rh_wiring_t, field)

static const word_t known[] = {
    {"encoder_reversed", NULL, FLAG(encoder_reversed),
     "the arm's encoder counts the other way"},
    {"motor_reversed", NULL, FLAG(motor_reversed),
     "the drive turns and counts the other way"},
    {"strap_left_reversed", NULL, FLAG(cell_reversed[RH_CELL_STRAP_LEFT]),
     "the cell's signal wires are exchanged"},
    {"strap_right_reversed", NULL, FLAG(cell_reversed[RH_CELL_STRAP_RIGHT]),
     "the same"},
    {"pad_front_reversed", NULL, FLAG(cell_reversed[RH_CELL_PAD_FRONT]), "the same"},
    {"pad_rear_reversed", NULL, FLAG(cell_reversed[RH_CELL_PAD_REAR]), "the same"},
    {"cells_in_kg", NULL, FLAG(cells_in_kg),
     "the transmitters show tenths of a kilogram instead of a newton"},
    {"span", "CELL=PERCENT", set_span, 0,
     "the transmitter shows so much of the force (mV/V or span set wrongly)"},
    {"torque_scale", "PERCENT", scale_torque, 0,
     "the motor gives so much of the torque that the drive believes it gives (rated "
     "torque, gear ratio or unit set wrongly)"},
    {"slave", "DEVICE=N", number_device, 0, "the device answers to N (1 to 247)"},
    {"same_number", "A=B", number_alike, 0,
     "device A has B's number on their line: both answer at once"},
    {"estop_a_stuck", NULL, close_contact, RH_CONTACT_ESTOP_A,
     "the e-stop's channel a never opens"},
    {"estop_b_stuck", NULL, close_contact, RH_CONTACT_ESTOP_B, "channel b never opens"},
    {"estop_a_open", NULL, open_contact, RH_CONTACT_ESTOP_A, "channel a never closes"},
    {"estop_b_open", NULL, open_contact, RH_CONTACT_ESTOP_B, "channel b never closes"},
    {"floating", "INPUT", let_float, 0,
     "no pull resistor: estop_a, estop_b, grip_left, grip_right, comfort_stop, "
     "reset_button, limit_top or limit_bottom is random while its contact is open"},
    {"ab_swapped", NULL, FLAG(ab_swapped),
     "the quadrature lines A and B are exchanged"},
    {"heartbeat_open", NULL, FLAG(heartbeat_open), "the heartbeat relay never closes"},
    {"no_brake", NULL, FLAG(no_brake),
     "the motor does not brake without power (T_pk 0)"},
};
#define KNOWN (sizeof(known) / sizeof(known[0]))

static bool add_word(rh_wiring_t *wiring, char *word)
{
    char *argument = strchr(word, ':');

    if (argument != NULL) {
        *argument++ = '\0';
    }
    for (size_t i = 0; i < KNOWN; i++) {
        if (strcmp(word, known[i].name) == 0 &&
            (argument != NULL) == (known[i].argument != NULL)) {
            return known[i].apply(wiring, known[i].which, argument);
        }
    }
    return false;
}

int rh_wiring_parse(rh_wiring_t *wiring, const char *words, char *error,
                    size_t error_size)
{
    char text[WORDS_MAX];
    char *rest = text;
    char *word;

    if (snprintf(text, sizeof(text), "%s", words) >= (int)sizeof(text)) {
        (void)snprintf(error, error_size, "longer than %d characters", WORDS_MAX - 1);
        return -EINVAL;
    }
    while ((word = strsep(&rest, ",")) != NULL) {
        char shown[64];

        (void)snprintf(shown, sizeof(shown), "%s", word);
        if (!add_word(wiring, word)) {
            (void)snprintf(error, error_size, "'%s' is no wrong wiring that it knows",
                           shown);
            return -EINVAL;
        }
    }
    return 0;
}

double rh_wiring_torque_frac(const rh_wiring_t *wiring)
{
    return wiring->torque_percent != 0 ? wiring->torque_percent / 100.0 : 1.0;
}

void rh_wiring_help(FILE *out)
{
    for (size_t i = 0; i < KNOWN; i++) {
        (void)fprintf(
            out, "  %s%s%s: %s\n", known[i].name, known[i].argument != NULL ? ":" : "",
            known[i].argument != NULL ? known[i].argument : "", known[i].help);
    }
}
