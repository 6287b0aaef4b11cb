#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A machine that needs it is commissioned from the first step to the last, and then it arms.

Before: refused. After, and a restart: somebody lies down and arms. With a step that fails
later: refused at once, the old values kept, until it is ok again and the daemon restarted. With one key of the wiring
changed: refused again, and the key is named. With one copy of the record damaged: it still
holds; with both: refused, and said.

With other parts behind the same steps (another drive, other transmitters, another encoder)
they are all ok, too.

  commission.py BINS
"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts/lib"))
from commissioner import Commissioner  # noqa: E402
from machine import Machine, MachineError, wait_for  # noqa: E402
from rows import arm_refusal, play_rows  # noqa: E402

TOLD = ["--set", "test.needs_commissioning=yes"]
STEPS = ["computer", "devices", "fences", "estop", "buttons", "cells", "lift", "span", "zero", "pads", "limits",
         "brake", "relay", "torque"]


def expect(what, holds):
    if not holds:
        raise MachineError(what)
    print(f"ok  {what}", flush=True)


def restart(machine, *args):
    """Ends the daemon and starts it anew; what it says at its start."""
    machine.end("daemon")
    machine.stream.close()
    machine.stream = None
    before = len(machine.log("daemon"))
    machine.daemon_args = TOLD + list(args)
    machine.start_daemon()
    wait_for("ready", lambda: "ready: machine" in machine.log("daemon")[before:], 5)
    return machine.log("daemon")[before:]


def spoil(path):
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)


def commission(machine):
    person = Commissioner(machine)
    verdicts, status = person.run(seconds=20)
    for step, verdict in verdicts.items():
        print(f"      {step}: {verdict['what']}")
    if status != 0:
        raise MachineError(f"the machine is good, and a step failed:\n{person.told[-600:]}")
    expect("every step is ok, in order", list(verdicts) == STEPS)
    verdicts, status = Commissioner(machine).run(seconds=20)
    expect("what was ok is not tried again", verdicts == {} and status == 0)
    expect("until the daemon's restart it arms nothing", arm_refusal(machine) == "not_commissioned")


def arm(machine):
    machine.hold_lease()
    machine.unlock()
    machine.zero()
    machine.ctl("session", "start")
    machine.board_and_arm()
    machine.tell("grips", "open")
    machine.state_is("disarmed", safety="idle")
    machine.tell("dismount")
    machine.end("hold")
    machine.lease = None


def withdraw(machine):
    """Fifteen kilograms on a pad that is to be bare: the step that was ok fails."""
    machine.tell("hand", "pad", "front", 15)
    verdicts, status = Commissioner(machine).run("cells", seconds=20)
    expect("a step that was ok can fail", status == 1 and verdicts["cells"]["verdict"] == "fail")
    wait_for("the log says it", lambda: "the step cells" in machine.log("daemon"), 5)
    expect("then nothing arms, with no restart between", arm_refusal(machine) == "not_commissioned")
    kept = (machine.state / "commissioning.a").read_text()
    expect("what it said when it was ok is kept", "\nwas cells = ok 2" in kept)
    machine.tell("hand", "pad", "front", 0)
    _, status = Commissioner(machine).run("cells", seconds=20)
    expect("mended, it waits for the restart", status == 0
           and arm_refusal(machine) == "not_commissioned")
    restart(machine)
    arm(machine)
    expect("and arms behind it", True)


def show_brake(machine):
    """A little more hangs each time: what the brake is seen to hold, and for whom that does."""
    _, status = Commissioner(machine, hung_kg=8).run("brake", seconds=20)
    expect("no fall is the first one far beyond what was seen", status == 4)
    expect("and a refusal takes nothing back",
           "\nstep brake = ok 2" in (machine.state / "commissioning.a").read_text())
    held_nm = 0
    for hung_kg in (1, 2, 3):
        verdicts, status = Commissioner(machine, hung_kg=hung_kg).run("brake", seconds=20)
        if status != 0:
            raise MachineError(f"brake with {hung_kg} kg: {verdicts}")
        what = verdicts["brake"]["what"]
        print(f"      {hung_kg} kg: {what}")
        now_nm = float(what.split("held ")[1].split()[0])
        expect(f"{hung_kg} kg show more than was shown before", now_nm > held_nm)
        held_nm = now_nm
    expect("90 N m are its peak, and so much it never showed", 50 < held_nm < 90)
    expect("that is too little for anybody", "60 deg/s at a power cut is promised to nobody" in what)


def try_all(machine):
    machine.start_all()
    expect("not commissioned, nothing arms", arm_refusal(machine) == "not_commissioned")
    commission(machine)
    log = restart(machine)
    expect("the start has nothing to say", "commissioned" not in log)
    arm(machine)
    expect("commissioned, it arms", True)
    show_brake(machine)
    withdraw(machine)

    change = ["--set", "signal arm_angle.offset=-179"]
    log = restart(machine, *change)
    expect("a changed key is named at the start",
           "the wiring changed since ([signal arm_angle] offset = -179, was -180)" in log)
    expect("and nothing arms", arm_refusal(machine) == "not_commissioned")

    spoil(machine.state / "commissioning.a")
    log = restart(machine)
    expect("one damaged copy: the other holds", "commissioned" not in log)
    spoil(machine.state / "commissioning.b")
    log = restart(machine)
    expect("two damaged copies are said", "both copies are damaged" in log)
    expect("and nothing arms then", arm_refusal(machine) == "not_commissioned")
    return "commissioned, and everything that takes it back"


def try_steps(machine):
    machine.start_all()
    commission(machine)
    return "every step is ok"


TRIALS = {"simulated-rtu": try_all, "simulated-kinco": try_steps, "simulated-flintec": try_steps}


def main():
    failed = play_rows(
        list(TRIALS),
        lambda name: Machine(sys.argv[1], host_pause_ms=40, machine=name, daemon_args=TOLD),
        lambda machine, name: TRIALS[name](machine))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
