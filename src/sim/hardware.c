/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Relays, chain and contacts; see hardware.h. Pure; the bench owns and steps it.
 */
#include "hardware.h"

#include <string.h>

#define NS_PER_MS 1000000LL

void rh_hardware_init(rh_hardware_t *hardware, int64_t relay_ms)
{
    memset(hardware, 0, sizeof(*hardware));
    hardware->relay_ns = relay_ms * NS_PER_MS;
    hardware->safety_closed = true;
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
    const bool open = hardware->pressed[RH_BUTTON_ESTOP_A] ||
                      hardware->pressed[RH_BUTTON_ESTOP_B] || hardware->limit_open[0] ||
                      hardware->limit_open[1];

    if (open != hardware->chain_open) {
        hardware->chain_open = open;
        hardware->chain_change_ns = now_ns;
    }
    if (now_ns - hardware->chain_change_ns >= RH_SAFETY_RELAY_MS * NS_PER_MS) {
        hardware->safety_closed = !open;
    }
}

void rh_hardware_step(rh_hardware_t *hardware, int64_t now_ns)
{
    const bool was_closed = hardware->sto_closed;

    step_springs(hardware, now_ns);
    step_safety_relay(hardware, now_ns);
    hardware->relay_closed =
        hardware->has_edge && now_ns - hardware->edge_ns < hardware->relay_ns;
    hardware->sto_closed = hardware->relay_closed && hardware->safety_closed;
    if (was_closed && !hardware->sto_closed) {
        hardware->cut_ns = now_ns;
    }
}
