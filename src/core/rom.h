/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The range of motion: taught by full lifts, accepted when three or more agree, then
 * only ever narrowed until it is taught anew. Private to src/core.
 */
#ifndef RH_CORE_ROM_H
#define RH_CORE_ROM_H

#include <stdbool.h>
#include <stdint.h>

#define RH_ROM_LIFTS 16 /* the newest are kept */
#define RH_ROM_LIFTS_MIN 3
#define RH_ROM_SPREAD_DEG 8.0
#define RH_ROM_RANGE_MIN_DEG 30.0

/* Caller-owned; zeroed: nothing taught. */
typedef struct {
    bool is_taught;
    double top_deg, bottom_deg;
    int32_t lifts; /* taught so far */
    double lift_top_deg[RH_ROM_LIFTS], lift_bottom_deg[RH_ROM_LIFTS];
} rh_rom_t;

void rh_rom_clear(rh_rom_t *rom);
void rh_rom_add(rh_rom_t *rom, double top_deg, double bottom_deg);
/* Medians of tops and bottoms; rh_refusal_t: TOO_FEW_REPS, SPREAD or 0. */
uint32_t rh_rom_accept(rh_rom_t *rom);
/* New absolute limits; not a number leaves that side alone. rh_refusal_t: NOT_TAUGHT,
 * WIDENS, BAD_VALUE (less than 30 deg would be left) or 0; refused changes nothing. */
uint32_t rh_rom_nudge(rh_rom_t *rom, double top_deg, double bottom_deg);
/* Top minus bottom; 0 while nothing is taught. */
double rh_rom_range_deg(const rh_rom_t *rom);

#endif
