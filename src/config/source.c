/* SPDX-License-Identifier: Apache-2.0 */
/* What `source =` says: a table of kinds, each with the names that it knows. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "steps.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *device_name(const rh_draft_t *draft, int index)
{
    return draft->devices[index].device.name;
}

static const char *quadrature_name(const rh_draft_t *draft, int index)
{
    return draft->settings.hal.quadratures[index].name;
}

static const char *hx711_name(const rh_draft_t *draft, int index)
{
    return draft->settings.hal.hx711s[index].name;
}

typedef struct {
    const char *head;
    rh_source_t kind;
    rh_section_id_t section; /* that its first part names; GPIO: none */
    const char *(*name_of)(const rh_draft_t *draft, int index);
} kind_t;

static const kind_t kinds[] = {
    {"modbus", RH_SOURCE_MODBUS, RH_SECTION_DEVICE, device_name},
    {"gpio", RH_SOURCE_GPIO, RH_SECTION_COUNT, NULL},
    {"quadrature", RH_SOURCE_QUADRATURE, RH_SECTION_QUADRATURE, quadrature_name},
    {"hx711", RH_SOURCE_HX711, RH_SECTION_HX711, hx711_name},
};

/* "modbus:drive/position" → its kind, drive, position. NULL: it is none. */
static const kind_t *split(const char *source, char *first, char *second)
{
    const char *colon = strchr(source, ':');
    const char *slash = colon != NULL ? strchr(colon, '/') : NULL;
    if (slash == NULL || slash == colon + 1 || slash - colon > RH_HAL_NAME ||
        slash[1] == '\0' || strlen(slash + 1) >= RH_HAL_NAME) {
        return NULL;
    }
    for (size_t i = 0; i < COUNT(kinds); i++) {
        if (strlen(kinds[i].head) == (size_t)(colon - source) &&
            strncmp(source, kinds[i].head, (size_t)(colon - source)) == 0) {
            memcpy(first, colon + 1, (size_t)(slash - colon - 1));
            memcpy(second, slash + 1, strlen(slash + 1));
            return &kinds[i];
        }
    }
    return NULL;
}

static int find(const rh_draft_t *draft, const kind_t *kind, const char *name)
{
    int count = rh_draft_count(draft, rh_section(kind->section));
    for (int i = 0; i < count; i++) {
        if (strcmp(kind->name_of(draft, i), name) == 0) {
            return i;
        }
    }
    return -1;
}

int rh_source_read(rh_draft_t *draft, int signal)
{
    const char *source = draft->signals[signal].source;
    rh_binding_t *binding = &draft->signals[signal].binding;
    const rh_part_t *part = rh_draft_part_of(draft, RH_SECTION_SIGNAL, signal);
    char first[RH_HAL_NAME] = "";
    const kind_t *kind = split(source, first, binding->role);
    if (kind == NULL) {
        return rh_draft_refuse(draft, part, "source",
                               "write modbus:DEVICE/ROLE, gpio:CHIP/LINE, "
                               "quadrature:NAME/ROLE or hx711:NAME/force",
                               "\"%s\" is no source that this daemon can read", source);
    }
    binding->kind = kind->kind;
    binding->device = -1;
    if (kind->kind == RH_SOURCE_GPIO) {
        memcpy(binding->chip, first, sizeof(first));
        return 0;
    }
    binding->device = find(draft, kind, first);
    const char *section = rh_section(kind->section)->name;
    return binding->device >= 0
               ? 0
               : rh_draft_refuse(draft, part, "source",
                                 "add the section or correct the name",
                                 "there is no [%s %s]", section, first);
}

void rh_source_write(const rh_hal_settings_t *hal, const rh_binding_t *binding,
                     char *text, size_t size)
{
    const char *first = binding->chip;
    if (binding->kind == RH_SOURCE_MODBUS) {
        first = hal->devices[binding->device].name;
    } else if (binding->kind == RH_SOURCE_QUADRATURE) {
        first = hal->quadratures[binding->device].name;
    } else if (binding->kind == RH_SOURCE_HX711) {
        first = hal->hx711s[binding->device].name;
    }
    (void)snprintf(text, size, "%s:%s/%s", kinds[binding->kind].head, first,
                   binding->role);
}
