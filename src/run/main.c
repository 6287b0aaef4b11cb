/* SPDX-License-Identifier: Apache-2.0 */
/* revhyperd: the controller, one per machine. */
#include <stdio.h>
#include <stdlib.h>

#include "config.h"
#include "cycle_check.h"
#include "daemon.h"
#include "lines_here.h"
#include "modbus_hal.h"
#include "options.h"
#include "system.h"

#define ERROR_SIZE 1024
#define EXIT_CONFIG 78 /* sysexits: systemd shows it as a configuration error */

static int check(const rh_options_t *options, const rh_settings_t *settings)
{
    if (rh_lines_here(&settings->hal, stderr) > 0) {
        (void)fprintf(stderr, "revhyperd: %s: this computer lacks what it names\n",
                      options->config);
        return EXIT_CONFIG;
    }
    (void)printf("%s: good\n", options->config);
    return 0;
}

static int with_settings(const rh_options_t *options)
{
    static rh_settings_t settings; /* lives as long as the process */
    static rh_limits_t limits;
    char error[ERROR_SIZE] = "";
    int status = rh_config_load(&settings, options->config, options->overrides,
                                options->override_count, error, sizeof(error));
    if (status == 0) {
        status = rh_config_limits(&settings, &limits, error, sizeof(error));
    }
    if (status == 0 && options->run != RH_RUN_PRINT) {
        status = rh_cycle_check(&rh_hal_modbus, &settings, error, sizeof(error));
    }
    if (status != 0) {
        (void)fprintf(stderr, "revhyperd: %s\n", error);
        return EXIT_CONFIG;
    }
    if (options->run == RH_RUN_CHECK) {
        return check(options, &settings);
    }
    if (options->run == RH_RUN_PRINT) {
        return rh_config_print(&settings, stdout) == 0 ? 0 : 1;
    }
    return rh_daemon_run(&settings);
}

int main(int count, char **arguments)
{
    rh_options_t options;
    char error[ERROR_SIZE] = "";
    if (rh_options_read(&options, count, arguments, error, sizeof(error)) != 0) {
        (void)fprintf(stderr, "revhyperd: %s\n", error);
        return 2;
    }
    if (options.dies_with_parent) {
        rh_system_die_with_parent();
    }
    switch (options.run) {
    case RH_RUN_HELP:
        rh_options_help();
        return 0;
    case RH_RUN_VERSION:
        (void)puts("revhyperd " RH_VERSION);
        return 0;
    case RH_RUN_SCHEMA:
        return rh_config_schema(stdout) == 0 ? 0 : 1;
    default:
        return with_settings(&options);
    }
}
