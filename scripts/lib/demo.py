#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A first session on the simulated machine, played with the console's own verbs.

Its last line with --seconds is JSON. tick_p99_us is the median of the daemon's per-second
99th percentiles; eta the lowest of the buses', null where there is no wire (tcp).
"""
import argparse
import json
import os
import statistics
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from machine import MACHINES, Machine, MachineError  # noqa: E402

PACE = "1.7/0.5/2.5/0.3"
REP_S = sum(float(part) for part in PACE.split("/"))
HOST_PAUSE_MS = 40  # a shared computer stops for 10 to 30 ms every few minutes, rarely for 100
QUIET_END_S = 8.0  # the person starts no rep in the last seconds


class Ended(Exception):
    """The time is over."""


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, help="end by itself after N >= 1 seconds, with a JSON summary")
    parser.add_argument("--bus", choices=("rtu", "tcp"), default="rtu")
    parser.add_argument("--machine", choices=sorted(MACHINES), help="a machine file of config/machines, "
                        "with the simulated parts that it names")
    parser.add_argument("--true-gap", action="store_true",
                        help="serial lines with real 3.5 characters of silence instead of 1.75 ms")
    parser.add_argument("--strict", action="store_true",
                        help=f"the shipped limits of time; else {HOST_PAUSE_MS} ms more are allowed, since "
                             "this computer also plays the machine and may be shared or virtual")
    parser.add_argument("--bins", required=True, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.seconds is not None and not given.seconds >= 1:
        parser.error("--seconds takes a number of at least 1")
    return given


def show_reps(machine, stop):
    """One line for every rep as it arrives; on a terminal the live angle below it."""
    shown, tty = 0, sys.stderr.isatty()
    while not stop.is_set():
        for rep in machine.stream.of("rep")[shown:]:
            shown += 1
            text = (f"rep {rep['rep']:2d}  {rep['kind']:<11s} range {rep['range_deg']:5.1f} deg  "
                    f"lift {rep['lift_s']:.2f} s  hold {rep['hold_s']:.2f} s  "
                    f"lower {rep['lower_s']:.2f} s  load {rep['load_kg']:g} kg  "
                    f"{'counted' if rep['counted'] else 'not counted'}"
                    f"{' (' + ', '.join(rep['reasons']) + ')' if rep['reasons'] else ''}")
            print("\r\033[K" + text if tty else text, file=sys.stderr)
        live = machine.stream.last("live")
        if tty and live:
            place = max(0, min(40, int((live["angle_deg"] + 100) / 110 * 40)))
            print(f"\r\033[K{live['angle_deg']:7.1f} deg |{'-' * place}o{'-' * (40 - place)}| "
                  f"{live['force_n']:6.1f} N  {live['phase']}", end="", file=sys.stderr)
        stop.wait(0.1)
    if tty:
        print("\r\033[K", end="", file=sys.stderr)


class Session:
    """The person's and the trainer's parts, in order, each only where time is left."""

    def __init__(self, machine, end):
        self.machine, self.end = machine, end

    def left(self):
        return self.end - time.monotonic() if self.end else 1e9

    def step(self, what, action, *args, needs=2.0):
        if self.left() < needs:
            raise Ended
        print(f"-- {what}", file=sys.stderr)
        return action(*args)

    def some_reps(self, wanted):
        fit = int((self.left() - QUIET_END_S) / REP_S) + 1 if self.left() > QUIET_END_S else 0
        count = min(wanted, fit)
        if count > 0:
            self.machine.reps(count, "style", "smooth", "pace", PACE)
        if count < wanted:
            raise Ended

    def play(self):
        machine = self.machine
        self.step("a trainer takes the console", machine.hold_lease)
        self.step("nobody on the machine: the reset button is held", machine.unlock, needs=4)
        self.step("load cells are zeroed", machine.zero, needs=4)
        self.step("session opens", machine.ctl, "session", "start")
        self.step("the person lies down, holds both grips; the machine arms",
                  machine.board_and_arm, needs=5)
        self.step("range of motion: three lifts", machine.ctl, "rom", "teach", needs=QUIET_END_S)
        self.some_reps(3)
        self.step("range accepted", machine.ctl, "rom", "accept")
        self.step("three lifts on own legs", machine.ctl, "mode", "set", "constant")
        machine.ctl("set", "start", "--kind", "warmup")
        self.some_reps(3)
        machine.ctl("set", "end")
        self.step("a load of 5 kg, and the set", machine.ctl, "load", "set", "5kg")
        since = time.monotonic_ns()
        machine.ctl("set", "start", "--kind", "work")
        self.step("the load ramps up while the legs rest", machine.stream.wait, "the load is applied",
                  "event", lambda m: m["event"] == "load_applied", 10, since, needs=QUIET_END_S)
        self.some_reps(100000)

    def leave(self):
        """Down and off, as far as the session came."""
        machine = self.machine
        machine.tell("wait", "idle", 20000)
        for words in (("set", "end"), ("unload",)):
            machine.ctl(*words, check=False)
        if self.left() > 1 and (machine.stream.last("state") or {}).get("armed"):
            machine.ctl_until_done("disarm", seconds=self.left())
        machine.ctl("session", "end", check=False)


def summary(machine, bus, seconds):
    truth = machine.tell("truth")
    wire = machine.tell("wire")
    first_arming = next((m["arrived_ns"] for m in machine.stream.of("state", fresh=False)
                         if m["safety"] == "armed"), None)
    faults = [m for m in machine.stream.of("fault")
              if m["open"] and first_arming and m["arrived_ns"] >= first_arming]
    p99 = [m["tick_p99_us"] for m in machine.stream.of("health") if m.get("tick_p99_us")]
    etas = [row["eta"] for row in wire.get("buses", wire).values()
            if isinstance(row, dict) and row.get("eta") is not None]
    return {"bus": bus, "machine": machine.name, "seconds": seconds, "reps_made": truth["reps_made"],
            "reps_counted": sum(1 for m in machine.stream.of("rep") if m["counted"]),
            "faults": len(faults), "eta": round(min(etas), 4) if etas and bus == "rtu" else None,
            "tick_p99_us": round(statistics.median(p99), 1) if p99 else None}


def play(given, machine):
    started = time.monotonic()
    end = started + given.seconds if given.seconds else None
    print(f"dashboard: http://127.0.0.1:8570/dash\nstream: tcp://127.0.0.1:5570\n", file=sys.stderr)
    stop = threading.Event()
    shower = threading.Thread(target=show_reps, args=(machine, stop))
    shower.start()
    session = Session(machine, end)
    try:
        session.play()
    except Ended:
        session.leave()
    except KeyboardInterrupt:
        print("ending", file=sys.stderr)
    finally:
        stop.set()
        shower.join()
    if end:
        while time.monotonic() < end:
            time.sleep(min(0.1, max(0.0, end - time.monotonic())))
        print(json.dumps(summary(machine, machine.bus, given.seconds)))


def tell_faults(machine):
    for fault in machine.stream.of("fault"):
        if fault["open"] and fault["fault"] != "boot":
            print(f"demo: {fault['sentence']} ({fault['fault']}: {fault['measured']:g} {fault['unit']}, "
                  f"permitted {fault['threshold']:g}) {fault['remedy']}", file=sys.stderr)


def main():
    given = arguments()
    try:
        with Machine(given.bins, bus=given.bus, machine=given.machine, true_gap=given.true_gap,
                     stream=5570, commands=5571, mirror=5572,
                     host_pause_ms=0 if given.strict else HOST_PAUSE_MS) as machine:
            machine.start_all()
            machine.start("web", "revhyper-web", "--run-dir", machine.run, "--port", 8570)
            machine.wait_ready("web", machine.run / "web.json")
            try:
                play(given, machine)
                tell_faults(machine)
            except MachineError:
                tell_faults(machine)
                so_far = summary(machine, machine.bus, given.seconds) if given.seconds else None
                if so_far and so_far["faults"] > 0:  # else nothing says why it ended
                    print(json.dumps(so_far))
                raise
    except MachineError as error:
        print(f"demo: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
