#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A publisher that speaks the stream as the daemon does, for the web room's own tests.

It plays one set of cosine-shaped reps on a simulated machine: `live` at 50 Hz, `state` and
`health` once a second, a `rep` at the end of each, now and then a cue. The last values go
out again, marked `snap`, when somebody subscribes. Everything is computed from the clock
and the seed, so what a page shows can be checked against what a second subscriber hears.

    feed.py --run-dir DIR [--endpoint E] [--reps N] [--earlier N] [--fault ID] [--seed S]

Prints `ready ENDPOINT` once it is bound, writes DIR/endpoints.json, and ends after --reps
reps or on SIGTERM. Lines on stdin are orders: `pause`, `go`, `burst N` (N long events at
once), `fault ID`, `clear ID`, `quit`.
"""

import argparse
import ctypes
import datetime
import json
import math
import os
import random
import select
import signal
import sys
import time

import zmq

MACHINE = "rh-sim-1"
KEPT = {"state", "rep", "set", "session", "health"}
LIFT_S, HOLD_S, LOWER_S, REST_S = 1.3, 0.6, 1.7, 0.4
REP_S = LIFT_S + HOLD_S + LOWER_S + REST_S
BOTTOM_DEG, TOP_DEG = -82.0, -1.5
SENTENCES = {
    "estop": (38, "", "The emergency stop is pressed or its circuit is open.",
              "Release the emergency stop, clear the bench, hold the reset button."),
    "stale_cells": (14, "ms", "A load cell transmitter does not answer.",
                    "Check the transmitter's cable and `device list`."),
}


def ulid(chance):
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    value = (int(time.time() * 1000) << 80) | chance.getrandbits(80)
    return "".join(alphabet[(value >> shift) & 31] for shift in range(125, -1, -5))


class Stream:
    """The XPUB socket with its sequence numbers and its last values."""

    def __init__(self, endpoint, chance):
        self.socket = zmq.Context.instance().socket(zmq.XPUB)
        self.socket.set(zmq.XPUB_VERBOSE, 1)
        self.socket.set(zmq.LINGER, 0)
        self.socket.set(zmq.SNDHWM, 100000)
        self.socket.bind(endpoint)
        self.endpoint = self.socket.get_string(zmq.LAST_ENDPOINT)
        self.boot = ulid(chance)
        self.seq = {}
        self.last = {}
        self.faults = {}

    def send(self, name, body):
        self.seq[name] = self.seq.get(name, 0) + 1
        now = datetime.datetime.now(datetime.timezone.utc)
        message = {
            "v": 1, "machine": MACHINE, "boot": self.boot, "seq": self.seq[name],
            "mono_ns": time.monotonic_ns(),
            "utc": now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}Z",
            "snap": False, **body,
        }
        if name in KEPT:
            self.last[name] = message
        if name == "fault":
            self.faults[body["fault"]] = message
            if not body["open"]:
                del self.faults[body["fault"]]
        self.put(name, message)

    def put(self, name, message):
        text = json.dumps(message, separators=(",", ":"), ensure_ascii=False)
        self.socket.send_multipart([f"rh/1/{MACHINE}/{name}".encode(), text.encode()])

    def greet(self):
        while self.socket.poll(0):
            if self.socket.recv()[:1] != b"\x01":
                continue
            for name, message in self.last.items():
                self.put(name, {**message, "snap": True})
            for message in self.faults.values():
                self.put("fault", {**message, "snap": True})


class Machine:
    """One set, as a function of time."""

    def __init__(self, stream, chance):
        self.stream, self.chance = stream, chance
        self.session_id = ulid(chance)
        self.reps = 0
        self.armed = True
        self.tick = 0
        self.start_ns = time.monotonic_ns()
        self.best_dps = 0.0
        self.wobble = [chance.uniform(-1.5, 1.5) for _ in range(200)]

    def pose(self, rep, t):
        """Angle, rate and phase at t seconds into a rep."""
        top, bottom = TOP_DEG + self.wobble[rep % 200], BOTTOM_DEG
        span = top - bottom
        if t < REST_S:
            return bottom, 0.0, "rest"
        t -= REST_S
        if t < LIFT_S:
            w = math.pi / LIFT_S
            return bottom + span * (1 - math.cos(w * t)) / 2, span * w * math.sin(w * t) / 2, "lift"
        t -= LIFT_S
        if t < HOLD_S:
            return top, 0.0, "hold"
        t -= HOLD_S
        w = math.pi / LOWER_S
        return top - span * (1 - math.cos(w * t)) / 2, -span * w * math.sin(w * t) / 2, "lower"

    def force(self, angle, rate):
        gravity = 118.0 * math.cos(math.radians(angle))
        return 62.0 + gravity + 0.28 * rate + self.chance.gauss(0, 1.2)

    def live(self, rep, t):
        angle, rate, phase = self.pose(rep, t)
        force = self.force(angle, rate) if self.armed else 3.0
        left = force * (0.51 + 0.02 * math.sin(t))
        self.tick += 10
        self.stream.send("live", {
            "angle_deg": round(angle + self.chance.gauss(0, 0.02), 4),
            "rate_dps": round(rate + self.chance.gauss(0, 0.2), 4),
            "force_n": round(force, 3), "force_left_n": round(left, 3),
            "force_right_n": round(force - left, 3),
            "torque_nm": round(force * 0.82, 4), "torque_requested_nm": -48.2,
            "torque_granted_nm": -48.2, "torque_measured_nm": round(-48.2 + self.chance.gauss(0, .3), 4),
            "pad_n": round(412 + 8 * math.sin(t), 2), "pad_centre_frac": 0.5125,
            "margin_top_deg": round(3.0 - angle, 4), "margin_bottom_deg": round(angle + 88, 4),
            "load_applied_kg": 6.0 if self.armed else 0.0, "phase": phase, "tick": self.tick,
            "age_ns": {"drive": 6_100_000 + self.tick % 700_000, "encoder": 7_900_000,
                       "cells": 9_200_000, "inputs": 12_400_000},
            "reps": self.reps, "set": 2, "armed": self.armed,
        })

    def state(self):
        open_faults = list(self.stream.faults)
        self.armed = not open_faults
        self.stream.send("state", {
            "state_seq": self.reps + 1, "safety": "armed" if self.armed else "safe3",
            "session": "set" if self.armed else "ready", "mode": "constant",
            "load_kg": 6.0 if self.armed else 0.0, "rom_top_deg": -1.5, "rom_bottom_deg": -82.0,
            "soft_top_deg": 3.0, "soft_bottom_deg": -88.0, "trip_top_deg": 8.0,
            "trip_bottom_deg": -91.0, "load_max_kg": 28.0, "armed": self.armed,
            "estop_a_closed": "estop" not in open_faults, "estop_b_closed": "estop" not in open_faults,
            "grip_left_held": True, "grip_right_held": True, "comfort_pressed": False,
            "reset_pressed": False, "limit_top_closed": True, "limit_bottom_closed": True,
            "pad_empty": False, "zeroed": True, "rom_taught": True, "limit_active": False,
            "set": 2, "reps": self.reps, "partials": 0, "reps_target": 15, "taught_reps": 3,
            "faults": open_faults, "waits_for": [] if self.armed else ["close the e-stop chain"],
            "lease": {"holder": "Alex (console)"}, "overruns": 0,
        })

    def rep(self, rep, lift_s=LIFT_S, hold_s=HOLD_S):
        top = TOP_DEG + self.wobble[rep % 200]
        span = top - BOTTOM_DEG
        rate = span / lift_s
        self.best_dps = max(self.best_dps, rate)
        self.reps += 1
        end_ns = time.monotonic_ns()
        noise = self.chance.gauss
        reasons = (["no_hold"] if hold_s < 0.5 else []) + (["too_fast"] if rate > 90 else [])
        self.stream.send("rep", {
            "id": ulid(self.chance), "session_id": self.session_id, "persisted": True,
            "set": 2, "rep": self.reps, "partials": 0, "side": "both", "kind": "work",
            "mode": "constant", "counted": True, "reasons": reasons,
            "thresholds": {"full_deg": 48.3, "partial_deg": 24.15, "hold_min_s": 0.5,
                           "lift_rate_max_dps": 90.0, "lower_rate_max_dps": 90.0,
                           "swing_max_frac": 0.3, "slack_n": 10.0, "impact_n": 120.0,
                           "over_top_deg": 3.0, "asymmetry_max_frac": 0.25},
            "spotter_used": False, "limit_hits": 0,
            "t_start_ns": end_ns - int(REP_S * 1e9), "t_end_ns": end_ns,
            "lift_s": lift_s + noise(0, .01), "hold_s": hold_s, "lower_s": LOWER_S + noise(0, .01),
            "rest_s": REST_S, "angle_bottom_deg": BOTTOM_DEG, "angle_top_deg": top,
            "range_deg": span, "creep_bottom_deg": 0.0, "creep_top_deg": top - TOP_DEG,
            "lift_rate_mean_dps": rate, "lift_rate_peak_dps": rate * 1.57,
            "lower_rate_mean_dps": -span / LOWER_S, "lower_rate_peak_dps": -span / LOWER_S * 1.57,
            "force_mean_n": 142.3 + noise(0, 3), "force_peak_n": 196.4 + noise(0, 4),
            "torque_lift_mean_nm": 116.7, "torque_lift_peak_nm": 161.0,
            "torque_lower_mean_nm": 92.1, "torque_lower_peak_nm": 148.2,
            "power_lift_mean_w": 126.4, "power_lift_peak_w": 203.9,
            "work_lift_j": 163.9 + noise(0, 3), "work_lower_j": -129.4, "impulse_n_s": 185.0,
            "load_kg": 6.0, "load_measured_kg": 6.0 + noise(0, .04), "load_error_rms_kg": 0.08,
            "calibration_age_s": 512.0, "swing_frac": 0.08, "hold_tremor_nm": 1.14,
            "share_left_frac": 0.508, "hip_offset_mm": 4.0,
            "rate_loss_frac": (self.best_dps - rate) / self.best_dps,
            "eccentric_frac": None, "assist_frac": None,
        })
        self.state()

    def health(self):
        uptime = (time.monotonic_ns() - self.start_ns) / 1e9
        self.stream.send("health", {
            "uptime_s": uptime, "ticks": int(uptime * 500), "overruns": 0,
            "tick_p50_us": 1.9, "tick_p99_us": 4.2, "tick_max_us": 11.0,
            "late_p50_us": 61.0, "late_p99_us": 184.0, "late_max_us": 402.0,
            "ring_depth_max": 3, "record_depth_max": 2, "events_lost": 0, "live_dropped": 0,
            "unsaved": 0, "memory_bytes": 9_400_000, "memory_locked_bytes": 6_100_000, "is_realtime": True, "is_wakeful": True,
            "buses": [{"name": name, "is_up": True, "requests": int(uptime * hz), "errors": 0,
                       "timeouts": 0, "late_replies": 0, "stale_replies": 0, "crc_errors": 0, "exceptions": 0,
                       "reconnects": 0, "rate_hz": hz, "busy_frac": 0.96, "error_frac": 0.0,
                       "last_error": ""} for name, hz in (("drive", 124.0), ("cells", 118.0), ("io", 104.0), ("pads", 98.0))],
            "devices": [{"name": name, "profile": profile, "status": "documented", "bus": 0,
                         "is_ready": True, "age_ns": 6_000_000, "replies": int(uptime * 120),
                         "errors": 0} for name, profile in
                        (("drive", "rtelligent-dsy"), ("strap_left", "pt113"))],
        })

    def fault(self, name, is_open):
        hazard, unit, sentence, remedy = SENTENCES[name]
        self.stream.send("fault", {
            "fault": name, "open": is_open, "hazard": hazard, "state": "safe3",
            "measured": 61.0, "threshold": 40.0, "unit": unit, "sentence": sentence,
            "remedy": remedy})
        self.state()


def write_endpoints(run_dir, endpoint):
    path = os.path.join(run_dir, "endpoints.json")
    with open(path + ".draft", "w", encoding="utf-8") as file:
        json.dump({"machine": MACHINE, "pid": os.getpid(), "stream": [endpoint]}, file)
    os.rename(path + ".draft", path)


def obey(machine, order):
    """One line from stdin; gives what to change in the run."""
    words = order.split()
    if not words:
        return {}
    if words[0] in ("fault", "clear"):
        machine.fault(words[1], words[0] == "fault")
    if words[0] == "burst":
        for number in range(int(words[1])):
            machine.stream.send("event", {"event": "load_requested", "load_kg": number,
                                          "text": "x" * 1000})
    return {"quit": {"quit": True}, "pause": {"paused": True}, "go": {"paused": False}}.get(words[0], {})


def run(machine, arguments):
    stream = machine.stream
    deadline = time.monotonic()
    rep, rep_started, second = 0, deadline, 0
    how = {"paused": False, "quit": False}
    buffer = b""
    watched = [0]
    while not how["quit"] and (arguments.reps == 0 or rep < arguments.reps):
        stream.greet()
        if watched and select.select(watched, [], [], 0)[0]:
            chunk = os.read(0, 4096)
            watched = watched if chunk else []
            *lines, buffer = (buffer + chunk).split(b"\n")
            for line in lines:
                how.update(obey(machine, line.decode()))
        now = time.monotonic()
        if not how["paused"]:
            if now - rep_started >= REP_S:
                machine.rep(rep, LIFT_S)
                rep, rep_started = rep + 1, rep_started + REP_S
                if rep % 4 == 0:
                    stream.send("cue", {"cue": "good", "reason": "the last fault is mended", "rep": machine.reps})
            if not arguments.no_live:
                machine.live(rep, now - rep_started)
            if now >= second:
                machine.state()
                machine.health()
                second = now + 1
        else:
            rep_started = now
        deadline = max(deadline + 0.02, now)
        time.sleep(max(0.0, deadline - time.monotonic()))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--run-dir", required=True)
    parser.add_argument("--endpoint", default="tcp://127.0.0.1:*")
    parser.add_argument("--reps", type=int, default=0)
    parser.add_argument("--earlier", type=int, default=0, help="reps sent at once, once heard")
    parser.add_argument("--fault")
    parser.add_argument("--no-live", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG: ends with its parent
    chance = random.Random(arguments.seed)
    stream = Stream(arguments.endpoint, chance)
    machine = Machine(stream, chance)
    write_endpoints(arguments.run_dir, stream.endpoint)
    print("ready", stream.endpoint, flush=True)
    if arguments.earlier:
        stream.socket.poll(10000)
        stream.greet()
        styles = [(LIFT_S, HOLD_S), (1.42, 0.71), (0.86, 0.55), (1.36, 0.32), (1.31, 0.64)]
        for number in range(arguments.earlier):
            machine.rep(number + 50, *styles[number % len(styles)])
    if arguments.fault:
        machine.fault(arguments.fault, True)
    run(machine, arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main())
