/* SPDX-License-Identifier: Apache-2.0 */
/* Files into a draft, line by line, by the table of keys. */
#include "read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "value.h"

#define FILE_MAX ((size_t)256 * 1024)
#define LIST_TEXT 350
#define KEYS_TEXT 350

typedef struct {
    rh_draft_t *draft;
    rh_source_file_t source;
    unsigned files;
    rh_part_t *part; /* the section that is open */
} context_t;

/* ---- sections -------------------------------------------------------------------- */

static const char *home_of(const rh_section_t *section)
{
    return (section->files & RH_FILE_MAIN) != 0      ? "the main file (revhyper.conf)"
           : (section->files & RH_FILE_MACHINE) != 0 ? "the machine file"
                                                     : "a device's profile";
}

static bool is_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    size_t length = strlen(name);
    return length > 0 && length < RH_HAL_NAME && strspn(name, letters) == length;
}

static bool is_listed(const rh_word_t *names, const char *name)
{
    for (const rh_word_t *row = names; row->word != NULL; row++) {
        if (strcmp(row->word, name) == 0) {
            return true;
        }
    }
    return false;
}

static void list_words(const rh_word_t *words, char *text, size_t size)
{
    size_t used = 0;
    for (const rh_word_t *row = words; row->word != NULL && used < size; row++) {
        used += (size_t)snprintf(text + used, size - used, "%s%s",
                                 row == words ? "" : ", ", row->word);
    }
}

static int check_name(context_t *context, const rh_section_t *section, const char *name,
                      int line)
{
    rh_draft_t *draft = context->draft;
    int32_t count = rh_draft_count(draft, section);
    char list[LIST_TEXT];
    if (!section->is_list) {
        return name[0] == '\0' ? 0
                               : rh_draft_refuse_line(
                                     draft, context->source, line,
                                     "[%s %s]: there is one [%s] and it has no name",
                                     section->name, name, section->name);
    }
    if (!is_name(name)) {
        return rh_draft_refuse_line(
            draft, context->source, line,
            "[%s %s]: write [%s NAME], a name of letters, digits, _ and -",
            section->name, name, section->name);
    }
    if (section->names != NULL && !is_listed(section->names, name)) {
        list_words(section->names, list, sizeof(list));
        return rh_draft_refuse_line(draft, context->source, line,
                                    "[%s %s]: unknown name; permitted: %s",
                                    section->name, name, list);
    }
    char number[16];
    (void)snprintf(number, sizeof(number), "%d", count);
    if (section->is_numbered && strcmp(name, number) != 0) {
        return rh_draft_refuse_line(
            draft, context->source, line,
            "[%s %s]: they are numbered 0, 1, 2 in order, this one is [%s %s]",
            section->name, name, section->name, number);
    }
    return count < section->item_max
               ? 0
               : rh_draft_refuse_line(draft, context->source, line,
                                      "[%s %s]: at most %d of them", section->name,
                                      name, section->item_max);
}

static int check_once(context_t *context, const rh_section_t *section, const char *name,
                      int line)
{
    for (int i = 0; i < context->draft->part_count; i++) {
        const rh_part_t *part = &context->draft->parts[i];
        if (part->section == section && strcmp(part->name, name) == 0) {
            return rh_draft_refuse_line(
                context->draft, context->source, line,
                "[%s%s%s] stands twice, first at line %d; join them", section->name,
                name[0] != '\0' ? " " : "", name, part->line);
        }
    }
    return 0;
}

/* A new item at its defaults, and the part that remembers where it is from. */
static rh_part_t *add_part(context_t *context, const rh_section_t *section,
                           const char *name, int line)
{
    rh_draft_t *draft = context->draft;
    if (draft->part_count == RH_PARTS_MAX) {
        (void)rh_draft_refuse_line(draft, context->source, line, "too many sections");
        return NULL;
    }
    rh_part_t *part = &draft->parts[draft->part_count++];
    memset(part, 0, sizeof(*part));
    part->section = section;
    part->file = context->source;
    part->line = line;
    memcpy(part->name, name, strnlen(name, sizeof(part->name) - 1));
    if (!section->is_list) {
        return part;
    }
    int32_t count = rh_draft_count(draft, section);
    part->item = count++;
    memcpy((char *)draft + section->count_offset, &count, sizeof(count));
    rh_draft_default_item(draft, section, part->item);
    if (section->name_offset != RH_NO_FIELD) {
        char *field = (char *)rh_draft_item(draft, section, part->item);
        memcpy(field + section->name_offset, part->name, sizeof(part->name));
    }
    return part;
}

