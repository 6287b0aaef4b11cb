/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bounded writer of JSON into the caller's buffer: no heap, no tree, commas by
 * itself. For every message and answer that leaves the daemon; only the publish room
 * writes with it. A buffer that is too small is noticed at the end, never overrun.
 */
#ifndef RH_JSON_H
#define RH_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    char *text; /* caller's; not terminated until rh_json_end */
    size_t size, used;
    bool is_full; /* something did not fit: the text is worthless */
} rh_json_t;

void rh_json_start(rh_json_t *json, char *buffer, size_t size);

/* Opens or closes an object or a list: one of { [ and } ]. */
void rh_json_open(rh_json_t *json, char bracket);
void rh_json_close(rh_json_t *json, char bracket);

/* A key of this program's own (it is not escaped). One value must follow. */
void rh_json_key(rh_json_t *json, const char *name);

/* Any bytes: escaped, and what is no UTF-8 becomes U+FFFD. NULL becomes null. */
void rh_json_text(rh_json_t *json, const char *text);
void rh_json_i64(rh_json_t *json, int64_t value);
void rh_json_u64(rh_json_t *json, uint64_t value);

/* `decimals` 0..6, rounded half away from zero; not-a-number and infinities are null,
 * and beyond 9e15 thousandths it changes to the exponent form. */
void rh_json_number(rh_json_t *json, double value, int decimals);
void rh_json_flag(rh_json_t *json, bool value);
void rh_json_null(rh_json_t *json);

/* A value, or members of an object, that are JSON already. */
void rh_json_raw(rh_json_t *json, const char *text, size_t length);

/* Ends the text with a NUL. False: it did not fit. */
bool rh_json_end(rh_json_t *json);

#endif
