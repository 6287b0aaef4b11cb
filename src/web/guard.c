/* SPDX-License-Identifier: Apache-2.0 */
/* Host and Origin, compared name by name. */
#include "guard.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define NAME_MAX_BYTES 254 /* of a DNS name, and its end */

static const char *const schemes[] = {"http://", "https://"};

static bool is_port(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    return digits >= 1 && digits <= 5 && text[digits] == '\0';
}

/* Takes "name", "name:port", "[v6]" and "[v6]:port" apart; false for anything else. */
static bool split_name(const char *authority, char *name, size_t size)
{
    bool is_v6 = authority[0] == '[';
    const char *start = authority + is_v6;
    size_t length = strcspn(start, is_v6 ? "]" : ":");
    const char *rest = start + length;
    if (length == 0 || length >= size || (is_v6 && *rest++ != ']')) {
        return false;
    }
    if (*rest != '\0' && !(*rest == ':' && is_port(rest + 1))) {
        return false;
    }
    (void)snprintf(name, size, "%.*s", (int)length, start);
    return true;
}

bool rh_guard_is_loopback(const char *address)
{
    struct in_addr v4;
    struct in6_addr v6;
    if (inet_pton(AF_INET, address, &v4) == 1) {
        return (ntohl(v4.s_addr) >> 24) == 127;
    }
    if (inet_pton(AF_INET6, address, &v6) == 1) {
        return IN6_IS_ADDR_LOOPBACK(&v6);
    }
    return strcasecmp(address, "localhost") == 0;
}

bool rh_guard_host(const rh_guard_t *guard, const char *host)
{
    char name[NAME_MAX_BYTES];
    if (host == NULL || !split_name(host, name, sizeof(name))) {
        return false;
    }
    if (rh_guard_is_loopback(name)) {
        return true;
    }
    for (size_t i = 0; i < guard->count; i++) {
        if (strcasecmp(name, guard->names[i]) == 0) {
            return true;
        }
    }
    return false;
}

bool rh_guard_origin(const rh_guard_t *guard, const char *origin, const char *host)
{
    if (origin == NULL) {
        return true;
    }
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        size_t length = strlen(schemes[i]);
        if (strncmp(origin, schemes[i], length) == 0) {
            return rh_guard_host(guard, host) && strcasecmp(origin + length, host) == 0;
        }
    }
    return false;
}
