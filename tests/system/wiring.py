#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a builder really gets wrong: each mistake is named in one plain sentence, and nothing arms.

Each row makes one mistake in the simulator's wiring (never in the daemon's configuration),
starts the shipped daemon on it, and lets somebody commission the machine as the console says.
Nothing arms before, between and after. Who must name it, each in one sentence with the same words:

  rest        `doctor`, while nobody touches the machine: where it can show at all
  STEP        the step of `commission` that meets it
  doctor      `doctor`, from then on: what the step found is in the machine's record
  start       the daemon's next start, for the same reason

A cell whose sign or unit is wrong shows nothing while it carries nothing, and a contact that is stuck closed
nothing while nobody presses: those three are named at rest as steps that were not done, and by
`doctor` and the start as what they are once somebody has pressed, lifted or laid down a mass.

  wiring.py BINS [ROW...]
"""
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts/lib"))
from commission import restart  # noqa: E402
from commissioner import Commissioner  # noqa: E402
from machine import Machine, MachineError, wait_for  # noqa: E402
from rows import arm_refusal, play_rows  # noqa: E402

TOLD = ["--set", "test.needs_commissioning=yes"]

# name: options of the simulator (or two lines to be plugged into each other's place), steps to do,
# words of their sentence, words that doctor says
# (True: the same; False: it cannot see it, nobody touches the machine)
ROWS = {
    "arm_encoder_reversed": (["--wiring", "encoder_reversed"], ["lift"],
                             "the arm encoder counts the wrong way",
                             "the arm encoder counts the wrong way (A and B exchanged), or its zero"),
    "motor_reversed": (["--wiring", "motor_reversed"], ["lift"],
                       "the motor counts the wrong way",
                       "the motor counts the wrong way"),
    "strap_cell_reversed": (["--wiring", "strap_left_reversed"], ["lift"],
                            "strap_left counts the wrong way", False),
    "both_strap_cells_reversed": (["--wiring", "strap_left_reversed,strap_right_reversed"], ["lift"],
                                  "each strap cell counts the wrong way", False),
    "pad_cell_reversed": (["--wiring", "pad_rear_reversed"], ["pads"],
                          "pad_rear counts the wrong way", False),
    "straps_and_pads_exchanged": (["exchange", "cells", "pads"], ["lift", "pads"],
                                  "the two pairs of cells are exchanged", False),
    "kilograms_for_newtons": (["--wiring", "cells_in_kg"], ["lift", "pads"],
                              "they give kilograms, not newtons", False),
    "strap_cell_with_90_percent": (["--wiring", "span:strap_left=90"], ["span"],
                                   "strap_left: the two cells show", False),
    "pad_cell_with_110_percent": (["--wiring", "span:pad_rear=110"], ["pads"],
                                  "pad_rear: the two cells show", False),
    "wrong_baud": (["--baud", "cells:57600"], ["devices"],
                   "wrong baud rate or format (the machine file says 115200 8N1)", True),
    "wrong_slave_number": (["--wiring", "slave:encoder=7"], ["devices"],
                           "encoder does not answer as slave 1 on bus io, where others do: "
                           "wrong slave number", True),
    "two_with_one_number": (["--wiring", "same_number:strap_left=strap_right"], ["devices"],
                            "two devices on bus cells have the number 2", True),
    "two_pads_with_one_number": (["--wiring", "same_number:pad_rear=pad_front"], ["devices"],
                                 "two devices on bus pads have the number 1", True),
    "estop_a_stuck": (["--wiring", "estop_a_stuck"], ["estop"],
                      "e-stop channel a stayed closed while channel b opened", False),
    "estop_b_stuck": (["--wiring", "estop_b_stuck"], ["estop"],
                      "e-stop channel b stayed closed while channel a opened", False),
    "estop_b_open": (["--wiring", "estop_b_open"], ["estop"],
                     "e-stop channel b reads open", True),
    "grip_without_pull_up": (["--wiring", "floating:grip_left"], ["estop"],
                             "grip_left changed", True),
    "heartbeat_relay_open": (["--wiring", "heartbeat_open"], None,
                             "The drive does not run although servo-on is given", False),
    "torque_scale_wrong": (["--wiring", "torque_scale:70"], None,
                           "% of the torque that the drive was given", False),
    "no_passive_brake": (["--wiring", "no_brake"], ["brake"], "no passive brake", False),
}


def refuses_to_arm(machine):
    """Nobody may arm, whatever else is wrong: exit 4 and the reason."""
    code = arm_refusal(machine)
    if code != "not_commissioned":
        raise MachineError(f"arm: {code}, not not_commissioned")


def doctor(machine):
    done = subprocess.run([str(machine.bins / "revhyperctl"), "--run-dir", str(machine.run),
                           "--config", str(machine.config), "doctor"],
                          capture_output=True, text=True, timeout=30)
    return done.stdout


def doctor_names(machine, words):
    """The counters and the daemon's report of them take a second or two."""
    def named():
        machine.doctor = doctor(machine)
        return any(line.startswith("fail") and words in line for line in machine.doctor.split("\n"))
    wait_for(f"doctor says: {words}", named, 15)


