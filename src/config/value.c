/* SPDX-License-Identifier: Apache-2.0 */
/* One value: field to text, its range in words, and the locale of numbers. */
#include "value.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rh/hal.h"

#define NUMBER_MAX 40

static void write_word(const rh_key_t *key, const void *field, char *text, size_t size)
{
    int32_t value = 0;
    if (key->size == sizeof(bool)) {
        value = *(const bool *)field ? 1 : 0;
    } else {
        memcpy(&value, field, sizeof(value));
    }
    for (const rh_word_t *row = key->words; row->word != NULL; row++) {
        if (row->value == value) {
            (void)snprintf(text, size, "%s", row->word);
            return;
        }
    }
}

void rh_value_real(double value, char *text, size_t size)
{
    for (int digits = 7; digits <= 17; digits++) {
        (void)snprintf(text, size, "%.*g", digits, value);
        if (strtod(text, NULL) == value) {
            return;
        }
    }
}

static void write_real(const rh_key_t *key, const void *field, char *text, size_t size)
{
    (void)key;
    double value = 0.0;
    memcpy(&value, field, sizeof(value));
    rh_value_real(value, text, size);
}

static void write_int(const rh_key_t *key, const void *field, char *text, size_t size)
{
    (void)key;
    int32_t value = 0;
    memcpy(&value, field, sizeof(value));
    (void)snprintf(text, size, "%d", value);
}

static void write_bits(const rh_key_t *key, const void *field, char *text, size_t size)
{
    (void)key;
    uint32_t value = 0;
    memcpy(&value, field, sizeof(value));
    (void)snprintf(text, size, "0x%04X", value);
}

static void write_text(const rh_key_t *key, const void *field, char *text, size_t size)
{
    (void)snprintf(text, size, "%.*s", (int)key->size, (const char *)field);
}

static void write_links(const rh_key_t *key, const void *field, char *text, size_t size)
{
    (void)key;
    const rh_profile_t *profile = field;
    (void)snprintf(text, size, "%s%s%s", profile->rtu ? "rtu" : "",
                   profile->rtu && profile->tcp ? ", " : "", profile->tcp ? "tcp" : "");
}

static void write_bauds(const rh_key_t *key, const void *field, char *text, size_t size)
{
    (void)key;
    const rh_profile_t *profile = field;
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < profile->baud_count && used < size; i++) {
        used += (size_t)snprintf(text + used, size - used, "%s%d", i > 0 ? ", " : "",
                                 profile->bauds[i]);
    }
}

void rh_value_write(const rh_key_t *key, const void *item, char *text, size_t size)
{
    static void (*const write[])(const rh_key_t *, const void *, char *, size_t) = {
        [RH_KEY_INT] = write_int,     [RH_KEY_BITS] = write_bits,
        [RH_KEY_REAL] = write_real,   [RH_KEY_WORD] = write_word,
        [RH_KEY_CHOICE] = write_text, [RH_KEY_NAME] = write_text,
        [RH_KEY_PATH] = write_text,   [RH_KEY_PROSE] = write_text,
        [RH_KEY_LINKS] = write_links, [RH_KEY_BAUDS] = write_bauds,
    };
    text[0] = '\0';
    write[key->type](key, (const char *)item + key->offset, text, size);
}

static void write_range(const rh_key_t *key, char *text, size_t size)
{
    char low[NUMBER_MAX];
    char high[NUMBER_MAX];
    rh_value_real(key->min, low, sizeof(low));
    rh_value_real(key->max, high, sizeof(high));
    switch (key->type) {
    case RH_KEY_INT:
    case RH_KEY_REAL:
    case RH_KEY_BAUDS:
        (void)snprintf(text, size, "%s..%s%s%s", low, high,
                       key->unit[0] != '\0' ? " " : "", key->unit);
        break;
    case RH_KEY_BITS:
        (void)snprintf(text, size, "0x0..0xFFFFFFFF");
        break;
    default:
        (void)snprintf(text, size, "text of %s..%s characters", low, high);
        break;
    }
}

static void write_words(const rh_key_t *key, char *text, size_t size)
{
    size_t used = 0;
    for (const rh_word_t *row = key->words; row->word != NULL && used < size; row++) {
        used += (size_t)snprintf(text + used, size - used, "%s%s",
                                 row == key->words ? "" : " | ", row->word);
    }
}

void rh_value_range(const rh_key_t *key, char *text, size_t size)
{
    if (key->words != NULL) {
        write_words(key, text, size);
    } else {
        write_range(key, text, size);
    }
    size_t used = strlen(text);
    if ((key->flags & RH_KEY_REQUIRED) != 0) {
        (void)snprintf(text + used, size - used, " (must be stated)");
    } else {
        (void)snprintf(text + used, size - used, " (default %s)",
                       key->fallback[0] != '\0' ? key->fallback : "empty");
    }
}

/* ---- the locale ------------------------------------------------------------------ */

void rh_locale_enter(rh_locale_t *locale)
{
    locale->own = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale->former = locale->own != NULL ? uselocale((locale_t)locale->own) : NULL;
}

void rh_locale_leave(rh_locale_t *locale)
{
    if (locale->own != NULL) {
        (void)uselocale((locale_t)locale->former);
        freelocale((locale_t)locale->own);
    }
}
