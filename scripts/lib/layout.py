#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The buses of a machine: what the wire permits by arithmetic, what was reached, and how much
of the wire's time was used. A set is played meanwhile, so that torque changes in every tick.
"""
import re
import statistics
import time

from machine import Machine, ROOT, TRUE_GAP_US

PACE = "1.7/0.5/2.5/0.3"
CHAR_US = 10 * 1e6 / 115200
SPEC_GAP_US = 1750  # silence before a request, and the simulated devices' turnaround


def sections(path):
    """A configuration file as [(section, {key: value})]."""
    found = []
    for line in path.read_text().splitlines():
        if re.match(r"\[.*\]$", line):
            found.append((line[1:-1], {}))
        elif "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            found[-1][1][key.strip()] = value.strip()
    return found


def reads_of(profile, roles):
    """Bytes on the wire, request and reply, of each block that holds one of the roles or the status."""
    parts = sections(ROOT / "config" / "devices" / f"{profile}.conf")
    registers = {name.split()[1]: keys for name, keys in parts if name.startswith("register ")}
    blocks = [keys for name, keys in parts if name.startswith("block ")]
    used = set()
    for role in set(roles) | ({"status"} & set(registers)):
        address, space = int(registers[role]["address"], 0), registers[role]["space"]
        holds = (i for i, b in enumerate(blocks) if b["space"] == space
                 and int(b["address"], 0) <= address < int(b["address"], 0) + int(b["count"]))
        used |= set(list(holds)[:1])
    for index in sorted(used):
        count, bits = int(blocks[index]["count"]), blocks[index]["space"] in ("coil", "discrete")
        yield 8 + 5 + (-(-count // 8) if bits else 2 * count), int(blocks[index].get("every", 1))


def cycle_us(name, bus, gap_us):
    """One cycle of a bus by arithmetic: one torque, one write of the outputs, each read."""
    parts = sections(ROOT / "config" / "machines" / f"{name}.conf")
    devices = {n.split()[1]: k for n, k in parts if n.startswith("device ") and k["bus"] == bus}
    inputs, writes = {device: [] for device in devices}, []
    for signal, keys in ((n.split()[1], k) for n, k in parts if n.startswith("signal ")):
        device, role = keys["source"].split(":")[1].split("/")
        if device not in devices:
            continue
        if signal == "torque_command":
            writes.append(8 + 8)
        elif signal == "heartbeat":
            writes.append(10 + 8)
        elif signal not in ("servo_on", "lamp", "speed_limit", "torque_confirmed"):
            inputs[device].append(role)
    reads = [row for device, roles in inputs.items() for row in reads_of(devices[device]["profile"], roles)]
    rows = [(size, 1) for size in writes] + reads
    return sum((size * CHAR_US + 2 * gap_us) / every for size, every in rows)


def most_hz(machine, name):
    if name not in machine.serial_lines():
        return 0
    return 1e6 / cycle_us(machine.name, name, TRUE_GAP_US if machine.true_gap else SPEC_GAP_US)


def row_of(machine, name, rows, wires):
    """One line of the table: health over the time, the simulator's own record of the wire."""
    most = most_hz(machine, name)
    reached = statistics.median(row["rate_hz"] for row in rows)
    wire = [w[name] for w in wires if most and "eta" in w.get(name, {})]
    eta = f"{100 * statistics.median(w['eta'] for w in wire):5.1f} %" if wire else "  no wire"
    counted = " + ".join(str(sum(w[key] for w in wire)) for key in ("violations", "held_up")) if wire else "-"
    share = f"{100 * reached / most:5.1f} %" if most else "      -"
    limit = f"{most:8.1f}" if most else "       -"
    return f"{machine.name:<24} {gap_of(machine, name):>8} {name:<6} {limit} {reached:8.1f} {share} {eta:>9} {counted:>10}"


def gap_of(machine, name):
    if name not in machine.serial_lines():
        return "tcp"
    return "3.5 char" if machine.true_gap else "1.75 ms"


def head():
    return (f"{'machine':<24} {'silence':>8} {'bus':<6} {'R_max Hz':>8} {'reached':>8} {'of it':>7} "
            f"{'eta':>9} {'violations':>10}\n"
            "(violations + those where this computer stood still for longer than the master was early)")


def measure(bins, name, true_gap, runs, seconds):
    """The table's lines of one machine; the set must have been counted."""
    with Machine(bins, machine=name, true_gap=true_gap, host_pause_ms=40) as machine:
        machine.start_all()
        machine.prepare()
        machine.ctl("rom", "teach")
        machine.tell("reps", int(runs * seconds / 5) + 4, "style", "smooth", "pace", PACE)
        wires = []
        started = time.monotonic_ns()
        for _ in range(runs):
            machine.tell("mark")  # also starts the wire's statistics anew
            time.sleep(seconds)
            answer = machine.tell("wire")
            wires.append({bus: row for bus, row in answer.get("buses", answer).items() if isinstance(row, dict)})
        machine.stream.wait("a rep", "rep", lambda m: True, 15)
        health = [m for m in machine.stream.of("health") if m["arrived_ns"] > started + 2e9]
        names = [bus["name"] for bus in health[-1]["buses"]]
        lines = [row_of(machine, bus, [m["buses"][i] for m in health], wires) for i, bus in enumerate(names)]
        reps = [m["counted"] for m in machine.stream.of("rep")]
        faults = sorted({m["fault"] for m in machine.stream.of("fault") if m["open"]} - {"boot"})
        lines.append(f"{'':<24} {sum(reps)} of {len(reps)} reps counted meanwhile; "
                     f"faults: {', '.join(faults) or 'none'}")
        return lines
