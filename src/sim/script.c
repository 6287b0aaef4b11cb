/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of verbs, and the way from a line to its answer; see script.h.
 */
#include "script.h"

#include <errno.h>
#include <string.h>

#include "script_parts.h"

void rh_script_refuse(const char *reason, char *answer)
{
    char clean[RH_SCRIPT_LINE * 2];
    size_t length = 0;

    /* Reasons quote the user's words; JSON wants neither quotes nor control bytes raw.
     */
    for (; *reason != '\0' && length < sizeof(clean) - 1; reason++) {
        const unsigned char byte = (unsigned char)*reason;

        clean[length++] = *reason;
        if (byte == '"' || byte == '\\' || byte < ' ' || byte > '~') {
            clean[length - 1] = '?';
        }
    }
    clean[length] = '\0';
    (void)snprintf(answer, RH_SCRIPT_ANSWER, "{\"ok\":false,\"error\":\"%s\"}", clean);
}

bool rh_script_is_ok(const char *answer)
{
    return strncmp(answer, "{\"ok\":true", 10) == 0;
}

static const rh_verb_t verbs[] = {
    {"lie", rh_words_lie, rh_deed_lie, "lie down"},
    {"dismount", rh_words_nothing, rh_deed_dismount, "dismount"},
    {"hand", rh_words_hand, rh_deed_hand,
     "hand lift|prop DEG [DPS] | hand off | hand pad front|rear KG | hand hang "
     "[left|right] KG"},
    {"grips", rh_words_grips, rh_deed_grips, "grips held|open [left|right]"},
    {"press", rh_words_button, rh_deed_press,
     "press reset_button|comfort_stop|estop|estop_a|estop_b [MS]"},
    {"release", rh_words_release, rh_deed_release,
     "release reset_button|comfort_stop|estop|estop_a|estop_b"},
    {"reps", rh_words_reps, rh_deed_reps,
     "reps N [style S] [pace L/H/L/R] [bottom D] [top D] ..."},
    {"stop", rh_words_nothing, rh_deed_stop, "stop"},
    {"let", rh_words_let, rh_deed_let_go, "let go"},
    {"wait", rh_words_wait, rh_deed_wait, "wait idle [TIMEOUT_MS]"},
    {"truth", rh_words_nothing, rh_deed_truth, "truth"},
    {"mark", rh_words_nothing, rh_deed_mark, "mark"},
    {"wire", rh_words_nothing, rh_deed_wire, "wire"},
    {"fault", rh_words_fault, rh_deed_fault,
     "fault TARGET KIND [args] [permille N|rate P%] [for MS|count N]"},
    {"panel", rh_words_panel, rh_deed_panel, "panel drive ADDRESS VALUE"},
    {"quit", rh_words_nothing, rh_deed_quit, "quit"},
};

void rh_script_help(FILE *out)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        (void)fprintf(out, "  %s\n", verbs[i].usage);
    }
}

static int split(char *line, char **words)
{
    int count = 0;
    char *rest = line;
    char *word;

    while ((word = strsep(&rest, " \t\r\n")) != NULL) {
        if (*word == '\0') {
            continue;
        }
        if (count == RH_SCRIPT_WORDS) {
            return -1;
        }
        words[count++] = word;
    }
    return count;
}

int rh_script_parse(rh_order_t *order, const char *line, char *error, size_t error_size)
{
    char text[RH_SCRIPT_LINE];
    char *words[RH_SCRIPT_WORDS];
    int count;

    memset(order, 0, sizeof(*order));
    if (strlen(line) >= sizeof(text)) {
        (void)snprintf(error, error_size, "longer than %d characters",
                       RH_SCRIPT_LINE - 1);
        return -EINVAL;
    }
    (void)snprintf(text, sizeof(text), "%s", line);
    count = split(text, words);
    for (size_t i = 0; count > 0 && i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp(words[0], verbs[i].name) == 0) {
            const rh_arguments_t arguments = {words + 1, count - 1, error, error_size};

            order->verb = &verbs[i];
            return verbs[i].parse(order, &arguments);
        }
    }
    (void)snprintf(
        error, error_size,
        "'%.40s' is no command: lie, dismount, hand, grips, press, release, reps, "
        "stop, let, wait, truth, mark, wire, fault, panel, quit",
        count > 0 ? words[0] : "");
    return -EINVAL;
}

rh_outcome_t rh_script_run(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    return order->verb->run(order, sim, answer);
}
