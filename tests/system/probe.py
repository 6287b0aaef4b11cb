#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`revhyperctl device probe` against the simulator's register maps: what it shows is what the
simulator's own record says, a wrong address shows, silence is said plainly, and a port that a
daemon has open is refused without a scratch to the daemon.

  probe.py BINS
"""
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts" / "lib"))
from machine import Machine, ROOT, wait_for  # noqa: E402

KINCO, FLINTEC = "simulated-kinco", "simulated-flintec"


def probe(machine, *words, config=ROOT / "config"):
    done = subprocess.run([str(machine.bins / "revhyperctl"), "--config", str(config / "demo.conf"),
                           "--run-dir", str(machine.run), "--json", *map(str, words)],
                          capture_output=True, text=True, timeout=120)
    done.json = json.loads(done.stdout)
    return done


def look(machine, profile, *words, config=ROOT / "config"):
    """The rows by role; every register must answer."""
    done = probe(machine, "device", "probe", "--profile", profile, *words, config=config)
    return done, {row["role"]: row for row in done.json.get("result", {}).get("registers", [])}


def port(machine, line):
    lines = json.loads((machine.run / "sim.json").read_text())
    if isinstance(lines[line], int):
        return ("--host", "127.0.0.1", "--tcp-port", lines[line])
    return ("--port", machine.run / lines[line])


def check(what, truth):
    if not truth:
        raise AssertionError(what)


def near(a, b, off):
    return abs(a - b) <= off


# -- what it shows ----------------------------------------------------------------------

def serial_parts_show_what_the_simulator_says(bins):
    with Machine(bins, machine=KINCO) as machine:
        machine.start_sim()
        truth = machine.tell("truth")
        done, rows = look(machine, "kinco-fd", *port(machine, "drive"))
        check("kinco answers whole", done.returncode == 0 and done.json["ok"])
        angle = rows["position"]["value"] * 360 / (65536 * 35)
        check(f"position {angle} for {truth['arm_angle_deg']}", near(angle, truth["arm_angle_deg"], 0.5))
        check("low word first", rows["position"]["words"][1] == "FFF7")
        check("the drive does not run", rows["status"]["meanings"] == {"ready": False, "run": False, "fault": False})
        done, rows = look(machine, "kubler-sendix-f58", *port(machine, "io"), "--format", "8N1")
        angle = rows["position"]["value"] * 360 / 16384 - 180
        check(f"encoder {angle}", near(angle, truth["arm_angle_deg"], 0.5))
        for slave, side in ((1, "left"), (2, "right")):
            done, rows = look(machine, "laumas-tlb", *port(machine, "cells"), "--slave", slave)
            check(f"{side} force", near(rows["gross"]["value"], truth[f"force_{side}_n"] + 5, 15))
            check("the cell is well", rows["status"]["meanings"]["ok"] is True)


def a_broken_cell_is_told_by_its_own_word(bins):
    with Machine(bins, machine=FLINTEC) as machine:
        machine.start_sim()
        machine.tell("fault", "strap_right", "wire_break")
        done, rows = look(machine, "flintec-mcs64", *port(machine, "cells"))
        check("tcp answers whole", done.returncode == 0)
        check("left is well", rows["status"]["meanings"]["ok"] is True)
        check("right is not", rows["status2"]["meanings"]["ok"] is False)


def unknown_fences_can_still_be_looked_at(bins):
    with Machine(bins, sim_args=("--drive", "stepperonline-a6rs")) as machine:
        machine.start_sim()
        truth = machine.tell("truth")
        done, rows = look(machine, "stepperonline-a6rs", *port(machine, "drive"))
        check("a6rs answers whole", done.returncode == 0)
        angle = rows["position"]["value"] * 360 / (131072 * 35)
        check(f"position {angle}", near(angle, truth["arm_angle_deg"], 0.5))


# -- a wrong address shows ----------------------------------------------------------------

# profile, where the simulator has it, its registers that a machine uses; not the a6rs's torque,
# which at rest is nothing, as its neighbour is; nor the word of the
# flintec's first channel: its neighbour is that of the second, which mostly says the same
MAPS = [
    (KINCO, "kinco-fd", "drive", ["status", "mode", "position", "rate", "torque_command", "torque_limit", "torque",
                                  "speed_limit"]),
    (KINCO, "laumas-tlb", "cells", ["status", "gross"]),
    (KINCO, "kubler-sendix-f58", "io", ["position"]),
    (FLINTEC, "flintec-mcs64", "cells", ["gross", "gross2", "status2"]),
    (None, "stepperonline-a6rs", "drive", ["mode", "torque_command", "rate", "position", "eeprom_write"]),
]


def moved(folder, profile, role):
    """A copy of config/ with that one address one further, read alone."""
    config = Path(folder) / f"{profile}-{role}"
    shutil.copytree(ROOT / "config", config)
    path = config / "devices" / f"{profile}.conf"
    text, count = re.subn(rf"(\[register {role}\]\naddress = )(0x[0-9A-Fa-f]+|\d+)",
                          lambda found: found[1] + str(int(found[2], 0) + 1), path.read_text())
    check(f"{profile} has {role}", count == 1)
    path.write_text(text)
    return config


def differs(right, wrong):
    """Another number by more than noise, another judgement, or a refusal."""
    if wrong.get("result") != "ok" or right.get("meanings") != wrong.get("meanings"):
        return True
    return not near(right["value"], wrong["value"], max(20, 0.05 * abs(right["value"])))


def keep_moving(machine):
    """Up and down by hand, at 10 deg/s: only in motion has a rate another number than its neighbour."""
    angle_deg = machine.tell("truth")["arm_angle_deg"]
    machine.tell("hand", "lift", -20 if angle_deg < -50 else -80, 10)
    wait_for("the arm moves", lambda: abs(machine.tell("truth")["arm_rate_dps"]) > 5, 5)


def a_wrong_address_reads_otherwise_or_not_at_all(bins):
    for name, profile, line, roles in MAPS:
        parts = {"machine": name} if name else {"sim_args": ("--drive", "stepperonline-a6rs")}
        with Machine(bins, **parts) as machine, tempfile.TemporaryDirectory() as folder:
            machine.start_sim()
            machine.tell("hand", "lift", "-40", "30")  # something to measure, and to weigh
            wait_for("the arm is lifted", lambda: abs(machine.tell("truth")["arm_angle_deg"] + 40) < 20, 10)
            formats = ("--format", "8N1") if line == "io" else ()
            for role in roles:
                config = moved(folder, profile, role)

                def shows():
                    if role == "rate":
                        keep_moving(machine)
                    _, right = look(machine, profile, *port(machine, line), *formats)
                    _, wrong = look(machine, profile, *port(machine, line), *formats, config=config)
                    # nothing at all: the profile contradicts itself with it, and that is named
                    return not wrong or differs(right[role], wrong[role])
                wait_for(f"{profile}: {role} one further shows", shows, 10)


# -- silence and scanning -----------------------------------------------------------------

def silence_is_said_plainly_and_a_scan_finds_the_number(bins):
    with Machine(bins, machine=KINCO) as machine:
        machine.start_sim()
        done, _ = look(machine, "laumas-tlb", *port(machine, "cells"), "--slave", 9)
        check("exit 3", done.returncode == 3)
        check(done.json["error"]["message"], "nothing answers at" in done.json["error"]["message"]
              and "slave 9" in done.json["error"]["message"])
        done, rows = look(machine, "laumas-tlb", *port(machine, "cells"), "--slave", 9, "--scan")
        check("the scan finds it", done.returncode == 0 and ", slave 1" in done.json["result"]["where"])
        check(f"and the other: {done.stderr}", done.json["result"]["found"] == [1, 2]
              and "slave 1 answers\nslave 2 answers\n" in done.stderr)
        check("how long it may take is said before", "every other number to 247: up to 31 seconds" in done.stderr)
        done, _ = look(machine, "laumas-tlb", "--port", machine.run / "nothing-there")
        check("no such port", done.returncode == 3 and "cannot open" in done.json["error"]["message"])
        done, _ = look(machine, "flintec-mcs64", *port(machine, "cells"))
        check("not over serial", done.returncode == 2 and "Modbus RTU" in done.json["error"]["message"])


# -- what cannot be --------------------------------------------------------------------------

def what_cannot_be_is_refused_with_what_helps(bins):
    with Machine(bins, machine=KINCO) as machine:
        machine.start_sim()
        file = machine.run / "no-port"
        file.write_text("")
        serial = ("laumas-tlb", *port(machine, "cells"))
        spoilt = machine.run / "spoilt.conf"
        text = (ROOT / "config/devices/pt113.conf").read_text()
        spoilt.write_text(text.replace("type = i32", "type = i33", 1))
        busy = "stop what uses the port"
        # words, exit code, in the message, in the remedy
        rows = [
            ((*serial, "--slave", 0), 2, "slave 0 is out of range", "permitted: 1 to 247"),
            ((*serial, "--slave", 248), 2, "slave 248 is out of range", "permitted: 1 to 247"),
            ((*serial, "--baud", 0), 2, "baud 0 is out of range", "permitted: 300 to 4000000"),
            (("flintec-mcs64", "--host", "127.0.0.1", "--slave", 256), 2, "slave 256", "permitted: 1 to 255"),
            (("flintec-mcs64", "--host", "127.0.0.1", "--tcp-port", 0), 2, "tcp_port 0", "permitted: 1 to 65535"),
            (("flintec-mcs64", "--host", "127.0.0.1", "--tcp-port", 1), 3, "127.0.0.1 port 1", "nothing listens there"),
            (("flintec-mcs64", "--host", "300.1.1.1"), 2, '"300.1.1.1" is no IPv4 address', "in digits"),
            (("laumas-tlb", "--port", file), 3, "it is no serial port", "/dev/ttyUSB0"),
            (("laumas-tlb", "--port", machine.run), 3, "it is no serial port", "/dev/ttyUSB0"),
            (("laumas-tlb", "--port", machine.run / "none"), 3, "No such file", "check its name"),
            ((spoilt, "--port", file), 1, "spoilt.conf:27: [register gross] type", "mend that line"),
            (("./none", "--port", file), 1, "./none.conf: cannot be read: No such file", "--profile DIR/NAME.conf"),
        ]
        for words, code, message, remedy in rows:
            done = probe(machine, "device", "probe", "--profile", *words)
            error = done.json.get("error", {})
            check(f"{words}: {done.returncode} {error}", done.returncode == code and message in error["message"]
                  and remedy in error["remedy"] and busy not in error["remedy"]
                  and not error["message"].startswith(":"))


# -- beside a daemon ------------------------------------------------------------------------

def a_port_of_a_running_daemon_is_refused_and_nothing_happens_to_it(bins):
    with Machine(bins, host_pause_ms=40) as machine:
        machine.start_all()
        wait_for("every device is ready", lambda: all(
            d["is_ready"] for d in machine.stream.last("health")["devices"]), 20)
        done = probe(machine, "device", "probe", "drive", "--baud", 9600)
        check("exit 3", done.returncode == 3)
        check(done.json["error"]["message"], "another program has it open" in done.json["error"]["message"])
        seen = machine.stream.last("health")
        later = machine.stream.wait("more health", "health", lambda m: m["seq"] > seen["seq"] + 1, 10)
        check("the drive stays ready", all(d["is_ready"] for d in later["devices"]))
        machine.end("daemon")
        done = probe(machine, "device", "probe", "drive")
        check(f"free again: {done.stdout}", done.returncode == 0 and done.json["result"]["profile"] == "rtelligent-dsy")


CASES = [serial_parts_show_what_the_simulator_says, a_broken_cell_is_told_by_its_own_word,
         unknown_fences_can_still_be_looked_at, a_wrong_address_reads_otherwise_or_not_at_all,
         silence_is_said_plainly_and_a_scan_finds_the_number, what_cannot_be_is_refused_with_what_helps,
         a_port_of_a_running_daemon_is_refused_and_nothing_happens_to_it]


def main():
    failed = 0
    for case in CASES:
        try:
            case(Path(sys.argv[1]))
            print(f"ok      {case.__name__}", flush=True)
        except Exception as error:  # each case is told, whatever it met
            failed += 1
            print(f"FAILED  {case.__name__}: {type(error).__name__}: {error}"[:600], flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
