/* SPDX-License-Identifier: Apache-2.0 */
/*
 * revhyper-sim: a simulated machine and person behind real Modbus. Reads the command
 * line, starts the machine, serves the control socket and the scenario until it is told
 * to end.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "control.h"
#include "scenario.h"

/* Also how soon a closed rep is in truth.jsonl. */
#define POLL_MS 10
#define EXIT_USAGE 2

static const char usage[] =
    "usage: revhyper-sim --run-dir DIR [--bus rtu|tcp] [--port-base N] [--seed N]\n"
    "                    [--person KG] [--coupling roller|strap] [--scenario FILE]\n"
    "                    [--fast-wire] [--relay-ms MS] [--gpio DIR]\n"
    "                    [--drive NAME] [--cells NAME] [--encoder NAME]\n"
    "                    [--trace FILE]\n"
    "       revhyper-sim tell --run-dir DIR WORDS...\n"
    "       revhyper-sim --help\n";

static const char power[] =
    "\nThe drive has power while the STO chain is closed (heartbeat relay, e-stop,\n"
    "limits) and its servo-on input is on. kinco-fd also wants 0x0f in its control\n"
    "word, which the rising servo-on input writes there (and 0x06 the falling one),\n"
    "like the drive's enable function; Modbus may overwrite it at any time.\n"
    "flintec-mcs64 speaks Modbus TCP only: the buses cells and pads are then TCP "
    "ports\n"
    "(in sim.json), one box of two cells each, whatever --bus says for the others.\n";

/* The parts one can choose from; the first of each is what stands there unasked. */
static void print_parts(void)
{
    (void)printf("\nParts:\n  --drive    %s\n", rh_part_names(RH_PLACE_DRIVE));
    (void)printf("  --cells    %s\n", rh_part_names(RH_PLACE_CELLS));
    (void)printf("  --encoder  %s\n", rh_part_names(RH_PLACE_ENCODER));
    (void)fputs(power, stdout);
}

static int help(void)
{
    (void)fputs(usage, stdout);
    print_parts();
    (void)fputs("\nWords (the same in a scenario file):\n", stdout);
    rh_script_help(stdout);
    (void)fputs("\nFault kinds, and their targets:\n", stdout);
    rh_faults_help(stdout);
    return EXIT_SUCCESS;
}

static bool asks_for_help(int argc, char **argv)
{
    return argc > 1 && strcmp(argv[argc - 1], "--help") == 0;
}

typedef struct {
    rh_sim_settings_t settings;
    const char *scenario;
} options_t;

static bool read_number(const char *text, long low, long high, long *number)
{
    char *end = NULL;

    *number = strtol(text, &end, 10);
    return end != text && *end == '\0' && *number >= low && *number <= high;
}

static bool set_run_dir(options_t *options, const char *value)
{
    options->settings.run_dir = value;
    return true;
}

static bool set_bus(options_t *options, const char *value)
{
    options->settings.tcp = strcmp(value, "tcp") == 0;
    return options->settings.tcp || strcmp(value, "rtu") == 0;
}

static bool set_port_base(options_t *options, const char *value)
{
    long number = 0;
    const bool good = read_number(value, 0, 65532, &number);

    options->settings.port_base = (int)number;
    return good;
}

static bool set_seed(options_t *options, const char *value)
{
    long number = 0;
    const bool good = read_number(value, 0, INT32_MAX, &number);

    options->settings.bench.seed = (uint64_t)number;
    return good;
}

/* One of the table of persons, whose figures are known. */
static bool set_person(options_t *options, const char *value)
{
    long number = 0;

    if (!read_number(value, 1, 300, &number)) {
        return false;
    }
    options->settings.bench.mass_kg = (double)number;
    for (int i = 0; i < RH_PERSON_COUNT; i++) {
        if ((long)rh_person_table[i].mass_kg == number) {
            return true;
        }
    }
    return false;
}

static bool set_coupling(options_t *options, const char *value)
{
    const bool strap = strcmp(value, "strap") == 0;

    options->settings.bench.coupling = strap ? RH_COUPLING_STRAP : RH_COUPLING_ROLLER;
    return strap || strcmp(value, "roller") == 0;
}

static bool set_relay_ms(options_t *options, const char *value)
{
    long number = 0;
    const bool good = read_number(value, 1, 10000, &number);

    options->settings.bench.relay_ms = number;
    return good;
}

static bool set_fast_wire(options_t *options, const char *value)
{
    (void)value;
    options->settings.fast_wire = true;
    return true;
}

static bool set_gpio(options_t *options, const char *value)
{
    options->settings.gpio = value;
    return true;
}

static bool set_part(options_t *options, rh_place_t place, const char *value)
{
    options->settings.parts.at[place] = rh_part_find(place, value);
    return options->settings.parts.at[place] != NULL;
}

static bool set_drive(options_t *options, const char *value)
{
    return set_part(options, RH_PLACE_DRIVE, value);
}

static bool set_cells(options_t *options, const char *value)
{
    return set_part(options, RH_PLACE_CELLS, value);
}

static bool set_encoder(options_t *options, const char *value)
{
    return set_part(options, RH_PLACE_ENCODER, value);
}

static bool set_trace(options_t *options, const char *value)
{
    options->settings.trace = value;
    return true;
}

static bool set_scenario(options_t *options, const char *value)
{
    options->scenario = value;
    return true;
}

