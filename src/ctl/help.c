/* SPDX-License-Identifier: Apache-2.0 */
/* The help; see help.h. */
#include "help.h"

#include <string.h>

static const char *usage(const rh_verb_t *verb, char *text, size_t size)
{
    char name[64];
    int used = snprintf(text, size, "%s", rh_verb_name(verb, name, sizeof name));
    for (int i = 0; i < RH_VERB_ARGS && verb->args[i].kind != RH_ARG_NONE; i++) {
        char form[64];
        used += snprintf(text + used, size - (size_t)used, " %s",
                         rh_arg_form(&verb->args[i], form, sizeof form));
    }
    return text;
}

static void print_exits(FILE *out)
{
    (void)fputs("\nExit codes\n", out);
#define EXIT_LINE(id, code, meaning) fprintf(out, "  %d  %s\n", code, meaning);
    RH_EXITS((void)EXIT_LINE)
#undef EXIT_LINE
}

static void print_verbs(FILE *out, const char *object)
{
    for (size_t i = 0; i < rh_verb_count; i++) {
        const rh_verb_t *verb = &rh_verbs[i];
        char name[64];
        if (object == NULL || strcmp(object, verb->object) == 0) {
            (void)fprintf(out, "  %-14s %s\n", rh_verb_name(verb, name, sizeof name),
                          verb->help);
        }
    }
}

void rh_help_all(FILE *out, const char *object)
{
    (void)fputs("revhyperctl [OPTION...] OBJECT [VERB] [ARGUMENT...]\n"
                "The trainer's console of a Revhyper machine, for people and "
                "scripts.\n\nVerbs\n",
                out);
    print_verbs(out, object);
    (void)fputs("\n`revhyperctl OBJECT VERB --help` tells more.\n", out);
    if (object != NULL) {
        return;
    }
    (void)fputs("\nOptions\n", out);
    rh_options_help(out);
    (void)fputs(
        "\nThe daemon is looked for by the first of --socket, --host, --run-dir that "
        "is "
        "given,\nelse in " RH_CTL_RUN_DIR "/" RH_WIRE_ENDPOINTS
        "; ipc is tried before TCP. Data on stdout, messages on stderr.\n",
        out);
    print_exits(out);
}

static const char *lease_text(rh_lease_need_t need)
{
    return need == RH_LEASE_NONE
               ? "needs no lease"
               : "needs the lease: that of --lease, or one for the call";
}

void rh_help_verb(FILE *out, const rh_verb_t *verb)
{
    char text[256];
    (void)fprintf(out, "revhyperctl %s\n  %s\n", usage(verb, text, sizeof text),
                  verb->help);
    for (int i = 0; i < RH_VERB_ARGS && verb->args[i].kind != RH_ARG_NONE; i++) {
        (void)fprintf(out, "\n  %-16s %s",
                      rh_arg_form(&verb->args[i], text, sizeof text),
                      verb->args[i].help);
    }
    (void)fprintf(out, "%s\n%s%s\n", verb->args[0].kind != RH_ARG_NONE ? "\n" : "",
                  verb->more != NULL ? verb->more : "", verb->more != NULL ? "\n" : "");
    (void)fprintf(out, "On the wire: %s; %s.\n",
                  verb->wire != NULL ? verb->wire : "nothing", lease_text(verb->lease));
}

int rh_help_has_object(const char *object)
{
    for (size_t i = 0; i < rh_verb_count; i++) {
        if (strcmp(rh_verbs[i].object, object) == 0 && rh_verbs[i].verb != NULL) {
            return 1;
        }
    }
    return 0;
}
