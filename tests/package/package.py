#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The packages in a fresh Debian: installed, booted, hung, upgraded, removed, purged.

  package.py FOLDER_OF_DEBS [SUITE]

One line per fact; exit 1 when one is not so.
"""
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from box import Box, BoxError, chroot

DAEMON, WEB, SIM = "revhyperd.service", "revhyper-web.service", "revhyper-sim.service"
EXPOSURE_MAX = {DAEMON: 1.6, WEB: 1.3, SIM: 1.3}
FETCH = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8570/{}', timeout=5).read().decode())"


def say(what, value=""):
    print(f"ok: {what}{': ' if value else ''}{value}", flush=True)


def expect(what, is_so, value=""):
    if not is_so:
        raise BoxError(f"{what}: {value}")
    say(what, value)


def lint(debs):
    done = subprocess.run(["lintian", "--allow-root", "--fail-on", "error", *map(str, debs)],
                          capture_output=True, text=True)
    expect("lintian finds no error", done.returncode == 0, (done.stdout + done.stderr).strip())


def put(box, debs):
    for deb in debs:
        (box.folder / "root" / deb.name).write_bytes(deb.read_bytes())
    return [f"/root/{deb.name}" for deb in debs]


def next_version(debs, folder):
    """The same packages one version on, whose shipped revhyper.conf has another line."""
    newer = []
    for deb in debs:
        tree = folder / deb.stem
        subprocess.run(["dpkg-deb", "-R", str(deb), str(tree)], check=True)
        control = tree / "DEBIAN" / "control"
        control.write_text(re.sub(r"(?m)^Version: .*", "Version: 99.0", control.read_text()))
        shipped = tree / "etc" / "revhyper" / "revhyper.conf"
        if shipped.exists():
            shipped.write_text(shipped.read_text() + "# a line of the next version\n")
        newer.append(folder / f"next_{deb.name}")
        subprocess.run(["dpkg-deb", "--root-owner-group", "-b", str(tree), str(newer[-1])],
                       check=True, stdout=subprocess.DEVNULL)
    return newer


def trouble(done):
    """The last words of what failed."""
    return "" if done.returncode == 0 else (done.stdout + done.stderr).strip()[-1500:]


# -- what is looked at -------------------------------------------------------------------


def install(box, debs):
    done = box.apt("install", *put(box, debs), check=False)
    expect("installed where no systemd runs", done.returncode == 0, trouble(done))
    units = [DAEMON, WEB, SIM]
    verify = box.run("systemd-analyze", "verify", "--man=no", *units, check=False)
    expect("systemd-analyze verify", verify.returncode == 0 and not verify.stderr.strip(), verify.stderr)
    for unit in units:
        text = box.out("env", "SYSTEMD_COLORS=0", "SYSTEMD_URLIFY=0", "systemd-analyze", "security",
                       "--offline=true", unit)
        figure = float(re.search(r"exposure level for \S+: ([\d.]+)", text).group(1))
        expect(f"exposure of {unit} at most {EXPOSURE_MAX[unit]}", figure <= EXPOSURE_MAX[unit], str(figure))
    groups = box.out("getent", "group", "revhyper", "revhyper-view", "revhyper-trainer", "gpio")
    expect("groups", len(groups.splitlines()) == 4)
    expect("rules for devices", "latency_timer" in box.out("cat", "/usr/lib/udev/rules.d/60-revhyper.rules"))
    for page in ("man8/revhyperd.8.gz", "man1/revhyperctl.1.gz", "man1/revhyper-sim.1.gz",
                 "man8/revhyper-web.8.gz", "man5/revhyper.conf.5.gz"):
        expect(f"manual page {page}", (box.folder / "usr/share/man" / page).stat().st_size > 300)
    words = box.out("bash", "-c", ". /usr/share/bash-completion/completions/revhyperctl; "
                    "COMP_WORDS=(revhyperctl load ''); COMP_CWORD=2; _revhyperctl; echo ${COMPREPLY[*]}")
    expect("completion of `load`", words == "get set", words)


def health(box):
    """The daemon's state, or None while it does not answer."""
    done = box.run("revhyperctl", "--json", "snapshot", check=False)
    return json.loads(done.stdout) if done.returncode == 0 else None


