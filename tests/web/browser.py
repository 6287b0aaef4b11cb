#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The pages in a real browser: states.mjs plays a machine's day, dash.mjs compares what is
shown with a second subscriber, and three pages that were broken on purpose must each be
refused by dash.mjs: a plot that stays empty, a number that is off, a marker that stands
elsewhere. Exit status 77, with the reason, where node or chromium is missing.

    browser.py REVHYPER-WEB PAGES-FOLDER OUTPUT-FOLDER
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
CHROMIUM = os.environ.get("RH_CHROMIUM", "/usr/bin/chromium")
DEADLINE_S = 100

# What is broken, where, and what dash.mjs must say about it.
BROKEN = [
    ("trace.js", "this.#plot.setData(this.#table());", ";", "empty plot"),
    ("figures.js", "return fixed(value,", "return fixed(1.01 * value,", "the stream says"),
    ("range.js", "angle: (angle_deg) => place(arm, angle_deg)",
     "angle: (angle_deg) => place(arm, angle_deg + 3)", "marker"),
]


def missing():
    if shutil.which("node") is None:
        return "node is not installed"
    if not os.access(CHROMIUM, os.X_OK):
        return f"{CHROMIUM} is not installed"
    places = [os.path.join(HERE, "..", "..", "node_modules"),
              os.path.join(os.environ.get("RH_BUILD_DIR", "."), "npm", "node_modules")]
    if not any(os.path.isdir(os.path.join(place, "playwright-core")) for place in places):
        return "playwright-core is not installed (npm ci)"
    return None


class Room:
    """A publisher and a gateway in a folder of their own."""

    def __init__(self, program, pages):
        self.folder = tempfile.mkdtemp(prefix="rh-web-")
        self.children = []
        first = self.start(["/usr/bin/python3", os.path.join(HERE, "feed.py"),
                            "--run-dir", self.folder, "--earlier", "7"])
        self.stream = first.split()[1]
        self.start([program, "--run-dir", self.folder, "--port", "0", "--pages", pages])
        with open(os.path.join(self.folder, "web.json"), encoding="utf-8") as file:
            self.web = json.load(file)["url"]

    def start(self, words):
        child = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.children.append(child)
        line = child.stdout.readline()
        if not line.startswith("ready"):
            raise RuntimeError(f"{words[0]} said {line!r} instead of ready")
        return line

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for child in self.children:
            child.terminate()
        for child in self.children:
            child.wait(10)
            child.stdin.close()
            child.stdout.close()
        shutil.rmtree(self.folder)


def node(script, *words):
    return subprocess.run(["node", os.path.join(HERE, script), *words], text=True,
                          capture_output=True, timeout=DEADLINE_S, check=False)


def dash(program, pages, out, seconds):
    with Room(program, pages) as room:
        return node("dash.mjs", room.web, room.stream, out, str(seconds))


def break_page(pages, folder, file, old, new):
    broken = os.path.join(folder, "pages")
    shutil.copytree(pages, broken)
    path = os.path.join(broken, file)
    with open(path, encoding="utf-8") as source:
        text = source.read()
    if text.count(old) != 1:
        raise RuntimeError(f"{file} has not exactly one {old!r} to break")
    with open(path, "w", encoding="utf-8") as source:
        source.write(text.replace(old, new))
    return broken


def tests(program, pages, out):
    """Yields (what must hold, whether it does, what was said)."""
    with tempfile.TemporaryDirectory(prefix="rh-web-") as folder:
        done = node("states.mjs", program, folder, os.path.join(out, "states"), pages)
        yield "the dashboard comes through a machine's day", done.returncode == 0, done
    done = dash(program, pages, out, 18)
    yield "the page shows what the stream says", done.returncode == 0, done
    for file, old, new, complaint in BROKEN:
        with tempfile.TemporaryDirectory(prefix="rh-web-") as folder:
            broken = break_page(pages, folder, file, old, new)
            done = dash(program, broken, folder, 2)
            refused = done.returncode == 1 and complaint in done.stderr
            yield f"a page broken in {file} is refused for '{complaint}'", refused, done


def main():
    program, pages, out = sys.argv[1:4]
    reason = missing()
    if reason:
        print(f"skipped: {reason}")
        return 77
    failed = 0
    for what, holds, done in tests(program, pages, out):
        print("ok  " if holds else "FAIL", what, done.stdout.strip(), flush=True)
        if not holds:
            failed += 1
            print(done.stderr.strip())
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
