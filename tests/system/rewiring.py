#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A machine that was commissioned, and was wired wrongly afterwards: a cell, an encoder or a
module was replaced. The record still holds, so what keeps it from training is the machine itself.

One good machine is commissioned, and must arm and lift a load. Each row then makes one mistake
in the simulator's wiring, starts the shipped daemon on the good machine's record, and shows
where it ends:

  start   it is never unlocked, or its reset ends in a stop; `doctor` names it
  lying   it is not armed by somebody who lies down; the fault names it
  lifting the first lifts are ended by the fault that names it, and it does not arm again
  letting it shows when the contact is used: then the fault names it, or the load goes off

`no_brake` and `torque_scale` are in no row: nothing shows them but a fall and a tied strap, which
are commissioning's.

  rewiring.py BINS [ROW...]
"""
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts/lib"))
from commissioner import Commissioner  # noqa: E402
from machine import Machine, MachineError, wait_for  # noqa: E402
from rows import arm_refusal, play_row, play_rows  # noqa: E402
from wiring import ROWS as MISTAKES, TOLD, doctor_names  # noqa: E402

PACE = ("style", "smooth", "pace", "1.7/0.5/2.5/0.3")


def open_session(machine):
    machine.hold_lease()
    machine.unlock()
    machine.zero()
    machine.ctl("session", "start")


def lie_down(machine):
    machine.tell("lie", "down")
    machine.tell("grips", "held")
    machine.stream.wait("both grips are read as held", "state",
                        lambda m: m["grip_left_held"] and m["grip_right_held"], 10)


def arm(machine):
    open_session(machine)
    lie_down(machine)
    machine.ctl_until_done("arm", seconds=15)
    machine.state_is("armed", safety="armed")


def lift(machine):
    """Three lifts that teach, and up to six with a load that grows, while they last."""
    machine.ctl("mode", "set", "constant")
    machine.ctl("rom", "teach")
    machine.tell("reps", 3, *PACE)
    machine.tell("wait", "idle", 40000, seconds=45)
    for words in (("rom", "accept"), ("load", "set", "10kg"), ("set", "start")):
        try:  # the third lift is counted a moment after it has ended
            machine.ctl_until_done(*words, seconds=2)
        except MachineError:
            pass  # what is wired wrongly may have ended it before
    machine.tell("reps", 6, *PACE)


def fault_named(machine, fault, seconds):
    return machine.stream.wait(f"fault {fault}", "fault",
                               lambda m: m["open"] and m["fault"] == fault, seconds)["sentence"]


def stays_away(machine, word):
    code = arm_refusal(machine)
    if code != word:
        raise MachineError(f"arm: {code}, not {word}")


def at_start(machine, words):
    """Locked, and the reset button changes nothing."""
    doctor_names(machine, words)
    machine.hold_lease()
    pressed = machine.stream.last("state")["arrived_ns"]
    machine.tell("press", "reset_button", 900)
    machine.stream.wait("the reset is refused", "event",
                        lambda m: m["event"] == "reset_ignored", 5, after=pressed)
    stays_away(machine, "latched")
    return words


def at_reset(machine, words):
    """The reset proves the relay first: it ends in a latched state, and `doctor` names it."""
    machine.hold_lease()
    machine.stream.wait("only the reset is missing", "state",
                        lambda m: m["waits_for"] == ["hold the reset button for half a second"], 20)
    machine.tell("press", "reset_button", 900)
    machine.state_is("cut again", safety="safe3")
    doctor_names(machine, words)
    stays_away(machine, "latched")
    return words


def when_lying(machine, fault):
    open_session(machine)
    lie_down(machine)
    sentence = fault_named(machine, fault, 10)
    stays_away(machine, "latched")
    return sentence


def when_lifting(machine, fault):
    arm(machine)
    lift(machine)
    sentence = fault_named(machine, fault, 60)
    stays_away(machine, "latched")
    return sentence


def when_pressed(machine, fault):
    arm(machine)
    machine.tell("press", "estop")
    sentence = fault_named(machine, fault, 5)
    machine.tell("release", "estop")
    machine.tell("dismount")
    machine.tell("press", "reset_button", 900)
    stays_away(machine, "latched")
    return sentence


def when_let_go(machine, fault):
    arm(machine)
    machine.tell("grips", "open")
    sentence = fault_named(machine, fault, 3)
    doctor_names(machine, "the input floats")
    return sentence


ROWS = {
    "arm_encoder_reversed": (at_start, "the arm encoder counts the wrong way"),
    "motor_reversed": (at_start, "the motor counts the wrong way"),
    "wrong_baud": (at_start, "wrong baud rate or format"),
    "wrong_slave_number": (at_start, "wrong slave number"),
    "two_with_one_number": (at_start, "two devices on bus cells have the number 2"),
    "estop_b_open": (at_start, "e-stop channel b reads open"),
    "heartbeat_relay_open": (at_reset, "does not run although servo-on is given"),
    "pad_cell_reversed": (when_lying, "pad_pulled"),
    "strap_cell_reversed": (when_lifting, "cell_mismatch"),
    "both_strap_cells_reversed": (when_lifting, "cell_mismatch"),
    "kilograms_for_newtons": (when_lifting, "cell_mismatch"),
    "estop_a_stuck": (when_pressed, "estop_disagree"),
    "estop_b_stuck": (when_pressed, "estop_disagree"),
    "grip_without_pull_up": (when_let_go, "grips_open"),
}


def commission(machine, folder):
    """The record of a good machine."""
    machine.start_all()
    person = Commissioner(machine)
    _, status = person.run(seconds=20)
    if status != 0:
        raise MachineError(f"the machine is good, and a step failed:\n{person.told[-600:]}")
    machine.end("daemon")
    shutil.copytree(machine.state, folder)
    return "is commissioned"


def train(machine, folder):
    """With that record it arms and lifts."""
    shutil.copytree(folder, machine.state)
    machine.start_all()
    arm(machine)
    lift(machine)
    machine.stream.wait("a lift of the load", "rep", lambda m: m["load_kg"] > 3, 60)
    return "arms and lifts"


def good_machine(bins, folder):
    for deed in (commission, train):
        good, text = play_row("the good machine", lambda _: Machine(bins, host_pause_ms=40, daemon_args=TOLD),
                              lambda machine, _, deed=deed: deed(machine, folder))
        if not good:
            sys.exit(f"FAILED  the good machine: {text}")
        print(f"ok      the good machine {text}", flush=True)


def main():
    bins, names = sys.argv[1], sys.argv[2:] or list(ROWS)
    with tempfile.TemporaryDirectory(prefix="revhyper-") as parent:
        folder = Path(parent) / "state"
        good_machine(bins, folder)

        def machine_of(name):
            return Machine(bins, host_pause_ms=40, daemon_args=TOLD, sim_args=MISTAKES[name][0])

        def row(machine, name):
            deed, words = ROWS[name]
            shutil.copytree(folder, machine.state)
            machine.start_all()
            if "not commissioned" in machine.log("daemon"):
                raise MachineError("the record does not hold: the row proves nothing")
            return f"{deed.__name__.replace('_', ' ')}: {deed(machine, words)}"

        failed = play_rows(names, machine_of, row)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
