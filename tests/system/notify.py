#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the shipped daemon tells the service manager: ready once, the watchdog while ticks
advance, stopping at the end.

  notify.py BINS
"""
import os
import socket
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts" / "lib"))
from machine import Machine  # noqa: E402


def read_until(receiver, seen, wanted, count, seconds):
    end = time.monotonic() + seconds
    while seen.count(wanted) < count:
        receiver.settimeout(max(0.01, end - time.monotonic()))
        seen += receiver.recv(4096).decode().split("\n")


def main():
    with tempfile.TemporaryDirectory() as folder, Machine(sys.argv[1], bus="tcp") as machine:
        receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        receiver.bind(f"{folder}/notify")
        os.environ["NOTIFY_SOCKET"] = f"{folder}/notify"
        machine.start_sim()
        machine.start_daemon()
        seen = []
        read_until(receiver, seen, "READY=1", 1, 5)
        read_until(receiver, seen, "WATCHDOG=1", 5, 10)
        status = machine.end("daemon")
        read_until(receiver, seen, "STOPPING=1", 1, 2)
        print(f"READY {seen.count('READY=1')}, WATCHDOG {seen.count('WATCHDOG=1')}, "
              f"STOPPING {seen.count('STOPPING=1')}, exit {status}")
        sys.exit(0 if seen.count("READY=1") == 1 and status == 0 else 1)


if __name__ == "__main__":
    main()