def state_of(snapshot):
    found = re.search(r'"safety": "(\w+)"', json.dumps(snapshot))
    return found.group(1) if found else ""  # before the first tick


def boots(box):
    box.boot()
    for unit in (DAEMON, WEB):
        box.wait(f"{unit} is active",
                 lambda unit=unit: box.run("systemctl", "is-active", unit, check=False).stdout.strip() == "active")
        say(f"{unit} runs under systemd with its whole sandbox")
    box.wait("an answer, locked", lambda: state_of(health(box)) == "locked")
    say("the fresh machine is locked")
    expect("no restart was needed", restarts(box, DAEMON) == 0 and restarts(box, WEB) == 0)
    for user, groups in (("kim", "revhyper-trainer"), ("pat", "revhyper-view")):
        box.run("useradd", "-G", groups, user)
        done = box.run("runuser", "-u", user, "--", "revhyperctl", "status")
        expect(f"`revhyperctl status` as one of {groups}", "locked" in done.stdout)
    as_kim = box.run("runuser", "-u", "kim", "--", "revhyperctl", "session", "start", check=False)
    as_pat = box.run("runuser", "-u", "pat", "--", "revhyperctl", "session", "start", check=False)
    expect("a trainer commands, a viewer is told why not", as_kim.returncode == 0 and as_pat.returncode == 8,
           as_pat.stderr.strip())


def is_pinned(box):
    """The control thread keeps to one processor of those that the unit names."""
    pid = box.out("systemctl", "show", "-P", "MainPID", DAEMON)
    rows = box.out("sh", "-c", f"for t in /proc/{pid}/task/*; do echo $(cat $t/comm) "
                   "$(sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' $t/status); done").splitlines()
    allowed = dict(row.split() for row in rows)
    expect("the control thread keeps to one processor, and no other thread must",
           allowed["control"].isdigit() and not all(cpus.isdigit() for cpus in allowed.values()), str(allowed))


def practises(box):
    expect("the simulated machine is not started by itself",
           box.run("systemctl", "is-enabled", SIM, check=False).stdout.strip() == "disabled")
    box.run("systemctl", "start", SIM)

    def ready():
        rows = box.run("revhyperctl", "device", "list", check=False).stdout.splitlines()[1:]
        return rows if rows and all(" ready " in row for row in rows) else None
    expect("every device of the simulated machine answers", box.wait("devices", ready))
    page = subprocess.run(["nsenter", "-t", box.leader, "-n", "/usr/bin/python3", "-c", FETCH.format("dash")],
                          capture_output=True, text=True, timeout=20)
    expect("the page answers", "<html" in page.stdout, page.stderr[-300:])
    metrics = subprocess.run(["nsenter", "-t", box.leader, "-n", "/usr/bin/python3", "-c",
                              FETCH.format("metrics")], capture_output=True, text=True, timeout=20)
    expect("the page's feed has the daemon's figures", "revhyper" in metrics.stdout, metrics.stderr[-300:])


def restarts(box, unit):
    return int(box.out("systemctl", "show", "-P", "NRestarts", unit))


def hangs(box):
    before = box.out("systemctl", "show", "-P", "MainPID", DAEMON)
    boot = health(box)
    begun = time.monotonic()
    box.run("sh", "-c", f"kill -STOP {before}")
    box.wait("the watchdog starts it again", lambda: restarts(box, DAEMON) == 1 and box.run(
        "systemctl", "is-active", DAEMON, check=False).stdout.strip() == "active")
    took = time.monotonic() - begun
    after = box.wait("an answer with a state", lambda: state_of(health(box)) and health(box))
    expect("hung: restarted by the watchdog, locked",
           box.out("systemctl", "show", "-P", "MainPID", DAEMON) != before and state_of(after) == "locked"
           and boot != after, f"{took:.1f} s")
    box.wait("a trainer reaches the new sockets", lambda: box.run(
        "runuser", "-u", "kim", "--", "revhyperctl", "status", check=False).returncode == 0)


