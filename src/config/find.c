/* SPDX-License-Identifier: Apache-2.0 */
/* Looking things up in the table of keys, and guessing what a misspelt key meant. */
#include "keys.h"

#include <string.h>

#define WORD_MAX 48

const rh_section_t *rh_section_find(const char *name)
{
    for (int i = 0; i < RH_SECTION_COUNT; i++) {
        if (strcmp(rh_section(i)->name, name) == 0) {
            return rh_section(i);
        }
    }
    return NULL;
}

const rh_key_t *rh_key_find(const rh_section_t *section, const char *key)
{
    for (int i = 0; i < section->key_count; i++) {
        if (strcmp(section->keys[i].key, key) == 0) {
            return &section->keys[i];
        }
    }
    return NULL;
}

static int least(int a, int b, int c)
{
    int ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Letters to change, add or drop (Levenshtein). */
static int distance(const char *a, const char *b)
{
    int row[WORD_MAX + 1];
    int width = (int)strnlen(b, WORD_MAX);
    for (int j = 0; j <= width; j++) {
        row[j] = j;
    }
    for (int i = 0; i < WORD_MAX && a[i] != '\0'; i++) {
        int corner = row[0];
        row[0] = i + 1;
        for (int j = 0; j < width; j++) {
            int above = row[j + 1];
            row[j + 1] = least(above + 1, row[j] + 1, corner + (a[i] != b[j]));
            corner = above;
        }
    }
    return row[width];
}

/* A part of a key ("sink" of sink_dps) is as good as one wrong letter. */
static int strangeness(const char *key, const char *known)
{
    return strlen(key) >= 3 && strstr(known, key) != NULL ? 1 : distance(key, known);
}

const rh_key_t *rh_key_nearest(const rh_section_t *section, const char *key)
{
    const rh_key_t *nearest = NULL;
    int best = (int)strlen(key) / 3 + 2;
    for (int i = 0; i < section->key_count; i++) {
        int away = strangeness(key, section->keys[i].key);
        if (away < best) {
            best = away;
            nearest = &section->keys[i];
        }
    }
    return nearest;
}
