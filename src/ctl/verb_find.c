/* SPDX-License-Identifier: Apache-2.0 */
/* Names of rows, and the row that somebody meant; see verbs.h. */
#include "verbs.h"

#include <stdio.h>
#include <string.h>

const char *rh_verb_name(const rh_verb_t *verb, char *text, size_t size)
{
    (void)snprintf(text, size, "%s%s%s", verb->object, verb->verb != NULL ? " " : "",
                   verb->verb != NULL ? verb->verb : "");
    return text;
}

static int smallest(int a, int b, int c)
{
    int least = a < b ? a : b;
    return least < c ? least : c;
}

/* Letters to insert, delete or change (Levenshtein); words longer than 40 never match.
 */
static int distance(const char *a, const char *b)
{
    enum { LONGEST = 40 };
    int row[LONGEST + 1];
    int across = (int)strlen(b);
    if (strlen(a) > LONGEST || across > LONGEST) {
        return 2 * LONGEST;
    }
    for (int j = 0; j <= across; j++) {
        row[j] = j;
    }
    for (int i = 1; a[i - 1] != '\0'; i++) {
        int diagonal = row[0];
        row[0] = i;
        for (int j = 1; j <= across; j++) {
            int above = row[j];
            row[j] =
                smallest(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[across];
}

static const rh_verb_t *nearest(const char *typed)
{
    const rh_verb_t *best = &rh_verbs[0];
    int least = -1;
    for (size_t i = 0; i < rh_verb_count; i++) {
        char name[64];
        int away = distance(typed, rh_verb_name(&rh_verbs[i], name, sizeof name));
        if (least < 0 || away < least) {
            least = away;
            best = &rh_verbs[i];
        }
    }
    return best;
}

static const rh_verb_t *say_unknown(const char *object, const char *verb,
                                    rh_problem_t *problem)
{
    char typed[64];
    char name[64];
    char remedy[128];
    (void)snprintf(typed, sizeof typed, "%s%s%s", object, verb[0] != '\0' ? " " : "",
                   verb);
    rh_verb_name(nearest(typed), name, sizeof name);
    (void)snprintf(remedy, sizeof remedy, "did you mean `%s`? see revhyperctl --help",
                   name);
    rh_problem_set(problem, RH_EXIT_USAGE, "usage", remedy, "there is no `%s`", typed);
    return NULL;
}

const rh_verb_t *rh_verb_find(const rh_options_t *options, int *used,
                              rh_problem_t *problem)
{
    const char *object = options->words[0];
    bool has_verb = options->word_count > 1 && options->words[1][0] != '-';
    const char *verb = has_verb ? options->words[1] : "";
    for (size_t i = 0; i < rh_verb_count; i++) {
        const rh_verb_t *row = &rh_verbs[i];
        bool is_alone = row->verb == NULL;
        if (strcmp(row->object, object) == 0 &&
            (is_alone || strcmp(row->verb, verb) == 0)) {
            *used = is_alone ? 1 : 2;
            return row;
        }
    }
    return say_unknown(object, verb, problem);
}
