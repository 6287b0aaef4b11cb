/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the daemon asks of the operating system: real-time scheduling, locked memory,
 * the lock that keeps two daemons apart, folders, and systemd's notifications.
 */
#ifndef RH_SYSTEM_H
#define RH_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rh/health.h"

/* One heap, and small stacks for every thread that is made later (libraries' too):
 * locked memory counts each arena and stack whole. */
void rh_system_small_stacks(void);
/* Locks all memory, now and later. 0, or a negative errno where not permitted. */
int rh_system_lock_memory(void);
/* The calling thread to SCHED_FIFO; false where that is not permitted. */
bool rh_system_make_realtime(int priority);
/* The calling thread to the last processor that it may use, which on a small board sees
 * fewer interrupts than the first. 0, also where there is only one; else a negative
 * errno. */
int rh_system_pin(void);
/* Bounds how long the processor may take to leave an idle state (Linux' PM QoS,
 * /dev/cpu_dma_latency): from a deep one a tick begins milliseconds late. The file
 * descriptor holds the bound until it is closed; negative errno where not permitted. */
int rh_system_bound_wake(int32_t latency_us);
void rh_system_name_thread(const char *name);
/* The whole process dies with its parent. */
void rh_system_die_with_parent(void);

/* Makes a folder and its parents (0750). 0 or a negative errno with error. */
int rh_system_make_folder(const char *path, char *error, size_t size);
/* Takes the lock <folder>/<name>; the file descriptor holds it until it is closed.
 * Negative errno, where it is taken with an error that names the other process and the
 * remedy beside stopping that. */
int rh_system_take_lock(const char *folder, const char *name, const char *remedy,
                        char *error, size_t size);

/* To systemd; nothing where there is none. */
void rh_system_notify(const char *state);

/* What a warning begins with: systemd reads "<4>" as a priority, a terminal gets words.
 */
const char *rh_system_warning(void);

/* Resident and locked memory of this process, from /proc. */
void rh_system_memory(uint64_t *resident_bytes, uint64_t *locked_bytes);

#endif