def commission(machine, steps, words):
    """The steps that fail, and the sentence that the last of them ends with."""
    person = Commissioner(machine)
    sentences, failing = [], []
    for step in steps or [None]:
        verdicts, status = person.run(*([step] if step else []))
        failed = [v["what"] for v in verdicts.values() if v["verdict"] == "fail"]
        if status != 1 or not failed:
            raise MachineError(f"commission {step}: exit {status}:\n{person.told}")
        sentences += failed
        failing += [name for name, v in verdicts.items() if v["verdict"] == "fail"]
    for sentence in sentences:
        if words not in sentence:
            raise MachineError(f"commission says: {sentence}")
    return failing, sentences[-1]


def doctor_repeats(machine, words):
    """From the record, whatever the wires show meanwhile."""
    lines = [line for line in doctor(machine).split("\n")
             if line.startswith("fail  commissioning: ")]
    if len(lines) != 1 or words not in lines[0]:
        raise MachineError(f"doctor does not say what commissioning found: {lines}")


def start_repeats(machine, words):
    lines = [line for line in restart(machine).split("\n") if "not commissioned" in line]
    if len(lines) != 1 or words not in lines[0]:
        raise MachineError(f"the start does not say what commissioning found: {lines}")


def exchange(machine, one, other):
    """Each plug in the other's place: the machine file's paths stay as they are."""
    paths = [machine.run / f"bus-{name}" for name in (one, other)]
    targets = [path.readlink() for path in paths]
    for path, target in zip(paths, reversed(targets)):
        path.unlink()
        path.symlink_to(target)


def plugs_of(name):
    options = ROWS[name][0]
    return options[1:] if options[0] == "exchange" else []


def try_row(machine, name):
    _, steps, words, is_seen = ROWS[name]
    machine.start_sim()
    if plugs_of(name):
        exchange(machine, *plugs_of(name))
    machine.start_daemon()
    wait_for("the daemon's start says it",
             lambda: "not commissioned: run `revhyperctl commission`" in machine.log("daemon"), 5)
    refuses_to_arm(machine)
    if is_seen:
        doctor_names(machine, words if is_seen is True else is_seen)
    failing, sentence = commission(machine, steps, words)
    refuses_to_arm(machine)
    doctor_repeats(machine, words)
    start_repeats(machine, words)
    refuses_to_arm(machine)
    named = ["rest"] if is_seen else []
    return f"named by {' '.join(named + failing + ['doctor', 'start'])}; arms: never\n{'':<34} {sentence}"


def main():
    bins, names = sys.argv[1], sys.argv[2:] or list(ROWS)

    def machine_of(name):
        sim_args = [] if plugs_of(name) else ROWS[name][0]
        return Machine(bins, host_pause_ms=40, daemon_args=TOLD, sim_args=sim_args)

    sys.exit(1 if play_rows(names, machine_of, try_row) else 0)


if __name__ == "__main__":
    main()
