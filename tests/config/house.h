/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder of configuration files to spoil: copies of the shipped ones, an edit, and
 * the refusal that must follow, with the line that it must name.
 */
#ifndef RH_TEST_CONFIG_HOUSE_H
#define RH_TEST_CONFIG_HOUSE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>

#include <cmocka.h>

#include "config.h"

/* cmocka's is in single precision. */
#define assert_near(value, expected, off)                                              \
    assert_true(fabs((value) - (expected)) <= (off))

#define HOUSE_TEXT 65536
#define HOUSE_ERROR 1024

typedef struct {
    char folder[128];
    rh_settings_t settings;
    char error[HOUSE_ERROR];
} house_t;

/* main.conf, machine.conf (from simulated-rtu.conf) and devices/ in a new folder. */
int house_build(void **state);
int house_tear_down(void **state);

/* What the environment says; NULL: nothing. */
const char *house_wish(const char *name);

/* Text of a file of the house, or of the sources ("config/demo.conf"); a static buffer
 * for each of the two. */
char *house_text(const house_t *house, const char *file);
char *source_text(const char *file);
void house_write(const house_t *house, const char *file, const char *text);
/* The line, from 1, of the first `text` in the file. */
int house_line(const house_t *house, const char *file, const char *text);

/* Replaces the first `from`, which must be there. */
void house_edit(const house_t *house, const char *file, const char *from,
                const char *to);

/* The machine is no longer simulated, and its lines are serial adapters. */
void house_make_real(const house_t *house);

/* The machine's contacts, relays and arm encoder on the lines of a simulated chip, and
 * a converter for aux_force. */
void house_put_on_gpio(const house_t *house);

int house_load(house_t *house, const rh_override_t *overrides, size_t count);
void house_accepts(house_t *house);
/* Equal, but for which lines of which files said it: that is for errors alone. */
void house_same_settings(const rh_settings_t *a, const rh_settings_t *b);
/* The load is refused at the line of `at` in the file (NULL: no line is looked at) and
 * the reason holds `reason`. */
void house_refuses(house_t *house, const char *file, const char *at,
                   const char *reason);
/* An edit of machine.conf that is refused where it was made. */
void machine_refuses(house_t *house, const char *from, const char *to,
                     const char *reason);
/* --set key=value is refused. */
void set_refuses(house_t *house, const char *key, const char *value,
                 const char *reason);

#endif
