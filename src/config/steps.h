/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps between a draft and settings. For the config room alone. All return 0 or a
 * negative errno with the draft's error filled.
 */
#ifndef RH_CONFIG_STEPS_H
#define RH_CONFIG_STEPS_H

#include "draft.h"

/* profile.c: reads and checks devices' profiles into draft->devices[].device.profile.
 */
int rh_profile_load(rh_draft_t *draft, int device);
/* profile_trust.c: the part of it that the gate takes its word for: registers that are
 * written, status, fences. On draft->profile. */
int rh_profile_check_trust(rh_draft_t *draft);
/* The register of a role, or NULL; how many words one takes. */
const rh_register_t *rh_profile_role(const rh_profile_t *profile, const char *role);
int rh_register_words(const rh_register_t *reg);
/* Whether they have a word or a bit in common. */
bool rh_registers_overlap(const rh_register_t *a, const rh_register_t *b);

/* link.c: names become indices, draft->settings is complete afterwards. */
int rh_draft_link(rh_draft_t *draft);
/* link.c: the way back, for printing. */
void rh_draft_unlink(rh_draft_t *draft, const rh_settings_t *settings);

/* source.c: what `source =` says, as a binding; and back. */
int rh_source_read(rh_draft_t *draft, int signal);
void rh_source_write(const rh_hal_settings_t *hal, const rh_binding_t *binding,
                     char *text, size_t size);

/* check.c: what no single key can tell. On a linked draft. */
int rh_draft_check(rh_draft_t *draft);
/* check_buses.c: the part of it that is about lines, rates and numbers. */
int rh_draft_check_buses(rh_draft_t *draft);
/* check_gpio.c: the part of it that is about lines and what is on them. */
int rh_draft_check_gpio(rh_draft_t *draft);
/* check_sources.c: the part of it that is about what must not be one measurement. */
int rh_draft_check_sources(rh_draft_t *draft);
/* check_torque.c: the part of it that is about the three torques being one. */
int rh_draft_check_torque(rh_draft_t *draft);
/* check_figures.c: the part of it that is about numbers. */
int rh_draft_check_figures(rh_draft_t *draft);

#endif
