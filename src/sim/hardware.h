/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hardware under the software, which no program can overrule: heartbeat relay,
 * e-stop chain, STO contact, grips, buttons and limit switches. Pure: time is an
 * argument, in ns of the monotonic clock. The bench steps it every millisecond; the I/O
 * module writes its outputs; the person's script works its buttons.
 *
 * STO is energised while the heartbeat relay and the safety relay are both closed. The
 * heartbeat relay is a retriggerable monostable: every change of its input closes it
 * for relay_ms, so stuck high and stuck low both drop it. The safety relay follows the
 * chain of e-stop channels and limit switches by itself, RH_SAFETY_RELAY_MS later.
 */
#ifndef RH_SIM_HARDWARE_H
#define RH_SIM_HARDWARE_H

#include <stdbool.h>
#include <stdint.h>

/* A forcibly guided safety relay's release time; the chain must cut within 25 ms. */
#define RH_SAFETY_RELAY_MS 15

typedef enum {
    RH_BUTTON_RESET,
    RH_BUTTON_COMFORT_STOP,
    RH_BUTTON_ESTOP_A, /* the mushroom's two channels; pressed = contact open */
    RH_BUTTON_ESTOP_B,
    RH_BUTTON_COUNT
} rh_button_t;

/* The contacts as inputs, in the order of the I/O module. Safety contacts (e-stop,
 * limits) are normally closed, the others close while held or pressed. */
typedef enum {
    RH_CONTACT_ESTOP_A,
    RH_CONTACT_ESTOP_B,
    RH_CONTACT_GRIP_LEFT,
    RH_CONTACT_GRIP_RIGHT,
    RH_CONTACT_COMFORT_STOP,
    RH_CONTACT_RESET_BUTTON,
    RH_CONTACT_LIMIT_TOP,
    RH_CONTACT_LIMIT_BOTTOM,
    RH_CONTACT_COUNT
} rh_contact_t;

extern const char *const rh_contact_names[RH_CONTACT_COUNT];

typedef struct {
    int64_t relay_ns;
    /* outputs of the I/O module */
    bool heartbeat;
    bool servo_on;
    bool lamp;
    bool buzzer;
    /* contacts */
    bool grip_held[2]; /* left, right */
    bool pressed[RH_BUTTON_COUNT];
    int64_t release_ns[RH_BUTTON_COUNT]; /* springs back by itself; 0 = stays */
    bool limit_open[2];                  /* top, bottom */
    /* what the electrician did wrong: a bit per rh_contact_t, and the relay's coil */
    uint32_t always_closed; /* welded or bridged */
    uint32_t always_open;   /* a broken or forgotten wire */
    uint32_t floating;      /* no pull resistor: random while the contact is open */
    uint32_t chatter;       /* the random levels of this millisecond */
    uint32_t random;
    bool relay_dead; /* the heartbeat relay never closes */
    /* relays */
    bool has_edge;
    int64_t edge_ns; /* last change of the heartbeat */
    bool chain_open;
    int64_t chain_change_ns; /* when the chain opened or closed */
    bool safety_closed;
    bool relay_closed;
    bool sto_closed;
    int64_t cut_ns; /* when STO last opened; 0 = never was closed */
} rh_hardware_t;

void rh_hardware_init(rh_hardware_t *hardware, int64_t relay_ms);
/* The heartbeat output as the I/O module's coil shows it from `now_ns` on. */
void rh_hardware_beat(rh_hardware_t *hardware, bool level, int64_t now_ns);
/* Presses a button; `hold_ms` > 0 lets it spring back by itself, 0 keeps it. */
void rh_hardware_press(rh_hardware_t *hardware, rh_button_t button, int64_t hold_ms,
                       int64_t now_ns);
void rh_hardware_release(rh_hardware_t *hardware, rh_button_t button);
/* The other outputs; true = on. */
void rh_hardware_set_servo_on(rh_hardware_t *hardware, bool on);
void rh_hardware_set_lamp(rh_hardware_t *hardware, bool on);
void rh_hardware_set_buzzer(rh_hardware_t *hardware, bool on);
/* The contact itself, which the safety relay sees: true = closed. */
bool rh_hardware_is_closed(const rh_hardware_t *hardware, rh_contact_t contact);
/* What an input shows of it: true = the level of a closed contact; a floating input is
 * random while its contact is open. */
bool rh_hardware_input(const rh_hardware_t *hardware, rh_contact_t contact);
/* Moves relays and springs on to `now_ns`; call at least once a millisecond. */
void rh_hardware_step(rh_hardware_t *hardware, int64_t now_ns);

#endif