def leaves_armed_alone(box, debs):
    """The maintainer scripts ask `revhyperctl is-armed`; here a word of its own says yes,
    because in a container without real-time priority nothing stays armed for long."""
    yes = box.folder / "usr/local/bin/revhyperctl"
    yes.write_text("#!/bin/sh\nexit 0\n")
    yes.chmod(0o755)
    old = box.out("systemctl", "show", "-P", "MainPID", DAEMON)
    again = box.run("dpkg", "--force-confold", "-i", *put(box, debs), check=False, seconds=120)
    expect("armed: an upgrade lets it run on, and says so",
           again.returncode == 0 and "is armed" in again.stderr and
           box.out("systemctl", "show", "-P", "MainPID", DAEMON) == old, trouble(again))
    gone = box.run("dpkg", "-r", "revhyper", check=False, seconds=120)
    expect("armed: removal is refused, and says why", gone.returncode != 0 and "disarm it" in gone.stderr
           and box.out("systemctl", "show", "-P", "MainPID", DAEMON) == old, gone.stderr[-600:])
    yes.unlink()


def upgrades(box, newer):
    settings = box.folder / "etc/revhyper/revhyper.conf"
    settings.write_text(settings.read_text().replace("live_hz = 50", "live_hz = 40"))
    old = box.out("systemctl", "show", "-P", "MainPID", DAEMON)
    done = box.run("env", "DEBIAN_FRONTEND=noninteractive", "dpkg", "--force-confold", "-i", *put(box, newer),
                   check=False, seconds=120)
    expect("upgraded while it runs", done.returncode == 0, trouble(done))
    expect("a changed configuration stays", "live_hz = 40" in settings.read_text()
           and "next version" not in settings.read_text())
    expect("the new one lies beside it", "next version" in settings.with_suffix(".conf.dpkg-dist").read_text())
    box.wait("the new version answers, locked", lambda: state_of(health(box)) == "locked")
    expect("the upgrade restarted what was not armed",
           box.out("systemctl", "show", "-P", "MainPID", DAEMON) not in (old, "0"))


def removes(box):
    done = box.run("dpkg", "-r", "revhyper-web", "revhyper", check=False, seconds=120)
    expect("removed while it runs", done.returncode == 0, trouble(done))
    expect("nothing of it runs", box.run("sh", "-c", "ps -eo comm= 2>/dev/null | grep revhyper || "
                                         "grep -l revhyper /proc/[0-9]*/comm", check=False).stdout.strip() == "")
    expect("the configuration and the history stay",
           (box.folder / "etc/revhyper/revhyper.conf").exists() and
           (box.folder / "var/lib/revhyper/history.db").exists())
    done = box.run("dpkg", "-P", "revhyper-web", "revhyper", check=False, seconds=120)
    expect("purged", done.returncode == 0, trouble(done))
    left = box.out("sh", "-c", "find / -xdev -name '*revhyper*' -not -path '/proc/*' -not -path '/sys/*' "
                   "-not -path '/root/*' -not -path '/home/*' -not -path '/var/log/journal/*' "
                   "-not -path '/var/lib/systemd/deb-systemd*/*' ; ls -d /run/revhyper* 2>/dev/null || true")
    expect("nothing is left", left == "", left)


def main():
    debs = sorted(Path(sys.argv[1]).glob("*.deb"))
    suite = sys.argv[2] if len(sys.argv) > 2 else "bookworm"
    begun = time.monotonic()
    lint(debs)
    with tempfile.TemporaryDirectory(prefix="revhyper-package-", dir="/var/tmp") as place:
        box = Box(Path(place) / "box", suite)
        try:
            box.make()
            install(box, debs)
            boots(box)
            is_pinned(box)
            practises(box)
            hangs(box)
            leaves_armed_alone(box, debs)
            upgrades(box, next_version(debs, Path(place)))
            removes(box)
        except (BoxError, subprocess.SubprocessError) as error:
            print(f"FAILED: {error}", file=sys.stderr)
            return 1
        finally:
            box.remove()
    print(f"packages: all well in {time.monotonic() - begun:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
