/* SPDX-License-Identifier: Apache-2.0 */
/* Stop words on their way into the loop. */
#include "stops.h"

static const uint32_t kinds[RH_LANE_COUNT] = {
    [RH_LANE_STOP] = RH_COMMAND_STOP,
    [RH_LANE_COMFORT] = RH_COMMAND_COMFORT,
    [RH_LANE_UNLOAD] = RH_COMMAND_UNLOAD,
};

void rh_stops_ask(rh_stops_t *stops, rh_lane_t lane, uint32_t ticket)
{
    atomic_store_explicit(&stops->ticket[lane], ticket, memory_order_release);
}

bool rh_stops_take(rh_stops_t *stops, rh_command_t *command)
{
    for (uint32_t lane = RH_LANE_STOP; lane < RH_LANE_COUNT; lane++) {
        if ((stops->taken & (1u << lane)) != 0) {
            continue;
        }
        uint32_t ticket =
            atomic_exchange_explicit(&stops->ticket[lane], 0, memory_order_acquire);
        if (ticket != 0) {
            stops->taken |= 1u << lane;
            *command = (rh_command_t){.kind = kinds[lane], .ticket = ticket};
            return true;
        }
    }
    stops->taken = 0;
    return false;
}
