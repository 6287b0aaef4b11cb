#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Boots the rig's kernels and looks at the shipped daemon in each; see README.md."""
import argparse
import sys
import threading
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from checks import CHECKS, Failed  # noqa: E402
from guest import GuestError  # noqa: E402
from machine import Machine  # noqa: E402

KERNELS = {"stock": "kernel-amd64", "rt": "kernel-rt-amd64"}
print_lock = threading.Lock()


def say(text):
    with print_lock:
        print(text, flush=True)


class Run:
    """All checks on one kernel."""

    def __init__(self, kernel, images, wanted):
        self.kernel, self.images, self.wanted = kernel, images, wanted
        self.passed, self.failed = 0, 0

    def check(self, machine, check):
        started = time.monotonic()
        try:
            figure = check(machine)
            self.passed += 1
            verdict = f"pass {check.__name__}: {figure}"
        except (Failed, GuestError, KeyError, TypeError, ValueError) as error:
            self.failed += 1
            where = traceback.extract_tb(error.__traceback__)[1]
            verdict = f"FAIL {check.__name__}: {type(error).__name__} {error} (line {where.lineno}); " \
                      f"last faults {[(m['fault'], m['open'], m['measured']) for m in machine.messages.of('fault')[-4:]]}"
        say(f"{self.kernel:5s} {verdict} [{time.monotonic() - started:.0f} s]")

    def play(self):
        started = time.monotonic()
        try:
            with Machine(Path(self.images) / KERNELS[self.kernel]) as machine:
                for check in CHECKS:
                    if not self.wanted or check.__name__ in ["boots", *self.wanted]:
                        self.check(machine, check)
                if self.failed:
                    health = machine.messages.last("health") or {"buses": []}
                    say(f"{self.kernel}: {[(b['name'], b['errors'], b['timeouts'], b['late_replies'], b['last_error']) for b in health['buses']]}")
                say(f"{self.kernel}: {time.monotonic() - started:.0f} s, {machine.cpu_s():.0f} s of a processor")
        except GuestError as error:
            self.failed += 1
            say(f"{self.kernel:5s} FAIL {error}")


def main():
    parser = argparse.ArgumentParser(prog="tests/rig/run", description=__doc__.splitlines()[0])
    parser.add_argument("--images", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--kernel", choices=KERNELS, help="one kernel alone")
    parser.add_argument("check", nargs="*", help="only these checks")
    given = parser.parse_args()
    runs = [Run(k, given.images, given.check) for k in KERNELS if given.kernel in (None, k)]
    threads = [threading.Thread(target=run.play) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    passed, failed = (sum(getattr(run, name) for run in runs) for name in ("passed", "failed"))
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
