/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of options; see options.h.
 */
#include "options.h"

#include <stdlib.h>
#include <string.h>

#define TURNAROUND_MAX_US 1000000

static const char usage[] =
    "usage: revhyper-sim --run-dir DIR [--bus rtu|tcp] [--port-base N] [--seed N]\n"
    "                    [--person KG] [--coupling roller|strap] [--scenario FILE]\n"
    "                    [--fast-wire] [--relay-ms MS] [--gpio DIR]\n"
    "                    [--gpio-low CONTACT[,CONTACT]...]\n"
    "                    [--drive NAME] [--cells NAME] [--encoder NAME]\n"
    "                    [--gap spec|true] [--turnaround-us N|LOW..HIGH]\n"
    "                    [--baud BUS:RATE]... [--wiring WORD[,WORD]...] [--trace "
    "FILE]\n"
    "                    [--die-with-parent]\n"
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

void rh_options_usage(FILE *out)
{
    (void)fputs(usage, out);
}

void rh_options_help(void)
{
    rh_options_usage(stdout);
    print_parts();
    (void)fputs("\nWords (the same in a scenario file):\n", stdout);
    rh_script_help(stdout);
    (void)fputs("\nFault kinds, and their targets:\n", stdout);
    rh_faults_help(stdout);
    (void)fputs("\nWords of wrong wiring:\n", stdout);
    rh_wiring_help(stdout);
}

static bool read_number(const char *text, long low, long high, long *number)
{
    char *end = NULL;

    *number = strtol(text, &end, 10);
    return end != text && *end == '\0' && *number >= low && *number <= high;
}

static bool set_run_dir(rh_options_t *options, const char *value)
{
    options->settings.run_dir = value;
    return true;
}

static bool set_bus(rh_options_t *options, const char *value)
{
    options->settings.tcp = strcmp(value, "tcp") == 0;
    return options->settings.tcp || strcmp(value, "rtu") == 0;
}

static bool set_port_base(rh_options_t *options, const char *value)
{
    long number = 0;
    const bool good = read_number(value, 0, 65532, &number);

    options->settings.port_base = (int)number;
    return good;
}

static bool set_seed(rh_options_t *options, const char *value)
{
    long number = 0;
    const bool good = read_number(value, 0, INT32_MAX, &number);

    options->settings.bench.seed = (uint64_t)number;
    return good;
}

/* One of the table of persons, whose figures are known. */
static bool set_person(rh_options_t *options, const char *value)
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

static bool set_coupling(rh_options_t *options, const char *value)
{
    const bool strap = strcmp(value, "strap") == 0;

    options->settings.bench.coupling = strap ? RH_COUPLING_STRAP : RH_COUPLING_ROLLER;
    return strap || strcmp(value, "roller") == 0;
}

static bool set_relay_ms(rh_options_t *options, const char *value)
{
    long number = 0;
    const bool good = read_number(value, 1, 10000, &number);

    options->settings.bench.relay_ms = number;
    return good;
}

static bool set_fast_wire(rh_options_t *options, const char *value)
{
    (void)value;
    options->settings.line.instant = true;
    return true;
}

static bool set_gpio(rh_options_t *options, const char *value)
{
    options->settings.gpio = value;
    return true;
}

/* One contact's name at a time: the text up to the comma. */
static bool set_gpio_low(rh_options_t *options, const char *value)
{
    for (const char *at = value; at != NULL; at = strchr(at, ',')) {
        at += *at == ',' ? 1 : 0;
        int contact = 0;
        while (contact < RH_CONTACT_COUNT &&
               (strncmp(at, rh_contact_names[contact], strcspn(at, ",")) != 0 ||
                strlen(rh_contact_names[contact]) != strcspn(at, ","))) {
            contact++;
        }
        if (contact == RH_CONTACT_COUNT) {
            return false;
        }
        options->settings.gpio_low |= 1u << contact;
    }
    return true;
}

