/* SPDX-License-Identifier: Apache-2.0 */
/* The table of verbs; see verbs.h. */
#include "verbs.h"

#include "arm.h"
#include "commission.h"
#include "config_file.h"
#include "device_probe.h"
#include "doctor.h"
#include "lease.h"
#include "predicate.h"
#include "print.h"
#include "watch.h"

#define PRESENCE_HELP                                                                  \
    "Without --lease it takes a lease for the call and drops it afterwards; the\n"     \
    "console's presence ends with it, and with it the load of somebody who trains\n"   \
    "under supervision. For that run `revhyperctl lease hold` beside it and give "     \
    "its\n"                                                                            \
    "id with --lease."
#define PREDICATE_HELP "Exit: 0 yes, 4 no, 6 no because a fault is open; 3 not reached."

const rh_verb_t rh_verbs[] = {
    {.object = "stop",
     .wire = "stop",
     .help = "controlled stop, latched: the motor lowers the legs, then is off",
     .more = "No lease, no question. Leaving it needs the reset button on the machine.",
     .done = "stopped: latched until the reset button is held at the bottom"},
    {.object = "unload",
     .wire = "unload",
     .help = "load off within 150 ms; stays armed on the legs' own weight",
     .more = "No lease, no question.",
     .done = "unloaded"},
    {.object = "comfort",
     .wire = "comfort",
     .help = "it hurts: load off, legs float, the set ends, the angle is remembered",
     .more = "No lease, no question.",
     .done = "load off, legs float"},
    {.object = "disarm",
     .wire = "disarm",
     .lease = RH_LEASE_BRIEF,
     .help = "motor off; only with the arm at rest at the bottom",
     .done = "disarmed"},
    {.object = "arm",
     .wire = "arm.begin",
     .lease = RH_LEASE_PRESENCE,
     .help = "motor on: both grips held, arm at the bottom (takes half a second)",
     .more = "Sends arm.begin and, 0.5 s later, arm.commit under the same lease.\n"
             "The grips must be held throughout.\n" PRESENCE_HELP,
     .done = "armed",
     .run = rh_arm_run},
    {.object = "status",
     .wire = "snapshot",
     .help = "the machine in plain words",
     .print = rh_print_status},
    {.object = "snapshot",
     .wire = "snapshot",
     .help = "everything the daemon knows now, as JSON",
     .print = rh_print_tree},
    {.object = "watch",
     .wire = "snapshot",
     .args = {{NULL, "topics", RH_ARG_TOPICS, false,
               "what to show; all but live, state and health when none is named"},
              {"--count", "count", RH_ARG_COUNT, false,
               "end after N messages; exit 3 when --seconds are over before"},
              {"--seconds", "seconds", RH_ARG_SECONDS, false, "end after S seconds"}},
     .help = "follow the stream: reps, cues, events, faults, ...",
     .more =
         "A line per message, with --json the message itself with its \"topic\".\n"
         "State, health and open faults come first as they are now; of reps, sets,\n"
         "sessions, cues and events only the new ones. Exit 3 when the daemon\n"
         "falls silent.",
     .run = rh_watch_run},
    {.object = "lease",
     .verb = "hold",
     .wire = "lease.take",
     .help = "hold the lease and print its id, until SIGINT or SIGTERM",
     .more =
         "The id is the first line on stdout; give it to other calls with --lease.\n"
         "It is renewed every 500 ms, and dropped at the end or when the program\n"
         "that started it ends: presence must not outlive who is present.\n"
         "Exit 5 when another holds it or it was lost, 3 when the daemon is gone.",
     .run = rh_lease_hold_run},
    {.object = "session",
     .verb = "start",
     .wire = "session.start",
     .lease = RH_LEASE_BRIEF,
     .help = "somebody begins to train",
     .done = "session started"},
    {.object = "session",
     .verb = "end",
     .wire = "session.end",
     .lease = RH_LEASE_BRIEF,
     .help = "end it; the next one starts at no load",
     .question = "End the session?",
     .done = "session ended"},
    {.object = "set",
     .verb = "start",
     .wire = "set.start",
     .args = {{"--kind", "kind", RH_ARG_KIND, false, "warmup or work (work)"},
              {"--side", "side", RH_ARG_SIDE, false, "both, left or right (both)"},
              {"--reps", "reps", RH_ARG_COUNT, false, "how many; 0 = open (0)"}},
     .lease = RH_LEASE_PRESENCE,
     .help = "begin a set",
     .more = PRESENCE_HELP,
     .done = "set started"},
    {.object = "set",
     .verb = "end",
     .wire = "set.end",
     .lease = RH_LEASE_BRIEF,
     .help = "end the set",
     .done = "set ended"},
    {.object = "load",
     .verb = "get",
     .wire = "snapshot",
     .help = "the load commanded and acting",
     .print = rh_print_load},
    {.object = "load",
     .verb = "set",
     .wire = "load.set",
     .args = {{NULL, "load_kg", RH_ARG_LOAD, true, "such as 12.5kg or 27lb"}},
     .lease = RH_LEASE_PRESENCE,
     .help = "command a load, such as 12.5kg or 27lb; always with its unit",
     .more =
         "Loads are absolute. Steps are 0.5 kg below 10 kg and 1 kg above; pounds go\n"
         "down to the next of them.\n" PRESENCE_HELP,
     .print = rh_print_load_set},
    {.object = "mode",
     .verb = "set",
     .wire = "mode.set",
     .args = {{NULL, "mode", RH_ARG_MODE, true, "damping, constant or plate"}},
     .lease = RH_LEASE_BRIEF,
     .help = "how it resists: damping, constant, plate; only at the bottom",
     .done = "mode set"},
    {.object = "rom",
     .verb = "teach",
     .wire = "rom.teach",
     .lease = RH_LEASE_BRIEF,
     .help = "teach the range: three lifts without load follow",
     .done = "teaching: lift three times, then `rom accept`"},
    {.object = "rom",
     .verb = "accept",
     .wire = "rom.accept",
     .lease = RH_LEASE_BRIEF,
     .help = "take the range that the three lifts showed",
     .done = "range accepted",
     .print = rh_print_range},
    {.object = "rom",
     .verb = "nudge",
     .wire = "rom.nudge",
     .args = {{"--top", "top_deg", RH_ARG_ANGLE, false,
               "the new top, lower than it is"},
              {"--bottom", "bottom_deg", RH_ARG_ANGLE, false,
               "the new bottom, higher than it is"}},
     .lease = RH_LEASE_BRIEF,
     .help = "narrow the range; it can never widen it",
     .done = "range narrowed",
     .print = rh_print_range},
    {.object = "rom",
     .verb = "redo",
     .wire = "rom.redo",
     .lease = RH_LEASE_BRIEF,
     .help = "forget the range and teach it again",
     .question = "Forget the taught range?",
     .done = "teaching again: lift three times, then `rom accept`"},
    {.object = "sensor",
     .verb = "zero",
     .wire = "sensor.zero",
     .lease = RH_LEASE_BRIEF,
     .help = "zero the load cells, with nobody on the machine",
     .done = "load cells zeroed"},
    {.object = "fault",
     .verb = "list",
     .wire = "fault.list",
     .help = "open faults with their remedies",
     .print = rh_print_faults},
    {.object = "fault",
     .verb = "reset",
     .wire = "fault.reset",
     .lease = RH_LEASE_BRIEF,
     .help = "acknowledge; leaving a stop still needs the reset button",
     .done = "acknowledged: with the arm at the bottom hold the reset button"},
    {.object = "device",
     .verb = "list",
     .wire = "device.list",
     .help = "devices on the buses, how old their last answer is",
     .print = rh_print_devices},
    {.object = "signal",
     .verb = "list",
     .wire = "signal.list",
     .help = "what each wire of the machine says now: value, raw reading, age",
     .print = rh_print_signals},
    {.object = "device",
     .verb = "probe",
     .args =
         {{NULL, "device", RH_ARG_TEXT, false,
           "a device of --config's machine; what is given below overrides it"},
          {"--profile", "profile", RH_ARG_TEXT, false,
           "NAME in the folder devices beside --config's file, or FILE.conf"},
          {"--port", "port", RH_ARG_TEXT, false, "serial device, as /dev/ttyUSB0"},
          {"--baud", "baud", RH_ARG_COUNT, false, "its rate (the profile's highest)"},
          {"--format", "format", RH_ARG_TEXT, false,
           "bits, parity, stop bits (the profile's)"},
          {"--slave", "slave", RH_ARG_COUNT, false, "slave number (1)"},
          {"--tcp-port", "tcp_port", RH_ARG_COUNT, false,
           "Modbus TCP at --host HOST: its port (502)"},
          {"--scan", "scan", RH_ARG_SWITCH, false,
           "tells every slave number that answers, at the other rates where none does; "
           "half a minute a rate"}},
     .help = "read a device by its profile, with the daemon off its port",
     .more =
         "It asks for each register by itself and shows what lay on the wire, the raw\n"
         "number, and the number in its unit: a map is right when they move as the\n"
         "device's own display does. It only reads. A port that the daemon has open "
         "is\n"
         "refused. Exit 3 when nothing answers, 1 when a register is refused.",
     .run = rh_device_probe_run},
    {.object = "config",
     .verb = "check",
     .help = "read the file of --config as the daemon would; asks no daemon",
     .run = rh_config_check_run},
    {.object = "config",
     .verb = "show",
     .wire = "config.show",
     .help = "what the daemon runs with; with --config what that file says",
     .run = rh_config_show_run},
    {.object = "doctor",
     .wire = "snapshot",
     .args = {{"--root", "root", RH_ARG_TEXT, false,
               "folder before /sys, /proc and /dev (for tests)"}},
     .help = "computer, configuration, daemon, wiring, signals: what is wrong",
     .more =
         "One line per check: ok, warn or fail, and the remedy. Exit 1 when any fails.",
     .run = rh_doctor_run},
    {.object = "commission",
     .wire = "commissioning.show",
     .args = {{NULL, "step", RH_ARG_TEXT, false,
               "only this step, even where it was ok before"},
              {"--seconds", "seconds", RH_ARG_SECONDS, false,
               "how long it waits for each deed (60)"},
              {"--known", "known_kg", RH_ARG_MASS, false,
               "the mass that is hung on the strap and put on the pads, 5 to 200 kg "
               "(10kg)"},
              {"--hung", "hung_kg", RH_ARG_MASS, false,
               "hangs on the strap in a second fall of the step brake"}},
     .lease = RH_LEASE_BRIEF,
     .help = "try with somebody at the machine that its wiring is what is configured",
     .more =
         "Steps, in order: computer, devices, fences, estop, buttons, cells, lift,\n"
         "span, zero, pads, limits, brake, relay, torque. It says what to do, waits "
         "for\n"
         "it, and names what is wrong in one sentence; what was ok before is not "
         "tried\n"
         "again. The last two switch the drive on; nothing moves without a question. "
         "The\n"
         "result is written to the daemon's state directory: run it on the machine's "
         "own\n"
         "computer, with sudo. A change of the wiring in the machine file makes it "
         "void.",
     .run = rh_commission_run},
    {.object = "is-armed",
     .wire = "snapshot",
     .help = "may the motor act (armed, or lowering or floating somebody's legs)?",
     .more = PREDICATE_HELP,
     .print = rh_predicate_print,
     .judge = rh_predicate_judge},
    {.object = "is-ready",
     .wire = "snapshot",
     .help = "is nothing latched, open or awaited?",
     .more = PREDICATE_HELP,
     .print = rh_predicate_print,
     .judge = rh_predicate_judge},
    {.object = "is-zeroed",
     .wire = "snapshot",
     .help = "were the load cells zeroed in this session?",
     .more = PREDICATE_HELP,
     .print = rh_predicate_print,
     .judge = rh_predicate_judge},
    {.object = "is-taught",
     .wire = "snapshot",
     .help = "was a range of motion taught and accepted?",
     .more = PREDICATE_HELP,
     .print = rh_predicate_print,
     .judge = rh_predicate_judge},
};

const size_t rh_verb_count = sizeof rh_verbs / sizeof rh_verbs[0];
