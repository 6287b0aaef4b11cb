/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of verbs: how each is read and what it does; see script.h.
 */
#include "script.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "reps.h"

#define NS_PER_MS 1000000LL
#define WAIT_DEFAULT_MS 60000
#define NUMBER_MAX 3600000L
#define HAND_DPS 15 /* as one lifts an arm by hand, with care */

typedef struct {
    char *const *word;
    int count;
    char *error;
    size_t error_size;
} arguments_t;

struct rh_verb {
    const char *name;
    int (*parse)(rh_order_t *order, const arguments_t *arguments);
    rh_outcome_t (*run)(rh_order_t *order, rh_sim_t *sim, char *answer);
    const char *usage;
};

__attribute__((format(printf, 2, 3))) static rh_outcome_t say(char *answer,
                                                              const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(answer, RH_SCRIPT_ANSWER, format, arguments);
    va_end(arguments);
    return RH_OUTCOME_DONE;
}

static rh_outcome_t say_ok(char *answer)
{
    return say(answer, "{\"ok\":true}");
}

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
    (void)say(answer, "{\"ok\":false,\"error\":\"%s\"}", clean);
}

static rh_outcome_t refuse(char *answer, const char *reason)
{
    rh_script_refuse(reason, answer);
    return RH_OUTCOME_DONE;
}

bool rh_script_is_ok(const char *answer)
{
    return strncmp(answer, "{\"ok\":true", 10) == 0;
}

/* --- words ------------------------------------------------------------------------ */

static bool is_word(const arguments_t *arguments, int index, const char *word)
{
    return index < arguments->count && strcmp(arguments->word[index], word) == 0;
}

static bool read_number(const char *word, long low, long high, int64_t *number)
{
    char *end = NULL;
    const long value = strtol(word, &end, 0);

    if (end == word || *end != '\0' || value < low || value > high) {
        return false;
    }
    *number = value;
    return true;
}

static int wrong(const rh_order_t *order, const arguments_t *arguments)
{
    (void)snprintf(arguments->error, arguments->error_size, "usage: %s",
                   order->verb->usage);
    return -EINVAL;
}

static int parse_nothing(rh_order_t *order, const arguments_t *arguments)
{
    return arguments->count == 0 ? 0 : wrong(order, arguments);
}

static int parse_lie(rh_order_t *order, const arguments_t *arguments)
{
    return arguments->count == 1 && is_word(arguments, 0, "down")
               ? 0
               : wrong(order, arguments);
}

static int parse_let(rh_order_t *order, const arguments_t *arguments)
{
    return arguments->count == 1 && is_word(arguments, 0, "go")
               ? 0
               : wrong(order, arguments);
}

static int parse_grips(rh_order_t *order, const arguments_t *arguments)
{
    order->on = is_word(arguments, 0, "held");
    if (!order->on && !is_word(arguments, 0, "open")) {
        return wrong(order, arguments);
    }
    order->which = is_word(arguments, 1, "right") ? 1 : 0;
    order->count = arguments->count == 1 ? 2 : 1;
    if (arguments->count == 1 ||
        (arguments->count == 2 &&
         (is_word(arguments, 1, "left") || order->which == 1))) {
        return 0;
    }
    return wrong(order, arguments);
}

static const struct {
    const char *name;
    rh_button_t first;
    int count;
} buttons[] = {
    {"reset_button", RH_BUTTON_RESET, 1}, {"comfort_stop", RH_BUTTON_COMFORT_STOP, 1},
    {"estop", RH_BUTTON_ESTOP_A, 2},      {"estop_a", RH_BUTTON_ESTOP_A, 1},
    {"estop_b", RH_BUTTON_ESTOP_B, 1},
};

static int parse_button(rh_order_t *order, const arguments_t *arguments)
{
    for (size_t i = 0; i < sizeof(buttons) / sizeof(buttons[0]); i++) {
        if (is_word(arguments, 0, buttons[i].name)) {
            order->which = buttons[i].first;
            order->count = buttons[i].count;
        }
    }
    if (order->count == 0 || arguments->count > 2) {
        return wrong(order, arguments);
    }
    if (arguments->count == 2 &&
        !read_number(arguments->word[1], 1, NUMBER_MAX, &order->number)) {
        return wrong(order, arguments);
    }
    return 0;
}

