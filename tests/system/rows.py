# SPDX-License-Identifier: Apache-2.0
"""Rows of a test, each on a machine of its own, and again where the host itself disturbed it."""
import json
import subprocess

from machine import MachineError

ATTEMPTS = 4


class Armed(MachineError):
    """No disturbance excuses it: what must not arm did."""


def arm_refusal(machine):
    """The word with which the machine refuses to arm."""
    done = machine.ctl("arm", check=False)
    code = (done.json or {}).get("error", {}).get("code")
    if done.returncode == 0 or code == "armed":
        raise Armed(f"it arms: {done.stdout}{done.stderr}")
    return code


def play_row(name, machine_of, row):
    """Whether it held, and what it said or why it did not."""
    for attempt in range(ATTEMPTS):
        with machine_of(name) as machine:
            try:
                return True, row(machine, name)
            except Armed as error:
                return False, error
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
