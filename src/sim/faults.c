/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The targets of faults and the list of active ones; see faults.h.
 * Called by script, buses and devices, under the bench's lock.
 */
#include "faults.h"

#include <errno.h>
#include <string.h>

const char *const rh_device_names[RH_DEVICE_COUNT] = {
    "drive", "strap_left", "strap_right", "pad_front", "pad_rear", "encoder", "io",
};
const char *const rh_bus_names[RH_BUS_COUNT] = {"drive", "cells", "io", "pads"};

const rh_bus_id_t rh_device_bus[RH_DEVICE_COUNT] = {
    RH_BUS_DRIVE, RH_BUS_CELLS, RH_BUS_CELLS, RH_BUS_PADS,
    RH_BUS_PADS,  RH_BUS_IO,    RH_BUS_IO,
};
const uint8_t rh_device_unit[RH_DEVICE_COUNT] = {1, 1, 2, 1, 2, 1, 2};

int rh_faults_add(rh_faults_t *faults, const rh_fault_t *fault, int64_t now_ns)
{
    for (int i = 0; i < RH_FAULTS_MAX; i++) {
        rh_fault_t *slot = &faults->fault[i];

        if (slot->used && now_ns < slot->until_ns) {
            continue;
        }
        *slot = *fault;
        if (fault->until_ns != INT64_MAX) {
            slot->until_ns = now_ns + fault->until_ns;
        }
        return 0;
    }
    return -ENOSPC;
}

void rh_faults_init(rh_faults_t *faults, uint64_t seed)
{
    memset(faults, 0, sizeof(*faults));
    faults->random = seed;
}

void rh_faults_clear(rh_faults_t *faults)
{
    memset(faults->fault, 0, sizeof(faults->fault));
}

/* splitmix64 (Steele, Lea, Flood 2014). */
static uint32_t roll(rh_faults_t *faults)
{
    uint64_t word = faults->random += 0x9e3779b97f4a7c15u;

    word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9u;
    word = (word ^ word >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)(word >> 32);
}

static bool lasts(const rh_fault_t *fault, int64_t now_ns)
{
    return fault->used && now_ns < fault->until_ns;
}

static bool applies(const rh_fault_t *fault, int target, int64_t now_ns)
{
    if (!lasts(fault, now_ns)) {
        return false;
    }
    return fault->target == target ||
           (target < RH_DEVICE_COUNT &&
            fault->target == RH_TARGET_BUS(rh_device_bus[target]));
}

static void note(rh_fault_set_t *set, const rh_fault_t *fault)
{
    set->mask |= 1u << fault->kind;
    set->argument[fault->kind] = fault->argument;
    set->variant[fault->kind] = fault->variant;
}

void rh_faults_look(const rh_faults_t *faults, int target, int64_t now_ns,
                    rh_fault_set_t *set)
{
    memset(set, 0, sizeof(*set));
    for (int i = 0; i < RH_FAULTS_MAX; i++) {
        if (faults->fault[i].permille == 0 &&
            applies(&faults->fault[i], target, now_ns)) {
            note(set, &faults->fault[i]);
        }
    }
}

/* A fault that lasts here strikes this request, or not. */
static void strike(rh_faults_t *faults, rh_fault_t *fault, rh_fault_set_t *set)
{
    if (fault->permille > 0 && (int)(roll(faults) % 1000) >= fault->permille) {
        return;
    }
    note(set, fault);
    if (fault->count > 0) {
        fault->count--;
        fault->used = fault->count > 0;
    }
}

void rh_faults_use(rh_faults_t *faults, int target, int64_t now_ns, rh_fault_set_t *set)
{
    memset(set, 0, sizeof(*set));
    set->dice = roll(faults);
    for (int i = 0; i < RH_FAULTS_MAX; i++) {
        if (applies(&faults->fault[i], target, now_ns)) {
            strike(faults, &faults->fault[i], set);
        }
    }
}

void rh_faults_use_own(rh_faults_t *faults, int target, int64_t now_ns,
                       rh_fault_set_t *set)
{
    memset(set, 0, sizeof(*set));
    for (int i = 0; i < RH_FAULTS_MAX; i++) {
        rh_fault_t *fault = &faults->fault[i];

        if (fault->target == target && lasts(fault, now_ns)) {
            strike(faults, fault, set);
        }
    }
}

bool rh_fault_in(const rh_fault_set_t *set, rh_fault_kind_t kind)
{
    return (set->mask & 1u << kind) != 0;
}