static int parse_release(rh_order_t *order, const arguments_t *arguments)
{
    return arguments->count == 1 ? parse_button(order, arguments)
                                 : wrong(order, arguments);
}

static int parse_reps(rh_order_t *order, const arguments_t *arguments)
{
    return rh_reps_parse(&order->plan, arguments->word, arguments->count,
                         arguments->error, arguments->error_size);
}

static int parse_wait(rh_order_t *order, const arguments_t *arguments)
{
    order->number = WAIT_DEFAULT_MS;
    if (!is_word(arguments, 0, "idle") || arguments->count > 2 ||
        (arguments->count == 2 &&
         !read_number(arguments->word[1], 1, NUMBER_MAX, &order->number))) {
        return wrong(order, arguments);
    }
    return 0;
}

static int parse_fault(rh_order_t *order, const arguments_t *arguments)
{
    if (arguments->count == 1 && is_word(arguments, 0, "clear")) {
        order->fault.used = false;
        return 0;
    }
    return rh_fault_parse(&order->fault, arguments->word, arguments->count,
                          arguments->error, arguments->error_size);
}

static int parse_panel(rh_order_t *order, const arguments_t *arguments)
{
    int64_t address = 0;

    if (arguments->count != 3 || !is_word(arguments, 0, "drive") ||
        !read_number(arguments->word[1], 0, 0xffff, &address) ||
        !read_number(arguments->word[2], -32768, 65535, &order->number)) {
        return wrong(order, arguments);
    }
    order->which = (int)address;
    return 0;
}

/* "lift|prop DEG [DPS]", "off", "pad front|rear KG", "hang [left|right] KG" */
enum { HAND_OFF, HAND_LIFT, HAND_PROP, HAND_PAD, HAND_HANG, HAND_HANG_BOTH };

static int parse_hold(rh_order_t *order, const arguments_t *arguments)
{
    int64_t angle_deg = 0;
    const bool good = arguments->count >= 2 && arguments->count <= 3 &&
                      read_number(arguments->word[1], -110, 20, &angle_deg) &&
                      (arguments->count == 2 ||
                       read_number(arguments->word[2], 1, 100, &order->number));

    order->count = is_word(arguments, 0, "prop") ? HAND_PROP : HAND_LIFT;
    order->which = (int)angle_deg;
    return good ? 0 : wrong(order, arguments);
}

/* A mass at one of two places. */
static int parse_mass(rh_order_t *order, const arguments_t *arguments,
                      const char *const places[2], int64_t most_kg)
{
    order->which = is_word(arguments, 1, places[1]) ? 1 : 0;
    return arguments->count == 3 &&
                   (order->which == 1 || is_word(arguments, 1, places[0])) &&
                   read_number(arguments->word[2], 0, most_kg, &order->number)
               ? 0
               : wrong(order, arguments);
}

static int parse_hand(rh_order_t *order, const arguments_t *arguments)
{
    static const char *const pads[] = {"front", "rear"};
    static const char *const ends[] = {"left", "right"};

    order->number = HAND_DPS;
    if (is_word(arguments, 0, "lift") || is_word(arguments, 0, "prop")) {
        return parse_hold(order, arguments);
    }
    if (is_word(arguments, 0, "pad")) {
        order->count = HAND_PAD;
        return parse_mass(order, arguments, pads, 200);
    }
    if (is_word(arguments, 0, "hang") && arguments->count == 2) {
        order->count = HAND_HANG_BOTH;
        return read_number(arguments->word[1], 0, 50, &order->number)
                   ? 0
                   : wrong(order, arguments);
    }
    if (is_word(arguments, 0, "hang")) {
        order->count = HAND_HANG;
        return parse_mass(order, arguments, ends, 50);
    }
    order->count = HAND_OFF;
    return arguments->count == 1 && is_word(arguments, 0, "off")
               ? 0
               : wrong(order, arguments);
}

/* --- deeds ------------------------------------------------------------------------ */

static rh_outcome_t run_lie(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    (void)order;
    rh_bench_lock(&sim->bench);
    rh_bench_lie_down(&sim->bench);
    rh_bench_unlock(&sim->bench);
    return say_ok(answer);
}

