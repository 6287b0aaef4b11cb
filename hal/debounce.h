/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A contact that bounces, by time: the same on both generations of libgpiod, since only
 * one of them can have the kernel do it. A level counts once it has held for hold_ns;
 * one of the two may count at once, and then only the way back is held: what takes load
 * off never waits for a contact to settle (the e-stop's budget is the same tick), and a
 * bounce on the way costs nothing but a longer stop. Pure. For the HAL only.
 */
#ifndef RH_HAL_DEBOUNCE_H
#define RH_HAL_DEBOUNCE_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
    RH_AT_ONCE_NONE = 0, /* both levels wait */
    RH_AT_ONCE_FALSE,    /* contacts that open: e-stop, grips, limit switches */
    RH_AT_ONCE_TRUE      /* buttons that take load off: comfort stop */
} rh_at_once_t;

typedef struct {
    rh_at_once_t at_once;
    int64_t hold_ns;
} rh_debounce_rule_t;

/* Zeroed it is a fresh one. */
typedef struct {
    bool value, candidate, has_begun;
    int64_t since_ns; /* of the candidate */
} rh_debounce_t;

/* The contact's value at now_ns, `level` being what is read. The first level of all is
 * held like a change: until then the value is the one that counts at once (none:
 * false). */
bool rh_debounce_step(rh_debounce_t *debounce, const rh_debounce_rule_t *rule,
                      bool level, int64_t now_ns);

#endif
