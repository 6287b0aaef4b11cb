#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A wrong address in a device profile is noticed: each register that the machine uses is moved
by one, and the shipped programs, over real Modbus, must refuse it, name it, or show a number
that the simulator's own record contradicts. The shipped profiles must show none of that.

  addresses.py BINS
"""
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts" / "lib"))
from machine import Machine, MachineError, ROOT, wait_for  # noqa: E402

# profile -> its registers that a signal or the start-up uses. Of the inputs those whose
# neighbour stands otherwise: estop_a, grip_left and limit_top read as their own twins.
USED = {
    "rtelligent-dsy": ["mode", "torque_source", "torque_select", "torque_command", "torque_limit_pos",
                       "torque_limit_neg", "speed_limit", "speed_limit_neg", "eeprom_write", "status",
                       "rate", "torque", "position"],
    "pt113": ["gross", "status"],
    "briter-brt38": ["position"],
    "generic-io": ["input1", "input3", "input4", "input5", "input7", "output0", "output1"],
}
TORQUE_LIMIT_PERMILLE = round(1000 * 160 / (2.39 * 35))  # config/machines: 160 N m at 1:35
SPEED_LIMIT_RPM = round(300 / 6 * 35)                    # while armed: 300 deg/s


def moved(text, register):
    """The profile with the register's address one further."""
    pattern = re.compile(rf"(\[register {register}\]\naddress = )(0x[0-9A-Fa-f]+|\d+)")
    found = pattern.search(text)
    if found is None:
        raise SystemExit(f"addresses: no register {register} in the profile")
    return text[:found.start(2)] + str(int(found[2], 0) + 1) + text[found.end(2):]


def configuration(folder, profile, register):
    """A copy of config/ in which that one address is wrong (profile None: none is)."""
    config = folder / "config"
    shutil.copytree(ROOT / "config", config)
    if profile is not None:
        path = config / "devices" / f"{profile}.conf"
        path.write_text(moved(path.read_text(), register))
    return config / "demo.conf"


def near(value, truth, most):
    return value is not None and abs(value - truth) <= most


def complaints_at_rest(machine):
    """Fences and numbers that the simulator's own record contradicts."""
    truth, live = machine.tell("truth"), machine.stream.last("live")
    rows = [("torque limits", truth["limit_permille"], [TORQUE_LIMIT_PERMILLE] * 2, 5),
            ("speed limits", truth["speed_limit_rpm"], [SPEED_LIMIT_RPM] * 2, 5),
            ("angle", [live["angle_deg"]], [truth["arm_angle_deg"]], 0.5),
            ("strap force", [live["force_n"]], [truth["force_left_n"] + truth["force_right_n"]], 15)]
    return [f"{what}: {seen} for {real}" for what, seen, real, most in rows
            if not all(near(a, b, most) for a, b in zip(seen, real))]


def complaints_in_motion(machine):
    """One lift in which the drive must act: counted, with torque asked for and given."""
    machine.ctl("rom", "teach")
    machine.reps(1, "style", "smooth", "pace", "1.2/0.3/1.2/0.3")
    rep = machine.stream.wait("the rep", "rep", lambda m: True, 3)
    lifting = [m for m in machine.stream.of("live") if m["phase"] == "lift"]
    asked = min(m["torque_granted_nm"] for m in lifting)
    given = min(m["torque_measured_nm"] for m in lifting)
    found = [] if rep["counted"] else ["the rep was not counted"]
    if not near(given, asked, 6) or not asked < -10:
        found.append(f"torque: {given:.1f} measured for {asked:.1f} granted")
    return found


def complaints_of_the_button(machine):
    machine.tell("press", "comfort_stop", 300)
    try:
        machine.stream.wait("the comfort stop", "event",
                            lambda m: m["event"] == "state_changed" and m["to"] == "float", 1)
    except MachineError:
        return ["the comfort stop did nothing"]
    return []


def play(bins, profile, register):
    """What is noticed, as a list of texts."""
    with Machine(bins, bus="tcp", host_pause_ms=40) as machine:
        machine.config = configuration(machine.folder, profile, register)
        try:
            machine.start_all()
            machine.hold_lease()
            machine.unlock(seconds=6)
            machine.zero(seconds=6)
            machine.ctl("session", "start")
            machine.board_and_arm()
            wait_for("at rest", lambda: abs(machine.tell("truth")["arm_rate_dps"]) < 1, 5)
            time_ns = time.monotonic_ns()
            machine.stream.wait("a fresh figure", "live", lambda m: True, 5, after=time_ns)
            found = complaints_at_rest(machine) + complaints_in_motion(machine)
            found += complaints_of_the_button(machine)
        except (MachineError, subprocess.TimeoutExpired, KeyError, TypeError) as error:
            found = [str(error).splitlines()[0]]
        faults = {m["fault"] for m in machine.stream.of("fault") if m["open"]} if machine.stream else set()
        return found + sorted(faults - {"boot"})


def of_time(text):
    """Might be the computer's own pause."""
    return text == "late" or text.startswith("stale_")


def verdict(job):
    """A shift that only a fault of time shows is tried again; so is an unshifted run that has one."""
    bins, profile, register = job
    for _ in range(3):
        found = play(bins, profile, register)
        undisturbed = not any(of_time(text) for text in found)
        if undisturbed or (profile is not None and any(not of_time(text) for text in found)):
            break
    return profile, register, found


def main():
    bins = sys.argv[1]
    jobs = [(bins, None, None)] + [(bins, p, r) for p, rows in USED.items() for r in rows]
    failed = 0
    with ThreadPoolExecutor(2) as pool:
        for profile, register, found in pool.map(verdict, jobs):
            good = bool(found) == (profile is not None)
            failed += not good
            name = f"{profile} {register}" if profile else "the shipped profiles"
            print(f"{'ok' if good else 'FAILED':<7} {name:<34} {'; '.join(found) or 'nothing'}"[:200], flush=True)
    print(f"{len(jobs) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
