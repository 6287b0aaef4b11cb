/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reasons to cues, the one that can hurt most first. Called by the session.
 */
#include "cue.h"

#include "rh/event.h"

static const struct {
    uint32_t reason;
    uint32_t cue; /* rh_cue_t */
} CUES[] = {
    {RH_REP_REASON_BIT(OVER_TOP), RH_CUE_LESS_HIGH},
    {RH_REP_REASON_BIT(SWING), RH_CUE_SLOWER},
    {RH_REP_REASON_BIT(TOO_FAST), RH_CUE_SLOWER},
    {RH_REP_REASON_BIT(IMPACT), RH_CUE_KEEP_TENSION},
    {RH_REP_REASON_BIT(SLACK), RH_CUE_KEEP_TENSION},
    {RH_REP_REASON_BIT(ONE_SIDED), RH_CUE_BOTH_LEGS},
    {RH_REP_REASON_BIT(PARTIAL), RH_CUE_HIGHER},
    {RH_REP_REASON_BIT(NO_HOLD), RH_CUE_PAUSE},
};

bool rh_cue_choose(uint32_t reasons, uint32_t reasons_before, uint32_t *cue)
{
    for (unsigned i = 0; i < sizeof CUES / sizeof CUES[0]; i++) {
        if (reasons & CUES[i].reason) {
            *cue = CUES[i].cue;
            return true;
        }
    }
    *cue = RH_CUE_GOOD;
    return reasons == 0 && reasons_before != 0;
}
