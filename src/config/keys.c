/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of keys. Ranges end where safety ends: no file can reach beyond them in the
 * dangerous direction. Defaults of [limits] are those of the table of limits and the
 * safe states; those of [machine] are the simulated machine's.
 */
#include "keys.h"

#include <string.h>

#include "draft.h"
#include "key_words.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))
#define FIELD(type, field) offsetof(type, field), sizeof(((type *)NULL)->field)

/* Rows of a section whose item is ITEM and whose flags are FLAGS. */
// clang-format off
#define NUMBER(name, type, field, low, high, unit, fallback, help)                     \
    {#name, type, FLAGS, FIELD(ITEM, field), low, high, unit, fallback, help, NULL}
#define REAL_AT(name, field, low, high, unit, fallback, help)                          \
    NUMBER(name, RH_KEY_REAL, field, low, high, unit, fallback, help)
#define INT_AT(name, field, low, high, unit, fallback, help)                           \
    NUMBER(name, RH_KEY_INT, field, low, high, unit, fallback, help)
#define TEXT_AT(name, field, type, shortest, fallback, help)                           \
    {#name, type, FLAGS, FIELD(ITEM, field), shortest,                                 \
     sizeof(((ITEM *)NULL)->field) - 1, "", fallback, help, NULL}
#define WORD_AT(name, field, words, fallback, help)                                    \
    {#name, RH_KEY_WORD, FLAGS, FIELD(ITEM, field), 0, 0, "", fallback, help, words}
#define CHOICE(name, words, fallback, help)                                            \
    {#name, RH_KEY_CHOICE, FLAGS, FIELD(ITEM, name), 0, 0, "", fallback, help, words}
/* most keys are called as their field is */
#define REAL(name, ...) REAL_AT(name, name, __VA_ARGS__)
#define INT(name, ...) INT_AT(name, name, __VA_ARGS__)
#define TEXT(name, ...) TEXT_AT(name, name, __VA_ARGS__)
#define WORD(name, ...) WORD_AT(name, name, __VA_ARGS__)
// clang-format on

/* ---- the main file --------------------------------------------------------------- */

#define FLAGS 0
#define ITEM rh_daemon_settings_t
static const rh_key_t daemon_keys[] = {
    /* not a setting: it says where settings are, so the draft keeps it */
    {"machine", RH_KEY_PATH, FLAGS,
     offsetof(rh_draft_t, machine_file) - offsetof(rh_draft_t, settings.daemon),
     RH_PATH_MAX, 0, RH_PATH_MAX - 1, "", "",
     "machine file, from this file's folder; empty: its sections are in this file",
     NULL},
    INT(tick_hz, 100, 1000, "Hz", "500", "ticks of the control thread"),
    INT(priority, 0, 90, "", "80", "SCHED_FIFO of the control thread; 0 = ordinary"),
    WORD(pin_control, yes_no, "no",
         "control thread keeps to the last processor that the unit's CPUAffinity "
         "leaves, "
         "where there are several"),
    INT(wake_latency_us, 0, 1000000, "us", "0",
        "idle states of the processor that take longer to leave are not entered"),
    INT(watchdog_ms, 100, 10000, "ms", "1000",
        "systemd's, fed only when ticks advance"),
    INT(stream_port, 0, 65535, "", "5570",
        "stream over TCP; 0 = any, see endpoints.json"),
    INT(mirror_port, 0, 65535, "", "5572", "stream with one frame a message; 0 = any"),
    INT(command_port, 0, 65535, "", "5571", "commands over TCP; 0 = any"),
    INT(live_hz, 1, 100, "Hz", "50", "messages of the topic live"),
    WORD(loopback_trainer, yes_no, "no",
         "commands over loopback TCP have the trainer's role"),
    TEXT(bind, RH_KEY_NAME, 1, "127.0.0.1", "address of the TCP sockets"),
    TEXT(run_dir, RH_KEY_PATH, 1, "/run/revhyper", "sockets, lock, endpoints.json"),
    TEXT(state_dir, RH_KEY_PATH, 1, "/var/lib/revhyper",
         "history and the machine's own files"),
    TEXT(sim_dir, RH_KEY_PATH, 0, "",
         "where relative serial paths are; empty = run_dir"),
};
#undef ITEM

#define ITEM rh_training_settings_t
static const rh_key_t training_keys[] = {
    WORD_AT(count_at, count_at_top, counted_ends, "top",
            "the turn at which a rep is counted"),
    REAL(zero_quiet_s, 0.5, 120, "s", "20",
         "pad empty and quiet before the cells are zeroed"),
    REAL(zero_max_n, 1, 200, "N", "100",
         "a cell further off at rest refuses (2 % of full scale)"),
    REAL(first_load_max_kg, 0, 10, "kg", "10", "first load of a session"),
    REAL(load_step_max_kg, 0.5, 5, "kg", "2", "largest step of the load upwards"),
    REAL(load_ramp_nm_per_s, 5, 60, "N m/s", "60",
         "rise of the load at the bottom rest"),
    REAL(damping_nm_per_dps, 0, 0.6, "N m per deg/s", "0.3", "of the mode damping"),
    REAL(friction_frac, 0, 0.8, "", "0.8", "share of the friction that is compensated"),
    REAL(hold_min_s, 0, 10, "s", "1", "shorter holds at the top are named"),
    REAL(lift_rate_max_dps, 30, 300, "deg/s", "150", "faster lifts are named"),
    REAL(lower_rate_max_dps, 30, 300, "deg/s", "150", "faster lowering is named"),
    REAL(swing_max_frac, 0.05, 1, "", "0.3", "share of the lift that came as swing"),
    REAL(slack_n, 1, 50, "N", "10", "less force than this on the way is slack"),
    REAL(impact_n, 50, 2000, "N", "300",
         "more force than this at the bottom is an impact"),
    REAL(asymmetry_max_frac, 0.05, 0.5, "", "0.15",
         "difference of the sides that is named"),
};
#undef ITEM
#undef FLAGS

/* ---- the machine file ------------------------------------------------------------ */

#define ITEM rh_machine_settings_t
static const rh_key_t machine_keys[] = {
#define FLAGS RH_KEY_REQUIRED
    TEXT(name, RH_KEY_NAME, 1, "simulated", "the machine's name in every topic"),
    WORD_AT(coupling, strap_is_roller, couplings, "roller",
            "strap pulls one way, rollers carry both"),
    REAL(strap_radius_m, 0.4, 1.1, "m", "0.848", "hip axis to strap or roller"),
    REAL(arm_gravity_nm, 0, 120, "N m", "39.7",
         "the arm's own, at horizontal, identified"),
    REAL(arm_inertia_kgm2, 0.5, 20, "kg m2", "2.36", "arm + ratio^2 x motor + gear"),
    REAL(friction_nm, 0, 20, "N m", "4",
         "Coulomb friction of arm and gear, identified"),
    REAL(load_max_kg, 0, 40, "kg", "18", "largest load this machine may show"),
    REAL(torque_max_nm, 10, 250, "N m", "150", "resisting torque, at the arm"),
    REAL(relay_ms, 10, 100, "ms", "75",
         "time of the heartbeat relay: 40 on GPIO, 75 on polled I/O"),
    REAL(brake_peak_nm, 0, 400, "N m", "90",
         "passive brake's peak by its data (commissioning tries it); 0 = none"),
#undef FLAGS
#define FLAGS 0
    REAL(strap_weight_n, 0, 50, "N", "10", "hardware beyond the cells, arm horizontal"),
    REAL(strap_mass_kg, 0, 5, "kg", "0", "its inertia beyond the cells, as a mass"),
    REAL(cell_lag_ms, 0, 200, "ms", "10", "delay of the cell transmitters' own filter"),
    REAL(pad_span_mm, 100, 1500, "mm", "500", "front pad cell to rear pad cell"),
    WORD(simulated, yes_no, "no", "a simulator stands behind the buses"),
    TEXT_AT(profiles, profile_dir, RH_KEY_PATH, 1, "../devices",
            "folder of the device profiles, from this file's folder"),
#undef FLAGS
};
#undef ITEM

#define FLAGS RH_KEY_SAFETY
#define ITEM rh_limit_settings_t
static const rh_key_t limit_keys[] = {
    REAL(soft_top_deg, -30, 3, "deg", "3", "soft limit at the top: the wall begins"),
    REAL(soft_bottom_deg, -99, -60, "deg", "-99",
         "soft limit at the bottom while no range is taught"),
    REAL(rom_soft_bottom_deg, 0, 6, "deg", "6", "soft limit below the taught bottom"),
    REAL(trip_over_top_deg, 1, 5, "deg", "5", "trip beyond the soft limit at the top"),
    REAL(trip_over_bottom_deg, 1, 3, "deg", "3",
         "trip beyond the soft limit at the bottom"),
    REAL(trip_top_deg, -29, 8, "deg", "8", "the trip is never above this"),
    REAL(trip_bottom_deg, -102, -61, "deg", "-102", "the trip is never below this"),
    REAL(wall_nm_per_deg, 5, 20, "N m/deg", "20", "slope of the one-sided wall"),
    REAL(wall_max_nm, 20, 100, "N m", "100", "the wall's largest torque"),
    REAL(brake_nm, 20, 150, "N m", "100",
         "torque the funnel counts on to stop the arm"),
    REAL(slew_load_nm_per_s, 100, 1000, "N m/s", "400",
         "growth of torque; the arm's gravity at 200 deg/s takes 140, a 60 N m plate "
         "210"),
    REAL(slew_safe_nm_per_s, 1500, 20000, "N m/s", "3000",
         "torque towards zero, wall and damping"),
    REAL(window_ms, 100, 1000, "ms", "250", "window of real time that bounds growth"),
    REAL(window_nm, 10, 100, "N m", "60",
         "growth in the window; a 150 N m plate at 125 deg/s takes 45"),
    REAL(sink_dps, 20, 60, "deg/s", "60",
         "fastest controlled lowering (45 for novices)"),
    REAL(rate_limit_dps, 60, 360, "deg/s", "300",
         "the drive's speed limit while armed"),
    REAL(runaway_nm, 2, 10, "N m", "10", "drive torque off its command: fixed part"),
    REAL(runaway_frac, 0.02, 0.15, "", "0.15",
         "drive torque off its command: share of the command"),
    REAL(mismatch_deg, 0.5, 3, "deg", "3", "motor encoder against arm encoder"),
    REAL(cell_max_n, 500, 20000, "N", "4800", "a cell cannot show more (5 kN class)"),
    REAL(contact_n, 2, 20, "N", "10", "legs are in the strap"),
    REAL(pad_empty_n, 20, 200, "N", "100", "less on the pads: nobody there"),
    REAL(age_drive_ms, 5, 40, "ms", "40", "oldest usable drive sample"),
    REAL(age_encoder_ms, 5, 40, "ms", "40", "oldest usable arm encoder sample"),
    REAL(age_cells_ms, 5, 40, "ms", "40", "oldest usable strap cell sample"),
    REAL(age_io_ms, 5, 40, "ms", "40", "oldest usable contact sample"),
    REAL(age_cut_ms, 10, 80, "ms", "80", "still stale: the power is cut"),
    REAL(late_count_ms, 1, 4, "ms", "4", "a tick later than this is counted"),
    REAL(late_safe1_ms, 4, 12, "ms", "12", "a tick later than this lowers the arm"),
    REAL(late_safe3_ms, 10, 40, "ms", "40", "a tick later than this cuts the power"),
    REAL(grip_open_ms, 20, 100, "ms", "100", "a grip open longer takes the load off"),
    REAL(cycle_ms, 1, 50, "ms", "11.08", "cycle of the drive's bus"),
    REAL(drive_lag_ms, 1, 50, "ms", "10", "command on the wire to torque at the arm"),
    REAL(rest_deg, -95, -80, "deg", "-80", "at or below: the arm is at the bottom"),
    REAL(rest_dps, 0.5, 3, "deg/s", "3", "slower: the arm is still"),
    REAL(rest_hold_ms, 500, 5000, "ms", "500",
         "still at the bottom for this long is rest"),
    REAL(reset_hold_ms, 500, 3000, "ms", "500", "the reset button is held this long"),
    REAL(reset_stuck_ms, 1000, 5000, "ms", "5000",
         "held longer it is stuck and says nothing"),
    REAL(comfort_ramp_ms, 20, 90, "ms", "90", "comfort stop: the load is gone"),
    REAL(comfort_confirm_ms, 50, 150, "ms", "150",
         "comfort stop: the cells confirm it"),
    REAL(comfort_n, 5, 20, "N", "20", "how near to floating counts as confirmed"),
    REAL(comfort_frac, 0.02, 0.1, "", "0.1", "the same as a share of the former load"),
    REAL(unload_ramp_ms, 50, 150, "ms", "150", "unload: the load is gone"),
    REAL(safe1_ramp_ms, 100, 300, "ms", "300",
         "SAFE-1 while lifting: the load is gone"),
    REAL(safe1_timeout_ms, 3000, 10000, "ms", "10000",
         "SAFE-1 not at the bottom: SAFE-2"),
    REAL(safe2_servo_ms, 100, 2000, "ms", "2000", "SAFE-2: servo off"),
    REAL(arm_dwell_ms, 500, 5000, "ms", "500", "between arm.begin and arm.commit"),
    REAL(run_timeout_ms, 100, 1000, "ms", "500", "servo on and the drive does not run"),
    REAL(recover_nm_per_s, 5, 20, "N m/s", "20", "rise from zero after arming"),
};

static const rh_key_t test_keys[] = {
    WORD(open_limits, yes_no, "no",
         "opens soft limits and trips to the mechanical stops; simulated machine only"),
    WORD(needs_commissioning, yes_no, "no",
         "a simulated machine arms only once it is commissioned, as a real one"),
    REAL(
        host_pause_ms, 0, 40, "ms", "0",
        "added to age_* and late_*, on a computer that pauses; simulated machine only"),
};
#undef ITEM
#undef FLAGS

#define ITEM rh_bus_settings_t
static const rh_key_t bus_keys[] = {
#define FLAGS RH_KEY_REQUIRED
    WORD_AT(link, is_tcp, links, "rtu", "serial line or network"),
#undef FLAGS
#define FLAGS 0
    TEXT(path, RH_KEY_PATH, 0, "",
         "rtu: serial device; relative = below sim_dir or run_dir"),
    TEXT(host, RH_KEY_NAME, 1, "127.0.0.1", "tcp: address"),
    INT(port, 1, 65535, "", "502", "tcp: port"),
    INT(baud, 110, 4000000, "baud", "115200",
        "rtu: a rate that libmodbus and the devices know"),
    CHOICE(format, formats, "8N1", "rtu: bits, parity, stop bits"),
    INT(t35_us, 0, 100000, "us", "0",
        "silence before a request; 0 = each device's profile's"),
    INT(response_timeout_us, 500, 1000000, "us", "8000", "from the end of the request"),
    INT(resync_us, 0, 1000000, "us", "5000", "silence after an error"),
#undef FLAGS
};
#undef ITEM

static const rh_key_t device_keys[] = {
#define ITEM rh_device_draft_t
#define FLAGS RH_KEY_REQUIRED
    TEXT(bus, RH_KEY_NAME, 1, "", "the [bus] it is on"),
    INT_AT(slave, device.slave, 1, 247, "", "1", "slave number, unit id on tcp"),
    TEXT(profile, RH_KEY_NAME, 1, "",
         "its profile, a file NAME.conf in the folder of profiles"),
#undef FLAGS
#define FLAGS 0
    INT_AT(gap_us, device.gap_us, 0, 100000, "us", "0",
           "silence before and after its frames; 0 = the bus's t35_us, else the "
           "profile's"),
    TEXT_AT(
        verified, device.verified, RH_KEY_PROSE, 0, "",
        "roles that its profile assumes and a bench has shown, with spaces between"),
    REAL_AT(rated_torque_nm, device.rated_torque_nm, 0, 100, "N m", "0",
            "drives: what 100 % is, at the motor"),
    REAL_AT(gear_ratio, device.gear_ratio, 0, 200, "", "0",
            "drives: motor turns per turn of the arm"),
    REAL_AT(torque_limit_nm, device.torque_limit_nm, 0, 250, "N m", "0",
            "drives: fence in the drive, at the arm"),
    REAL_AT(speed_limit_dps, device.speed_limit_dps, 0, 720, "deg/s", "0",
            "drives: fence in the drive, at the arm"),
};
#undef ITEM

#undef FLAGS
#define ITEM rh_signal_draft_t
static const rh_key_t signal_keys[] = {
#define FLAGS RH_KEY_REQUIRED
    TEXT(
        source, RH_KEY_PATH, 1, "",
        "modbus:DEVICE/ROLE, gpio:CHIP/LINE, quadrature:NAME/ROLE or hx711:NAME/force"),
#undef FLAGS
#define FLAGS 0
    REAL_AT(scale, binding.scale, -1e9, 1e9, "", "1",
            "signal = register value x scale + offset"),
    REAL_AT(offset, binding.offset, -1e9, 1e9, "", "0", "in the signal's unit"),
    WORD_AT(invert, binding.invert, yes_no, "no",
            "flags: the contact reads the other way round"),
    WORD_AT(bias, binding.bias, biases, "as-is",
            "gpio inputs: the chip's own resistor to supply or ground; e-stop, limits "
            "and grips must say it"),
    INT_AT(debounce_ms, binding.debounce_ms, 0, 50, "ms", "0",
           "gpio inputs: how long a contact must hold before it permits more; "
           "what stops acts at once (the reset button must hold both ways)"),
};
#undef ITEM

#define ITEM rh_quadrature_settings_t
static const rh_key_t quadrature_keys[] = {
#undef FLAGS
#define FLAGS RH_KEY_REQUIRED
    TEXT(chip, RH_KEY_PATH, 1, "", "label of the GPIO chip, as gpiodetect shows it"),
    TEXT(line_a, RH_KEY_PATH, 1, "", "number or name; exchange a and b to turn it"),
    TEXT(line_b, RH_KEY_PATH, 1, "", "number or name"),
    INT(counts_per_turn, 16, 1000000, "", "4096",
        "edges in a turn of the arm: 4 x the encoder's pulses"),
    REAL(home_deg, -120, 60, "deg", "-90", "where the arm hangs still at start"),
#undef FLAGS
#define FLAGS 0
    WORD(bias, biases, "as-is", "the chip's own resistor to supply or ground"),
};
#undef ITEM

#define ITEM rh_hx711_settings_t
static const rh_key_t hx711_keys[] = {
#undef FLAGS
#define FLAGS RH_KEY_REQUIRED
    TEXT(chip, RH_KEY_PATH, 1, "", "label of the GPIO chip, as gpiodetect shows it"),
    TEXT(clock, RH_KEY_PATH, 1, "", "line of PD_SCK, number or name"),
    TEXT(data, RH_KEY_PATH, 1, "", "line of DOUT, number or name"),
#undef FLAGS
#define FLAGS 0
    WORD(gain, gains, "128", "128 or 64 on input A, 32 on input B"),
    REAL(scale, -1e9, 1e9, "", "1", "newton = counts x scale + offset"),
    REAL(offset, -1e9, 1e9, "N", "0", "the same"),
};
#undef ITEM

/* ---- profiles -------------------------------------------------------------------- */

#define ITEM rh_profile_t
static const rh_key_t profile_keys[] = {
#undef FLAGS
#define FLAGS RH_KEY_REQUIRED
    TEXT(name, RH_KEY_NAME, 1, "", "as the file is called"),
    CHOICE(kind, kinds, "", "what it is"),
    CHOICE(status, statuses, "", "from documents, or verified on a bench"),
    TEXT(source, RH_KEY_PROSE, 1, "", "document and page"),
    {"link", RH_KEY_LINKS, FLAGS, 0, 0, 0, 0, "", "", "what it speaks", links},
    INT(read_max, 1, 2000, "", "", "registers or bits in one read"),
    WORD(fc06, yes_no, "", "writes one register"),
    WORD(fc16, yes_no, "", "writes several registers"),
    WORD(fc23, yes_no, "", "writes and reads in one request"),
#undef FLAGS
#define FLAGS 0
    TEXT(confirm, RH_KEY_PROSE, 0, "", "what a bench run must show before verified"),
    TEXT(quirks, RH_KEY_PROSE, 0, "", "what to know"),
    {"baud", RH_KEY_BAUDS, FLAGS, 0, 0, 110, 4000000, "baud", "", "rates it can do",
     NULL},
    CHOICE(format, formats, "8N1", "bits, parity, stop bits"),
    INT(t35_us, 0, 100000, "us", "1750", "silence it needs between frames"),
    INT(turnaround_us, 0, 1000000, "us", "1750", "request's end to reply"),
    WORD(allow_gaps, yes_no, "no", "reads over addresses that do not exist"),
    WORD(fences, fence_words, "no",
         "drives: torque and speed limits in it; only with yes does it ever arm"),
    WORD(mode, modes, "torque",
         "drives: a torque register, or a speed with the torque as its limit"),
    WORD(comm_watchdog, watchdogs, "no", "it stops by itself when Modbus is silent"),
    WORD(speed_limit_brakes, known, "unknown",
         "its speed limit brakes an axis driven from outside"),
    WORD_AT(servo_on, servo_on_by_register, servo_ways, "signal",
            "how its power stage is switched; register: CiA 402, role control"),
};
#undef ITEM

#define ITEM rh_register_t
static const rh_key_t register_keys[] = {
#undef FLAGS
#define FLAGS RH_KEY_REQUIRED
    INT(address, 0, 65535, "", "", "on the wire, from 0"),
    WORD(type, types, "", "width and sign"),
#undef FLAGS
#define FLAGS 0
    WORD(order, orders, "abcd", "bytes of a 32-bit value, a = most significant"),
    WORD(space, spaces, "holding", "table it is in"),
    REAL(scale, -1e9, 1e9, "", "1", "value in its unit = raw x scale"),
    TEXT(unit, RH_KEY_NAME, 0, "", "unit of the value"),
    WORD_AT(access, writable, accesses, "r", "may be written"),
    TEXT(status_role, RH_KEY_NAME, 0, "",
         "word that judges it, in the same read; empty: status"),
    TEXT(sign_role, RH_KEY_NAME, 0, "",
         "mag32: word that holds its sign, in the same read"),
    {"sign_mask", RH_KEY_BITS, FLAGS, FIELD(ITEM, sign_mask), 0, 65535, "", "0",
     "mag32: negative where one of these bits is set", NULL},
    WORD(assumed, yes_no, "no",
         "in no document: a real machine uses it once its device's verified names it"),
};
#undef ITEM

#define ITEM rh_block_t
static const rh_key_t block_keys[] = {
#undef FLAGS
#define FLAGS RH_KEY_REQUIRED
    WORD(space, spaces, "", "table it is in"),
    INT(address, 0, 65535, "", "", "first, on the wire"),
    INT(count, 1, 2000, "", "", "registers or bits"),
#undef FLAGS
#define FLAGS 0
    INT(every, 1, 1000, "", "1", "1 = each cycle of its bus"),
    INT(phase, 0, 999, "", "0", "with every = K: which of K cycles, 0 … K - 1"),
    INT(spare, 0, 8, "", "0",
        "registers behind it that may be read with it, to tell replies apart"),
};
#undef ITEM

// clang-format off
#define BITS(name, help)                                                               \
    {#name, RH_KEY_BITS, RH_KEY_REQUIRED, FIELD(rh_status_bit_t, name), 0,             \
     4294967295.0, "", "", help, NULL}
// clang-format on
static const rh_key_t status_keys[] = {
    BITS(mask, "bits of the status word that are looked at"),
    BITS(value, "what they are when it is so"),
};

#define ITEM rh_startup_t
static const rh_key_t startup_keys[] = {
#undef FLAGS
#define FLAGS RH_KEY_REQUIRED
    TEXT(role, RH_KEY_NAME, 1, "", "register that is written"),
#undef FLAGS
#define FLAGS 0
    REAL(value, -1e9, 1e9, "", "0", "what is written, in the register's unit"),
    TEXT(fence, RH_KEY_NAME, 0, "", "instead of a value: torque_limit or speed_limit"),
    WORD(readback, yes_no, "no", "read back and compared"),
};
#undef ITEM
#undef FLAGS

/* ---- sections -------------------------------------------------------------------- */

// clang-format off
#define ONE(word, where, field, keys, help)                                            \
    {word, help, where, false, false, offsetof(rh_draft_t, field), 0, RH_NO_FIELD,     \
     0, 1, COUNT(keys), NULL, keys}
#define LIST(word, where, numbered, field, named, counter, names, keys, help)          \
    {word, help, where, true, numbered, offsetof(rh_draft_t, field),                   \
     sizeof(((rh_draft_t *)NULL)->field[0]), named, offsetof(rh_draft_t, counter),     \
     COUNT(((rh_draft_t *)NULL)->field), COUNT(keys), names, keys}
// clang-format on

static const rh_section_t sections[RH_SECTION_COUNT] = {
    [RH_SECTION_DAEMON] = ONE("daemon", RH_FILE_MAIN, settings.daemon, daemon_keys,
                              "the daemon on this computer"),
    [RH_SECTION_TRAINING] = ONE("training", RH_FILE_MAIN, settings.training,
                                training_keys, "what counts as a good rep"),
    [RH_SECTION_MACHINE] = ONE("machine", RH_FILE_MACHINE, settings.machine,
                               machine_keys, "mechanics, measured at commissioning"),
    [RH_SECTION_LIMITS] = ONE("limits", RH_FILE_MACHINE, settings.limits, limit_keys,
                              "bounds of the gate; ceilings are compiled in"),
    [RH_SECTION_TEST] = ONE("test", RH_FILE_MACHINE, settings.limits, test_keys,
                            "for tests with a simulated machine"),
    [RH_SECTION_BUS] = LIST("bus", RH_FILE_MACHINE, false, settings.hal.buses,
                            offsetof(rh_bus_settings_t, name), settings.hal.bus_count,
                            NULL, bus_keys, "a Modbus line"),
    [RH_SECTION_DEVICE] =
        LIST("device", RH_FILE_MACHINE, false, devices,
             offsetof(rh_device_draft_t, device.name), settings.hal.device_count, NULL,
             device_keys, "a device on a bus"),
    [RH_SECTION_QUADRATURE] =
        LIST("quadrature", RH_FILE_MACHINE, false, settings.hal.quadratures,
             offsetof(rh_quadrature_settings_t, name), settings.hal.quadrature_count,
             NULL, quadrature_keys, "an encoder on two GPIO lines"),
    [RH_SECTION_HX711] =
        LIST("hx711", RH_FILE_MACHINE, false, settings.hal.hx711s,
             offsetof(rh_hx711_settings_t, name), settings.hal.hx711_count, NULL,
             hx711_keys, "a load cell converter on GPIO: for the record alone"),
    [RH_SECTION_SIGNAL] =
        LIST("signal", RH_FILE_MACHINE, false, signals,
             offsetof(rh_signal_draft_t, name), settings.hal.binding_count, signals,
             signal_keys, "where a signal comes from or goes to"),
    [RH_SECTION_PROFILE] = ONE("profile", RH_FILE_PROFILE, profile, profile_keys,
                               "a device as its maker documents it"),
    [RH_SECTION_REGISTER] = LIST("register", RH_FILE_PROFILE, false, profile.registers,
                                 offsetof(rh_register_t, role), profile.register_count,
                                 NULL, register_keys, "a register by its role"),
    [RH_SECTION_BLOCK] =
        LIST("block", RH_FILE_PROFILE, true, profile.blocks, RH_NO_FIELD,
             profile.block_count, NULL, block_keys, "what is read in one request"),
    [RH_SECTION_STATUS] =
        LIST("status", RH_FILE_PROFILE, false, profile.bits,
             offsetof(rh_status_bit_t, meaning), profile.bit_count, meanings,
             status_keys, "what the device's status word means"),
    [RH_SECTION_STARTUP] =
        LIST("startup", RH_FILE_PROFILE, true, profile.startup, RH_NO_FIELD,
             profile.startup_count, NULL, startup_keys, "what is written at start"),
};

const rh_section_t *rh_section(rh_section_id_t id)
{
    return &sections[id];
}
