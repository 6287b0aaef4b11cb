#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The dashboard against the whole machine: a real set, real Modbus, the shipped daemon and
gateway, headless Chromium, and an independent subscriber that reads the same rep.

  page.py BINS OUTPUT_FOLDER
"""
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts" / "lib"))
from machine import Machine, MachineError, ROOT  # noqa: E402


def main():
    bins, out = sys.argv[1], Path(sys.argv[2])
    for program in ("node", "chromium"):
        if shutil.which(program) is None:
            print(f"skipped: no {program}")
            sys.exit(77)
    out.mkdir(parents=True, exist_ok=True)
    for attempt in range(5):  # a pause of the host ends the set, and with it the reps to compare
        status = look(bins, out)
        if status == 0:
            break
        print(f"attempt {attempt + 1} failed", flush=True)
    sys.exit(status)


def look(bins, out):
    with Machine(bins, host_pause_ms=30) as machine:
        machine.start_all()
        machine.start("web", "revhyper-web", "--run-dir", machine.run, "--port", 0)
        machine.wait_ready("web", machine.run / "web.json")
        web = json.loads((machine.run / "web.json").read_text())
        address = web.get("url") or f"http://127.0.0.1:{web['port']}"
        stream = next(e for e in machine.endpoints["stream"] if e.startswith("tcp"))
        try:
            machine.prepare()
            machine.ctl("rom", "teach")
        except MachineError as error:
            print(error)
            return 1
        machine.tell("reps", 12, "style", "smooth", "pace", "1.2/0.5/1.5/0.3")
        done = subprocess.run(["node", ROOT / "tests/web/dash.mjs", address, stream, out], timeout=150,
                              env={**os.environ, "RH_SOURCE_DIR": str(ROOT)})
        return done.returncode


if __name__ == "__main__":
    main()
