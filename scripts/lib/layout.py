#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The buses of a machine: what the wire permits by arithmetic, what was reached, and how much
of the wire's time was used. A set is played meanwhile, so that torque changes in every tick.
A bare libmodbus loop that sends the same requests stands beside it: what it loses, this
computer and its ptys cost.
"""
import re
import statistics
import struct
import subprocess
import time
from collections import namedtuple

from machine import Machine, ROOT, TRUE_GAP_US, die_with_parent

PACE = "1.7/0.5/2.5/0.3"
CHAR_US = 10 * 1e6 / 115200
SPEC_GAP_US = 1750  # silence before a request, and the simulated devices' turnaround
CRC_SIZE = 2
READS = {"coil": 1, "discrete": 2, "holding": 3, "input": 4}  # function codes
OUTPUTS = ("torque_command", "heartbeat", "servo_on", "lamp", "speed_limit")

# Unit and PDU; bytes of the reply on the wire; sent in each `every`th round
Request = namedtuple("Request", "pdu answer every")


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


def profile_of(device):
    """Registers by role and the list of blocks of a device's profile."""
    parts = sections(ROOT / "config" / "devices" / f"{device['profile']}.conf")
    return ({name.split()[1]: keys for name, keys in parts if name.startswith("register ")},
            [keys for name, keys in parts if name.startswith("block ")])