static rh_outcome_t run_dismount(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    (void)order;
    rh_bench_lock(&sim->bench);
    rh_bench_dismount(&sim->bench);
    rh_bench_unlock(&sim->bench);
    return say_ok(answer);
}

static void use_hand(const rh_order_t *order, rh_bench_t *bench)
{
    rh_hand_t *hand = &bench->hand;
    const double number = (double)order->number;

    switch (order->count) {
    case HAND_LIFT:
        rh_hand_lift(hand, &bench->plant, order->which, number);
        break;
    case HAND_PROP:
        rh_hand_prop(hand, &bench->plant, order->which, number);
        break;
    case HAND_PAD:
        hand->pad_kg[order->which] = number;
        break;
    case HAND_HANG:
        hand->hung_kg[order->which] = number;
        break;
    case HAND_HANG_BOTH:
        hand->hung_kg[RH_LEFT] = hand->hung_kg[RH_RIGHT] = number / 2.0;
        break;
    default:
        rh_hand_let_go(hand);
    }
}

static rh_outcome_t run_hand(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    bool lies;

    rh_bench_lock(&sim->bench);
    lies = sim->bench.lies;
    use_hand(order, &sim->bench);
    rh_bench_unlock(&sim->bench);
    return lies ? refuse(answer, "somebody lies on the bench: 'dismount' first")
                : say_ok(answer);
}

static rh_outcome_t run_grips(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    rh_bench_lock(&sim->bench);
    for (int i = order->which; i < order->which + order->count; i++) {
        sim->bench.hardware.grip_held[i] = order->on;
    }
    rh_bench_unlock(&sim->bench);
    return say_ok(answer);
}

static rh_outcome_t run_press(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    const int64_t now_ns = rh_now_ns();

    rh_bench_lock(&sim->bench);
    for (int i = order->which; i < order->which + order->count; i++) {
        rh_hardware_press(&sim->bench.hardware, (rh_button_t)i, order->number, now_ns);
    }
    rh_bench_unlock(&sim->bench);
    return say(answer, "{\"ok\":true,\"mono_ns\":%lld}", (long long)now_ns);
}

static rh_outcome_t run_release(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    rh_bench_lock(&sim->bench);
    for (int i = order->which; i < order->which + order->count; i++) {
        rh_hardware_release(&sim->bench.hardware, (rh_button_t)i);
    }
    rh_bench_unlock(&sim->bench);
    return say_ok(answer);
}

static rh_outcome_t run_reps(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    bool lies;
    bool busy;
    bool begun = false;

    rh_bench_lock(&sim->bench);
    lies = sim->bench.lies;
    busy = rh_person_is_busy(&sim->bench.plant);
    if (lies && !busy) {
        begun = rh_person_begin(&sim->bench.plant, &order->plan);
    }
    rh_bench_unlock(&sim->bench);
    if (begun) {
        return say_ok(answer);
    }
    if (busy) {
        return refuse(answer, "a set is being played: 'wait idle' or 'stop' first");
    }
    return refuse(answer, lies ? "the person cannot play this plan"
                               : "nobody lies on the bench: 'lie down' first");
}

static rh_outcome_t run_stop(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    (void)order;
    rh_bench_lock(&sim->bench);
    rh_person_stop(&sim->bench.plant);
    rh_bench_unlock(&sim->bench);
    return say_ok(answer);
}

static rh_outcome_t run_let_go(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    (void)order;
    rh_bench_lock(&sim->bench);
    rh_person_let_go(&sim->bench.plant);
    rh_bench_unlock(&sim->bench);
    return say_ok(answer);
}

static rh_outcome_t run_wait(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    const int64_t now_ns = rh_now_ns();
    bool busy;

    if (order->deadline_ns == 0) {
        order->deadline_ns = now_ns + order->number * NS_PER_MS;
    }
    rh_bench_lock(&sim->bench);
    busy = rh_person_is_busy(&sim->bench.plant);
    rh_bench_unlock(&sim->bench);
    if (!busy) {
        return say_ok(answer);
    }
    if (now_ns < order->deadline_ns) {
        return RH_OUTCOME_WAITING;
    }
    return refuse(answer, "the person is still busy after the time given");
}

