/* SPDX-License-Identifier: Apache-2.0 */
/* One value by its row of the table: a small writer per type of field. */
#include "fields.h"

#include <string.h>

#include "names.h"

#define READ(type, from)                                                               \
    type value;                                                                        \
    memcpy(&value, from, sizeof(value))

typedef void writer_t(rh_json_t *json, const rh_field_t *field, const char *from);

static void write_number(rh_json_t *json, const rh_field_t *field, const char *from)
{
    READ(double, from);
    rh_json_number(json, value, field->decimals);
}

static void write_milli(rh_json_t *json, const rh_field_t *field, const char *from)
{
    READ(int32_t, from);
    rh_json_number(json, value / 1000.0, field->decimals);
}

static void write_flag(rh_json_t *json, const rh_field_t *field, const char *from)
{
    (void)field;
    READ(bool, from);
    rh_json_flag(json, value);
}

static void write_flag32(rh_json_t *json, const rh_field_t *field, const char *from)
{
    (void)field;
    READ(int32_t, from);
    rh_json_flag(json, value != 0);
}

static void write_i32(rh_json_t *json, const rh_field_t *field, const char *from)
{
    (void)field;
    READ(int32_t, from);
    rh_json_i64(json, value);
}

static void write_u32(rh_json_t *json, const rh_field_t *field, const char *from)
{
    (void)field;
    READ(uint32_t, from);
    rh_json_u64(json, value);
}

static void write_i64(rh_json_t *json, const rh_field_t *field, const char *from)
{
    (void)field;
    READ(int64_t, from);
    rh_json_i64(json, value);
}

static void write_u64(rh_json_t *json, const rh_field_t *field, const char *from)
{
    (void)field;
    READ(uint64_t, from);
    rh_json_u64(json, value);
}

static void write_word(rh_json_t *json, const rh_field_t *field, const char *from)
{
    READ(uint32_t, from);
    rh_json_text(json, field->word(value));
}

static void write_words(rh_json_t *json, const rh_field_t *field, const char *from)
{
    READ(uint32_t, from);
    rh_json_open(json, '[');
    for (uint32_t i = 0; i < field->words && i < 32; i++) {
        if ((value >> i & 1u) != 0) {
            rh_json_text(json, field->word(i));
        }
    }
    rh_json_close(json, ']');
}

static void write_faults(rh_json_t *json, const rh_field_t *field, const char *from)
{
    (void)field;
    uint32_t bits[2];
    memcpy(bits, from, sizeof(bits));
    rh_json_open(json, '[');
    for (uint32_t i = 1; i < RH_FAULT_COUNT; i++) {
        if ((bits[i / 32] >> (i % 32) & 1u) != 0) {
            rh_json_text(json, rh_name_fault(i)->id);
        }
    }
    rh_json_close(json, ']');
}

static void write_text(rh_json_t *json, const rh_field_t *field, const char *from)
{
    (void)field;
    rh_json_text(json, from);
}

static void write_maybe_text(rh_json_t *json, const rh_field_t *field, const char *from)
{
    (void)field;
    rh_json_text(json, *from != '\0' ? from : NULL);
}

static void write_string(rh_json_t *json, const rh_field_t *field, const char *from)
{
    (void)field;
    READ(const char *, from);
    rh_json_text(json, value);
}

static void write_object(rh_json_t *json, const rh_field_t *field, const char *from)
{
    rh_json_open(json, '{');
    rh_fields_write(json, field->inner, 0, from);
    rh_json_close(json, '}');
}

static void write_list(rh_json_t *json, const rh_field_t *field, const char *from)
{
    READ(int32_t, from - field->offset + field->count_offset);
    rh_json_open(json, '[');
    for (int32_t i = 0; i < value && i < field->count_max; i++) {
        write_object(json, field, from + (size_t)i * field->stride);
    }
    rh_json_close(json, ']');
}

static writer_t *const writers[] = {
    [RH_FIELD_NUMBER] = write_number,
    [RH_FIELD_MILLI] = write_milli,
    [RH_FIELD_FLAG] = write_flag,
    [RH_FIELD_FLAG32] = write_flag32,
    [RH_FIELD_I32] = write_i32,
    [RH_FIELD_U32] = write_u32,
    [RH_FIELD_I64] = write_i64,
    [RH_FIELD_U64] = write_u64,
    [RH_FIELD_WORD] = write_word,
    [RH_FIELD_WORDS] = write_words,
    [RH_FIELD_FAULTS] = write_faults,
    [RH_FIELD_TEXT] = write_text,
    [RH_FIELD_MAYBE_TEXT] = write_maybe_text,
    [RH_FIELD_STRING] = write_string,
    [RH_FIELD_OBJECT] = write_object,
    [RH_FIELD_LIST] = write_list,
};

void rh_fields_write(rh_json_t *json, const rh_fields_t *fields, size_t first,
                     const void *data)
{
    const char *base = data;
    for (size_t i = first; i < fields->count; i++) {
        const rh_field_t *field = &fields->field[i];
        rh_json_key(json, field->name);
        writers[field->type](json, field, base + field->offset);
    }
}
