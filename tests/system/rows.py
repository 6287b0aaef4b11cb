# SPDX-License-Identifier: Apache-2.0
"""Rows of a test, each on a machine of its own, and again where the host itself disturbed it."""
import json
import subprocess

from machine import MachineError

ATTEMPTS = 4


def play_row(name, machine_of, row):
    """Whether it held, and what it said or why it did not."""
    for attempt in range(ATTEMPTS):
        with machine_of(name) as machine:
            try:
                return True, row(machine, name)
            except (MachineError, subprocess.TimeoutExpired, json.JSONDecodeError) as error:
                text, faults = error, machine.host_faults()
        if not faults:
            break
        print(f"        {name}: disturbed by the host ({', '.join(faults)}), attempt {attempt + 1}: {text}", flush=True)
    return False, text


def play_rows(names, machine_of, row):
    """row(machine, name) gives a text, or raises what is wrong. How many failed."""
    failed = 0
    for name in names:
        holds, text = play_row(name, machine_of, row)
        failed += not holds
        print(f"{'ok' if holds else 'FAILED':<6}  {name:<26} {text}", flush=True)
    print(f"{len(names) - failed} passed, {failed} failed")
    return failed
