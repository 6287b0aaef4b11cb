/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing the record of true registers; see trace.h.
 */
#include "trace.h"

/* So small that handing it to the kernel delays no reply noticeably. */
#define BUFFER_BYTES 65536
#define LINE_BYTES (256 + 6 * RH_TRACE_WORDS)

FILE *rh_trace_open(const char *path)
{
    FILE *trace = fopen(path, "we");

    if (trace != NULL) {
        (void)setvbuf(trace, NULL, _IOFBF, BUFFER_BYTES);
    }
    return trace;
}

void rh_trace_write(FILE *trace, const rh_trace_entry_t *entry, int64_t release_ns)
{
    char faults[256];
    char line[LINE_BYTES];
    size_t length;

    (void)rh_faults_json(entry->faults, faults, sizeof(faults));
    length = (size_t)snprintf(
        line, sizeof(line),
        "{\"t_ns\":%lld,\"release_ns\":%lld,\"bus\":\"%s\",\"device\":\"%s\","
        "\"unit\":%d,\"fc\":%d,\"address\":%d,\"faults\":%s,\"words\":[",
        (long long)entry->taken_ns, (long long)release_ns,
        rh_bus_names[rh_device_bus[entry->device]], rh_device_names[entry->device],
        entry->unit, entry->function, entry->address, faults);
    for (int i = 0; i < entry->count; i++) {
        length += (size_t)snprintf(line + length, sizeof(line) - length, "%s%u",
                                   i > 0 ? "," : "", entry->word[i]);
    }
    (void)snprintf(line + length, sizeof(line) - length, "]}\n");
    (void)fputs(line, trace);
}
