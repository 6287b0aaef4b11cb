/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a serial port must be beyond open: ours alone, at the rate that was asked for,
 * and not held up by its adapter. For link.c and bus.c.
 */
#ifndef RH_HAL_PORT_H
#define RH_HAL_PORT_H

#include <stdbool.h>
#include <stdint.h>

/* Whether a simulator serves this TCP port: it leaves a link to "tcp:PORT" by the bus's
 * name in its folder, `path`. 0, or -EXDEV. */
int rh_port_check_simulated(const char *path, int port);

/* Claims the port before anybody changes its settings: a lock on the device that other
 * instances respect, and TIOCEXCL for those that know nothing of it. A descriptor to be
 * closed with the port, or negative errno: -EBUSY where another program holds it,
 * -EXDEV where it must be a pty, a simulator's end, and is something else. */
int rh_port_claim(const char *path, bool must_be_pty);

/* Refuses further opens by others, once the port is open as often as it will be; not on
 * a pty, which outlives its users where its other side keeps it open, the refusal with
 * it. 0 or negative errno. */
int rh_port_close_door(int fd);

/* The rate that is really in force, in baud, read back from the driver (both
 * directions alike); or negative errno. libmodbus and drivers fall back in silence. */
int32_t rh_port_baud(int fd);

/* The latency timer of a USB adapter, ms: how long it may keep a byte back. `path` may
 * be a link (by-id, by-path), `sysfs` is /sys. -1 where the port has none. */
int rh_port_latency_ms(const char *sysfs, const char *path);

#endif
