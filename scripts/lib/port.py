# SPDX-License-Identifier: Apache-2.0
"""The suite in another Debian or for another processor; see scripts/port."""
import argparse
import shutil
import sys
import time
from pathlib import Path

import chroot

ROOT = Path(__file__).resolve().parents[2]
# The pages come from this build, and no browser is tried twice.
LEFT_OUT = {"nodejs", "npm", "chromium"}
LONG = "browser|^long$"
# What keeps real time for long: the same programs on other libraries, so once in --all.
MINUTES = ("^system_(a_wrong_address|each_fault|other_drives|a_machine_is_commissioned|wrong_wiring|"
           "wiring_that_goes|a_probe)|"
           "^scenario_accuracy$|^test_hal_sick$|"
           "^ctl_(doctor|doctor_signals|commission|commission_torque)_test$|^sim_(program|devices|makes)$")
# What takes an emulator minutes.
EMULATED_LONG = (r"^system_|^scenario_|^core_property$|^test_plant_(signature|person|sense)$|"
                 r"^publish_frames_test$|^ctl_|^web_gateway$|^sim_(program|devices|makes|hardware|faults)$")

# What an emulator cannot do at all: be a machine of 500 Hz, hear that its parent has died.
NOT_EMULATED = "^system_|^sim_program$"


def native(packages):
    return {"suite": "trixie", "packages": packages}


def cross(packages):
    """Libraries of the other processor, everything else of this one."""
    foreign = [f"{p}:arm64" if p.startswith("lib") and p.endswith("-dev") else p for p in packages]
    tools = ["gcc-aarch64-linux-gnu", "libc6-dev", "qemu-user-static"]
    return {"suite": "bookworm", "packages": foreign + tools, "architectures": ("amd64", "arm64")}


# name: packages, preset, and ctest's words: always, without --all, with --all
PORTS = {
    "debian13": (native, "release", ["-j2", "-LE", LONG], ["-E", MINUTES], []),
    "arm64": (cross, "arm64", ["-j2", "-LE", f"{LONG}|release-only", "--repeat", "until-pass:2"],
              ["-E", EMULATED_LONG], ["-E", NOT_EMULATED]),
}


def inside(place, what, command):
    begun = time.monotonic()
    status = chroot.enter(place, f"cd /src && {command}").returncode
    print(f"{what}: {'ok' if status == 0 else 'FAILED'}, {time.monotonic() - begun:.0f} s", flush=True)
    return status


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", choices=PORTS)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--packages", nargs="+", required=True)
    asked = parser.parse_args()
    choose, preset, always, brief, whole = PORTS[asked.port]
    packages = [p for p in dict.fromkeys(asked.packages) if p not in LEFT_OUT]
    place = chroot.cached(asked.port, **choose(packages))

    source = place / "src"
    chroot.copy_sources(ROOT, source)
    shutil.copytree(ROOT / "build/release/npm/node_modules/uplot", source / "node_modules/uplot")
    build = f"cmake --preset {preset} >/dev/null && nice cmake --build --preset {preset}"
    if inside(place, f"{asked.port}: build", f"{{ {build}; }} >build.log 2>&1 || "
              "{ grep -E 'error|FAILED|warning' build.log || tail -n 40 build.log; exit 1; }") != 0:
        return 1
    words = " ".join(f"'{word}'" for word in always + (whole if asked.all else brief))
    return inside(place, f"{asked.port}: tests", f"ctest --preset {preset} --no-tests=error {words}")


if __name__ == "__main__":
    sys.exit(main())
