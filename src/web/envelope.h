/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads what the hub must know of a message: which topic, which start of the daemon,
 * which number, and the one or two keys by which it is kept. Everything else passes
 * through unread and unchanged.
 */
#ifndef RH_WEB_ENVELOPE_H
#define RH_WEB_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rh/wire.h"

#define RH_ENVELOPE_TEXT 64

typedef struct {
    rh_topic_t topic;
    char boot[RH_ENVELOPE_TEXT];
    int64_t seq;
    bool is_snap;
    char key[RH_ENVELOPE_TEXT]; /* a rep's id, a fault's name; else empty */
    bool is_open;               /* of a fault */
} rh_envelope_t;

/* False for anything but one line of a JSON object under rh/1/<machine>/<known name>.
 */
bool rh_envelope_read(const char *address, const char *body, size_t length,
                      rh_envelope_t *envelope);

/* Writes `body` with "snap":true to `out`, which holds length + 1 bytes at least; gives
 * the new length. The text is otherwise kept as it came, to the last digit. */
size_t rh_envelope_mark_snap(const char *body, size_t length, char *out);

#endif
