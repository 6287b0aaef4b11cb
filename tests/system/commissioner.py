# SPDX-License-Identifier: Apache-2.0
"""Somebody who commissions the simulated machine: does what `revhyperctl commission` says.

Every sentence of the console that begins a deed has a row here; the deeds are done with the
simulator's own words, by hands beside the bench, and never through the daemon.
"""
import json
import subprocess

from machine import MachineError, die_with_parent, wait_for

DPS = 60  # faster than a careful person, so that a test does not wait


class Commissioner:
    def __init__(self, machine, known_kg=10, hung_kg=0):
        self.machine, self.known_kg, self.hung_kg = machine, known_kg, hung_kg
        self.deeds = {
            "press the emergency stop": lambda: self.tell("press", "estop"),
            "release the emergency stop": lambda: self.tell("release", "estop"),
            "hold the left grip": lambda: self.tell("grips", "held", "left"),
            "let the left grip go": lambda: self.tell("grips", "open", "left"),
            "hold the right grip": lambda: self.tell("grips", "held", "right"),
            "let the right grip go": lambda: self.tell("grips", "open", "right"),
            "press the comfort stop": lambda: self.tell("press", "comfort_stop"),
            "let the comfort stop go": lambda: self.tell("release", "comfort_stop"),
            "press the reset button": lambda: self.tell("press", "reset_button"),
            "let the reset button go": lambda: self.tell("release", "reset_button"),
            "nobody on the machine": lambda: None,
            "lift the arm slowly": lambda: self.lift(0),
            "let the arm down": self.let_down,
            "let the arm hang freely": self.hang,
            "put the known mass": self.load_pad,
            "prop the arm up": lambda: self.tell("hand", "prop", 0, DPS),
            "hang the known mass": self.hang_mass,
            "take the support away": self.hang,
            "hang": lambda: self.tell("hand", "hang", self.hung_kg),
            "take the mass off the strap": self.unhang,
            "take the mass off again": self.clear_pads,
            "move the arm by hand to its top end": lambda: self.lift(11),
            "move the arm by hand to its bottom end": lambda: self.lift(-104),
            "move the arm back": lambda: self.lift(-90),
            "lift the arm to horizontal": self.drop,
            "let the arm hang still": self.hang,
            "hold the reset button": self.reset,
            "tie the strap": lambda: self.lift(-90),
            "untie the strap": lambda: self.tell("hand", "off"),
        }

    def tell(self, *words):
        self.machine.tell(*words)

    def angle(self):
        return self.machine.tell("truth")["arm_angle_deg"]

    def lift(self, angle_deg):
        self.tell("hand", "lift", angle_deg, DPS)

    def let_down(self):
        """The next step may begin with what the cells show of an arm that nobody lifts."""
        self.lift(-90)
        wait_for("the arm is down", lambda: self.angle() < -89.5, 20)

    def hang(self):
        self.lift(-90)
        # from higher up the brake lets it sink for ten seconds more
        wait_for("the arm is down", lambda: self.angle() < -89.8, 20)
        self.tell("hand", "off")

    def drop(self):
        self.lift(0)
        wait_for("the arm is up", lambda: self.angle() > -3, 20)
        self.tell("hand", "off")

    def load_pad(self, text):
        self.tell("hand", "pad", "front" if "front" in text else "rear", self.known_kg)

    def hang_mass(self, text):
        self.tell("hand", "hang", "left" if "left" in text else "right", self.known_kg)

    def unhang(self):
        self.tell("hand", "hang", 0)

    def clear_pads(self):
        self.tell("hand", "pad", "front", 0)
        self.tell("hand", "pad", "rear", 0)

    def reset(self):
        """Asked for when nothing else is missing: pressed at once, it must do."""
        self.tell("press", "reset_button", 700)

    def obey(self, text):
        for begins, deed in self.deeds.items():
            if text.startswith(begins):
                return deed(text) if "the known mass" in begins else deed()
        raise MachineError(f"nobody knows how to: {text}")

    def run(self, *words, seconds=8):
        """Commissions; the verdicts by step, and the exit status."""
        machine = self.machine
        console = subprocess.Popen(
            [str(machine.bins / "revhyperctl"), "--run-dir", str(machine.run), "--json", "--yes",
             "commission", *words, "--seconds", str(seconds), "--known", f"{self.known_kg}kg",
             *(["--hung", f"{self.hung_kg}kg"] if self.hung_kg else [])],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            preexec_fn=die_with_parent)
        verdicts, told = {}, []
        for line in console.stdout:
            told.append(line)
            message = json.loads(line) if line.startswith("{") else {}
            if "do" in message:
                self.obey(message["do"])
            elif "verdict" in message:
                if not (message["what"] and (message["remedy"] or message["verdict"] == "ok")):
                    raise MachineError(f"a verdict without a sentence or a remedy: {line}")
                verdicts[message["step"]] = message
        self.told = "".join(told)
        return verdicts, console.wait()
