#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The demonstration's set on other parts: a scattered drive at 41 Hz with magnitudes and signs, the
same drive by speed and limit, cells on the network. Every rep is counted, nothing is faulty.

  parts.py BINS [MACHINE...]
"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts" / "lib"))
from machine import Machine, MachineError  # noqa: E402

PACE = ("style", "smooth", "pace", "1.7/0.5/2.5/0.3")


def play(bins, name):
    """What is wrong with it, as a list of texts."""
    with Machine(bins, machine=name, host_pause_ms=40) as machine:
        try:
            machine.start_all()
            machine.prepare()
            machine.ctl("rom", "teach")
            machine.reps(3, *PACE)
            machine.ctl("rom", "accept")
            machine.ctl("mode", "set", "constant")
            machine.ctl("set", "start", "--kind", "work")
            machine.ctl("load", "set", "5kg")
            machine.reps(3, *PACE)
            machine.ctl("set", "end")
        except MachineError as error:
            return [str(error).splitlines()[0]] + faults(machine)
        made, reps = machine.tell("truth")["reps_made"], machine.stream.of("rep")
        counted = sum(m["counted"] for m in reps)
        found = [] if counted == made == 6 else [f"{counted} of {made} reps counted"]
        rates = {bus["name"]: round(bus["rate_hz"]) for bus in machine.stream.last("health")["buses"]}
        print(f"{name}: {counted} of {made} reps counted, buses {rates} Hz", flush=True)
        return found + faults(machine)


def faults(machine):
    return sorted({m["fault"] for m in machine.stream.of("fault") if m["open"]} - {"boot"})


def of_time(text):
    """Might be the computer's own pause."""
    return text == "late" or text.startswith("stale_")


def main():
    failed = 0
    for name in sys.argv[2:] or ("simulated-kinco", "simulated-kinco-speed", "simulated-flintec"):
        for _ in range(3):
            found = play(Path(sys.argv[1]), name)
            if not any(of_time(text) for text in found):
                break
        failed += bool(found)
        print(f"{'FAILED' if found else 'ok':<7} {name:<24} {'; '.join(found) or 'nothing'}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
