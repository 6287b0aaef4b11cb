# SPDX-License-Identifier: Apache-2.0
"""The machine in the guest: person, console and hardware lines, in the words of the tests."""
import shlex

from guest import WAIT_S, Guest, GuestError

CHIP = "/sys/devices/platform/gpio-sim.0/gpiochip0"
LINES = ("estop_a", "estop_b", "grip_left", "grip_right", "comfort_stop", "reset_button",
         "limit_top", "limit_bottom", "heartbeat", "servo_on", "lamp", "buzzer", "arm_a", "arm_b")
RESET = ["hold the reset button for half a second"]


class Machine(Guest):
    """A guest with the daemon under systemd and the simulated machine behind it."""

    lease = None

    # -- the person and the hardware -----------------------------------------------------

    def tell(self, *words):
        return self.json("revhyper-sim tell --run-dir /run/revhyper-sim "
                         + " ".join(map(str, words)))

    def truth(self):
        return self.tell("truth")

    def pull(self, line, up):
        """A line of the chip itself, past the simulator's contact; the guest's time before it."""
        at = f"{CHIP}/sim_gpio{LINES.index(line)}/pull"
        before = self.truth()["mono_ns"]
        self.sh(f"echo pull-{'up' if up else 'down'} >{at}")
        return before

    # -- the console -----------------------------------------------------------------------

    def ctl(self, *words, check=True):
        lease = f"--lease {self.lease} " if self.lease else ""
        return self.sh(f"revhyperctl --json {lease}" + " ".join(shlex.quote(str(w)) for w in words),
                       check)

    def ctl_until_done(self, *words):
        """The call again and again while the machine refuses."""
        def done():
            self.said = self.ctl(*words, check=False)
            return self.status == 0
        try:
            self.until(" ".join(words), done)
        except GuestError:
            state = self.messages.last("state") or {}
            raise GuestError(f"{' '.join(words)}: {self.said} in {state.get('safety')}, faults "
                             f"{state.get('faults')}, waits for {state.get('waits_for')}") from None

    def hold_lease(self):
        self.sh("systemctl stop rig-lease 2>/dev/null; rm -f /run/lease; systemd-run --quiet "
                "--collect --unit=rig-lease -p StandardOutput=file:/run/lease "
                "revhyperctl lease hold --name rig")
        self.lease = self.until("a lease", lambda: self.sh("grep -E '^[0-9a-f]{32}$' /run/lease 2>/dev/null", False))

    # -- a session -------------------------------------------------------------------------

    def state_is(self, what, **values):
        def matches(m):
            return all(m.get(k) == v for k, v in values.items())
        last = self.messages.last("state")
        if last and matches(last):
            return last
        return self.messages.wait(what, "state", matches, last["mono_ns"] if last else 0)

    def unlock(self):
        """Nobody on the machine: hold the reset button until the gate says idle. A start proves
        the relay first; a fault of time or an arm that still swings takes the press away, as it must."""
        for attempt in range(3):
            self.state_is("only the reset is missing", waits_for=RESET)
            first_ns = self.moment_ns()
            self.tell("press", "reset_button", 700)
            answer = self.messages.wait("unlocked, ignored, or latched again", "event", lambda m: m[
                "event"] == "reset_ignored" or m["event"] == "state_changed" and m["to"] in (
                    "idle", "safe1", "safe3"), first_ns)
            if answer.get("to") == "idle":
                self.state_is("unlocked", safety="idle")
                return
            last = [m["fault"] for m in self.messages.of("fault") if m["mono_ns"] > first_ns and m["open"]]
            last += answer.get("waits_for", [])
            print(f"reset disturbed by {last}, attempt {attempt + 1}", flush=True)
        raise GuestError(f"not unlocked: {last}")

    def board_and_arm(self):
        self.tell("lie", "down")
        self.tell("grips", "held")
        self.state_is("held and boarded", grip_left_held=True, grip_right_held=True,
                      pad_empty=False)
        self.ctl_until_done("arm")
        self.state_is("armed", safety="armed")

    def prepare(self):
        """From a fresh start to armed with a session open."""
        self.hold_lease()
        self.unlock()
        self.ctl_until_done("sensor", "zero")
        self.ctl("session", "start")
        self.board_and_arm()

    def leave(self):
        """Off the machine, everything released: ready to be unlocked again."""
        self.tell("wait", "idle", 20000)
        self.tell("release", "estop")
        self.tell("dismount")

    def reps(self, count, *words):
        self.tell("reps", count, *words)
        self.tell("wait", "idle", 12000 * count + 5000)

    def moment_ns(self):
        return self.truth()["mono_ns"]

    def fault_after(self, moment_ns, *names, seconds=WAIT_S):
        return self.messages.wait(f"fault {' or '.join(names)}", "fault",
                                  lambda m: m["open"] and m["fault"] in names, moment_ns, seconds)

    def reached_after(self, moment_ns, state):
        return self.messages.wait(f"state {state}", "event",
                                  lambda m: m["event"] == "state_changed" and m["to"] == state,
                                  moment_ns)
