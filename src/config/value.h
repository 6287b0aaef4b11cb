/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One value of one key: text to field, field to text, and the range in words. Numbers
 * have a point whatever the locale. For the config room alone.
 */
#ifndef RH_CONFIG_VALUE_H
#define RH_CONFIG_VALUE_H

#include "keys.h"

#define RH_VALUE_TEXT 512

/* Reads `text` into the key's field of `item`. False, the field untouched, and the
 * reason in `why`, where it is not a permitted value. */
bool rh_value_read(const rh_key_t *key, void *item, const char *text, char *why,
                   size_t size);

/* The field as a file would write it: reading it again gives the same bits. */
void rh_value_write(const rh_key_t *key, const void *item, char *text, size_t size);

/* "20..60 deg/s (default 60)". */
void rh_value_range(const rh_key_t *key, char *text, size_t size);

/* The shortest decimal that reads back as the same number. */
void rh_value_real(double value, char *text, size_t size);

/* The thread's numbers with a decimal point until the matching leave. */
typedef struct {
    void *own, *former;
} rh_locale_t;
void rh_locale_enter(rh_locale_t *locale);
void rh_locale_leave(rh_locale_t *locale);

#endif