static int begin_section(void *opaque, const char *text, int line)
{
    context_t *context = opaque;
    char word[RH_LINE_MAX + 1] = "";
    size_t length = strcspn(text, " \t");
    memcpy(word, text, length);
    const char *name = text + length + strspn(text + length, " \t");
    const rh_section_t *section = rh_section_find(word);
    if (section == NULL) {
        return rh_draft_refuse_line(context->draft, context->source, line,
                                    "[%s]: unknown section", text);
    }
    if ((section->files & context->files) == 0) {
        return rh_draft_refuse_line(context->draft, context->source, line,
                                    "[%s]: belongs in %s", text, home_of(section));
    }
    if (check_name(context, section, name, line) != 0 ||
        check_once(context, section, name, line) != 0) {
        return -EINVAL;
    }
    context->part = add_part(context, section, name, line);
    return context->part != NULL ? 0 : -EINVAL;
}

/* ---- keys ------------------------------------------------------------------------ */

/* Long lists help nobody: --print-config shows them with their meaning. */
static void list_keys(const rh_section_t *section, char *text, size_t size)
{
    size_t used = 0;
    for (int i = 0; i < section->key_count && used < size; i++) {
        used += (size_t)snprintf(text + used, size - used, "%s%s", i > 0 ? ", " : "",
                                 section->keys[i].key);
    }
    if (used >= size) {
        (void)snprintf(text, size, "what --print-config shows");
    }
}

static int refuse_unknown(rh_draft_t *draft, const rh_part_t *part, const char *name,
                          int line)
{
    const rh_key_t *nearest = rh_key_nearest(part->section, name);
    char keys[KEYS_TEXT];
    list_keys(part->section, keys, sizeof(keys));
    rh_part_t here = *part;
    here.line = line;
    return rh_draft_refuse(draft, &here, name, NULL,
                           nearest != NULL ? "unknown key; did you mean %s?"
                                           : "unknown key; permitted: %s",
                           nearest != NULL ? nearest->key : keys);
}

/* `line` may be RH_LINE_SET, which may say a key again. */
static int set_key(rh_draft_t *draft, rh_part_t *part, const char *name,
                   const char *value, int line)
{
    const rh_key_t *key = rh_key_find(part->section, name);
    if (key == NULL) {
        return refuse_unknown(draft, part, name, line);
    }
    uint16_t *seen = &part->key_line[key - part->section->keys];
    uint16_t former = *seen;
    *seen = (uint16_t)(line < RH_LINE_SET ? line : RH_LINE_SET);
    if (former != 0 && line != RH_LINE_SET) {
        return rh_draft_refuse(draft, part, name, "keep one of them",
                               "stands twice, first at line %u", (unsigned)former);
    }
    char why[RH_WHY_MAX] = "";
    void *item = rh_draft_item(draft, part->section, part->item);
    return rh_value_read(key, item, value, why, sizeof(why))
               ? 0
               : rh_draft_refuse(draft, part, name, key->help, "%s", why);
}

static int take_key(void *opaque, const char *key, const char *value, int line)
{
    context_t *context = opaque;
    if (context->part == NULL) {
        return rh_draft_refuse_line(context->draft, context->source, line,
                                    "%s: stands before the first [section]", key);
    }
    return set_key(context->draft, context->part, key, value, line);
}

/* ---- files ----------------------------------------------------------------------- */

int rh_read_text(rh_draft_t *draft, rh_source_file_t source, const char *text,
                 size_t size, unsigned files)
{
    context_t context = {draft, source, files, NULL};
    const rh_line_sink_t sink = {begin_section, take_key, &context};
    return rh_lines_read(draft, source, text, size, &sink);
}

static int refuse_file(rh_draft_t *draft, rh_source_file_t source, int number)
{
    const char *why = rh_read_why(number);
    const rh_part_t *daemon = rh_draft_part(draft, RH_SECTION_DAEMON, NULL);
    if (source == RH_SOURCE_MACHINE && daemon != NULL) {
        int key =
            (int)(rh_key_find(daemon->section, "machine") - daemon->section->keys);
        (void)rh_draft_refuse_line(draft, daemon->file, daemon->key_line[key],
                                   "[daemon] machine: %s cannot be read: %s; correct "
                                   "the name, or make that file",
                                   draft->files[source], why);
    } else {
        (void)rh_draft_refuse_line(
            draft, source, 0, "cannot be read: %s%s", why,
            source == RH_SOURCE_MAIN ? "; name another with --config" : "");
    }
    return -number;
}

