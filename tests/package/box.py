# SPDX-License-Identifier: Apache-2.0
"""A fresh Debian that boots with its own systemd, in a network of its own."""
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts" / "lib"))
import chroot  # noqa: E402

PACKAGES = ["systemd", "systemd-sysv", "init-system-helpers", "udev", "dbus", "ca-certificates"]


class BoxError(Exception):
    """What was expected did not come; the text says what."""


class Box:
    def __init__(self, folder, suite):
        self.folder, self.suite = folder, suite
        self.nspawn, self.leader = None, None

    def make(self):
        chroot.make(self.folder, self.suite, PACKAGES, variant="minbase")

    # -- commands: inside the booted system, or in the chroot where it is not booted -------

    def run(self, *words, check=True, seconds=60):
        more = {"capture_output": True, "text": True, "timeout": seconds}
        if self.leader:
            done = subprocess.run(["nsenter", "-t", self.leader, "-a", *words], **more)
        else:
            done = chroot.enter(self.folder, words, **more)
        if check and done.returncode != 0:
            raise BoxError(f"{' '.join(words)}: exit {done.returncode}: {done.stdout}{done.stderr}")
        return done

    def out(self, *words, **more):
        return self.run(*words, **more).stdout.strip()

    def wait(self, what, condition, seconds=20):
        end = time.monotonic() + seconds
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > end:
                journal = self.run("journalctl", "--no-pager", "-n", "30", check=False).stdout
                raise BoxError(f"{what}: not within {seconds} s\n{journal}")
            time.sleep(0.05)

    def apt(self, *words, check=True):
        """apt from outside the booted system's network: packages come from the mirror."""
        return chroot.enter(self.folder, ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-y", "-qq",
                                          "--no-install-recommends", "-o", "Dpkg::Options::=--force-confold",
                                          *words],
                            capture_output=True, text=True, timeout=300, check=check)

    # -- the system ------------------------------------------------------------------------

    def boot(self):
        log = open(self.folder.with_suffix(".boot.log"), "wb")
        self.nspawn = subprocess.Popen(
            ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network",
             "--console=pipe", "-D", str(self.folder), "-b"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.leader = self.wait_leader()
        self.wait("the system has booted", lambda: self.run(
            "systemctl", "is-system-running", check=False).stdout.strip() in ("running", "degraded"), 60)

    def wait_leader(self):
        children = Path(f"/proc/{self.nspawn.pid}/task/{self.nspawn.pid}/children")
        end = time.monotonic() + 20
        while time.monotonic() < end and self.nspawn.poll() is None:
            for pid in children.read_text().split():
                comm = Path(f"/proc/{pid}/comm")
                if comm.exists() and comm.read_text().strip() == "systemd":
                    return pid
            time.sleep(0.05)
        raise BoxError("systemd-nspawn did not start: " +
                       self.folder.with_suffix(".boot.log").read_text(errors="replace"))

    def halt(self):
        if self.nspawn is None:
            return
        if self.leader:
            self.run("systemctl", "--no-block", "poweroff", check=False)
        self.leader = None
        try:
            self.nspawn.wait(30)
        except subprocess.TimeoutExpired:
            self.nspawn.kill()
            self.nspawn.wait()
        self.nspawn = None

    def remove(self):
        self.halt()
        chroot.remove(self.folder)
        self.folder.with_suffix(".boot.log").unlink(missing_ok=True)
