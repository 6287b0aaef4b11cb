/* SPDX-License-Identifier: Apache-2.0 */
/* `device probe`: reads and prints; see device_probe.h. */
#include "device_probe.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"

#define RESPONSE_MS 100
#define SILENT_MAX 3 /* registers running: nobody is there */

/* ---- one register, as JSON: what is printed comes from it, too ------------------- */

static const char *const result_words[] = {
    [RH_PROBE_GOOD] = "ok",
    [RH_PROBE_SILENT] = "no answer",
    [RH_PROBE_REFUSED] = "refused",
    [RH_PROBE_DAMAGED] = "damaged, or another device's answer",
    [RH_PROBE_DOWN] = "the port is gone",
};

static bool is_status(const rh_profile_t *profile, const rh_register_t *source)
{
    if (strcmp(source->role, "status") == 0) {
        return true;
    }
    for (int i = 0; i < profile->register_count; i++) {
        if (strcmp(profile->registers[i].status_role, source->role) == 0) {
            return true;
        }
    }
    return false;
}

static json_t *meanings(const rh_profile_t *profile, uint32_t word)
{
    json_t *all = json_object();
    for (int i = 0; i < profile->bit_count; i++) {
        const rh_status_bit_t *row = &profile->bits[i];
        json_object_set_new(all, row->meaning, json_boolean(rh_probe_holds(row, word)));
    }
    return all;
}

static void add_numbers(json_t *row, const rh_profile_t *profile,
                        const rh_register_t *source, const rh_probe_reading_t *reading)
{
    json_t *words = json_array();
    for (int i = 0; i < reading->word_count; i++) {
        char text[8];
        (void)snprintf(text, sizeof text, "%04X", (unsigned)reading->words[i]);
        json_array_append_new(words, json_string(text));
    }
    json_object_set_new(row, "words", words);
    json_object_set_new(row, "raw",
                        reading->is_valid ? json_real(reading->raw) : json_null());
    json_object_set_new(row, "value",
                        reading->is_valid ? json_real(reading->value) : json_null());
    if (is_status(profile, source)) {
        json_object_set_new(row, "meanings", meanings(profile, (uint32_t)reading->raw));
    }
}

static json_t *row_of(const rh_profile_t *profile, const rh_register_t *source,
                      const rh_probe_reading_t *reading)
{
    json_t *row = json_pack("{s:s, s:i, s:s, s:s}", "role", source->role, "address",
                            (int)source->address, "unit", source->unit, "result",
                            result_words[reading->result]);
    if (source->assumed) {
        json_object_set_new(row, "assumed", json_true());
    }
    if (reading->result == RH_PROBE_GOOD) {
        add_numbers(row, profile, source, reading);
    } else if (reading->result == RH_PROBE_REFUSED) {
        json_object_set_new(row, "exception", json_integer(reading->exception));
    }
    return row;
}

/* ---- printing ------------------------------------------------------------ */

static void print_words(const json_t *words)
{
    for (size_t i = 0; i < 2; i++) {
        const json_t *word = json_array_get(words, i);
        printf(" %4s", word != NULL ? json_string_value(word) : "");
    }
}

static void print_meanings(const json_t *all)
{
    const char *meaning;
    const json_t *holds;
    const char *separator = "  ";
    json_object_foreach((json_t *)(uintptr_t)all, meaning, holds)
    {
        printf("%s%s: %s", separator, meaning, json_is_true(holds) ? "yes" : "no");
        separator = ", ";
    }
}

static void print_row(const json_t *row)
{
    const char *result = rh_text(row, "result", "?");
    printf("%-18s 0x%04llX ", rh_text(row, "role", "?"),
           (unsigned long long)rh_count(row, "address"));
    if (strcmp(result, "ok") != 0) {
        long long code = rh_count(row, "exception");
        printf(" %s", result);
        printf(code == 2  ? " (exception 2: it has no such register)\n"
               : code > 0 ? " (exception %lld)\n"
                          : "\n",
               code);
        return;
    }
    print_words(json_object_get(row, "words"));
    double value = rh_number(row, "value");
    if (isnan(value)) {
        printf("  no number that fits");
    } else {
        printf("  %12.0f  %14.10g %s", rh_number(row, "raw"), value,
               rh_text(row, "unit", ""));
    }
    print_meanings(json_object_get(row, "meanings"));
    printf("%s",
           rh_flag(row, "assumed") ? "  assumed: hold it against a known load" : "");
    printf("\n");
}

