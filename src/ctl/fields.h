/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a field of a message without asking first whether it is there: messages of
 * another version of the daemon may lack some, and `null` means "not known". For
 * everybody in the console.
 */
#ifndef RH_CTL_FIELDS_H
#define RH_CTL_FIELDS_H

#include <jansson.h>
#include <stdbool.h>

/* Not-a-number where there is no number. */
double rh_number(const json_t *object, const char *key);
/* 0 where there is no number. */
long long rh_count(const json_t *object, const char *key);
/* False where there is no truth value. */
bool rh_flag(const json_t *object, const char *key);
/* The fallback where there is no text; else it lives as long as the object. */
const char *rh_text(const json_t *object, const char *key, const char *fallback);

/* One line of compact JSON on stdout, flushed, for readers at the other end of a pipe.
 */
void rh_json_line(const json_t *value);

#endif
