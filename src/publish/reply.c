/* SPDX-License-Identifier: Apache-2.0 */
/* The two envelopes of an answer. */
#include "reply.h"

#include <stdarg.h>
#include <stdio.h>

#define ROW(id, code, remedy) {code, remedy},
static const struct {
    const char *code, *remedy;
} errors[] = {RH_WIRE_ERRORS(ROW)};

bool rh_refuse(rh_error_t *error, rh_wire_error_t which, const char *format, ...)
{
    va_list arguments;
    error->code = errors[which].code;
    error->remedy = errors[which].remedy;
    va_start(arguments, format);
    (void)vsnprintf(error->message, sizeof(error->message), format, arguments);
    va_end(arguments);
    return false;
}

static void begin(rh_json_t *json, const char *id, bool is_ok)
{
    rh_json_open(json, '{');
    rh_json_key(json, "id");
    rh_json_text(json, *id != '\0' ? id : NULL);
    rh_json_key(json, "ok");
    rh_json_flag(json, is_ok);
}

void rh_reply_begin(rh_json_t *json, const char *id)
{
    begin(json, id, true);
    rh_json_key(json, "result");
}

void rh_reply_end(rh_json_t *json, uint64_t state_seq)
{
    rh_json_key(json, "state_seq");
    rh_json_u64(json, state_seq);
    rh_json_close(json, '}');
}

void rh_reply_error(rh_json_t *json, const char *id, const rh_error_t *error,
                    uint64_t state_seq)
{
    begin(json, id, false);
    rh_json_key(json, "error");
    rh_json_open(json, '{');
    rh_json_key(json, "code");
    rh_json_text(json, error->code);
    rh_json_key(json, "message");
    rh_json_text(json, error->message);
    rh_json_key(json, "remedy");
    rh_json_text(json, error->remedy);
    rh_json_close(json, '}');
    rh_reply_end(json, state_seq);
}
