/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Medians and spread of the taught lifts. Called by core's commands and by the session.
 */
#include "rom.h"

#include <math.h>

#include "rh/command.h"

void rh_rom_clear(rh_rom_t *rom)
{
    *rom = (rh_rom_t){0};
}

void rh_rom_add(rh_rom_t *rom, double top_deg, double bottom_deg)
{
    const int32_t slot = rom->lifts % RH_ROM_LIFTS;

    rom->lift_top_deg[slot] = top_deg;
    rom->lift_bottom_deg[slot] = bottom_deg;
    rom->lifts++;
}

static int kept(const rh_rom_t *rom)
{
    return rom->lifts < RH_ROM_LIFTS ? rom->lifts : RH_ROM_LIFTS;
}

static void sort(const double *value, int count, double *sorted)
{
    for (int i = 0; i < count; i++) {
        int place = i;

        while (place > 0 && sorted[place - 1] > value[i]) {
            sorted[place] = sorted[place - 1];
            place--;
        }
        sorted[place] = value[i];
    }
}

static double median(const double *sorted, int count)
{
    return 0.5 * (sorted[(count - 1) / 2] + sorted[count / 2]);
}

uint32_t rh_rom_accept(rh_rom_t *rom)
{
    const int count = kept(rom);
    double top_deg[RH_ROM_LIFTS], bottom_deg[RH_ROM_LIFTS];

    if (rom->lifts < RH_ROM_LIFTS_MIN) {
        return RH_REFUSAL_TOO_FEW_REPS;
    }
    sort(rom->lift_top_deg, count, top_deg);
    sort(rom->lift_bottom_deg, count, bottom_deg);
    if (!(top_deg[count - 1] - top_deg[0] <= RH_ROM_SPREAD_DEG)) {
        return RH_REFUSAL_SPREAD;
    }
    rom->top_deg = median(top_deg, count);
    rom->bottom_deg = median(bottom_deg, count);
    rom->is_taught = true;
    return RH_REFUSAL_NONE;
}

uint32_t rh_rom_nudge(rh_rom_t *rom, double top_deg, double bottom_deg)
{
    const double new_top_deg = isnan(top_deg) ? rom->top_deg : top_deg;
    const double new_bottom_deg = isnan(bottom_deg) ? rom->bottom_deg : bottom_deg;

    if (!rom->is_taught) {
        return RH_REFUSAL_NOT_TAUGHT;
    }
    if (new_top_deg > rom->top_deg || new_bottom_deg < rom->bottom_deg) {
        return RH_REFUSAL_WIDENS;
    }
    if (!(new_top_deg - new_bottom_deg >= RH_ROM_RANGE_MIN_DEG)) {
        return RH_REFUSAL_BAD_VALUE;
    }
    rom->top_deg = new_top_deg;
    rom->bottom_deg = new_bottom_deg;
    return RH_REFUSAL_NONE;
}

double rh_rom_range_deg(const rh_rom_t *rom)
{
    return rom->is_taught ? rom->top_deg - rom->bottom_deg : 0.0;
}
