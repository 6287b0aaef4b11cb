/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the bench screen says after a rep: one word at most, the worst fault first, and
 * praise when it is mended. Private to src/core.
 */
#ifndef RH_CORE_CUE_H
#define RH_CORE_CUE_H

#include <stdbool.h>
#include <stdint.h>

/* `reasons` of this rep and of the one before it. False: nothing is said. */
bool rh_cue_choose(uint32_t reasons, uint32_t reasons_before, uint32_t *cue);

#endif
