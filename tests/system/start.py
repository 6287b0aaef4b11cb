#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Starting the shipped daemon: what is in its way is named, and nothing is broken by it.

  start.py BINS
"""
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import zmq

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts" / "lib"))
from machine import Machine, ROOT, wait_for  # noqa: E402


def start_again(machine, *words):
    return subprocess.run([str(machine.bins / "revhyperd"), "--config", str(machine.config), *map(str, words)],
                          capture_output=True, text=True, timeout=20, cwd=ROOT)


def expect(what, done, status, *texts):
    good = done.returncode == status and all(text in done.stderr for text in texts)
    print(f"{what}: {'ok' if good else 'FAILED'}: exit {done.returncode}: {done.stderr.strip()}")
    return good


def without_simulator(machine):
    """Without any bus it runs, stays locked, and says which device does not answer."""
    machine.start_daemon()
    state = machine.stream.wait("a state", "state", lambda m: True, 5)
    health = machine.stream.wait("a health", "health", lambda m: True, 5)
    good = state["safety"] == "locked" and not any(d["is_ready"] for d in health["devices"])
    print(f"without any bus it stays locked: {'ok' if good else 'FAILED'}: waits for {state['waits_for']}")
    return good


LOWER = ["setpriv", "--reuid=65534", "--clear-groups"]


def can_lower():
    """Whether this computer can play somebody without any right."""
    good = subprocess.run([*LOWER, "true"], check=False).returncode == 0
    if not good:
        print("not as another user here: skipped")
    return good


def daemon_of_nobody(machine, *words):
    """Its command line. The configuration is a copy beside its folders: a clone may lie where only
    its owner may pass, such as a home."""
    machine.folder.chmod(0o755)
    config = machine.folder / "config"
    if not config.exists():
        shutil.copytree(ROOT / "config", config)
    return [*LOWER, str(machine.bins / "revhyperd"), "--config",
            str(config / machine.config.relative_to(ROOT / "config")), *map(str, words)]


def without_permission(machine):
    """Folders of somebody else: which one, and what helps."""
    if not can_lower():
        return True
    mine = machine.folder / "mine"
    mine.mkdir(mode=0o755)
    rows = ((mine, "lock: Permission denied; give the folder to the daemon's user, or give this one its own --run-dir"),
            (mine / "run", "run: Permission denied; create it and give it to the daemon's user, or name another"))
    good = True
    for folder, text in rows:
        done = subprocess.run(daemon_of_nobody(machine, "--run-dir", folder, "--state-dir", mine),
                              capture_output=True, text=True, timeout=20, cwd=ROOT)
        good = expect(f"without permission for {folder.name}", done, 1, text) and good
    return good


def without_realtime(machine):
    """As somebody without the right to real-time priority: it runs and says so."""
    if not can_lower():
        return True
    folder = machine.folder / "nobody"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    program = subprocess.Popen(
        daemon_of_nobody(machine, "--run-dir", folder / "run", "--state-dir", folder / "state"),
        stderr=subprocess.PIPE, text=True, cwd=ROOT)
    lines = []
    while "ready" not in (lines[-1] if lines else ""):
        line = program.stderr.readline()
        if not line:
            break
        lines.append(line)
    program.send_signal(signal.SIGTERM)
    program.wait(10)
    text = "".join(lines)
    good = "SCHED_FIFO is not permitted" in text and "cpu_dma_latency" in text and "ready" in text
    print(f"without real-time permission it runs and says so: {'ok' if good else 'FAILED'}: {text.strip()}")
    return good


def again_and_again(machine, times):
    """Started and ended at once, with a subscriber that comes as early as it can and so wakes the
    service thread: no thread asks for what is not open yet, or no more."""
    early = zmq.Context.instance().socket(zmq.SUB)
    early.setsockopt(zmq.RECONNECT_IVL, 1)
    early.setsockopt(zmq.LINGER, 0)
    early.setsockopt(zmq.SUBSCRIBE, b"rh/1/")
    early.connect(f"ipc://{machine.folder}/again/stream")
    for turn in range(times):
        program = subprocess.Popen(
            [str(machine.bins / "revhyperd"), "--config", str(machine.config), "--run-dir",
             str(machine.folder / "again"), "--state-dir", str(machine.folder / "again-state")],
            stderr=subprocess.PIPE, text=True, cwd=ROOT)
        ready = program.stderr.readline()
        while ready and "ready" not in ready:
            ready = program.stderr.readline()
        program.send_signal(signal.SIGTERM)
        status = program.wait(10)
        if status != 0 or not ready:
            print(f"started {times} times: FAILED: exit {status} in turn {turn}: {ready.strip()}")
            return False
    print(f"started {times} times: ok")
    return True


def main():
    results = []
    with Machine(sys.argv[1], bus="rtu") as machine:
        results.append(without_simulator(machine))
        results.append(expect("a second daemon in the same folder", start_again(
            machine, "--run-dir", machine.run, "--state-dir", machine.state), 1, "another revhyperd", "--run-dir"))
        results.append(expect("a second daemon on the same state", start_again(
            machine, "--run-dir", machine.folder / "other", "--state-dir", machine.state), 1, "another revhyperd",
            str(machine.state), "state_dir"))
        taken = socket.socket()
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        results.append(expect("a taken port", start_again(
            machine, "--run-dir", machine.folder / "other", "--state-dir", machine.folder / "other-state",
            "--set", f"daemon.stream_port={port}"), 1, str(port), "stream_port"))
        results.append(expect("a folder that cannot be made", start_again(
            machine, "--run-dir", "/proc/nowhere", "--state-dir", machine.folder / "x"), 1, "/proc/nowhere"))
        results.append(without_permission(machine))
        results.append(without_realtime(machine))
        results.append(again_and_again(machine, 60))
        pid = machine.programs["daemon"].pid
        started = time.monotonic()
        status = machine.end("daemon")
        good = status == 0 and time.monotonic() - started < 3
        print(f"SIGTERM ends it: {'ok' if good else 'FAILED'}: process {pid}, exit {status}")
        results.append(good)
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
