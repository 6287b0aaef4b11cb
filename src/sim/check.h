/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a device refuses: functions, addresses and values that its table does not know.
 * Pure; the dispatch calls it before a request acts.
 */
#ifndef RH_SIM_CHECK_H
#define RH_SIM_CHECK_H

#include "device.h"

/* The entry of a documented register, or NULL. */
const rh_register_t *rh_check_find(const rh_device_kind_t *kind, int address);
/* 0, or the exception that answers this well-formed request. */
int rh_check_request(const rh_device_kind_t *kind, const uint8_t *pdu);

#endif
