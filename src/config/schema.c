/* SPDX-License-Identifier: Apache-2.0 */
/* The table of keys as JSON Schema, for editors and for the pages' forms. */
#include <errno.h>

#include "config.h"
#include "keys.h"
#include "value.h"

/* The table's own texts: printable ASCII; quotes and backslashes escaped. */
static void put_string(FILE *file, const char *text)
{
    (void)fputc('"', file);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            (void)fputc('\\', file);
        }
        (void)fputc(*text, file);
    }
    (void)fputc('"', file);
}

static void put_field(FILE *file, const char *name, const char *text)
{
    (void)fprintf(file, ", \"%s\": ", name);
    put_string(file, text);
}

static void put_number(FILE *file, const char *name, double value)
{
    char text[RH_VALUE_TEXT];
    rh_value_real(value, text, sizeof(text));
    (void)fprintf(file, ", \"%s\": %s", name, text);
}

static bool is_number(const rh_key_t *key)
{
    return key->type == RH_KEY_INT || key->type == RH_KEY_BITS ||
           key->type == RH_KEY_REAL;
}

static bool is_one_word(const rh_key_t *key)
{
    return key->type == RH_KEY_WORD || key->type == RH_KEY_CHOICE;
}

static void put_words(FILE *file, const rh_word_t *words)
{
    (void)fputs(", \"enum\": [", file);
    for (const rh_word_t *row = words; row->word != NULL; row++) {
        (void)fputs(row == words ? "" : ", ", file);
        put_string(file, row->word);
    }
    (void)fputc(']', file);
}

static void put_default(FILE *file, const rh_key_t *key)
{
    if ((key->flags & RH_KEY_REQUIRED) != 0) {
        return;
    }
    if (is_number(key)) {
        (void)fprintf(file, ", \"default\": %s", key->fallback);
    } else {
        put_field(file, "default", key->fallback);
    }
}

static void put_key(FILE *file, const rh_key_t *key)
{
    const char *type = !is_number(key)            ? "string"
                       : key->type == RH_KEY_REAL ? "number"
                                                  : "integer";
    put_string(file, key->key);
    (void)fprintf(file, ": {\"type\": \"%s\"", type);
    put_field(file, "description", key->help);
    if (is_number(key)) {
        put_number(file, "minimum", key->min);
        put_number(file, "maximum", key->max);
    } else if (is_one_word(key)) {
        put_words(file, key->words);
    } else if (key->max > 0.0 && key->type != RH_KEY_BAUDS) {
        put_number(file, "minLength", key->min);
        put_number(file, "maxLength", key->max);
    }
    if (key->unit[0] != '\0') {
        put_field(file, "unit", key->unit);
    }
    put_default(file, key);
    (void)fprintf(file, ", \"safety\": %s}",
                  (key->flags & RH_KEY_SAFETY) != 0 ? "true" : "false");
}

static void put_required(FILE *file, const rh_section_t *section)
{
    bool first = true;
    (void)fputs(", \"required\": [", file);
    for (int i = 0; i < section->key_count; i++) {
        if ((section->keys[i].flags & RH_KEY_REQUIRED) != 0) {
            (void)fputs(first ? "" : ", ", file);
            put_string(file, section->keys[i].key);
            first = false;
        }
    }
    (void)fputc(']', file);
}

static void put_item(FILE *file, const rh_section_t *section)
{
    (void)fputs("{\"type\": \"object\", \"additionalProperties\": false", file);
    put_field(file, "description", section->help);
    put_required(file, section);
    (void)fputs(", \"properties\": {", file);
    for (int i = 0; i < section->key_count; i++) {
        (void)fputs(i == 0 ? "\n    " : ",\n    ", file);
        put_key(file, &section->keys[i]);
    }
    (void)fputs("}}", file);
}

int rh_config_schema(FILE *file)
{
    rh_locale_t locale;
    rh_locale_enter(&locale);
    (void)fputs("{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
                " \"title\": \"Revhyper configuration\",\n"
                " \"type\": \"object\", \"additionalProperties\": false,\n"
                " \"properties\": {",
                file);
    for (int i = 0; i < RH_SECTION_COUNT; i++) {
        const rh_section_t *section = rh_section(i);
        (void)fputs(i == 0 ? "\n  " : ",\n  ", file);
        put_string(file, section->name);
        (void)fputs(": ", file);
        if (section->is_list) {
            (void)fputs("{\"type\": \"object\", \"additionalProperties\": ", file);
            put_item(file, section);
            (void)fputc('}', file);
        } else {
            put_item(file, section);
        }
    }
    (void)fputs("}}\n", file);
    rh_locale_leave(&locale);
    return fflush(file) == 0 && ferror(file) == 0 ? 0 : -EIO;
}
