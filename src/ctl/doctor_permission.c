/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the running daemon may take the priority that it wants: its own limit, or its
 * capability where root started it. Both are read from /proc below --root; anybody may.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor_parts.h"
#include "fields.h"

#define RT_MOST 99          /* what `unlimited` comes to */
#define RT_PRIORITY 80      /* of the control thread */
#define CAP_SYS_NICE_BIT 23 /* linux/capability.h */
#define NOT_SAID (-1L)

/* Which process has answered, by the file that it writes for consoles; 0 = it is not
 * known. */
static long long daemon_pid(const rh_doctor_t *doctor)
{
    const rh_options_t *options = doctor->call->options;
    char path[512];
    if (options->host != NULL || options->socket != NULL) {
        return 0; /* asked elsewhere: that file may be another daemon's */
    }
    (void)snprintf(path, sizeof path, "%s/endpoints.json",
                   options->run_dir != NULL ? options->run_dir : RH_CTL_RUN_DIR);
    json_t *file = json_load_file(path, 0, NULL);
    long long pid = json_integer_value(json_object_get(file, "pid"));
    json_decref(file);
    return pid;
}

/* The number behind `key` in a file of the process: -1 where it is not said. */
static long number_of(const rh_doctor_t *doctor, long long pid, const char *name,
                      const char *key, int base)
{
    char text[160];
    long number = NOT_SAID;
    (void)snprintf(text, sizeof text, "%.100s/proc/%lld/%s",
                   rh_text(doctor->call->args, "root", ""), pid, name);
    FILE *file = fopen(text, "re");
    while (file != NULL && fgets(text, sizeof text, file) != NULL) {
        if (strncmp(text, key, strlen(key)) == 0) {
            number = strstr(text, "unlimited") != NULL
                         ? RT_MOST
                         : strtol(text + strlen(key), NULL, base);
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return number;
}

void rh_doctor_permission(rh_doctor_t *doctor)
{
    long long pid = daemon_pid(doctor);
    long limit = pid > 0 ? number_of(doctor, pid, "limits", "Max realtime priority", 10)
                         : NOT_SAID;
    if (limit == NOT_SAID) {
        return; /* not of this computer */
    }
    long capabilities = number_of(doctor, pid, "status", "CapEff:", 16);
    bool is_able = capabilities > 0 && (capabilities >> CAP_SYS_NICE_BIT & 1) != 0;
    bool is_good = limit >= RT_PRIORITY || is_able;
    rh_doctor_find(
        doctor, is_good ? RH_DOCTOR_OK : RH_DOCTOR_WARN, "real-time permission",
        "start it by its unit (LimitRTPRIO=90)",
        is_able && limit < RT_PRIORITY
            ? "the daemon (process %lld) may take any priority, by its capability"
            : "the daemon (process %lld) may have priority %ld at most",
        pid, limit);
}
