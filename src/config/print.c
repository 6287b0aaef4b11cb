/* SPDX-License-Identifier: Apache-2.0 */
/* Settings as one self-contained file that explains itself. */
#include <errno.h>
#include <stdlib.h>

#include "config.h"
#include "draft.h"
#include "steps.h"
#include "value.h"

static void print_key(const rh_key_t *key, const void *item, FILE *file)
{
    char value[RH_VALUE_TEXT];
    char range[RH_VALUE_TEXT];
    rh_value_write(key, item, value, sizeof(value));
    rh_value_range(key, range, sizeof(range));
    (void)fprintf(file, "# %s\n#   %s\n%s =%s%s\n", key->help, range, key->key,
                  value[0] != '\0' ? " " : "", value);
}

static void print_item(const rh_draft_t *draft, const rh_section_t *section, int item,
                       FILE *file)
{
    const char *fields = rh_draft_item_const(draft, section, item);
    (void)fprintf(file, "\n# %s\n[%s", section->help, section->name);
    if (section->is_list) {
        (void)fprintf(file, " %s", fields + section->name_offset);
    }
    (void)fputs("]\n", file);
    for (int i = 0; i < section->key_count; i++) {
        print_key(&section->keys[i], fields, file);
    }
}

/* Profiles are not part of it: the folder they are read from is. */
static void print_all(const rh_draft_t *draft, FILE *file)
{
    (void)fputs(
        "# SPDX-License-Identifier: Apache-2.0\n"
        "# The configuration in force, as revhyperd --print-config writes it.\n",
        file);
    for (int i = 0; i < RH_SECTION_COUNT; i++) {
        const rh_section_t *section = rh_section(i);
        if (section->files == RH_FILE_PROFILE) {
            continue;
        }
        for (int item = 0; item < rh_draft_count(draft, section); item++) {
            print_item(draft, section, item, file);
        }
    }
}

int rh_config_print(const rh_settings_t *settings, FILE *file)
{
    rh_draft_t *draft = calloc(1, sizeof(*draft));
    if (draft == NULL) {
        return -EIO;
    }
    rh_locale_t locale;
    rh_locale_enter(&locale);
    rh_draft_unlink(draft, settings);
    print_all(draft, file);
    rh_locale_leave(&locale);
    free(draft);
    return fflush(file) == 0 && ferror(file) == 0 ? 0 : -EIO;
}