static void print_all(const rh_probe_target_t *target, const json_t *rows, int answered)
{
    char where[RH_PROBE_PATH + 64];
    const rh_profile_t *profile = &target->profile;
    printf("%s (%s) at %s\n%s\n\n%-18s %-7s %-10s %12s  %14s\n", profile->name,
           profile->status, rh_probe_where(target, where, sizeof where),
           profile->source, "role", "wire", " words", "raw", "value");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        print_row(json_array_get(rows, i));
    }
    printf("\n%d of %zu registers answered\n", answered, json_array_size(rows));
}

/* ---- the whole ----------------------------------------------------------- */

static bool is_there(rh_probe_result_t result)
{
    return result == RH_PROBE_GOOD || result == RH_PROBE_REFUSED;
}

static int nobody(const rh_probe_target_t *target, rh_probe_result_t result,
                  rh_problem_t *problem)
{
    char where[RH_PROBE_PATH + 64];
    return rh_problem_set(
        problem, RH_EXIT_UNREACHED, "timeout",
        "check power, A and B, slave number and rate; --scan tries numbers and rates",
        result == RH_PROBE_DAMAGED ? "only damaged answers from %s: another rate, or "
                                     "two devices with one number"
                                   : "nothing answers at %s",
        rh_probe_where(target, where, sizeof where));
}

/* Reads all of it; the rows, or NULL with the problem where nobody is there. */
static json_t *read_all(const rh_probe_target_t *target, rh_probe_t *probe, int *good,
                        rh_problem_t *problem)
{
    const rh_profile_t *profile = &target->profile;
    json_t *rows = json_array();
    int silent = 0;
    bool was_heard = false;
    for (int i = 0; i < profile->register_count; i++) {
        rh_probe_reading_t reading;
        rh_probe_read(probe, profile, target->slave, &profile->registers[i], &reading);
        was_heard = was_heard || is_there(reading.result);
        silent = is_there(reading.result) ? 0 : silent + 1;
        bool is_last = i == profile->register_count - 1;
        if (!was_heard && (silent == SILENT_MAX || is_last)) {
            (void)nobody(target, reading.result, problem);
            json_decref(rows);
            return NULL;
        }
        *good += reading.result == RH_PROBE_GOOD;
        json_array_append_new(rows, row_of(profile, &profile->registers[i], &reading));
    }
    return rows;
}

static void add_found(json_t *result, const rh_probe_target_t *target)
{
    if (!target->scans) {
        return;
    }
    json_t *found = json_array();
    for (int i = 0; i < target->found_count; i++) {
        json_array_append_new(found, json_integer(target->found[i]));
    }
    json_object_set_new(result, "found", found);
}

static int probe_target(const rh_call_t *call, const rh_probe_target_t *target,
                        rh_problem_t *problem)
{
    rh_probe_t *probe = NULL;
    int good = 0;
    int code = rh_probe_connect(target, RESPONSE_MS, &probe, problem);
    if (code != 0) {
        return code;
    }
    json_t *rows = read_all(target, probe, &good, problem);
    rh_probe_close(probe);
    if (rows == NULL) {
        return problem->exit;
    }
    bool is_whole = good == (int)json_array_size(rows);
    if (call->options->json) {
        char where[RH_PROBE_PATH + 64];
        json_t *all =
            json_pack("{s:b, s:{s:s, s:s, s:s, s:i, s:O}}", "ok", is_whole, "result",
                      "profile", target->profile.name, "status", target->profile.status,
                      "where", rh_probe_where(target, where, sizeof where), "answered",
                      good, "registers", rows);
        add_found(json_object_get(all, "result"), target);
        rh_json_line(all);
        json_decref(all);
    } else {
        print_all(target, rows, good);
    }
    json_decref(rows);
    return is_whole ? RH_EXIT_OK : RH_EXIT_ERROR;
}

int rh_device_probe_run(const rh_call_t *call, rh_problem_t *problem)
{
    rh_probe_target_t *target = calloc(1, sizeof *target);
    if (target == NULL) {
        return rh_problem_set(problem, RH_EXIT_ERROR, "error", "", "no memory");
    }
    int code = rh_probe_target(call, target, problem);
    if (code == 0 && target->scans) {
        code = rh_probe_scan(target, problem);
    }
    if (code == 0) {
        code = probe_target(call, target, problem);
    }
    free(target);
    return code;
}
