#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Figures of the daemon on this machine: printed, never judged.

Everything that depends on the machine's speed is given beside something bare that ran in
the same minute. Goals stand beside the figures for the reader.
"""
import argparse
import json
import os
import platform
import re
import statistics
import struct
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import layout  # noqa: E402
from machine import MACHINES, Machine, ROOT  # noqa: E402


def show(what, figure, goal=""):
    print(f"{what:<58} {figure:<34} {goal}", flush=True)


def tick_cost(build):
    runs = [json.loads(subprocess.run([build / "bench/tick_bench"], capture_output=True, text=True,
                                      check=True).stdout) for _ in range(5)]
    middle = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
    show("tick, p50 / p99 (clock read of p50 beside it)",
         f"{middle['tick_p50_ns'] - middle['clock_p50_ns']:.0f} / "
         f"{middle['tick_p99_ns'] - middle['clock_p50_ns']:.0f} ns ({middle['clock_p50_ns']:.0f} ns)",
         "goal <= 300 ns p50")
    show("simulated seconds per second, plant + wires + tick", f"{middle['simulated_s_per_s']:.0f}",
         "goal >= 3000 a core")


def tick_instructions(build):
    """Instructions of rh_tick and what it calls, by callgrind, as a difference of two runs."""
    def total(ticks):
        out = build / "callgrind.out"
        subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}",
                        "--toggle-collect=rh_tick", build / "bench/tick_bench", "ticks", str(ticks)],
                       capture_output=True, check=True)
        return int(re.search(r"^(?:summary|totals): (\d+)", out.read_text(), re.M)[1])
    few, many = total(1000), total(5000)
    # both runs also tick while they prepare; the difference is 4,000 recorded + 4,000 replayed
    show("instructions of a tick (callgrind)", f"{(many - few) / 8000:.0f}")


def play_set(machine, seconds):
    machine.prepare()
    machine.ctl("rom", "teach")
    machine.tell("reps", int(seconds / 3.0) + 2, "style", "smooth", "pace", "1.2/0.3/1.2/0.3")


def thread_seconds(pid):
    """Processor time by thread name, from the scheduler's own nanoseconds: the accounting by
    clock ticks is blind to threads that wake with the clock."""
    times = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        name = (task / "comm").read_text().strip()
        run_ns = int((task / "schedstat").read_text().split()[0])
        times[name] = times.get(name, 0.0) + run_ns / 1e9
    return times


def cpu_and_memory(machine, seconds):
    pid = machine.programs["daemon"].pid
    before, started = thread_seconds(pid), time.monotonic()
    time.sleep(seconds)
    passed = time.monotonic() - started
    after = thread_seconds(pid)
    used = {name: 100 * (after[name] - before.get(name, 0.0)) / passed for name in after}
    show("CPU of the daemon, % of a core", f"{sum(used.values()):.1f}", "goal <= 10 % at 500 Hz, RTU")
    show("  by thread", ", ".join(f"{name} {share:.1f}" for name, share in sorted(used.items()) if share > 0))
    status = Path(f"/proc/{pid}/status").read_text()
    figures = {key: int(value) / 1024 for key, value in re.findall(r"^(VmRSS|VmLck|VmHWM):\s+(\d+)", status, re.M)}
    show("memory: resident / locked", f"{figures['VmRSS']:.1f} / {figures['VmLck']:.1f} MB", "goal <= 32 MB locked")


def ages(machine):
    rows = [m["age_ns"] for m in machine.stream.of("live")[-2000:]]
    for device in rows[0]:
        values = sorted(row[device] / 1e6 for row in rows)
        show(f"age of the sample at the tick, {device}",
             f"p50 {values[len(values) // 2]:.1f}, p99 {values[len(values) * 99 // 100]:.1f}, max {values[-1]:.1f} ms")


def eta(machine, bare, runs, seconds):
    wires = layout.wire_records(machine, runs, seconds)
    for bus in machine.serial_lines():
        def both(key, factor=1):
            return " / ".join(f"{factor * layout.middle(records, bus, key):.1f}" for records in (wires, bare))
        early = [sum(record[bus][key] for record in wires) for key in ("violations", "held_up")]
        show(f"eta of bus {bus}, median of {runs} runs of {seconds} s / bare loop", f"{both('eta', 100)} %",
             "goal >= 97 %")
        show("  dead time p50 / bare; p99 / bare; wire's own lateness",
             f"{both('dead_p50_us')}; {both('dead_p99_us')}; {layout.middle(wires, bus, 'late_us'):.0f} us")
        show("  violations; more where this computer stood still", f"{early[0]}; {early[1]}", "goal 0")


def rates(machine, seconds):
    time.sleep(seconds)
    per_bus = {}
    for health in machine.stream.of("health")[-int(seconds):]:
        for bus in health["buses"]:
            per_bus.setdefault(bus["name"], []).append(bus)
    for name, rows in per_bus.items():
        reached = statistics.median(row["rate_hz"] for row in rows)
        most = rows[-1]["rate_max_hz"]
        share = f"{100 * reached / most:.1f} %" if most > 0 else "no wire sets it"
        show(f"cycles of bus {name}: computed R_max, reached, share", f"{most:.2f} Hz, {reached:.2f} Hz, {share}")


def stream_delay(build, machine, seconds):
    endpoint = next(e for e in machine.endpoints["stream"] if e.startswith("tcp"))
    runs = [json.loads(subprocess.run([build / "bench/stream_bench", endpoint, str(seconds)],
                                      capture_output=True, text=True, check=True).stdout)
            for _ in range(3)]
    for percent, goal in (("p50", "1.5"), ("p99", "2")):
        show(f"tick end to subscriber, {percent}, beside a bare FIFO thread",
             f"{statistics.median(r[f'{percent}_us'] for r in runs):.0f} us / "
             f"{statistics.median(r[f'bare_{percent}_us'] for r in runs):.0f} us = "
             f"{statistics.median(r[f'ratio_{percent}'] for r in runs):.2f}", f"goal <= {goal}")


def read_counts(path):
    rows = struct.iter_unpack("qq", path.read_bytes())
    return {tid: calls for tid, calls in rows if tid}


def heap_calls(build, bins, planted):
    with Machine(bins, host_pause_ms=40) as machine:
        counts = machine.folder / "heap"
        os.environ["RH_HEAP_COUNTS"] = str(counts)
        if planted:
            os.environ["RH_HEAP_PLANT"] = "1"
        machine.start_sim()
        os.environ["LD_PRELOAD"] = str(build / "bench/heap_count.so")
        try:
            machine.start_daemon()
        finally:
            for name in ("LD_PRELOAD", "RH_HEAP_COUNTS", "RH_HEAP_PLANT"):
                os.environ.pop(name, None)
        play_set(machine, 12)
        pid = machine.programs["daemon"].pid
        names = {int(t.name): (t / "comm").read_text().strip() for t in Path(f"/proc/{pid}/task").iterdir()}
        before = read_counts(counts)
        time.sleep(10)
        after = read_counts(counts)
        calls = {names.get(tid, str(tid)): after[tid] - before.get(tid, 0) for tid in after}
        watched = {name: n for name, n in calls.items() if name == "control" or name.startswith("bus")}
        watched.setdefault("control", 0)
        show("heap calls in 10 s" + (", one planted in each turn of control" if planted else ""),
             ", ".join(f"{name} {n}" for name, n in sorted(watched.items())),
             "must be seen" if planted else "goal 0")


def bus_layouts(bins, machines, runs, seconds):
    print(layout.head())
    for name in machines:
        for true_gap in (False, True):
            if name == "simulated-tcp" and true_gap:
                continue
            print("\n".join(layout.measure(bins, name, true_gap, runs, seconds)), flush=True)


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="shorter runs, one of each")
    parser.add_argument("--machine", action="append", choices=sorted(MACHINES),
                        help="only this machine's buses, with 1.75 ms of silence and with real 3.5 characters; "
                             "more than one may be given")
    given = parser.parse_args()
    build = ROOT / given.build
    bins = build / "bin"
    runs, seconds = (1, 5) if given.quick else (5, 10)
    print(f"{time.strftime('%Y-%m-%d')}  {platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}")
    if given.machine:
        bus_layouts(bins, given.machine, runs, seconds)
        return
    tick_cost(build)
    tick_instructions(build)
    bare = layout.bare_records(bins, "simulated-rtu", False, runs, seconds)
    with Machine(bins, host_pause_ms=40) as machine:
        machine.start_all()
        play_set(machine, runs * seconds + seconds + 3 * seconds + 20)
        eta(machine, bare, runs, seconds)
        rates(machine, seconds)
        cpu_and_memory(machine, seconds)
        ages(machine)
        machine.stream.close()  # one subscriber on each side of the comparison
        stream_delay(build, machine, seconds)
    heap_calls(build, bins, planted=True)
    heap_calls(build, bins, planted=False)


if __name__ == "__main__":
    main()
