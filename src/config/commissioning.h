/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine's own record of its commissioning: what was tried, when, by whom, with
 * which values, and for which wiring. `revhyperctl commission` writes it, the daemon
 * reads it at start and arms nothing without it.
 *
 * It lies twice in the state directory, each copy with a checksum; each is written
 * beside its place, flushed and renamed, one after the other, so that no loss of power
 * costs both. The checksum (FNV-1a, 64 bits) finds accidents; it protects against
 * nobody who may write that folder.
 */
#ifndef RH_CONFIG_COMMISSIONING_H
#define RH_CONFIG_COMMISSIONING_H

#include <stdbool.h>
#include <stddef.h>

#define RH_COMMISSIONING_FILE_A "commissioning.a"
#define RH_COMMISSIONING_FILE_B "commissioning.b"
#define RH_COMMISSIONING_FORMER "commissioning.former"
#define RH_COMMISSIONING_LOCK "commissioning.lock" /* held by whoever writes it */
#define RH_COMMISSIONING_MAX 262144                /* bytes of a record */

/* The steps in their order: X(ID, name, what it proves). All are needed before anything
 * arms. */
#define RH_COMMISSIONING_STEPS(X)                                                      \
    X(COMPUTER, "computer", "kernel, permissions, clock, governor and adapters")       \
    X(DEVICES, "devices", "every device answers as its profile says")                  \
    X(FENCES, "fences", "the drive's fences were written and read back")               \
    X(ESTOP, "estop", "both e-stop channels open and close")                           \
    X(BUTTONS, "buttons", "grips, comfort stop and reset button are read")             \
    X(CELLS, "cells", "the load cells are near zero with nobody on the machine")       \
    X(LIFT, "lift", "directions and scales of encoders, drive and strap cells")        \
    X(SPAN, "span", "the scale of either strap cell, by a known mass")                 \
    X(ZERO, "zero", "the arm hangs at -90 degrees for both encoders")                  \
    X(PADS, "pads", "signs and scale of the pad cells")                                \
    X(LIMITS, "limits", "both limit switches open at their ends")                      \
    X(BRAKE, "brake", "the passive brake holds the arm that is let go")                \
    X(RELAY, "relay", "the drive runs with the heartbeat and stops without it")        \
    X(TORQUE, "torque", "the strap gets as much torque as the drive was given")

typedef enum {
#define RH_COMMISSIONING_ID(id, name, proves) RH_COMMISSIONING_##id,
    RH_COMMISSIONING_STEPS(RH_COMMISSIONING_ID)
#undef RH_COMMISSIONING_ID
        RH_COMMISSIONING_COUNT
} rh_commissioning_step_t;

const char *rh_commissioning_name(rh_commissioning_step_t step);
const char *rh_commissioning_proves(rh_commissioning_step_t step);
/* -1: there is none of that name. */
int rh_commissioning_find(const char *name);

typedef struct {
    bool is_ok;
    char date[32];    /* UTC; "" = not tried */
    char values[640]; /* what was measured, one line */
} rh_commissioning_result_t;

typedef struct {
    char machine[64];
    char by[80];
    rh_commissioning_result_t steps[RH_COMMISSIONING_COUNT];
    /* What the step said when it was last ok and has since failed: kept, proves
     * nothing. `date` is "" where there is none; the same wiring. */
    rh_commissioning_result_t was[RH_COMMISSIONING_COUNT];
    char *wiring; /* rh_config_print_wiring's text; heap */
} rh_commissioning_t;

/* The newest result of a step: where an ok one has to give way it is kept in `was`. */
void rh_commissioning_enter(rh_commissioning_t *record, rh_commissioning_step_t step,
                            const rh_commissioning_result_t *result);

/* Reads the newer copy that is whole. 0; -ENOENT where there is none; -EBADMSG where
 * none is whole; another negative errno. The caller frees the record, in any case. */
int rh_commissioning_read(const char *state_dir, rh_commissioning_t *record);

/* The record that was set aside when that of another wiring began; as above. */
int rh_commissioning_read_former(const char *state_dir, rh_commissioning_t *record);

/* Sets the record that is there aside, in the place of an older one. 0 or -errno. */
int rh_commissioning_set_aside(const char *state_dir);

/* Writes both copies. 0 or a negative errno with `error` naming file and remedy. They
 * get the folder's owner, so that the daemon may read what an administrator wrote. */
int rh_commissioning_write(const char *state_dir, const rh_commissioning_t *record,
                           char *error, size_t size);

void rh_commissioning_free(rh_commissioning_t *record);

/* Whether this record lets this machine arm: every step ok, for this wiring. Else one
 * plain sentence in `why`. */
bool rh_commissioning_holds(const rh_commissioning_t *record, const char *machine,
                            const char *wiring, char *why, size_t size);

/* The same from the file, where there may be none. */
bool rh_commissioning_judge(const char *state_dir, const char *machine,
                            const char *wiring, char *why, size_t size);

/* The first difference of two wirings in words: "[signal arm_angle] scale = -0.02, was
 * 0.02". False: they are equal. */
bool rh_commissioning_differs(const char *was, const char *is, char *text, size_t size);

#endif
