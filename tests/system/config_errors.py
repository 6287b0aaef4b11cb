#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Mistakes in a configuration, each against the shipped daemon: it refuses to start and names
file, line, what is wrong and the permitted range.

  config_errors.py BINS
"""
import re
import subprocess
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAIN, MACHINE, PROFILE = "demo.conf", "machines/simulated-rtu.conf", "devices/pt113.conf"

# name, file, pattern to replace (first match), replacement, what the message must hold
ROWS = [
    ("unknown_key", MAIN, r"\[training\]", "[training]\nzero_quite_s = 2", r"demo\.conf:\d+: .*zero_quite_s"),
    ("out_of_range", MAIN, r"zero_quiet_s = 2", "zero_quiet_s = 2000", r"demo\.conf:\d+: .*zero_quiet_s.*permitted: .*\.\."),
    ("not_a_number", MAIN, r"zero_quiet_s = 2", "zero_quiet_s = soon", r"demo\.conf:\d+: .*zero_quiet_s"),
    ("unit_suffix", MAIN, r"zero_quiet_s = 2", "zero_quiet_s = 2s", r"demo\.conf:\d+: .*zero_quiet_s"),
    ("duplicate_key", MAIN, r"zero_quiet_s = 2", "zero_quiet_s = 2\nzero_quiet_s = 3", r"demo\.conf:\d+: .*zero_quiet_s"),
    ("inline_semicolon", MAIN, r"zero_quiet_s = 2", "zero_quiet_s = 2 ; seconds", r"demo\.conf:\d+: .*;"),
    ("line_too_long", MAIN, r"zero_quiet_s = 2", "zero_quiet_s = " + "2" * 250, r"demo\.conf:\d+: .*200"),
    ("unknown_section", MAIN, r"\[training\]", "[trainning]", r"demo\.conf:\d+: .*trainning"),
    ("no_machine_file", MAIN, r"machines/simulated-rtu\.conf", "machines/none.conf",
     r"demo\.conf:\d+: \[daemon\] machine: .*none\.conf cannot be read: .*; correct the name"),
    ("unknown_profile", MACHINE, r"profile = pt113", "profile = pt999", r"simulated-rtu\.conf:\d+: .*pt999"),
    ("unknown_baud", MACHINE, r"baud = 115200", "baud = 250000", r"simulated-rtu\.conf:\d+: .*250000"),
    ("bad_register_type", PROFILE, r"type = i32", "type = i33", r"pt113\.conf:\d+: .*i33"),
]


def main():
    daemon = Path(sys.argv[1]) / "revhyperd"
    failed = 0
    print(f"{'mistake':<20} result  what was said")
    for name, file, pattern, replacement, expected in ROWS:
        with tempfile.TemporaryDirectory() as folder:
            config = Path(folder) / "config"
            shutil.copytree(ROOT / "config", config)
            text = (config / file).read_text()
            spoilt, count = re.subn(pattern, lambda _: replacement, text, count=1)
            done = subprocess.run([daemon, "--config", config / MAIN, "--run-dir", f"{folder}/run",
                                   "--state-dir", f"{folder}/state"], capture_output=True, text=True, timeout=20) \
                if count and not (config / file).write_text(spoilt) == 0 else None
        said = done.stderr.strip().replace(str(config) + "/", "") if done else "pattern not found"
        good = bool(done) and done.returncode == 78 and re.search(expected, done.stderr) and "\n" not in said
        failed += not good
        print(f"{name:<20} {'ok' if good else 'FAILED':<6}  {said}")
    print(f"{len(ROWS) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
