/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of keys: the one place where a key of any configuration file is added.
 * Reader, validation, help, printing and schema walk it. For the config room alone.
 */
#ifndef RH_CONFIG_KEYS_H
#define RH_CONFIG_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RH_KEYS_MAX 64 /* keys of one section */

typedef enum {
    RH_KEY_INT = 0, /* int32_t; 0x is hexadecimal */
    RH_KEY_BITS,    /* uint32_t, printed as hexadecimal */
    RH_KEY_REAL,    /* double */
    RH_KEY_WORD,    /* one of `words`, stored as its number: bool or enum */
    RH_KEY_CHOICE,  /* one of `words`, stored as text */
    RH_KEY_NAME,    /* text: letters, digits, _ - . */
    RH_KEY_PATH,    /* text: anything printable without a comment's beginning */
    RH_KEY_PROSE,   /* text for people: may hold a semicolon */
    RH_KEY_LINKS,   /* rh_profile_t: list of rtu, tcp */
    RH_KEY_BAUDS    /* rh_profile_t: list of rates */
} rh_key_type_t;

typedef struct {
    const char *word;
    int32_t value;
} rh_word_t;

enum {
    RH_KEY_REQUIRED = 1 << 0, /* a file must state it; the default is for tests */
    RH_KEY_SAFETY = 1 << 1,   /* a bound of the gate */
};

typedef struct {
    const char *key;
    rh_key_type_t type;
    unsigned flags;
    size_t offset, size;  /* of the field, in the section's item */
    double min, max;      /* numbers; of a text: its shortest and longest */
    const char *unit;     /* "" = none */
    const char *fallback; /* as a file would write it; "" of a number: none */
    const char *help;     /* one clause, at most 120 characters */
    const rh_word_t *words;
} rh_key_t;

/* Which files may hold a section. */
enum {
    RH_FILE_MAIN = 1 << 0,
    RH_FILE_MACHINE = 1 << 1,
    RH_FILE_PROFILE = 1 << 2,
};

/* Section names, for looking one up. */
typedef enum {
    RH_SECTION_DAEMON = 0,
    RH_SECTION_TRAINING,
    RH_SECTION_MACHINE,
    RH_SECTION_LIMITS,
    RH_SECTION_TEST,
    RH_SECTION_BUS,
    RH_SECTION_DEVICE,
    RH_SECTION_QUADRATURE,
    RH_SECTION_HX711,
    RH_SECTION_SIGNAL,
    RH_SECTION_PROFILE,
    RH_SECTION_REGISTER,
    RH_SECTION_BLOCK,
    RH_SECTION_STATUS,
    RH_SECTION_STARTUP,
    RH_SECTION_COUNT
} rh_section_id_t;

#define RH_NO_FIELD SIZE_MAX

/* A section: one item ([limits]) or a list of them ([bus NAME]). Items lie in a
 * rh_draft_t from `offset` on. */
typedef struct {
    const char *name, *help;
    unsigned files;
    bool is_list;
    bool is_numbered; /* [block 0], [block 1] …: in order, without gaps */
    size_t offset, item_size;
    size_t name_offset;  /* in the item, or RH_NO_FIELD */
    size_t count_offset; /* int32_t in the draft, lists only */
    int32_t item_max;
    int key_count;
    const rh_word_t *names; /* lists: only these, or NULL */
    const rh_key_t *keys;
} rh_section_t;

const rh_section_t *rh_section(rh_section_id_t id);
/* NULL: there is none of that name. */
const rh_section_t *rh_section_find(const char *name);
const rh_key_t *rh_key_find(const rh_section_t *section, const char *key);
/* The section's key that is spelt nearest, or NULL where none is near. */
const rh_key_t *rh_key_nearest(const rh_section_t *section, const char *key);
/* The rates that libmodbus knows; ends with 0. */
const int32_t *rh_baud_rates(void);

#endif
