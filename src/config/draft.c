/* SPDX-License-Identifier: Apache-2.0 */
/* The draft: finding items and parts, defaults, and the wording of refusals. */
#include "draft.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "value.h"

#define PLACE_MAX (RH_FILE_NAME_MAX + 64)

void *rh_draft_item(rh_draft_t *draft, const rh_section_t *section, int item)
{
    return (char *)draft + section->offset + section->item_size * (size_t)item;
}

const void *rh_draft_item_const(const rh_draft_t *draft, const rh_section_t *section,
                                int item)
{
    return (const char *)draft + section->offset + section->item_size * (size_t)item;
}

int32_t rh_draft_count(const rh_draft_t *draft, const rh_section_t *section)
{
    if (!section->is_list) {
        return 1;
    }
    int32_t count = 0;
    memcpy(&count, (const char *)draft + section->count_offset, sizeof(count));
    return count;
}

rh_part_t *rh_draft_part(rh_draft_t *draft, rh_section_id_t id, const char *name)
{
    for (int i = 0; i < draft->part_count; i++) {
        rh_part_t *part = &draft->parts[i];
        if (part->section == rh_section(id) &&
            (name == NULL || strcmp(part->name, name) == 0)) {
            return part;
        }
    }
    return NULL;
}

rh_part_t *rh_draft_part_of(rh_draft_t *draft, rh_section_id_t id, int item)
{
    for (int i = 0; i < draft->part_count; i++) {
        rh_part_t *part = &draft->parts[i];
        if (part->section == rh_section(id) && part->item == item) {
            return part;
        }
    }
    return NULL;
}

void rh_draft_default_item(rh_draft_t *draft, const rh_section_t *section, int item)
{
    char why[RH_WHY_MAX];
    for (int i = 0; i < section->key_count; i++) {
        const rh_key_t *key = &section->keys[i];
        if (key->fallback[0] != '\0') {
            (void)rh_value_read(key, rh_draft_item(draft, section, item), key->fallback,
                                why, sizeof(why));
        }
    }
}

void rh_draft_init(rh_draft_t *draft, char *error, size_t error_size)
{
    memset(draft, 0, sizeof(*draft));
    draft->error = error;
    draft->error_size = error_size;
    for (int i = 0; i < RH_SECTION_COUNT; i++) {
        if (!rh_section(i)->is_list) {
            rh_draft_default_item(draft, rh_section(i), 0);
        }
    }
}

/* ---- refusals -------------------------------------------------------------------- */

static int line_of(const rh_part_t *part, const rh_key_t *key)
{
    int line = key != NULL ? part->key_line[key - part->section->keys] : 0;
    return line != 0 ? line : part->line;
}

static void place_of(const rh_draft_t *draft, rh_source_file_t file, int line,
                     char *text, size_t size)
{
    if (line == RH_LINE_SET) {
        (void)snprintf(text, size, "--set");
    } else if (line == 0) {
        (void)snprintf(text, size, "%s", draft->files[file]);
    } else {
        (void)snprintf(text, size, "%s:%d", draft->files[file], line);
    }
}

void rh_draft_where(const rh_draft_t *draft, const rh_part_t *part, const char *key,
                    char *text, size_t size)
{
    char place[PLACE_MAX];
    char section[2 * RH_HAL_NAME];
    place_of(draft, part->file, line_of(part, rh_key_find(part->section, key)), place,
             sizeof(place));
    int tail = snprintf(section, sizeof(section), ": [%.30s %.30s]",
                        part->section->name, part->name);
    size_t room = size - (size_t)tail - 1;
    size_t length = strlen(place);
    (void)snprintf(text, size, "%s%s", place + (length > room ? length - room : 0),
                   section);
}

static bool is_first(rh_draft_t *draft)
{
    bool first = !draft->failed;
    draft->failed = true;
    return first && draft->error_size > 0;
}

int rh_draft_refuse(rh_draft_t *draft, const rh_part_t *part, const char *key_name,
                    const char *remedy, const char *format, ...)
{
    if (!is_first(draft)) {
        return -EINVAL;
    }
    const rh_key_t *key =
        key_name != NULL ? rh_key_find(part->section, key_name) : NULL;
    char place[PLACE_MAX];
    char reason[RH_WHY_MAX];
    char range[RH_VALUE_TEXT] = "";
    place_of(draft, part->file, line_of(part, key), place, sizeof(place));
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(reason, sizeof(reason), format, arguments);
    va_end(arguments);
    if (key != NULL) {
        rh_value_range(key, range, sizeof(range));
    }
    (void)snprintf(draft->error, draft->error_size, "%s: [%s%s%s]%s%s: %s%s%s%s%s",
                   place, part->section->name, part->name[0] != '\0' ? " " : "",
                   part->name, key_name != NULL ? " " : "",
                   key_name != NULL ? key_name : "", reason,
                   range[0] != '\0' ? "; permitted: " : "", range,
                   remedy != NULL ? "; " : "", remedy != NULL ? remedy : "");
    return -EINVAL;
}

int rh_draft_refuse_line(rh_draft_t *draft, rh_source_file_t file, int line,
                         const char *format, ...)
{
    if (!is_first(draft)) {
        return -EINVAL;
    }
    char place[PLACE_MAX];
    char reason[RH_WHY_MAX];
    place_of(draft, file, line, place, sizeof(place));
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(reason, sizeof(reason), format, arguments);
    va_end(arguments);
    (void)snprintf(draft->error, draft->error_size, "%s: %s", place, reason);
    return -EINVAL;
}

int rh_draft_refuse_missing(rh_draft_t *draft, const char *section, const char *remedy,
                            const char *format, ...)
{
    if (!is_first(draft)) {
        return -EINVAL;
    }
    rh_source_file_t file =
        draft->files[RH_SOURCE_MACHINE][0] != '\0' ? RH_SOURCE_MACHINE : RH_SOURCE_MAIN;
    char reason[RH_WHY_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(reason, sizeof(reason), format, arguments);
    va_end(arguments);
    (void)snprintf(draft->error, draft->error_size, "%s: [%s]: %s; %s",
                   draft->files[file], section, reason, remedy);
    return -EINVAL;
}