static bool set_part(rh_options_t *options, rh_place_t place, const char *value)
{
    options->settings.parts.at[place] = rh_part_find(place, value);
    return options->settings.parts.at[place] != NULL;
}

static bool set_drive(rh_options_t *options, const char *value)
{
    return set_part(options, RH_PLACE_DRIVE, value);
}

static bool set_cells(rh_options_t *options, const char *value)
{
    return set_part(options, RH_PLACE_CELLS, value);
}

static bool set_encoder(rh_options_t *options, const char *value)
{
    return set_part(options, RH_PLACE_ENCODER, value);
}

static bool set_trace(rh_options_t *options, const char *value)
{
    options->settings.trace = value;
    return true;
}

/* N, or LOW..HIGH: each turnaround is drawn from between. */
static bool set_turnaround(rh_options_t *options, const char *value)
{
    int64_t *us = options->settings.line.turnaround_us;
    char text[32];
    char *dots;
    long low = 0;
    long high = 0;

    (void)snprintf(text, sizeof(text), "%s", value);
    dots = strstr(text, "..");
    if (dots != NULL) {
        *dots = '\0';
    }
    if (!read_number(text, 0, TURNAROUND_MAX_US, &low) ||
        !read_number(dots != NULL ? dots + 2 : text, low, TURNAROUND_MAX_US, &high)) {
        return false;
    }
    us[0] = low;
    us[1] = high;
    return true;
}

static bool set_gap(rh_options_t *options, const char *value)
{
    options->settings.line.true_gap = strcmp(value, "true") == 0;
    return options->settings.line.true_gap || strcmp(value, "spec") == 0;
}

/* BUS:RATE */
static bool set_baud(rh_options_t *options, const char *value)
{
    for (int i = 0; i < RH_BUS_COUNT; i++) {
        const size_t length = strlen(rh_bus_names[i]);
        long rate = 0;

        if (strncmp(value, rh_bus_names[i], length) != 0 || value[length] != ':') {
            continue;
        }
        options->settings.baud[i] =
            read_number(value + length + 1, 1, INT32_MAX, &rate) ? (int)rate : 0;
        return rh_link_rtu_has_rate(options->settings.baud[i]);
    }
    return false;
}

static bool set_wiring(rh_options_t *options, const char *value)
{
    char error[256];
    const bool good = rh_wiring_parse(&options->settings.bench.wiring, value, error,
                                      sizeof(error)) == 0;

    if (!good) {
        (void)fprintf(stderr, "revhyper-sim: --wiring: %s\n", error);
    }
    return good;
}

static bool set_scenario(rh_options_t *options, const char *value)
{
    options->scenario = value;
    return true;
}

static bool set_die_with_parent(rh_options_t *options, const char *value)
{
    (void)value;
    options->dies_with_parent = true;
    return true;
}

static const struct {
    const char *name;
    const char *wants; /* NULL = takes no value */
    bool (*set)(rh_options_t *options, const char *value);
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
    {"--gpio-low", "contacts, as grip_left,comfort_stop", set_gpio_low},
    {"--drive", "rtelligent-dsy, kinco-fd or stepperonline-a6rs", set_drive},
    {"--cells", "pt113, laumas-tlb or flintec-mcs64", set_cells},
    {"--gap", "spec (1.75 ms above 19200) or true (3.5 characters)", set_gap},
    {"--turnaround-us", "0 to 1000000, or LOW..HIGH", set_turnaround},
    {"--baud", "drive, cells, io or pads, a colon, and a standard rate", set_baud},
    {"--wiring", "words of the list in --help, separated by commas", set_wiring},
    {"--trace", "a file", set_trace},
    {"--encoder", "briter-brt38 or kubler-sendix-f58", set_encoder},
    {"--die-with-parent", NULL, set_die_with_parent},
};
#define KNOWN (sizeof(known) / sizeof(known[0]))

/* Reads the option at argv[*index] and moves the index past it. */
static bool read_option(rh_options_t *options, int argc, char **argv, int *index)
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

bool rh_options_read(rh_options_t *options, int argc, char **argv)
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
