/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the JSON Schema (2020-12) of every topic, made from the tables that the
 * messages are written by: `publish_schema_print DIR` makes DIR/<topic>.schema.json.
 * docs/schema holds its output; a test compares the two.
 */
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "fields.h"
#include "names.h"

static json_t *schema_of_object(const rh_fields_t *fields);

static json_t *text_list(const rh_field_t *field)
{
    json_t *words = json_array();
    for (uint32_t i = 0; i < field->words; i++) {
        (void)json_array_append_new(words, json_string(field->word(i)));
    }
    return words;
}

static json_t *fault_ids(void)
{
    json_t *ids = json_array();
    for (uint32_t i = 1; i < RH_FAULT_COUNT; i++) {
        (void)json_array_append_new(ids, json_string(rh_name_fault(i)->id));
    }
    return ids;
}

static json_t *enum_of(json_t *words)
{
    return json_pack("{s:s,s:o}", "type", "string", "enum", words);
}

static json_t *array_of(json_t *items)
{
    return json_pack("{s:s,s:o}", "type", "array", "items", items);
}

static json_t *whole_from(json_int_t least)
{
    return json_pack("{s:s,s:I}", "type", "integer", "minimum", least);
}

static json_t *schema_of(const rh_field_t *field)
{
    switch (field->type) {
    case RH_FIELD_NUMBER:
        return json_pack("{s:[s,s]}", "type", "number", "null");
    case RH_FIELD_MILLI:
        return json_pack("{s:s}", "type", "number");
    case RH_FIELD_FLAG:
    case RH_FIELD_FLAG32:
        return json_pack("{s:s}", "type", "boolean");
    case RH_FIELD_I32:
    case RH_FIELD_I64:
        return json_pack("{s:s}", "type", "integer");
    case RH_FIELD_U32:
    case RH_FIELD_U64:
        return whole_from(0);
    case RH_FIELD_WORD:
        return enum_of(text_list(field));
    case RH_FIELD_WORDS:
        return array_of(enum_of(text_list(field)));
    case RH_FIELD_FAULTS:
        return array_of(enum_of(fault_ids()));
    case RH_FIELD_MAYBE_TEXT:
        return json_pack("{s:[s,s]}", "type", "string", "null");
    case RH_FIELD_OBJECT:
        return schema_of_object(field->inner);
    case RH_FIELD_LIST:
        return array_of(schema_of_object(field->inner));
    default:
        return json_pack("{s:s}", "type", "string");
    }
}

static void describe(json_t *schema, const rh_field_t *field)
{
    bool has_unit = field->unit != NULL && field->unit[0] != '\0';
    if (field->help != NULL || has_unit) {
        (void)json_object_set_new(
            schema, "description",
            json_sprintf("%s%s%s", field->help != NULL ? field->help : "",
                         field->help != NULL && has_unit ? "; " : "",
                         has_unit ? field->unit : ""));
    }
}

static void add_fields(json_t *properties, json_t *required, const rh_fields_t *fields)
{
    for (size_t i = 0; i < fields->count; i++) {
        const rh_field_t *field = &fields->field[i];
        json_t *schema = schema_of(field);
        describe(schema, field);
        (void)json_object_set_new(properties, field->name, schema);
        if (required != NULL) {
            (void)json_array_append_new(required, json_string(field->name));
        }
    }
}

static json_t *schema_of_object(const rh_fields_t *fields)
{
    json_t *properties = json_object();
    json_t *required = json_array();
    add_fields(properties, required, fields);
    return json_pack("{s:s,s:o,s:o}", "type", "object", "required", required,
                     "properties", properties);
}

/* `event`: which further keys there are, and what they mean, depends on its word. */
static json_t *schema_of_notes(void)
{
    json_t *cases = json_array();
    for (uint32_t i = 0; i < RH_NOTE_COUNT; i++) {
        json_t *then = schema_of_object(&rh_note_fields[i]);
        (void)json_array_append_new(cases, json_pack("{s:{s:{s:{s:s}}},s:o}", "if",
                                                     "properties", "event", "const",
                                                     rh_name_note(i), "then", then));
    }
    return cases;
}

static json_t *schema_of_topic(uint32_t topic)
{
    json_t *properties = json_object();
    json_t *required = json_array();
    add_fields(properties, required, &rh_head_fields);
    (void)json_object_set_new(properties, "v",
                              json_pack("{s:i}", "const", RH_WIRE_VERSION));
    (void)json_object_set_new(
        properties, "utc",
        json_pack(
            "{s:s,s:s}", "type", "string", "pattern",
            "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$"));
    (void)json_object_set_new(properties, "seq", whole_from(1));
    add_fields(properties, required, &rh_topic_fields[topic]);
    json_t *schema = json_pack(
        "{s:s,s:o,s:o,s:s,s:o,s:o}", "$schema",
        "https://json-schema.org/draft/2020-12/schema", "$id",
        json_sprintf("urn:revhyper:wire:%d:%s", RH_WIRE_VERSION, rh_name_topic(topic)),
        "title",
        json_sprintf("Topic rh/%d/<machine>/%s", RH_WIRE_VERSION, rh_name_topic(topic)),
        "type", "object", "required", required, "properties", properties);
    if (topic == RH_TOPIC_EVENT) {
        (void)json_object_set_new(schema, "allOf", schema_of_notes());
    }
    return schema;
}

int main(int count, char **arguments)
{
    if (count != 2) {
        (void)fprintf(stderr, "usage: publish_schema_print DIR\n");
        return 2;
    }
    for (uint32_t i = 0; i < RH_TOPIC_COUNT; i++) {
        char path[512];
        (void)snprintf(path, sizeof(path), "%s/%s.schema.json", arguments[1],
                       rh_name_topic(i));
        FILE *file = fopen(path, "w");
        json_t *schema = schema_of_topic(i);
        if (file == NULL || json_dumpf(schema, file, JSON_INDENT(2)) != 0 ||
            fputc('\n', file) == EOF || fclose(file) != 0) {
            (void)fprintf(stderr, "cannot write %s\n", path);
            return 1;
        }
        json_decref(schema);
    }
    return 0;
}
