#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The manual pages, from what the programs say of themselves: their --help and the table
of keys. Only what no table knows is written here.

  manual.py PROGRAM OUT COMMAND...          the page of a program; COMMAND starts it
  manual.py revhyper.conf OUT COMMAND...    the page of the keys; COMMAND is the daemon
"""
import json
import re
import subprocess
import sys

FILES = [
    ("/etc/revhyper/revhyper.conf", "the daemon's settings; names the machine file"),
    ("/etc/revhyper/machines/", "one file per machine: buses, devices, signals, mechanics"),
    ("/etc/revhyper/devices/", "one profile per device"),
    ("/var/lib/revhyper/", "the history and the machine's own files"),
    ("/run/revhyper/", "sockets, and their addresses in endpoints.json"),
]
TEXT = {
    "revhyperd": """It reads load cells and encoders, lets the gate vet every torque, counts reps, and
publishes what it knows. It starts locked: nothing moves before somebody at the machine holds its reset
button and both grips. Started by revhyperd.service it runs with real-time priority, locked memory and
systemd's watchdog, and comes back locked.""",
    "revhyperctl": """Members of the group revhyper-trainer command, everybody on the computer may look.
In scripts the exit code tells, and --json prints one object per line.""",
    "revhyper-sim": """It plays the person, the drive, the load cells, the relay and the e-stop chain behind
real Modbus, for practice and for tests. revhyper-sim.service starts it for a fresh installation, whose
configuration names it:
.PP
.nf
systemctl start revhyper-sim
revhyper-sim tell --run-dir /run/revhyper-sim lie down
.fi
.PP
It belongs to the user revhyper; speak to it as that user or as root.""",
    "revhyper-web": """It serves the dashboard, the live feed and metrics, and can command nothing.
revhyper-web.service listens on the loopback only, http://127.0.0.1:8570/.""",
}
ABOUT = {
    "revhyperd": (8, "controller of a motorised reverse hyper extension"),
    "revhyperctl": (1, "console of a Revhyper machine"),
    "revhyper-sim": (1, "simulated machine and person behind real Modbus"),
    "revhyper-web": (8, "pages of a Revhyper machine"),
    "revhyper.conf": (5, "settings of a Revhyper machine"),
}
ALSO = ["revhyperd(8)", "revhyperctl(1)", "revhyper.conf(5)", "revhyper-sim(1)", "revhyper-web(8)"]


def escape(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"(?m)^([.'])", r"\\&\1", text)


def run(command, *words):
    return subprocess.run([*command, *words], check=True, capture_output=True, text=True).stdout


def head(name):
    section, about = ABOUT[name]
    return [f'.TH {name.upper()} {section} "" Revhyper', ".SH NAME", f"{name} \\- {escape(about)}"]


def literal(text):
    return [".PP", ".nf", escape(text.rstrip("\n")), ".fi"]


def tail(name):
    lines = [".SH FILES"]
    for path, text in FILES:
        lines += [".TP", f".I {escape(path)}", escape(text)]
    others = [page for page in ALSO if not page.startswith(name + "(")]
    return lines + [".SH SEE ALSO", ", ".join(f".BR {p[:-3]} {p[-3:]}".replace(".BR ", "\\fB").replace(
        " (", "\\fR(") for p in others)]


def verbs_of(help_text):
    """The rows of the list under "Verbs": their words."""
    part = help_text.split("\nVerbs\n", 1)[1].split("\n\n", 1)[0]
    return [re.split(r"\s{2,}", line.strip())[0].split() for line in part.splitlines()]


def program(name, command):
    text = run(command, "--help")
    lines = head(name) + [".SH SYNOPSIS", f".B {name}", "[OPTION...]"] + [".SH DESCRIPTION", TEXT[name]]
    lines += [".SH OPTIONS"] + literal(text)
    if name == "revhyperctl":
        lines.append(".SH VERBS")
        for words in verbs_of(text):
            usage, _, rest = run(command, *words, "--help").partition("\n")
            lines += [f".SS {escape(usage.removeprefix('revhyperctl '))}"] + literal(rest)
    return lines + tail(name)


def bounds(key):
    if "enum" in key:
        text = " | ".join(map(str, key["enum"]))
    elif "minimum" in key:
        text = f"{key['minimum']:g} to {key['maximum']:g} {key.get('unit', '')}".strip()
    else:
        text = f"text of {key.get('minLength', 0)} to {key.get('maxLength', '?')} characters"
    if "default" in key:
        text += f", default {key['default'] if key['default'] != '' else 'empty'}"
    return text + (", bounds what the machine may do" if key.get("safety") else "")


def keys(command):
    schema = json.loads(run(command, "--dump-schema"))
    lines = head("revhyper.conf") + [".SH DESCRIPTION", escape(
        "Sections in brackets, key = value, comments on lines of their own that begin with #. A value "
        "carries no unit. Unknown keys, doubled keys and values out of range are refused with file and "
        "line. revhyperd --check-config reads a configuration and says what is wrong with it; "
        "--print-config writes the one in force.")]
    lines += [".PP", escape("Sections profile, register, block, status and startup stand in a device's "
                            "profile, the others in revhyper.conf or in the machine file that it names.")]
    for name, section in schema["properties"].items():
        named = "properties" not in section
        section = section["additionalProperties"] if named else section
        lines += [f".SH [{name}{' NAME' if named else ''}]".replace("[", '"[') + '"',
                  escape(section["description"]) + "."]
        for key, row in section["properties"].items():
            lines += [".TP", f".B {escape(key)}", escape(row["description"]) + ".", ".br", escape(bounds(row)) + "."]
    return lines + tail("revhyper.conf")


def main():
    name, out, command = sys.argv[1], sys.argv[2], sys.argv[3:]
    lines = keys(command) if name == "revhyper.conf" else program(name, command)
    with open(out, "w", encoding="utf-8") as file:
        file.write('.\\" SPDX-License-Identifier: Apache-2.0\n' + "\n".join(lines) + "\n")


main()