def read_of(unit, block):
    count, bits = int(block["count"]), block["space"] in ("coil", "discrete")
    pdu = struct.pack(">BBHH", unit, READS[block["space"]], int(block["address"], 0), count)
    return Request(pdu, 5 + (-(-count // 8) if bits else 2 * count), int(block.get("every", 1)))


def reads_of(device, roles):
    """The read of each block that holds one of the roles or the status."""
    registers, blocks = profile_of(device)
    used = set()
    for role in set(roles) | ({"status"} & set(registers)):
        address, space = int(registers[role]["address"], 0), registers[role]["space"]
        holds = (i for i, b in enumerate(blocks) if b["space"] == space
                 and int(b["address"], 0) <= address < int(b["address"], 0) + int(b["count"]))
        used |= set(list(holds)[:1])
    return [read_of(int(device["slave"]), blocks[index]) for index in sorted(used)]


def write_of(signal, device, role):
    """The request that carries an output; None for what goes along with another or seldom."""
    registers, _ = profile_of(device)
    head = (int(device["slave"]), int(registers[role]["address"], 0))
    if signal == "torque_command":
        return Request(struct.pack(">BBHH", head[0], 6, head[1], 0), 8, 1)
    if signal == "heartbeat":
        return Request(struct.pack(">BBHHBB", head[0], 15, head[1], 1, 1, 0), 8, 1)
    return None


def requests_of(name, bus):
    """One cycle of a bus: one torque, one write of the outputs, each read."""
    parts = sections(ROOT / "config" / "machines" / f"{name}.conf")
    devices = {n.split()[1]: k for n, k in parts if n.startswith("device ") and k["bus"] == bus}
    inputs, writes = {device: [] for device in devices}, []
    for signal, keys in ((n.split()[1], k) for n, k in parts if n.startswith("signal ")):
        device, role = keys["source"].split(":")[1].split("/")
        if device not in devices:
            continue
        if signal in OUTPUTS:
            writes.append(write_of(signal, devices[device], role))
        elif signal != "torque_confirmed":
            inputs[device].append(role)
    reads = [read for device, roles in inputs.items() for read in reads_of(devices[device], roles)]
    return [request for request in writes + reads if request is not None]


def cycle_us(name, bus, gap_us):
    """One cycle of a bus by arithmetic."""
    return sum(((len(r.pdu) + CRC_SIZE + r.answer) * CHAR_US + 2 * gap_us) / r.every
               for r in requests_of(name, bus))


def most_hz(machine, name):
    return 1e6 / cycle_us(machine.name, name, gap_us(machine))


def gap_us(machine):
    return TRUE_GAP_US if machine.true_gap else SPEC_GAP_US


def wire_records(machine, runs, seconds):
    """The simulator's own record of its lines, by bus, of each run."""
    records = []
    for _ in range(runs):
        machine.tell("mark")  # also starts the wire's statistics anew
        time.sleep(seconds)
        answer = machine.tell("wire")
        records.append({bus: row for bus, row in answer.get("buses", answer).items()
                        if isinstance(row, dict) and "eta" in row})
    return records


def start_bare(machine, bus, seconds):
    """A libmodbus loop on one line that sends the daemon's requests, and does nothing else."""
    words = [f"{request.pdu.hex()}/{request.every}" for request in requests_of(machine.name, bus)]
    return subprocess.Popen([machine.bins.parent / "bench" / "bus_bench", machine.run / f"bus-{bus}",
                             str(seconds), str(gap_us(machine)), *words],
                            stdout=subprocess.DEVNULL, preexec_fn=die_with_parent)


def bare_records(bins, name, true_gap, runs, seconds):
    """Those of the same lines under bare loops: what this computer costs whoever is the master."""
    with Machine(bins, machine=name, true_gap=true_gap) as machine:
        machine.start_sim()
        loops = [start_bare(machine, bus, (runs + 1) * seconds) for bus in machine.serial_lines()]
        records = wire_records(machine, runs, seconds)
        for loop in loops:
            loop.kill()
            loop.wait()
        return records


def middle(records, bus, key):
    return statistics.median(record[bus][key] for record in records)


def row_of(machine, name, rows, wires, bare):
    """One line of the table: health over the time, the simulator's own record of the wire."""
    reached = statistics.median(row["rate_hz"] for row in rows)
    if name not in machine.serial_lines():
        return f"{machine.name:<16} {'tcp':>8} {name:<6} {'-':>8} {reached:8.1f}   no wire sets it"
    most = most_hz(machine, name)
    counted = " + ".join(str(sum(w[name][key] for w in wires)) for key in ("violations", "held_up"))
    eta, bare_eta = (100 * middle(records, name, "eta") for records in (wires, bare))
    dead, bare_dead = (middle(records, name, "dead_p50_us") for records in (wires, bare))
    return (f"{machine.name:<16} {'3.5 char' if machine.true_gap else '1.75 ms':>8} {name:<6} {most:8.1f} {reached:8.1f} "
            f"{100 * reached / most:5.1f} % {eta:5.1f} % {bare_eta:5.1f} % {dead:6.0f} {bare_dead:6.0f} {counted:>8}")


def head():
    return (f"{'machine':<16} {'silence':>8} {'bus':<6} {'R_max Hz':>8} {'reached':>8} {'of it':>7} {'eta':>7} "
            f"{'bare':>7} {'dead us':>7} {'bare':>6} {'early':>8}\n"
            "(bare: a libmodbus loop with the same requests on the same lines; dead: time of a transaction that the\n"
            " wire did not need, p50; early: violations + those where this computer stood still for longer)")


def measure(bins, name, true_gap, runs, seconds):
    """The table's lines of one machine; the set must have been counted."""
    bare = bare_records(bins, name, true_gap, runs, seconds)
    with Machine(bins, machine=name, true_gap=true_gap, host_pause_ms=40) as machine:
        machine.start_all()
        machine.prepare()
        machine.ctl("rom", "teach")
        machine.tell("reps", int(runs * seconds / 5) + 4, "style", "smooth", "pace", PACE)
        started = time.monotonic_ns()
        wires = wire_records(machine, runs, seconds)
        machine.stream.wait("a rep", "rep", lambda m: True, 15)
        health = [m for m in machine.stream.of("health") if m["arrived_ns"] > started + 2e9]
        names = [bus["name"] for bus in health[-1]["buses"]]
        lines = [row_of(machine, bus, [m["buses"][i] for m in health], wires, bare)
                 for i, bus in enumerate(names)]
        reps = [m["counted"] for m in machine.stream.of("rep")]
        faults = sorted({m["fault"] for m in machine.stream.of("fault") if m["open"]} - {"boot"})
        lines.append(f"{'':<16} {sum(reps)} of {len(reps)} reps counted meanwhile; "
                     f"faults: {', '.join(faults) or 'none'}")
        return lines
