#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The doors of the house, checked from the code itself.

  doors.py includes [ROOT]   no include across a closed door
  doors.py symbols BUILD     nothing undefined in the gate, only libm and mem* in core
  doors.py planted ROOT      plants one violation of each kind in a copy and sees it caught

Prints each violation as FILE:LINE: what, and exits 1 where there is one.
"""
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# room -> rooms whose headers it may include, beside its own and the hallway's
OPENS = {
    "include/rh": [],
    "src/names": [],
    "src/core": [],
    "src/safety": [],
    "src/plant": [],
    "src/tick": ["src/core", "src/safety"],
    "src/config": ["src/names"],
    "src/publish": ["src/names"],
    "src/record": ["src/names"],
    "src/sim": ["src/plant"],
    "src/ctl": ["src/names", "src/config", "hal"],
    "src/web": ["src/names"],
    "hal": [],
    "src/run": ["src/tick", "src/config", "src/publish", "src/record", "src/names", "hal"],
}
GRANT = {"src/safety", "src/tick", "src/run", "hal", "include/rh"}
# the simulator and the plant share nothing with what they test, units apart
HALLWAY = {"src/plant": {"units.h"}, "src/sim": {"units.h"}}
# rooms that see another one through a single header
ONLY = {("src/ctl", "hal"): {"probe.h"}}
# pure rooms: no I/O, clock, heap, lock or log can be reached without their headers
SYSTEM = {
    "include/rh": {"stdbool.h", "stddef.h", "stdint.h"},
    "src/safety": {"stdbool.h", "stddef.h", "stdint.h"},
    "src/core": {"stdbool.h", "stddef.h", "stdint.h", "string.h", "math.h", "float.h"},
    "src/plant": {"stdbool.h", "stddef.h", "stdint.h", "string.h", "math.h", "float.h"},
    "src/tick": {"stdbool.h", "stddef.h", "stdint.h", "string.h"},
}
# undefined symbols that core may have: libm's functions and the compiler's mem*
CORE_MAY = re.compile(r"^(rh_\w+|mem(cpy|set|move|cmp)|a?(sin|cos|tan)|atan2|sincos|sqrt|fabs|"
                      r"f(loor|mod|min|max)|ceil|l?l?round|l?rint|exp|log|pow|hypot|nan|copysign|"
                      r"trunc|nearbyint|remainder|cbrt|tanh)$")
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')
WRITE = re.compile(r"(->|\.)write\s*\(")


def room_of(path):
    if path.parts[0] == "src" and len(path.parts) == 2:
        return "src/tick"
    if path.parts[0] == "hal":
        return "hal"
    return "/".join(path.parts[:2])


def sources(root):
    for base in ("include", "src", "hal"):
        for path in sorted((root / base).rglob("*.[ch]")):
            yield path.relative_to(root)


def headers(root):
    """header name -> rooms that have one of that name"""
    table = {}
    for path in sources(root):
        if path.suffix == ".h" and path.parts[0] != "include":
            table.setdefault(path.name, set()).add(room_of(path))
    return table


def check_hallway(room, name):
    if name == "rh/grant.h" and room not in GRANT:
        return "grant.h is closed to this room: only the gate makes a grant"
    allowed = HALLWAY.get(room)
    if allowed is not None and name[3:] not in allowed:
        return f"this room shares only {', '.join(sorted(allowed))} with the hallway"
    return None


def check_room(room, name, table, own):
    if name in own:
        return None
    homes = table.get(name)
    if homes is None:
        return f"nobody has a header {name}"
    open_to = [home for home in homes
               if home in OPENS[room] and name in ONLY.get((room, home), {name})]
    if not open_to:
        return f"{name} is in {', '.join(sorted(homes))}, whose door is closed to {room}"
    return f"{name} is ambiguous: {', '.join(sorted(open_to))}" if len(open_to) > 1 else None


def check_include(room, bracket, name, table, own):
    if name.startswith("rh/"):
        return check_hallway(room, name)
    if bracket == '"':
        return check_room(room, name, table, own)
    allowed = SYSTEM.get(room)
    return None if allowed is None or name in allowed else f"<{name}> in a pure room"


def includes(root):
    table, found = headers(root), []
    for path in sources(root):
        room = room_of(path)
        if room not in OPENS:
            found.append(f"{path}:1: {room} is no room of the house; give it a row in this table")
            continue
        own = {other.name for other in (root / path).parent.glob("*.h")}
        for number, line in enumerate((root / path).read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            problem = match and check_include(room, match[1], match[2], table, own)
            if problem:
                found.append(f"{path}:{number}: {problem}")
            if room != "hal" and "ops" in line and WRITE.search(line) and path.name != "loop.c":
                found.append(f"{path}:{number}: only the loop calls the HAL's write")
    return found


def undefined(archive):
    text = subprocess.run(["nm", "-u", str(archive)], capture_output=True, text=True, check=True)
    return sorted({line.split()[-1] for line in text.stdout.splitlines() if " U " in line})


def defined(archive):
    text = subprocess.run(["nm", "--defined-only", str(archive)], capture_output=True, text=True,
                          check=True)
    return {line.split()[-1] for line in text.stdout.splitlines() if len(line.split()) == 3}


def symbols(build):
    found = []
    gate, core = build / "src/safety/librh_safety.a", build / "src/core/librh_core.a"
    gate_has, core_has = defined(gate), defined(core)
    for name in undefined(gate):
        if name not in gate_has:
            found.append(f"{gate.name}: {name} is undefined; the gate needs nobody")
    for name in undefined(core):
        if name not in core_has and (name.startswith("rh_") or not CORE_MAY.match(name)):
            found.append(f"{core.name}: {name} is undefined; core may use libm and mem* only")
    return found


PLANTS = [
    ("src/core/core.h", '#include "safety.h"', "closed"),
    ("src/safety/gate.h", '#include "core.h"', "closed"),
    ("src/core/core.h", "#include <stdio.h>", "pure room"),
    ("src/safety/gate.h", "#include <math.h>", "pure room"),
    ("src/publish/publish.h", '#include "rh/grant.h"', "grant.h is closed"),
    ("src/record/record.h", '#include "loop.h"', "closed"),
    ("src/sim/frame.h", '#include "rh/hal.h"', "shares only"),
    ("hal/modbus_hal.h", '#include "core.h"', "closed"),
    ("src/ctl/call.h", '#include "link.h"', "closed"),
    ("src/run/service.c", "void f(void) { loop->ops->write(loop->hal, 0); }", "only the loop"),
]


def planted(root):
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for file, line, expected in PLANTS:
            copy = Path(folder) / "copy"
            for base in ("include", "src", "hal"):
                shutil.copytree(root / base, copy / base)
            with open(copy / file, "a") as target:
                target.write("\n" + line + "\n")
            caught = [problem for problem in includes(copy) if problem.startswith(file)]
            if not any(expected in problem for problem in caught):
                found.append(f"{file}: planted `{line}` was not caught")
            shutil.rmtree(copy)
    print(f"planted {len(PLANTS)} violations")
    return found


def main():
    if len(sys.argv) < 2 or sys.argv[1] not in ("includes", "symbols", "planted"):
        sys.exit(__doc__)
    place = Path(sys.argv[2] if len(sys.argv) > 2 else ".")
    found = {"includes": includes, "symbols": symbols, "planted": planted}[sys.argv[1]](place)
    for problem in found:
        print(problem)
    print(f"{sys.argv[1]}: {len(found)} violations")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
