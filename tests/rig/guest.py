# SPDX-License-Identifier: Apache-2.0
"""A guest in QEMU without KVM, the harness's hand in it, and what its daemon publishes.

The guest's clock counts instructions (-icount), 2 ns each, and jumps where the guest sleeps:
a busy host makes a run longer, never different. So the shipped limits of time hold in it, and
one processor of the host is enough for one guest.
"""
import json
import os
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

BOOT_S = 240
WAIT_S = 180  # of the host: far beyond anything that ends well
APPEND = ("console=ttyS0 panic=0 edd=off quiet systemd.show_status=no "
          "tsc=reliable clocksource=tsc mitigations=off")


class GuestError(Exception):
    """The guest did not do what was asked; the text says which."""


class Line:
    """A serial port of the guest, as lines: the host's end of a socket."""

    def __init__(self, folder, name):
        self.path = str(Path(folder) / name)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(1)
        self.listener.settimeout(30)
        self.socket, self.buffer = None, b""

    def accept(self):
        self.socket, _ = self.listener.accept()

    def read(self, seconds):
        end = time.monotonic() + seconds
        while b"\n" not in self.buffer:
            self.socket.settimeout(max(0.01, end - time.monotonic()))
            try:
                got = self.socket.recv(65536)
            except TimeoutError:
                raise GuestError(f"the guest said nothing for {seconds:.0f} s") from None
            if not got:
                raise GuestError("the guest ended")
            self.buffer += got
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.decode(errors="replace").strip("\r")

    def send(self, text):
        self.socket.sendall(text.encode() + b"\n")

    def close(self):
        for each in (self.socket, self.listener):
            if each:
                each.close()


class Messages:
    """What the daemon published, from the third serial port."""

    def __init__(self, line):
        self.line, self.messages, self.changed = line, [], threading.Condition()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        try:
            while True:
                try:
                    message = json.loads(self.line.read(3600))
                except ValueError:
                    continue  # a line that a restart of the sender cut
                with self.changed:
                    self.messages.append(message)
                    self.changed.notify_all()
        except (GuestError, OSError):
            pass

    def of(self, topic, fresh=True):
        with self.changed:
            return [m for m in self.messages
                    if m.get("topic") == topic and not (fresh and m["snap"])]

    def last(self, topic):
        found = self.of(topic, fresh=False)
        return found[-1] if found else None

    def wait(self, what, topic, matches, after_ns=0, seconds=WAIT_S):
        """The first message of the topic, composed after a moment of the guest, that matches."""
        end = time.monotonic() + seconds
        with self.changed:
            while True:
                for m in self.messages:
                    if m.get("topic") == topic and m["mono_ns"] >= after_ns and matches(m):
                        return m
                left = end - time.monotonic()
                if left <= 0:
                    last = next((m for m in reversed(self.messages) if m.get("topic") == topic), None)
                    raise GuestError(f"{what}: not within {seconds:g} s; last {topic}: {last}")
                self.changed.wait(left)


class Guest:
    """One boot of one kernel. Use as a context manager."""

    def __init__(self, kernel):
        self.folder = tempfile.TemporaryDirectory(prefix="rig-")
        folder = self.folder.name
        self.console = Path(folder) / "console.log"
        self.agent, self.stream = Line(folder, "agent"), Line(folder, "stream")
        self.monitor = Line(folder, "monitor")
        self.qemu = subprocess.Popen(
            ["qemu-system-x86_64", "-accel", "tcg", "-icount", "shift=1,sleep=off", "-smp", "1",
             "-m", "640", "-display", "none", "-nodefaults", "-no-user-config", "-no-reboot",
             "-device", "i6300esb", "-serial", f"file:{self.console}",
             "-chardev", f"socket,id=agent,path={self.agent.path}", "-serial", "chardev:agent",
             "-chardev", f"socket,id=stream,path={self.stream.path}", "-serial", "chardev:stream",
             "-qmp", f"unix:{self.monitor.path}",
             "-kernel", str(Path(kernel) / "vmlinuz"), "-initrd", str(Path(kernel) / "initrd"),
             "-append", APPEND],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def __enter__(self):
        try:
            for line in (self.agent, self.stream, self.monitor):
                line.accept()
            self.monitor.send('{"execute":"qmp_capabilities"}')
            while self.agent.read(BOOT_S) != "@@ready":
                pass
            self.messages = Messages(self.stream)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def sh(self, command, check=True):
        """Runs a shell command in the guest; its output without the last line end."""
        assert "\n" not in command, command
        self.agent.send(command)
        lines = []
        while not (line := self.agent.read(WAIT_S)).startswith("@@"):
            lines.append(line)
        self.status = int(line[2:])
        if check and self.status != 0:
            raise GuestError(f"{command}: exit {self.status}: {' | '.join(lines[-5:])}")
        return "\n".join(lines)

    def json(self, command, check=True):
        """The same for a command whose last line is a JSON text."""
        text = self.sh(command, check)
        try:
            return json.loads(text.splitlines()[-1])
        except (ValueError, IndexError):
            raise GuestError(f"{command}: no JSON: {text[-300:]}") from None

    def until(self, what, condition, seconds=WAIT_S):
        """Asks again and again until condition() is true; its value."""
        end = time.monotonic() + seconds
        while not (value := condition()):
            if time.monotonic() > end:
                raise GuestError(f"{what}: not within {seconds:g} s")
        return value

    def uptime_s(self):
        return float(self.sh("cat /proc/uptime").split()[0])

    def cpu_s(self):
        """Processor time of the host so far."""
        fields = Path(f"/proc/{self.qemu.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def tail(self, lines=8):
        text = self.console.read_text(errors="replace") if self.console.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def close(self):
        if self.qemu.poll() is None:
            self.qemu.kill()
        self.qemu.wait(20)
        for line in (self.agent, self.stream, self.monitor):
            line.close()
        self.folder.cleanup()