static const struct {
    const char *name;
    const char *wants; /* NULL = takes no value */
    bool (*set)(options_t *options, const char *value);
} known[] = {
    {"--run-dir", "a folder", set_run_dir},
    {"--bus", "rtu or tcp", set_bus},
    {"--port-base", "0 (any) to 65532", set_port_base},
    {"--seed", "0 to 2147483647", set_seed},
    {"--person", "50, 65, 80, 100 or 120 (kg)", set_person},
    {"--coupling", "roller or strap", set_coupling},
    {"--scenario", "a file", set_scenario},
    {"--relay-ms", "1 to 10000", set_relay_ms},
    {"--fast-wire", NULL, set_fast_wire},
    {"--gpio", "the folder of a gpio-sim chip below /sys/devices/platform", set_gpio},
    {"--drive", "rtelligent-dsy, kinco-fd or stepperonline-a6rs", set_drive},
    {"--cells", "pt113, laumas-tlb or flintec-mcs64", set_cells},
    {"--trace", "a file", set_trace},
    {"--encoder", "briter-brt38 or kubler-sendix-f58", set_encoder},
};
#define KNOWN (sizeof(known) / sizeof(known[0]))

/* Reads the option at argv[*index] and moves the index past it. */
static bool read_option(options_t *options, int argc, char **argv, int *index)
{
    const char *name = argv[(*index)++];

    for (size_t i = 0; i < KNOWN; i++) {
        const char *value = *index < argc ? argv[*index] : NULL;

        if (strcmp(name, known[i].name) != 0) {
            continue;
        }
        *index += known[i].wants != NULL ? 1 : 0;
        if ((known[i].wants == NULL || value != NULL) && known[i].set(options, value)) {
            return true;
        }
        (void)fprintf(stderr, "revhyper-sim: %s wants %s\n", name, known[i].wants);
        return false;
    }
    (void)fprintf(stderr, "revhyper-sim: '%s' is no option\n", name);
    return false;
}

static bool read_options(options_t *options, int argc, char **argv)
{
    int index = 1;

    while (index < argc) {
        if (!read_option(options, argc, argv, &index)) {
            return false;
        }
    }
    if (options->settings.run_dir == NULL) {
        (void)fprintf(stderr, "revhyper-sim: --run-dir is needed\n");
        return false;
    }
    return true;
}

static int run_tell(int argc, char **argv)
{
    if (argc < 5 || strcmp(argv[2], "--run-dir") != 0) {
        (void)fputs(usage, stderr);
        return EXIT_USAGE;
    }
    return rh_control_tell(argv[3], argv + 4, argc - 4);
}

/* Signals arrive as a descriptor; the threads inherit the mask. */
static int open_signals(void)
{
    sigset_t signals;

    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
    return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

static bool is_signalled(int signal_fd)
{
    struct signalfd_siginfo info;

    return read(signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info);
}

static void serve(rh_control_t *control, rh_scenario_t *scenario, int signal_fd)
{
    const bool has_scenario = scenario->count > 0;
    bool told = false;
    bool quit = false;

    scenario->start_ns = rh_now_ns();
    while (!quit && !is_signalled(signal_fd)) {
        quit = rh_control_poll(control, signal_fd, POLL_MS);
        quit |= rh_scenario_run(scenario, control->sim);
        rh_sim_write_truth(control->sim);
        if (has_scenario && !told && rh_scenario_is_over(scenario)) {
            told = true;
            (void)puts("scenario done");
            (void)fflush(stdout);
        }
    }
}

static int run(const options_t *options, rh_scenario_t *scenario)
{
    const int signal_fd = open_signals();
    rh_control_t *control = calloc(1, sizeof(*control));
    rh_sim_t *sim = NULL;
    char error[512] = "out of memory";
    int result = control == NULL ? -ENOMEM : 0;

    if (result == 0) {
        result = rh_sim_start(&sim, &options->settings, error, sizeof(error));
    }
    if (result == 0) {
        result = rh_control_open(control, sim, error, sizeof(error));
        if (result == 0) {
            result = rh_sim_announce(sim);
        }
        if (result == 0) {
            (void)printf("ready %s\n", sim->run_dir);
            (void)fflush(stdout);
            serve(control, scenario, signal_fd);
        }
        rh_control_close(control);
        rh_sim_stop(sim);
    }
    free(control);
    if (result != 0) {
        (void)fprintf(stderr, "revhyper-sim: %s\n", error);
    }
    return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    options_t options = {
        .settings = {.bench = {.mass_kg = 80.0, .seed = 1, .relay_ms = 75}}};
    const pid_t parent = getppid();
    static rh_scenario_t scenario;
    char error[512];

    if (asks_for_help(argc, argv)) {
        return help();
    }
    if (argc > 1 && strcmp(argv[1], "tell") == 0) {
        return run_tell(argc, argv);
    }
    if (!read_options(&options, argc, argv)) {
        (void)fputs(usage, stderr);
        return EXIT_USAGE;
    }
    if (options.scenario != NULL &&
        rh_scenario_load(&scenario, options.scenario, error, sizeof(error)) != 0) {
        (void)fprintf(stderr, "%s\n", error);
        return EXIT_USAGE;
    }
    /* A parent that died before the request was made sends nothing. */
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) {
        return EXIT_FAILURE;
    }
    return run(&options, &scenario);
}
