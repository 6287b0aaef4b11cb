/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the simulator's tests share: starting revhyper-sim in a folder of its own,
 * telling it things, and being a master on its buses, by raw bytes or by libmodbus.
 * Only tests include it.
 */
#ifndef RH_TEST_SIM_RIG_H
#define RH_TEST_SIM_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include <cmocka.h>
#include <modbus.h>

#define RIG_ANSWER 4096
#define RIG_DEADLINE_MS 20000

typedef struct {
    char dir[64];
    pid_t pid;
    char answer[RIG_ANSWER]; /* of the last rig_tell */
} rig_t;

/* Starts the program with `options` (blank-separated) and waits until sim.json is
 * there. */
void rig_start(rig_t *rig, const char *options);
/* Ends it by SIGTERM and removes the folder; returns the exit status. */
int rig_stop(rig_t *rig);
/* Path in the rig's folder, in a static buffer. */
const char *rig_path(const rig_t *rig, const char *name);

/* One command; true if the answer (in rig->answer) is ok. */
bool rig_tell(rig_t *rig, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The same, and it must be ok. */
void rig_do(rig_t *rig, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A number (or true = 1, false = 0) in the answer; `after` narrows to what follows that
 * text, NULL = the whole answer. */
double rig_number(const rig_t *rig, const char *after, const char *key);
/* The truth's number, fresh. */
double rig_truth(rig_t *rig, const char *key);
/* Waits for the truth's number to lie within low..high; false after the deadline. */
bool rig_becomes(rig_t *rig, const char *key, double low, double high);

/* A raw descriptor on a bus's pty. */
int rig_open_line(const rig_t *rig, const char *bus);
/* Appends the CRC (computed here, bit by bit, apart from the simulator's) and sends. */
void rig_send(int fd, const uint8_t *bytes, size_t length);
/* The same; false instead of a failed test when the line is gone. */
bool rig_try_send(int fd, const uint8_t *bytes, size_t length);
/* Reads until `length` bytes are there or `timeout_ms` passed; returns how many. */
size_t rig_receive(int fd, uint8_t *bytes, size_t length, int timeout_ms);

/* A libmodbus master for one id on a bus. */
modbus_t *rig_master(const rig_t *rig, const char *bus, int unit);
void rig_leave(modbus_t *master);

int64_t rig_now_ns(void);
void rig_sleep_ns(int64_t duration_ns);

#endif
