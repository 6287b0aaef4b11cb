# SPDX-License-Identifier: Apache-2.0
"""What the rig looks at, in order; each check returns its figure in words or raises."""
import json
import re
import time

from guest import GuestError
from machine import CHIP, LINES

PACE = ("style", "smooth", "pace", "1.2/0.3/1.2/0.3")
CONTROL_PRIORITY, BUS_PRIORITY = 80, 79
RELAY_MS = 40
# SAFETY: e-stop the same tick, and 25 ms by hardware; a grip 150 ms; the comfort stop's load
# off in 90 ms. A tick may begin up to a period after the line has changed.
TICK_MS, STO_MS, GRIP_MS = 2.5, 25, 150
HOME_DEG, COUNTS = -90.0, 4096


class Failed(AssertionError):
    """A check's expectation was not met."""


def expect(condition, text):
    if not condition:
        raise Failed(text)


def ms(ns):
    return ns / 1e6


def boots(machine):
    """systemd brought the installed units up."""
    machine.until("the daemon runs", lambda: machine.sh(
        "systemctl is-active revhyperd", False) == "active")
    state = machine.until("systemd is done", lambda: machine.sh(
        "systemctl is-system-running", False).strip() not in ("starting", "initializing"))
    failed = machine.sh("systemctl --failed --plain --no-legend", False)
    expect(state and not failed, f"failed units: {failed}")
    kernel = machine.sh("uname -rv")
    return f"{kernel}; {machine.uptime_s():.1f} s after power-on, PID 1 is {machine.sh('cat /proc/1/comm')}"


def threads(machine, pid):
    """name -> (policy, priority) of the daemon's threads."""
    rows = machine.sh(f"for t in /proc/{pid}/task/*; do cat $t/stat; done").splitlines()
    found = {}
    for row in rows:
        name, rest = re.match(r"\d+ \((.*)\) (.*)", row).groups()
        fields = rest.split()
        found[name] = (int(fields[38]), int(fields[37]))
    return found


def is_unprivileged_and_realtime(machine):
    """The daemon as its system user in the unit's sandbox: FIFO, RTPRIO, locked memory."""
    pid = machine.sh("systemctl show -P MainPID revhyperd")
    status = dict(line.split(":", 1) for line in machine.sh(f"cat /proc/{pid}/status").splitlines()
                  if ":" in line)
    limits = machine.sh(f"cat /proc/{pid}/limits")
    rtprio = int(re.search(r"Max realtime priority\s+(\S+)", limits)[1])
    user = machine.sh(f"stat -c %U /proc/{pid}")
    locked_kb, resident_kb = (int(status[key].split()[0]) for key in ("VmLck", "VmRSS"))
    found = threads(machine, pid)
    expect(found.get("control") == (1, CONTROL_PRIORITY), f"control thread: {found}")
    buses = [name for name in found if name.startswith("bus")]
    expect(user != "root", f"runs as {user}")
    expect(rtprio >= CONTROL_PRIORITY, f"RTPRIO limit {rtprio}")
    expect(locked_kb >= resident_kb * 0.95, f"{locked_kb} of {resident_kb} kB locked")
    expect(status["NoNewPrivs"].strip() == "1" and status["Seccomp"].strip() == "2", "no sandbox")
    for name in (*buses, "gpio-arm"):
        expect(found.get(name) == (1, BUS_PRIORITY), f"thread {name}: {found.get(name)}")
    return (f"user {user}, capabilities {status['CapEff'].strip()}; FIFO: control {CONTROL_PRIORITY}, "
            f"{len(buses)} buses and the encoder {BUS_PRIORITY}; RTPRIO limit {rtprio}; {locked_kb} kB "
            f"locked, {resident_kb} kB resident")


