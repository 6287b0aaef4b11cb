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
#include "options.h"
#include "scenario.h"

/* Also how soon a closed rep is in truth.jsonl. */
#define POLL_MS 10
#define EXIT_USAGE 2

static bool asks_for_help(int argc, char **argv)
{
    return argc > 1 && strcmp(argv[argc - 1], "--help") == 0;
}

static int run_tell(int argc, char **argv)
{
    if (argc < 5 || strcmp(argv[2], "--run-dir") != 0) {
        rh_options_usage(stderr);
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

static int run(const rh_options_t *options, rh_scenario_t *scenario)
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

/* False where the parent was gone already: one that died before the request was made
 * sends nothing. */
static bool die_with(pid_t parent)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    return getppid() == parent;
}

int main(int argc, char **argv)
{
    rh_options_t options = {
        .settings = {.line = rh_wire_line(),
                     .bench = {.mass_kg = 80.0, .seed = 1, .relay_ms = 75}}};
    const pid_t parent = getppid();
    static rh_scenario_t scenario;
    char error[512];

    if (asks_for_help(argc, argv)) {
        rh_options_help();
        return EXIT_SUCCESS;
    }
    if (argc > 1 && strcmp(argv[1], "tell") == 0) {
        return run_tell(argc, argv);
    }
    if (!rh_options_read(&options, argc, argv)) {
        rh_options_usage(stderr);
        return EXIT_USAGE;
    }
    if (options.scenario != NULL &&
        rh_scenario_load(&scenario, options.scenario, error, sizeof(error)) != 0) {
        (void)fprintf(stderr, "%s\n", error);
        return EXIT_USAGE;
    }
    if (options.dies_with_parent && !die_with(parent)) {
        return EXIT_FAILURE;
    }
    return run(&options, &scenario);
}
