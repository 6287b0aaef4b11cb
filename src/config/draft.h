/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration in the form its files have: names instead of indices, and for every
 * section and key the line it came from, so that each refusal can say where. Files are
 * read into a draft, a draft is linked into settings, settings are printed by way of a
 * draft. For the config room alone.
 */
#ifndef RH_CONFIG_DRAFT_H
#define RH_CONFIG_DRAFT_H

#include "keys.h"
#include "rh/settings.h"

#define RH_PARTS_MAX 192
#define RH_FILE_NAME_MAX 512
#define RH_LINE_SET UINT16_MAX /* instead of a line: the command line */
#define RH_WHY_MAX 400

typedef enum {
    RH_SOURCE_MAIN = 0,
    RH_SOURCE_MACHINE,
    RH_SOURCE_PROFILE,
    RH_SOURCE_COUNT
} rh_source_file_t;

typedef struct {
    rh_device_settings_t device;
    char bus[RH_HAL_NAME];
    char profile[RH_HAL_NAME];
} rh_device_draft_t;

typedef struct {
    rh_binding_t binding;
    char name[RH_HAL_NAME];
    char source[RH_PATH_MAX];
} rh_signal_draft_t;

/* A section as it stands in a file. */
typedef struct {
    const rh_section_t *section;
    char name[RH_HAL_NAME]; /* of a list's item */
    int item;
    rh_source_file_t file;
    int line;                       /* 0 = nowhere */
    uint16_t key_line[RH_KEYS_MAX]; /* by the key's place in its section; 0 = not set */
} rh_part_t;

typedef struct {
    rh_settings_t settings; /* without what the two lists below hold */
    char machine_file[RH_PATH_MAX];
    rh_device_draft_t devices[RH_DEVICE_MAX];
    rh_signal_draft_t signals[RH_BINDING_MAX];
    rh_profile_t profile; /* the one being read */
    rh_part_t parts[RH_PARTS_MAX];
    int part_count;
    char files[RH_SOURCE_COUNT][RH_FILE_NAME_MAX];
    char *error; /* the caller's; the first refusal stays */
    size_t error_size;
    bool failed;
} rh_draft_t;

/* Every singleton at its defaults. The error goes to `error`. */
void rh_draft_init(rh_draft_t *draft, char *error, size_t error_size);

/* Where the fields of an item are. */
void *rh_draft_item(rh_draft_t *draft, const rh_section_t *section, int item);
const void *rh_draft_item_const(const rh_draft_t *draft, const rh_section_t *section,
                                int item);
int32_t rh_draft_count(const rh_draft_t *draft, const rh_section_t *section);

/* The section as it was read, or NULL. `name` is NULL for a singleton. */
rh_part_t *rh_draft_part(rh_draft_t *draft, rh_section_id_t id, const char *name);
rh_part_t *rh_draft_part_of(rh_draft_t *draft, rh_section_id_t id, int item);

/* Sets an item's fields to the defaults of their keys. */
void rh_draft_default_item(rh_draft_t *draft, const rh_section_t *section, int item);

/* "FILE:LINE: [section name]" of that key's line; of a long file name the end. */
void rh_draft_where(const rh_draft_t *draft, const rh_part_t *part, const char *key,
                    char *text, size_t size);

/* Refusals. All return -EINVAL; only the first is kept. `key` may be NULL (the whole
 * section); `remedy` may be NULL. */
int rh_draft_refuse(rh_draft_t *draft, const rh_part_t *part, const char *key,
                    const char *remedy, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* The same for a line that belongs to no section. line 0: the whole file. */
int rh_draft_refuse_line(rh_draft_t *draft, rh_source_file_t file, int line,
                         const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The same for a section that no file has. */
int rh_draft_refuse_missing(rh_draft_t *draft, const char *section, const char *remedy,
                            const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