def jitter(machine):
    """Lateness of the tick beside cyclictest at the same priority, in the same seconds."""
    first_ns = machine.moment_ns()
    text = machine.sh(f"cyclictest -q -m -p {CONTROL_PRIORITY} -i 2000 -D 5")
    found = re.search(r"Min:\s*(\d+).*Avg:\s*(\d+).*Max:\s*(\d+)", text)
    expect(found, f"cyclictest said {text[-200:]}")
    rows = [m for m in machine.messages.of("health") if m["mono_ns"] > first_ns + 1e9]
    expect(rows, "no health")
    most, p99 = max(m["late_max_us"] for m in rows), max(m["late_p99_us"] for m in rows)
    p50 = sorted(m["late_p50_us"] for m in rows)[len(rows) // 2]
    overruns = rows[-1]["overruns"] - rows[0]["overruns"]
    buses = ", ".join(f"{b['name']} {b['rate_hz']:.0f} Hz" for b in rows[-1]["buses"])
    return (f"tick late p50 {p50:.0f} p99 {p99:.0f} max {most:.0f} us, {overruns} overruns; cyclictest "
            f"average {found[2]} max {found[3]} us; ratio of the maxima "
            f"{most / max(1, int(found[3])):.1f}; {buses}")


def counts_a_set(machine):
    """From a locked machine to a whole set: taught range, then counted reps."""
    machine.prepare()
    machine.ctl("rom", "teach")
    machine.reps(3, *PACE)
    machine.ctl_until_done("rom", "accept")
    machine.ctl_until_done("mode", "set", "constant")
    machine.tell("mark")
    first_ns = machine.moment_ns()
    machine.ctl("set", "start", "--kind", "work")
    machine.reps(4, *PACE)
    made = machine.truth()["reps_since_mark"]
    reps = machine.messages
    machine.until("the reps arrive", lambda: len(
        [m for m in reps.of("rep") if m["mono_ns"] > first_ns and m["counted"]]) >= made, 30)
    counted = [m for m in reps.of("rep") if m["mono_ns"] > first_ns and m["counted"]]
    machine.ctl("set", "end")
    expect(made == 4 and len(counted) == made, f"{made} made, {len(counted)} counted")
    faults = [m["fault"] for m in machine.messages.of("fault")
              if m["open"] and m["mono_ns"] > first_ns]
    expect(not faults, f"faults {faults}")
    worst = max(abs(m["range_deg"] - row["rom_deg"]) for m, row in zip(counted, true_reps(machine)[-made:]))
    return f"{len(counted)} of {made} reps counted, range off by at most {worst:.2f} deg"


def true_reps(machine):
    text = machine.sh("cat /run/revhyper-sim/truth.jsonl")
    return [row for row in map(json.loads, text.splitlines()) if row["kind"] == "full"]


def open_grip(machine, side):
    """The left one is let go; the wire of the right one breaks, and the resistor pulls it up."""
    if side == "left":
        machine.tell("grips", "open", side)
    else:
        machine.pull("grip_right", up=True)


def grip_opens(side):
    def check(machine):
        if not machine.truth()["lies"]:
            machine.unlock()
            machine.board_and_arm()
        machine.state_is("armed", safety="armed")
        first_ns = machine.moment_ns()
        open_grip(machine, side)
        event = machine.messages.wait(f"the grip {side} disarms", "event", lambda m: m[
            "event"] == "state_changed" and m["from"] == "armed", first_ns)
        shown = machine.state_is("seen", **{f"grip_{side}_held": False})
        other = "right" if side == "left" else "left"
        expect(shown[f"grip_{other}_held"], f"the grip {other} opened too")
        machine.tell("grips", "open", side)
        machine.tell("grips", "held")
        machine.state_is("both held", grip_left_held=True, grip_right_held=True)
        machine.state_is("idle again", safety="idle")
        machine.ctl_until_done("arm")
        machine.state_is("armed again", safety="armed")
        took_ms = ms(event["mono_ns"] - first_ns)
        expect(took_ms <= GRIP_MS, f"disarmed after {took_ms:.0f} ms")
        return f"armed -> {event['to']} {took_ms:.0f} ms after the grip opened"
    check.__doc__ = f"Grip {side} opens at rest: disarmed."
    check.__name__ = f"grip_{side}"
    return check


def mid_lift(machine):
    """Somebody armed is in the middle of a lift, the load on."""
    machine.tell("reps", 1, *PACE)
    machine.until("the middle of a lift", lambda: machine.truth()["arm_angle_deg"] > -60)


def grips_open_mid_lift(machine):
    """Both grips let go in a lift under load: load off, lowered, latched."""
    mid_lift(machine)
    first_ns = machine.moment_ns()
    machine.tell("grips", "open")
    fault = machine.fault_after(first_ns, "grips_open")
    machine.reached_after(first_ns, "grips")
    down = machine.reached_after(first_ns, "safe1")
    took_ms, ramp_ms = ms(fault["mono_ns"] - first_ns), ms(down["mono_ns"] - fault["mono_ns"])
    expect(took_ms <= GRIP_MS, f"grips after {took_ms:.0f} ms")
    machine.until("lowered", lambda: not machine.truth()["servo_on"])
    recover(machine)
    return f"grips {took_ms:.0f} ms after the line, load off and lowering {ramp_ms:.0f} ms later"


def comfort_stop_mid_lift(machine):
    """The comfort stop's line in a lift: load off, confirmed by the cells, legs float."""
    mid_lift(machine)
    first_ns = machine.moment_ns()
    machine.tell("press", "comfort_stop")
    event = machine.reached_after(first_ns, "float")
    took_ms = ms(event["mono_ns"] - first_ns)
    machine.tell("release", "comfort_stop")
    machine.until("past the time to confirm it", lambda: machine.moment_ns() > event["mono_ns"] + 2e8)
    faults = [m["fault"] for m in machine.messages.of("fault") if m["open"] and m["mono_ns"] > first_ns]
    expect(took_ms <= 35, f"float after {took_ms:.1f} ms")
    expect("comfort_unconfirmed" not in faults, "the cells did not confirm it")
    machine.ctl("stop")  # a person who goes on lifting without the load may trip a limit: latched either way
    recover(machine)
    return f"float {took_ms:.1f} ms after the line, confirmed by the cells"


def recover(machine):
    """Off the machine, reset, on it again, armed."""
    machine.leave()
    machine.unlock()
    machine.board_and_arm()


def estop(machine):
    """Both channels of the e-stop open during a lift."""
    mid_lift(machine)
    machine.tell("press", "estop")
    truth = machine.until("torque is cut", lambda: (t := machine.truth())["sto"] and t)
    first_ns = truth["chain_change_ns"]
    message = machine.fault_after(first_ns - 1e7, "estop")
    machine.reached_after(first_ns - 1e7, "safe3")
    truth = machine.until("no torque", lambda: abs((t := machine.truth())["motor_torque_nm"]) < 0.05 and t)
    seen_ms = ms(message["mono_ns"] - first_ns)
    expect(seen_ms <= TICK_MS, f"seen after {seen_ms:.1f} ms")
    expect(ms(truth["cut_ns"] - first_ns) <= STO_MS, f"torque path open after {ms(truth['cut_ns'] - first_ns):.1f} ms")
    recover(machine)
    return (f"daemon in safe3 {ms(message['mono_ns'] - first_ns):.1f} ms, torque path open "
            f"{ms(truth['cut_ns'] - first_ns):.1f} ms, torque 0 "
            f"{ms(truth['torque_off_ns'] - first_ns):.1f} ms after the contact")


def line_cuts(line, fault):
    def check(machine):
        """The line alone: the simulator's own chain stays closed, so the daemon alone cuts."""
        first_ns = machine.pull(line, False)
        message = machine.fault_after(first_ns, *fault)
        machine.reached_after(first_ns, "safe3")
        truth = machine.until("torque is cut", lambda: (t := machine.truth())["sto"] and t)
        expect(not truth["chain_open"] and not truth["servo_on"], "not the daemon's own doing")
        open_ms = ms(truth["cut_ns"] - message["mono_ns"])
        expect(open_ms <= RELAY_MS + 2, f"relay open after {open_ms:.1f} ms")
        machine.pull(line, True)
        recover(machine)
        return (f"{message['fault']}, relay open {ms(truth['cut_ns'] - message['mono_ns']):.1f} ms after "
                f"the tick that saw it")
    check.__name__ = f"{line}_line"
    return check


def heartbeat_stuck(level):
    def check(machine):
        """The control thread stops while the heartbeat has this level."""
        _, tid = control_thread(machine)
        value = f"{CHIP}/sim_gpio{LINES.index('heartbeat')}/value"
        machine.sh(f"/rig/hang {tid} 300 {value} {level}")
        truth = machine.truth()
        open_ms = ms(truth["cut_ns"] - truth["edge_ns"])
        expect(truth["cut_ns"] > 0 and RELAY_MS <= open_ms <= RELAY_MS + 2, f"relay open after {open_ms} ms")
        machine.reached_after(truth["edge_ns"], "safe3")
        recover(machine)
        return f"stuck {'high' if level else 'low'}: relay open {open_ms:.1f} ms after the last edge"
    check.__name__ = f"heartbeat_stuck_{'high' if level else 'low'}"
    return check


def control_thread(machine):
    pid = machine.sh("systemctl show -P MainPID revhyperd")
    return pid, thread_named(machine, pid, "control")


def thread_named(machine, pid, name):
    return machine.sh(f"grep -l '^{name}$' /proc/{pid}/task/*/comm").split("/")[4]


OUTPUTS = ("heartbeat", "servo_on", "lamp", "buzzer")


def output_levels(machine):
    """The output lines as the kernel has them now."""
    files = " ".join(level_file(line) for line in OUTPUTS)
    return dict(zip(OUTPUTS, machine.sh(f"cat {files}").split()))


def levels_become(machine, what, **wanted):
    return machine.until(what, lambda: (
        shown := output_levels(machine), all(shown[line] == wanted[line] for line in wanted))[1])


def lamp_and_buzzer(machine):
    """Armed: lamp on. A latched safe state: lamp off, buzzer on. Reset: both off."""
    levels_become(machine, "armed: lamp and servo-on", servo_on="1", lamp="1", buzzer="0")
    machine.tell("press", "estop")
    levels_become(machine, "stopped: the buzzer alone", servo_on="0", lamp="0", buzzer="1")
    machine.leave()
    machine.unlock()
    levels_become(machine, "reset: neither", servo_on="0", lamp="0", buzzer="0")
    machine.board_and_arm()
    levels_become(machine, "armed again", servo_on="1", lamp="1", buzzer="0")
    return "lamp, buzzer and servo-on read from the kernel in armed, safe3 and idle"


WRITES = "/sys/kernel/tracing/events/gpio/gpio_value/enable"


def last_written(machine):
    """What each output was set to last, by the kernel's trace: a line that is given back falls
    to its pull, whatever was written to it."""
    chip = re.search(r"GPIOs (\d+)-\d+,.*gpio-sim", machine.sh("cat /sys/kernel/debug/gpio"))
    expect(chip, "the simulated chip has no numbers")
    first = int(chip.group(1))
    writes = re.findall(r"gpio_value: (\d+) set (\d)", machine.sh("cat /sys/kernel/tracing/trace"))
    return {LINES[int(number) - first]: level for number, level in writes}


def a_stopped_daemon_leaves_safe_lines(machine):
    """Told to end while armed: every output line is set low and is low, and the restarted daemon is locked."""
    expect(output_levels(machine)["servo_on"] == "1", "not armed")
    machine.sh("mount -t tracefs none /sys/kernel/tracing; mount -t debugfs none /sys/kernel/debug")
    machine.sh(f"echo >/sys/kernel/tracing/trace; echo 1 >{WRITES}")
    machine.sh("systemctl stop revhyperd")
    machine.sh(f"echo 0 >{WRITES}")
    written = last_written(machine)
    expect(written == dict.fromkeys(OUTPUTS, "0"), f"last written: {written}")
    shown = output_levels(machine)
    expect(set(shown.values()) == {"0"}, f"lines after the end: {shown}")
    expect(machine.truth()["sto"], "the torque path is closed")
    first_ns = machine.moment_ns()
    machine.sh("systemctl start revhyperd")
    machine.messages.wait("locked again", "state", lambda m: m["safety"] == "locked", first_ns)
    shown = output_levels(machine)
    expect((shown["servo_on"], shown["lamp"]) == ("0", "0"), f"lines after the start: {shown}")
    machine.lease = None
    machine.tell("dismount")
    return "heartbeat, servo-on, lamp and buzzer low; locked after the start"


def hung_control_thread(machine):
    """The control thread hangs for good: systemd restarts the daemon, which is locked."""
    pid, tid = control_thread(machine)
    restarts = int(machine.sh("systemctl show -P NRestarts revhyperd"))
    machine.sh(f"systemd-run --quiet --collect /rig/hang {tid} 20000")
    first_ns = machine.moment_ns()
    machine.until("a new process", lambda: machine.sh(
        "systemctl show -P MainPID revhyperd", False) not in ("0", pid))
    machine.until("active", lambda: machine.sh("systemctl is-active revhyperd", False) == "active")
    state = machine.messages.wait("a state of the new process", "state",
                                  lambda m: m["safety"] == "locked", first_ns + 1e9)
    expect(int(machine.sh("systemctl show -P NRestarts revhyperd")) == restarts + 1, "not one restart")
    journal = machine.sh("journalctl -u revhyperd --no-pager -o short-monotonic")
    expect("Watchdog timeout" in journal, "not by the watchdog")
    truth = machine.truth()
    expect(truth["sto"] and not truth["servo_on"], f"torque path {truth}")
    return (f"restarted by the watchdog, locked {ms(state['mono_ns'] - first_ns) / 1e3:.2f} s after the "
            f"hang; relay open {ms(truth['cut_ns'] - truth['edge_ns']):.1f} ms after the last edge")


def level_file(line, name="value"):
    return f"{CHIP}/sim_gpio{LINES.index(line)}/{name}"


def walk_command(machine, count, rate_hz=0, reverse=0, down=False):
    """The command that turns the encoder by hand from where it stands; exchanged lines go down."""
    lines = ("arm_b", "arm_a") if down else ("arm_a", "arm_b")
    levels = " ".join(machine.sh(f"cat {level_file(line)}") for line in lines)
    files = " ".join(level_file(line, "pull") for line in lines)
    return f"/rig/edges {files} {levels} {count} {rate_hz} {reverse}"


def encoder_stats(machine, after_ns):
    """The quadrature encoder's row in a health message composed after that moment."""
    health = machine.messages.wait("health", "health", lambda m: True, after_ns)
    return next(d for d in health["devices"] if d["profile"] == "quadrature")


def settled(machine):
    return encoder_stats(machine, machine.moment_ns() + 5_000_000)


NOTICED = ("encoder_mismatch", "encoder_invalid", "encoder_frozen")
OF_TIME = ("stale_drive", "stale_cells", "late")
RATES_HZ = (1100, 5000, 0)  # the first is what must not lose any: 1,000, and what sleeping costs


def arm_signal(machine):
    rows = json.loads(machine.ctl("signal", "list"))["result"]["signals"]
    return next(row for row in rows if row["name"] == "arm_angle")


def arm_angle_deg(machine):
    """What the daemon reads from the quadrature encoder now."""
    said = arm_signal(machine)
    expect(said["quality"] == "good", f"arm_angle is {said}")
    return said["value"]


def quadrature(generation):
    def check(machine):
        """Edges both ways with many turns, faster and faster: which are counted, which lost."""
        before = settled(machine)
        expect(before["status"].startswith(f"libgpiod-{generation}"), f"{before['status']} is in use")
        clean, lost, rows = 0, False, []
        for rate_hz in RATES_HZ:
            count = min(4096, (rate_hz or 20000) // 4)
            from_deg = arm_angle_deg(machine)
            made = machine.json(walk_command(machine, count, rate_hz, 37))
            place = made["place"]
            settled(machine)
            off_deg = arm_angle_deg(machine) - from_deg - place * 360 / COUNTS
            machine.json(walk_command(machine, abs(place), 1000, 0, down=place > 0))
            after = settled(machine)
            seen = after["replies"] - before["replies"]
            wrong = (after["illegal"] - before["illegal"], after["gaps"] - before["gaps"])
            wanted = made["edges"] + abs(place)
            rows.append(f"{made['rate_hz']:.0f} Hz {seen}/{wanted}")
            is_clean = seen == wanted and wrong == (0, 0)
            lost = lost or not is_clean
            if is_clean:
                expect(abs(off_deg) < 0.01, f"{seen} edges counted, the angle is off by {off_deg:.3f} deg")
            elif generation > 1:
                expect(wrong[0] + wrong[1] > 0, f"a loss that nobody noticed: {rows}")
            clean = clean if lost else made["rate_hz"]
            before = after
        expect(clean >= 1000, f"lost at {rows}")
        return f"libgpiod {generation}: no lost count up to {clean:.0f} edges/s ({', '.join(rows)})"
    check.__name__ = f"quadrature_v{generation}"
    return check


def start_anew(machine):
    """A restart: the encoder, from which edges are missing, is home again, and its daemon locked."""
    boot = machine.messages.last("state")["boot"]
    machine.leave()
    machine.sh("systemctl restart revhyperd")
    machine.messages.wait("a state of the new process", "state",
                          lambda m: m["safety"] == "locked" and m["boot"] != boot)


def lose_edges(machine):
    """Hangs the encoder's thread for 96 edges: how many are lost, illegal ones, the first fault."""
    machine.leave()
    machine.prepare()
    pid = machine.sh("systemctl show -P MainPID revhyperd")
    tid = thread_named(machine, pid, "gpio-arm")
    before = settled(machine)
    first_ns = machine.moment_ns()
    machine.sh(f"chrt -f 5 /rig/hang {tid} 1 '{walk_command(machine, 96)}'")
    machine.json(walk_command(machine, 96, 250, down=True))  # 22 deg/s: 0.25 deg a sample of the motor
    after = settled(machine)
    try:
        message = machine.fault_after(first_ns, *NOTICED, seconds=60)
    except GuestError:
        message = machine.fault_after(first_ns, *OF_TIME, seconds=1)
    lost = 2 * 96 - (after["replies"] - before["replies"])
    return lost, after["illegal"] - before["illegal"], message


def lost_edges_are_noticed(machine):
    """Generation 1: the kernel's queue of 16 edges a line drops some; the motor's encoder tells."""
    for attempt in range(3):  # what hangs the thread keeps others from the processor, too
        lost, illegal, message = lose_edges(machine)
        if message["fault"] not in OF_TIME:
            break
        print(f"disturbed by {message['fault']} at {message['measured']}, attempt {attempt + 1}", flush=True)
        start_anew(machine)
    expect(message["fault"] not in OF_TIME, f"disturbed each time, at last by {message['fault']}")
    expect(lost > 0, "the queue dropped nothing")
    if message["fault"] != "encoder_invalid":
        # beyond 3 deg at two samples of the encoder, which moves 0.04 deg in a tick; or the
        # motor, which nobody turns, stands while those that were kept move the arm by 2.8 deg
        expect(message["measured"] <= 3.0 + 0.1, f"noticed only at {message['measured']:.2f} deg")
    return (f"{lost} edges lost of 192, {illegal} illegal; {message['fault']} at "
            f"{message['measured']:.2f} {message['unit']}, permitted {message['threshold']:.2f}, now "
            f"{message['state']}")


def lost_edges_are_numbered(machine):
    """Generation 2: more edges than the kernel keeps, to and fro; their numbers show the gap."""
    pid = machine.sh("systemctl show -P MainPID revhyperd")
    tid = thread_named(machine, pid, "gpio-arm")
    before = settled(machine)
    machine.sh(f"chrt -f 5 /rig/hang {tid} 1 '{walk_command(machine, 1600, 0, 40)}'")
    quality = arm_signal(machine)["quality"]
    after = settled(machine)
    gaps = after["gaps"] - before["gaps"]
    expect(gaps > 0, f"no gap in the numbers: {after}")
    expect(quality == "bad", f"the position is {quality}")
    machine.until("it is home again", lambda: arm_signal(machine)["quality"] == "good")
    return f"{gaps} of 1600 numbers missing, position bad until it had hung still"


def use_gpiod2(machine):
    """The same daemon with Debian 13's libgpiod under the same unit."""
    folder = "/run/systemd/system/revhyperd.service.d"
    machine.sh(f"mkdir -p {folder}; printf '[Service]\\nEnvironment=LD_LIBRARY_PATH=/opt/gpiod2\\n"
               f"ExecStart=\\nExecStart=/opt/gpiod2/revhyperd\\n' >{folder}/gpiod2.conf; "
               "systemctl daemon-reload; systemctl restart revhyperd")
    pid = machine.sh("systemctl show -P MainPID revhyperd")
    maps = machine.sh(f"grep -o 'libgpiod.so.*' /proc/{pid}/maps | sort -u")
    expect("libgpiod.so.3" in maps, f"loaded: {maps}")
    found = threads(machine, pid)
    expect(found.get("gpio-arm") == (1, BUS_PRIORITY), f"threads {found}")
    return f"{maps}; encoder's thread FIFO {found['gpio-arm'][1]}"


def exchanged_encoder_lines(machine):
    """A and B exchanged where they are wired: the step that lifts the arm names it, nothing arms."""
    machine.sh("mkdir -p /run/systemd/system/revhyper-sim.service.d; printf '[Service]\\n"
               "Environment=\"RIG_WIRING=--wiring ab_swapped\"\\n' >/run/systemd/system/revhyper-sim.service.d/wiring.conf; "
               "printf '\\n[test]\\nneeds_commissioning = yes\\n' >>/etc/revhyper/machines/rig.conf; "
               "systemctl stop rig-lease revhyperd 2>/dev/null; systemctl daemon-reload; "
               "systemctl restart revhyper-sim revhyperd")
    machine.lease = None
    machine.state_is("restarted and not commissioned", commissioned=False)
    machine.sh("rm -f /run/commission; systemd-run --quiet --collect --unit=rig-commission "
               "-p StandardOutput=file:/run/commission revhyperctl --json --yes commission lift "
               "--seconds 8")
    machine.until("the step asks", lambda: "lift the arm slowly" in machine.sh("cat /run/commission", False))
    machine.tell("hand", "lift", 0, 60)
    told = machine.until("the step's verdict", lambda: re.search(
        r'"what": ?"([^"]*)"', machine.sh("cat /run/commission", False)))[1]
    machine.tell("hand", "off")
    expect("the arm encoder counts the wrong way" in told, f"commission says: {told}")
    said = machine.ctl("arm", check=False)
    expect(machine.status != 0 and "not_commissioned" in said, f"arm: {said}")
    doctor = machine.sh("revhyperctl doctor", False)
    expect("the arm encoder counts the wrong way" in doctor, f"doctor says: {doctor[-600:]}")
    first_ns = machine.moment_ns()
    machine.sh("systemctl restart revhyperd")
    machine.messages.wait("a state after the restart", "state", lambda m: not m["commissioned"], first_ns)
    start = machine.sh("journalctl -u revhyperd --no-pager -n 5 -o cat")
    expect("the arm encoder counts the wrong way" in start, f"the start says: {start}")
    return told + "; doctor and the next start say it too"


def hardware_watchdog(machine):
    """systemd feeds i6300esb; a kernel that hangs is reset by it."""
    log = machine.sh("dmesg | grep -i watchdog; journalctl -b --no-pager | grep -i 'hardware watchdog'", False)
    name = re.search(r"hardware watchdog '([^']*)'", log)
    expect(name, f"systemd uses none: {log[-300:]}")
    timeout = machine.sh("systemctl show -P RuntimeWatchdogUSec")
    machine.agent.send("echo 1 >/proc/sys/kernel/sysrq; sleep 1; echo c >/proc/sysrq-trigger")
    end = time.monotonic() + 120
    while time.monotonic() < end:
        line = machine.monitor.read(120)
        if '"WATCHDOG"' in line:
            return f"{name[1]}, {timeout}; the crashed kernel was reset"
    raise GuestError("no reset")


CHECKS = [boots, is_unprivileged_and_realtime, jitter, counts_a_set, grip_opens("left"),
          grip_opens("right"), grips_open_mid_lift, comfort_stop_mid_lift, estop, line_cuts("estop_a", ("estop",)),
          line_cuts("limit_top", ("switch_top",)),
          line_cuts("limit_bottom", ("switch_bottom",)), heartbeat_stuck(1), heartbeat_stuck(0),
          lamp_and_buzzer, a_stopped_daemon_leaves_safe_lines, hung_control_thread, lost_edges_are_noticed,
          quadrature(1), use_gpiod2, quadrature(2), lost_edges_are_numbered, exchanged_encoder_lines, hardware_watchdog]