static int read_stream(rh_draft_t *draft, rh_source_file_t source, FILE *file,
                       unsigned files)
{
    char *text = malloc(FILE_MAX);
    if (text == NULL) {
        return refuse_file(draft, source, ENOMEM);
    }
    size_t size = fread(text, 1, FILE_MAX, file);
    int status = 0;
    if (ferror(file) != 0) {
        status = refuse_file(draft, source, errno);
    } else if (size == FILE_MAX) {
        status = refuse_file(draft, source, EFBIG);
    } else {
        status = rh_read_text(draft, source, text, size, files);
    }
    free(text);
    return status;
}

int rh_read_file(rh_draft_t *draft, rh_source_file_t source, const char *path,
                 unsigned files)
{
    (void)snprintf(draft->files[source], RH_FILE_NAME_MAX, "%s", path);
    int number = 0;
    FILE *file = rh_read_open(path, &number);
    if (file == NULL) {
        return refuse_file(draft, source, number);
    }
    int status = read_stream(draft, source, file, files);
    (void)fclose(file);
    return status;
}

int rh_read_join(const char *file, const char *path, char *joined, size_t size)
{
    const char *slash = strrchr(file, '/');
    int folder = path[0] == '/' || slash == NULL ? 0 : (int)(slash - file) + 1;
    int length = snprintf(joined, size, "%.*s%s", folder, file, path);
    return length >= 0 && (size_t)length < size ? 0 : -ENAMETOOLONG;
}

/* ---- the command line ------------------------------------------------------------ */

static int refuse_set(rh_draft_t *draft, const char *name, const char *what)
{
    return rh_draft_refuse_line(draft, RH_SOURCE_MAIN, RH_LINE_SET, "%s: %s", name,
                                what);
}

/* "bus drive" → the part; sections without a name may be new. */
static rh_part_t *part_to_set(rh_draft_t *draft, const rh_section_t *section,
                              const char *name)
{
    for (int i = 0; i < draft->part_count; i++) {
        rh_part_t *part = &draft->parts[i];
        if (part->section == section && strcmp(part->name, name) == 0) {
            return part;
        }
    }
    context_t context = {draft, RH_SOURCE_MAIN, RH_FILE_MAIN, NULL};
    return section->is_list ? NULL : add_part(&context, section, name, RH_LINE_SET);
}

int rh_read_set(rh_draft_t *draft, const char *name, const char *value, unsigned files)
{
    char text[RH_LINE_MAX + 1] = "";
    const char *point = strrchr(name, '.');
    if (point == NULL || point == name || (size_t)(point - name) > RH_LINE_MAX) {
        return refuse_set(draft, name, "write section.key or \"bus NAME.key\"");
    }
    memcpy(text, name, (size_t)(point - name));
    char *space = strchr(text, ' ');
    if (space != NULL) {
        *space = '\0';
    }
    const rh_section_t *section = rh_section_find(text);
    if (section == NULL || section->files == RH_FILE_PROFILE) {
        return refuse_set(draft, name, "no such section can be set");
    }
    if ((section->files & files) == 0) {
        return 0;
    }
    rh_part_t *part = part_to_set(draft, section, space != NULL ? space + 1 : "");
    if (part == NULL) {
        return refuse_set(draft, name, "no file has this section");
    }
    return set_key(draft, part, point + 1, value, RH_LINE_SET);
}

/* ---- afterwards ------------------------------------------------------------------ */

int rh_read_check_required(rh_draft_t *draft, int first)
{
    for (int i = first; i < draft->part_count; i++) {
        const rh_part_t *part = &draft->parts[i];
        for (int k = 0; k < part->section->key_count; k++) {
            const rh_key_t *key = &part->section->keys[k];
            if ((key->flags & RH_KEY_REQUIRED) != 0 && part->key_line[k] == 0) {
                return rh_draft_refuse(draft, part, key->key, key->help, "is missing");
            }
        }
    }
    return 0;
}