static rh_outcome_t run_truth(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    char members[RH_SCRIPT_ANSWER - 64];

    (void)order;
    rh_bench_lock(&sim->bench);
    (void)rh_bench_truth_json(&sim->bench, members, sizeof(members));
    rh_bench_unlock(&sim->bench);
    return say(answer, "{\"ok\":true,%s,\"lost_ms\":%lld}", members,
               (long long)atomic_load(&sim->lost_ms));
}

static rh_outcome_t run_mark(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    (void)order;
    rh_bench_lock(&sim->bench);
    rh_bench_mark(&sim->bench);
    rh_bench_unlock(&sim->bench);
    for (int i = 0; i < RH_BUS_COUNT; i++) {
        rh_bus_mark(&sim->bus[i]);
    }
    return say(answer, "{\"ok\":true,\"mono_ns\":%lld}", (long long)rh_now_ns());
}

static rh_outcome_t run_wire(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    char one[RH_SCRIPT_ANSWER / 6];
    int length = snprintf(answer, RH_SCRIPT_ANSWER, "{\"ok\":true");

    (void)order;
    for (int i = 0; i < RH_BUS_COUNT; i++) {
        (void)rh_bus_wire_json(&sim->bus[i], one, sizeof(one));
        length += snprintf(answer + length, RH_SCRIPT_ANSWER - (size_t)length,
                           ",\"%s\":%s", rh_bus_names[i], one);
    }
    (void)snprintf(answer + length, RH_SCRIPT_ANSWER - (size_t)length, "}");
    return RH_OUTCOME_DONE;
}

static rh_outcome_t run_fault(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    const int64_t now_ns = rh_now_ns();
    int result = 0;

    rh_bench_lock(&sim->bench);
    if (order->fault.used) {
        result = rh_faults_add(&sim->bench.faults, &order->fault, now_ns);
    } else {
        rh_faults_clear(&sim->bench.faults);
    }
    rh_bench_unlock(&sim->bench);
    if (result != 0) {
        return refuse(answer, "too many faults are active: 'fault clear' first");
    }
    return say(answer, "{\"ok\":true,\"mono_ns\":%lld}", (long long)now_ns);
}

static rh_outcome_t run_panel(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    int result;

    rh_bench_lock(&sim->bench);
    result = rh_device_panel(&sim->device[RH_DEVICE_DRIVE], &sim->bench, order->which,
                             (int)order->number);
    rh_bench_unlock(&sim->bench);
    return result == 0 ? say_ok(answer)
                       : refuse(answer, "the drive has no such register");
}

static rh_outcome_t run_quit(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    (void)order;
    (void)sim;
    (void)say_ok(answer);
    return RH_OUTCOME_QUIT;
}

static const rh_verb_t verbs[] = {
    {"lie", parse_lie, run_lie, "lie down"},
    {"dismount", parse_nothing, run_dismount, "dismount"},
    {"hand", parse_hand, run_hand,
     "hand lift|prop DEG [DPS] | hand off | hand pad front|rear KG | hand hang "
     "[left|right] KG"},
    {"grips", parse_grips, run_grips, "grips held|open [left|right]"},
    {"press", parse_button, run_press,
     "press reset_button|comfort_stop|estop|estop_a|estop_b [MS]"},
    {"release", parse_release, run_release,
     "release reset_button|comfort_stop|estop|estop_a|estop_b"},
    {"reps", parse_reps, run_reps,
     "reps N [style S] [pace L/H/L/R] [bottom D] [top D] ..."},
    {"stop", parse_nothing, run_stop, "stop"},
    {"let", parse_let, run_let_go, "let go"},
    {"wait", parse_wait, run_wait, "wait idle [TIMEOUT_MS]"},
    {"truth", parse_nothing, run_truth, "truth"},
    {"mark", parse_nothing, run_mark, "mark"},
    {"wire", parse_nothing, run_wire, "wire"},
    {"fault", parse_fault, run_fault,
     "fault TARGET KIND [args] [permille N|rate P%] [for MS|count N]"},
    {"panel", parse_panel, run_panel, "panel drive ADDRESS VALUE"},
    {"quit", parse_nothing, run_quit, "quit"},
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
            const arguments_t arguments = {words + 1, count - 1, error, error_size};

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
