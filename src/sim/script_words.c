/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How each verb's words are read into an order; see script_parts.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "reps.h"
#include "script_parts.h"

#define NUMBER_MAX 3600000L
#define WAIT_DEFAULT_MS 60000
#define HAND_DPS 15 /* as one lifts an arm by hand, with care */

static bool is_word(const rh_arguments_t *arguments, int index, const char *word)
{
    return index < arguments->count && strcmp(arguments->word[index], word) == 0;
}

static bool read_number(const char *word, long low, long high, int64_t *number)
{
    char *end = NULL;
    const long value = strtol(word, &end, 0);

    if (end == word || *end != '\0' || value < low || value > high) {
        return false;
    }
    *number = value;
    return true;
}

static int wrong(const rh_order_t *order, const rh_arguments_t *arguments)
{
    (void)snprintf(arguments->error, arguments->error_size, "usage: %s",
                   order->verb->usage);
    return -EINVAL;
}

int rh_words_nothing(rh_order_t *order, const rh_arguments_t *arguments)
{
    return arguments->count == 0 ? 0 : wrong(order, arguments);
}

int rh_words_lie(rh_order_t *order, const rh_arguments_t *arguments)
{
    return arguments->count == 1 && is_word(arguments, 0, "down")
               ? 0
               : wrong(order, arguments);
}

int rh_words_let(rh_order_t *order, const rh_arguments_t *arguments)
{
    return arguments->count == 1 && is_word(arguments, 0, "go")
               ? 0
               : wrong(order, arguments);
}

int rh_words_grips(rh_order_t *order, const rh_arguments_t *arguments)
{
    order->on = is_word(arguments, 0, "held");
    if (!order->on && !is_word(arguments, 0, "open")) {
        return wrong(order, arguments);
    }
    order->which = is_word(arguments, 1, "right") ? 1 : 0;
    order->count = arguments->count == 1 ? 2 : 1;
    if (arguments->count == 1 ||
        (arguments->count == 2 &&
         (is_word(arguments, 1, "left") || order->which == 1))) {
        return 0;
    }
    return wrong(order, arguments);
}

static const struct {
    const char *name;
    rh_button_t first;
    int count;
} buttons[] = {
    {"reset_button", RH_BUTTON_RESET, 1}, {"comfort_stop", RH_BUTTON_COMFORT_STOP, 1},
    {"estop", RH_BUTTON_ESTOP_A, 2},      {"estop_a", RH_BUTTON_ESTOP_A, 1},
    {"estop_b", RH_BUTTON_ESTOP_B, 1},
};

int rh_words_button(rh_order_t *order, const rh_arguments_t *arguments)
{
    for (size_t i = 0; i < sizeof(buttons) / sizeof(buttons[0]); i++) {
        if (is_word(arguments, 0, buttons[i].name)) {
            order->which = buttons[i].first;
            order->count = buttons[i].count;
        }
    }
    if (order->count == 0 || arguments->count > 2) {
        return wrong(order, arguments);
    }
    if (arguments->count == 2 &&
        !read_number(arguments->word[1], 1, NUMBER_MAX, &order->number)) {
        return wrong(order, arguments);
    }
    return 0;
}

int rh_words_release(rh_order_t *order, const rh_arguments_t *arguments)
{
    return arguments->count == 1 ? rh_words_button(order, arguments)
                                 : wrong(order, arguments);
}

int rh_words_reps(rh_order_t *order, const rh_arguments_t *arguments)
{
    return rh_reps_parse(&order->plan, arguments->word, arguments->count,
                         arguments->error, arguments->error_size);
}

int rh_words_wait(rh_order_t *order, const rh_arguments_t *arguments)
{
    order->number = WAIT_DEFAULT_MS;
    if (!is_word(arguments, 0, "idle") || arguments->count > 2 ||
        (arguments->count == 2 &&
         !read_number(arguments->word[1], 1, NUMBER_MAX, &order->number))) {
        return wrong(order, arguments);
    }
    return 0;
}

int rh_words_fault(rh_order_t *order, const rh_arguments_t *arguments)
{
    if (arguments->count == 1 && is_word(arguments, 0, "clear")) {
        order->fault.used = false;
        return 0;
    }
    return rh_fault_parse(&order->fault, arguments->word, arguments->count,
                          arguments->error, arguments->error_size);
}

int rh_words_panel(rh_order_t *order, const rh_arguments_t *arguments)
{
    int64_t address = 0;

    if (arguments->count != 3 || !is_word(arguments, 0, "drive") ||
        !read_number(arguments->word[1], 0, 0xffff, &address) ||
        !read_number(arguments->word[2], -32768, 65535, &order->number)) {
        return wrong(order, arguments);
    }
    order->which = (int)address;
    return 0;
}

static int parse_hold(rh_order_t *order, const rh_arguments_t *arguments)
{
    int64_t angle_deg = 0;
    const bool good = arguments->count >= 2 && arguments->count <= 3 &&
                      read_number(arguments->word[1], -110, 20, &angle_deg) &&
                      (arguments->count == 2 ||
                       read_number(arguments->word[2], 1, 100, &order->number));

    order->count = is_word(arguments, 0, "prop") ? RH_HAND_PROP : RH_HAND_LIFT;
    order->which = (int)angle_deg;
    return good ? 0 : wrong(order, arguments);
}

/* A mass at one of two places. */
static int parse_mass(rh_order_t *order, const rh_arguments_t *arguments,
                      const char *const places[2], int64_t most_kg)
{
    order->which = is_word(arguments, 1, places[1]) ? 1 : 0;
    return arguments->count == 3 &&
                   (order->which == 1 || is_word(arguments, 1, places[0])) &&
                   read_number(arguments->word[2], 0, most_kg, &order->number)
               ? 0
               : wrong(order, arguments);
}

int rh_words_hand(rh_order_t *order, const rh_arguments_t *arguments)
{
    static const char *const pads[] = {"front", "rear"};
    static const char *const ends[] = {"left", "right"};

    order->number = HAND_DPS;
    if (is_word(arguments, 0, "lift") || is_word(arguments, 0, "prop")) {
        return parse_hold(order, arguments);
    }
    if (is_word(arguments, 0, "pad")) {
        order->count = RH_HAND_PAD;
        return parse_mass(order, arguments, pads, 200);
    }
    if (is_word(arguments, 0, "hang") && arguments->count == 2) {
        order->count = RH_HAND_HANG_BOTH;
        return read_number(arguments->word[1], 0, 50, &order->number)
                   ? 0
                   : wrong(order, arguments);
    }
    if (is_word(arguments, 0, "hang")) {
        order->count = RH_HAND_HANG;
        return parse_mass(order, arguments, ends, 50);
    }
    order->count = RH_HAND_OFF;
    return arguments->count == 1 && is_word(arguments, 0, "off")
               ? 0
               : wrong(order, arguments);
}
