/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Relays, chain and contacts; see hardware.h. Pure; the bench owns and steps it.
 */
#include "hardware.h"

#include <string.h>

#define NS_PER_MS 1000000LL

const char *const rh_contact_names[RH_CONTACT_COUNT] = {
    "estop_a",      "estop_b",      "grip_left", "grip_right",
    "comfort_stop", "reset_button", "limit_top", "limit_bottom",
};

void rh_hardware_init(rh_hardware_t *hardware, int64_t relay_ms)
{
    memset(hardware, 0, sizeof(*hardware));
    hardware->relay_ns = relay_ms * NS_PER_MS;
    hardware->safety_closed = true;
    hardware->random = 1;
}

void rh_hardware_set_servo_on(rh_hardware_t *hardware, bool on)
{
    hardware->servo_on = on;
}

void rh_hardware_set_lamp(rh_hardware_t *hardware, bool on)
{
    hardware->lamp = on;
}

void rh_hardware_set_buzzer(rh_hardware_t *hardware, bool on)
{
    hardware->buzzer = on;
}

/* The contact as it was meant to be wired. */
static bool is_meant_closed(const rh_hardware_t *hardware, rh_contact_t contact)
{
    switch (contact) {
    case RH_CONTACT_ESTOP_A:
        return !hardware->pressed[RH_BUTTON_ESTOP_A];
    case RH_CONTACT_ESTOP_B:
        return !hardware->pressed[RH_BUTTON_ESTOP_B];
    case RH_CONTACT_GRIP_LEFT:
        return hardware->grip_held[0];
    case RH_CONTACT_GRIP_RIGHT:
        return hardware->grip_held[1];
    case RH_CONTACT_COMFORT_STOP:
        return hardware->pressed[RH_BUTTON_COMFORT_STOP];
    case RH_CONTACT_RESET_BUTTON:
        return hardware->pressed[RH_BUTTON_RESET];
    case RH_CONTACT_LIMIT_TOP:
        return !hardware->limit_open[0];
    default:
        return !hardware->limit_open[1];
    }
}

bool rh_hardware_is_closed(const rh_hardware_t *hardware, rh_contact_t contact)
{
    const uint32_t bit = 1u << contact;

    if ((hardware->always_closed & bit) != 0) {
        return true;
    }
    return (hardware->always_open & bit) == 0 && is_meant_closed(hardware, contact);
}

bool rh_hardware_input(const rh_hardware_t *hardware, rh_contact_t contact)
{
    const uint32_t chatter = hardware->floating & hardware->chatter;

    return rh_hardware_is_closed(hardware, contact) || (chatter & 1u << contact) != 0;
}

void rh_hardware_beat(rh_hardware_t *hardware, bool level, int64_t now_ns)
{
    if (level == hardware->heartbeat) {
        return;
    }
    hardware->heartbeat = level;
    hardware->has_edge = true;
    hardware->edge_ns = now_ns;
}

void rh_hardware_press(rh_hardware_t *hardware, rh_button_t button, int64_t hold_ms,
                       int64_t now_ns)
{
    hardware->pressed[button] = true;
    hardware->release_ns[button] = hold_ms > 0 ? now_ns + hold_ms * NS_PER_MS : 0;
}

void rh_hardware_release(rh_hardware_t *hardware, rh_button_t button)
{
    hardware->pressed[button] = false;
    hardware->release_ns[button] = 0;
}

static void step_springs(rh_hardware_t *hardware, int64_t now_ns)
{
    for (int i = 0; i < RH_BUTTON_COUNT; i++) {
        if (hardware->release_ns[i] != 0 && now_ns >= hardware->release_ns[i]) {
            rh_hardware_release(hardware, (rh_button_t)i);
        }
    }
}

static void step_safety_relay(rh_hardware_t *hardware, int64_t now_ns)
{
    const bool open = !rh_hardware_is_closed(hardware, RH_CONTACT_ESTOP_A) ||
                      !rh_hardware_is_closed(hardware, RH_CONTACT_ESTOP_B) ||
                      !rh_hardware_is_closed(hardware, RH_CONTACT_LIMIT_TOP) ||
                      !rh_hardware_is_closed(hardware, RH_CONTACT_LIMIT_BOTTOM);

    if (open != hardware->chain_open) {
        hardware->chain_open = open;
        hardware->chain_change_ns = now_ns;
    }
    if (now_ns - hardware->chain_change_ns >= RH_SAFETY_RELAY_MS * NS_PER_MS) {
        hardware->safety_closed = !open;
    }
}

/* xorshift32 (Marsaglia 2003): any noise will do, but the same in every run. */
static void step_chatter(rh_hardware_t *hardware)
{
    uint32_t word = hardware->random;

    word ^= word << 13;
    word ^= word >> 17;
    word ^= word << 5;
    hardware->random = word;
    hardware->chatter = word >> 8;
}

void rh_hardware_step(rh_hardware_t *hardware, int64_t now_ns)
{
    const bool was_closed = hardware->sto_closed;

    step_springs(hardware, now_ns);
    step_chatter(hardware);
    step_safety_relay(hardware, now_ns);
    hardware->relay_closed = hardware->has_edge && !hardware->relay_dead &&
                             now_ns - hardware->edge_ns < hardware->relay_ns;
    hardware->sto_closed = hardware->relay_closed && hardware->safety_closed;
    if (was_closed && !hardware->sto_closed) {
        hardware->cut_ns = now_ns;
    }
}
