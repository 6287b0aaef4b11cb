# SPDX-License-Identifier: Apache-2.0
"""A simulated machine under the shipped programs: simulator, daemon, console, pages.

Used by the demo, the bench and the system tests. Every program is started in a folder of
its own, dies with this process, and is ended by its process id.
"""
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import zmq

ROOT = Path(__file__).resolve().parents[2]
PR_SET_PDEATHSIG = 1


# Shipped machine files: what carries the simulator's serial lines, and the parts behind it.
MACHINES = {
    "simulated-rtu": ("rtu", ()),
    "simulated-tcp": ("tcp", ()),
    "simulated-kinco": ("rtu", ("--drive", "kinco-fd", "--cells", "laumas-tlb",
                                "--encoder", "kubler-sendix-f58")),
    "simulated-kinco-speed": ("rtu", ("--drive", "kinco-fd", "--cells", "laumas-tlb",
                                      "--encoder", "kubler-sendix-f58")),
    "simulated-flintec": ("rtu", ("--cells", "flintec-mcs64")),
}
SERIAL = ("drive", "cells", "io", "pads")
TRUE_GAP_US = 304  # 3.5 characters of 10 bits at 115200


class MachineError(Exception):
    """A program did not do what was asked; the text says which and shows its output."""


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def wait_for(what, condition, seconds):
    """Waits until condition() is true; its value. A MachineError after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise MachineError(f"{what}: not within {seconds:g} s")
        time.sleep(0.005)


class Stream:
    """An independent subscriber: keeps every message it sees, by topic, with its arrival."""

    def __init__(self, endpoint):
        self.messages, self.changed = [], threading.Condition()
        self._context = zmq.Context.instance()
        self._socket = self._context.socket(zmq.SUB)
        self._socket.setsockopt(zmq.SUBSCRIBE, b"rh/1/")
        self._socket.setsockopt(zmq.RCVHWM, 100000)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.connect(endpoint)
        self._open = True
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while self._open:
            if not self._socket.poll(100):
                continue
            topic, body = self._socket.recv_multipart()
            message = json.loads(body)
            message["topic"] = topic.decode().rsplit("/", 1)[1]
            message["arrived_ns"] = time.monotonic_ns()
            with self.changed:
                self.messages.append(message)
                self.changed.notify_all()
        self._socket.close()

    def of(self, topic, fresh=True):
        """The messages of a topic so far; re-sent last values only where fresh is false."""
        with self.changed:
            return [m for m in self.messages if m["topic"] == topic and not (fresh and m["snap"])]

    def last(self, topic):
        with self.changed:
            for message in reversed(self.messages):
                if message["topic"] == topic:
                    return message
        return None

    def wait(self, what, topic, matches, seconds, after=0):
        """The first message of the topic for which matches(message); after = arrival in ns."""
        end = time.monotonic() + seconds
        seen = 0
        with self.changed:
            while True:
                for message in self.messages[seen:]:
                    if (message["topic"] == topic and message["arrived_ns"] >= after
                            and matches(message)):
                        return message
                seen = len(self.messages)
                left = end - time.monotonic()
                if left <= 0:
                    last = next((m for m in reversed(self.messages) if m["topic"] == topic), None)
                    raise MachineError(f"{what}: not within {seconds:g} s; last {topic}: {last}")
                self.changed.wait(left)

    def close(self):
        self._open = False
        self._thread.join()


class PtyWorkers:
    """Real-time priority for the kernel's workers that carry a pty's bytes.

    On a serial port an interrupt brings the bytes; on a pty a kernel worker of ordinary
    priority does, and on a kernel without preemption it waits tens of milliseconds behind any
    busy process, which no wire does. Where permitted (root), those workers get the lowest
    real-time priority while the machine runs, and their old one back at its end.
    """

    def __init__(self):
        self._raised, self._stop = {}, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        if os.geteuid() == 0:
            self._thread.start()

    def _run(self):
        while not self._stop.is_set():
            for task in Path("/proc").iterdir():
                if task.name.isdigit() and task.name not in self._raised:
                    self._raise(task)
            self._stop.wait(0.5)

    def _raise(self, task):
        try:
            if not (task / "comm").read_text().startswith("kworker/u"):
                return
            os.sched_setscheduler(int(task.name), os.SCHED_FIFO, os.sched_param(1))
            self._raised[task.name] = True
        except OSError:
            pass  # ended meanwhile, or not permitted

    def close(self):
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        for pid in self._raised:
            try:
                os.sched_setscheduler(int(pid), os.SCHED_OTHER, os.sched_param(0))
            except OSError:
                pass


class Machine:
    """Simulator and daemon in one run folder. Use as a context manager.

    host_pause_ms: what the gate allows on top of its limits of time, for what is no test of
    them: a shared or virtual computer stops all its programs for 10 ms and more.
    """

    def __init__(self, bins, bus="rtu", config="config/demo.conf", stream=0, commands=0, mirror=0,
                 daemon_args=(), sim_args=(), folder=None, keep=False, host_pause_ms=0,
                 machine=None, true_gap=False):
        self.name = machine or f"simulated-{bus}"
        bus, parts = MACHINES[self.name]
        self.true_gap = true_gap
        sim_args = [*parts, *(("--gap", "true") if true_gap else ()), *sim_args]
        self.bins, self.bus, self.keep = Path(bins), bus, keep
        self.host_pause_ms = host_pause_ms
        self.folder = Path(folder or tempfile.mkdtemp(prefix="revhyper-"))
        self.run, self.state = self.folder / "run", self.folder / "state"
        self.config = ROOT / config
        self.ports = {"stream_port": stream, "command_port": commands, "mirror_port": mirror}
        self.daemon_args, self.sim_args = list(daemon_args), list(sim_args)
        self.programs, self.stream, self.lease = {}, None, None
        self.workers = PtyWorkers() if bus == "rtu" else None
        self.run.mkdir(parents=True, exist_ok=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # -- programs ---------------------------------------------------------------------

    def start(self, name, *args, stdout=None):
        log = open(self.folder / f"{name}.log", "ab")
        self.programs[name] = subprocess.Popen(
            [str(self.bins / args[0]), *map(str, args[1:])], stdin=subprocess.DEVNULL,
            stdout=stdout or log, stderr=log, preexec_fn=die_with_parent, cwd=ROOT)
        return self.programs[name]

    def log(self, name):
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def is_running(self, name):
        return name in self.programs and self.programs[name].poll() is None

    def wait_ready(self, name, path, seconds=20):
        def ready():
            if not self.is_running(name):
                raise MachineError(f"{name} ended at its start:\n{self.log(name)}")
            return path.exists()
        wait_for(f"{name} ready ({path.name})", ready, seconds)

    def start_sim(self):
        self.start("sim", "revhyper-sim", "--run-dir", self.run, "--bus", self.bus, "--die-with-parent",
                   *self.sim_args)
        self.wait_ready("sim", self.run / "sim.json")

    def serial_lines(self):
        """Names of the buses that the simulator has on ptys."""
        lines = json.loads((self.run / "sim.json").read_text())
        return [bus for bus in SERIAL if isinstance(lines.get(bus), str)]

    def overrides(self):
        rows = [f"daemon.{key}={value}" for key, value in self.ports.items()]
        if self.host_pause_ms:
            rows.append(f"test.host_pause_ms={self.host_pause_ms}")
        lines = self.run / "sim.json"  # absent: a daemon without its machine
        lines = json.loads(lines.read_text()) if lines.exists() else {}
        ports = {bus: lines[bus] for bus in SERIAL if isinstance(lines.get(bus), int)}
        rows += [f"bus {bus}.port={port}" for bus, port in ports.items()]
        if self.true_gap:
            rows += [f"bus {bus}.t35_us={TRUE_GAP_US}" for bus in SERIAL if bus not in ports]
        if self.name != "simulated-rtu":
            rows.insert(0, f"daemon.machine=machines/{self.name}.conf")
        return [word for row in rows for word in ("--set", row)]

    def start_daemon(self, program="revhyperd"):
        endpoints = self.run / "endpoints.json"
        endpoints.unlink(missing_ok=True)
        self.start("daemon", program, "--config", self.config, "--run-dir", self.run,
                   "--state-dir", self.state, *self.overrides(), *self.daemon_args)
        self.wait_ready("daemon", endpoints)
        self.endpoints = json.loads(endpoints.read_text())
        if self.stream is None:
            tcp = [e for e in self.endpoints["stream"] if e.startswith("tcp")]
            self.stream = Stream((tcp or self.endpoints["stream"])[0])
        self.wait_live()

    def wait_live(self, seconds=20):
        def lives():
            if not self.is_running("daemon"):
                raise MachineError(f"the daemon ended:\n{self.log('daemon')}")
            return self.stream.last("live")
        wait_for("the daemon publishes", lives, seconds)

    def start_all(self):
        self.start_sim()
        self.start_daemon()

    def end(self, name, how=signal.SIGTERM, seconds=20):
        program = self.programs.pop(name, None)
        if program is None:
            return None
        if program.poll() is None:
            program.send_signal(how)
        try:
            return program.wait(seconds)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()
            raise MachineError(f"{name} did not end within {seconds:g} s") from None

    def close(self):
        for name in ("hold", "web", "watch", "daemon", "sim"):
            try:
                self.end(name)
            except MachineError as error:
                print(error, file=sys.stderr)
        if self.stream is not None:
            self.stream.close()
        if self.workers is not None:
            self.workers.close()
        if not self.keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    # -- the person and the machine's own hardware --------------------------------------

    def tell(self, *words, seconds=30):
        """A command to the simulator; its JSON answer."""
        done = subprocess.run([str(self.bins / "revhyper-sim"), "tell", "--run-dir", str(self.run),
                               *map(str, words)], capture_output=True, text=True, timeout=seconds)
        if done.returncode != 0:
            raise MachineError(f"simulator refused `{' '.join(map(str, words))}`: "
                               f"{done.stdout}{done.stderr}")
        return json.loads(done.stdout) if done.stdout.strip() else {}

    # -- the console ------------------------------------------------------------------

    def ctl(self, *words, check=True, seconds=20):
        """A console call in the held lease; the process's result with .json where it printed any."""
        lease = ["--lease", self.lease] if self.lease else []
        done = subprocess.run([str(self.bins / "revhyperctl"), "--run-dir", str(self.run), "--json",
                               *lease, *map(str, words)], capture_output=True, text=True,
                              timeout=seconds)
        if check and done.returncode != 0:
            raise MachineError(f"revhyperctl {' '.join(map(str, words))}: exit {done.returncode}: "
                               f"{done.stdout}{done.stderr}")
        try:
            done.json = json.loads(done.stdout)
        except ValueError:
            done.json = None
        return done

    def host_faults(self, meant=()):
        """Faults of time that nobody made: the host paused for longer than a limit."""
        faults = self.stream.of("fault") if self.stream is not None else []
        return [m["fault"] for m in faults
                if m["open"] and m["fault"] not in meant
                and (m["fault"] == "late" or m["fault"].startswith("stale_"))]

    def ctl_until_done(self, *words, seconds):
        """The call again and again while the machine refuses; the last refusal in the error."""
        end = time.monotonic() + seconds
        while True:
            done = self.ctl(*words, check=False)
            if done.returncode == 0:
                return done
            if time.monotonic() > end:
                state = self.stream.last("state") or {}
                raise MachineError(f"revhyperctl {' '.join(words)}: {done.stdout.strip()} in state "
                                   f"{state.get('safety')}, faults {state.get('faults')}")
            time.sleep(0.1)

    def hold_lease(self, name="trainer"):
        hold = self.start("hold", "revhyperctl", "--run-dir", self.run, "lease", "hold",
                          "--name", name, stdout=subprocess.PIPE)
        line = hold.stdout.readline().decode().strip()
        if not line:
            raise MachineError(f"lease hold: {self.log('hold')}")
        self.lease = line

    # -- a session --------------------------------------------------------------------

    def state_is(self, what, seconds=10, **values):
        """Waits for a state message with these values."""
        last = self.stream.last("state")
        if last and all(last.get(k) == v for k, v in values.items()):
            return last
        return self.stream.wait(what, "state",
                                lambda m: all(m.get(k) == v for k, v in values.items()), seconds)

    def unlock(self, seconds=20):
        """Nobody on the machine: hold the reset button until the gate says idle."""
        self.stream.wait("only the reset is missing", "state",
                         lambda m: m["waits_for"] == ["hold the reset button for half a second"],
                         seconds)
        self.tell("press", "reset_button", 700)
        self.state_is("unlocked", safety="idle")

    def zero(self, seconds=20):
        """sensor.zero, tried until the machine has been quiet for long enough."""
        self.ctl_until_done("sensor", "zero", seconds=seconds)

    def board_and_arm(self):
        self.tell("lie", "down")
        self.tell("grips", "held")
        self.stream.wait("both grips are read as held", "state",
                         lambda m: m["grip_left_held"] and m["grip_right_held"] and not m["pad_empty"], 10)
        self.ctl_until_done("arm", seconds=15)
        self.state_is("armed", safety="armed")

    def prepare(self):
        """From a fresh start to armed with a session open."""
        self.hold_lease()
        self.unlock()
        self.zero()
        self.ctl("session", "start")
        self.board_and_arm()

    def reps(self, count, *words, seconds=None):
        """The person makes reps; waits until they are done."""
        self.tell("reps", count, *words)
        self.tell("wait", "idle", int(1000 * (seconds or 12 * count + 5)),
                  seconds=(seconds or 12 * count + 5) + 5)
