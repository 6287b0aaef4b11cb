/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers for people: plain words, every number with its unit. With --json nobody comes
 * here. Each takes the result of the row's wire verb.
 */
#ifndef RH_CTL_PRINT_H
#define RH_CTL_PRINT_H

#include "verbs.h"

void rh_print_status(const rh_call_t *call, const json_t *snapshot);
void rh_print_load(const rh_call_t *call, const json_t *snapshot);
void rh_print_load_set(const rh_call_t *call, const json_t *result);
void rh_print_range(const rh_call_t *call, const json_t *result);
void rh_print_faults(const rh_call_t *call, const json_t *result);
void rh_print_devices(const rh_call_t *call, const json_t *result);
void rh_print_signals(const rh_call_t *call, const json_t *result);
void rh_print_tree(const rh_call_t *call, const json_t *result);

#endif
