#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""revhyper-web over real sockets: what it serves, what it refuses, and that it neither
loses an event nor waits for a browser. The publisher is feed.py.

    gateway.py REVHYPER-WEB [WORD …]      (only the tests whose name holds a WORD)
"""

import base64
import http.client
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
DEADLINE_S = 10


def until(what, question, seconds=DEADLINE_S):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = question()
        if answer:
            return answer
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {what}")


class Room:
    def __init__(self, program):
        self.program = program
        self.folder = tempfile.mkdtemp(prefix="rh-web-")
        self.children = []
        self.web = self.start([program, "--run-dir", self.folder, "--port", "0",
                               "--allow-host", "gym.example"])
        with open(os.path.join(self.folder, "web.json"), encoding="utf-8") as file:
            self.port = json.load(file)["port"]
        self.feed = None

    def start(self, words):
        child = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True)
        self.children.append(child)
        line = child.stdout.readline()
        assert line.startswith("ready"), f"{words[0]}: {line!r} {child.stderr.read()}"
        return child

    def play(self, *words):
        self.feed = self.start(["/usr/bin/python3", os.path.join(HERE, "feed.py"),
                                "--run-dir", self.folder, *words])
        return self.feed

    def tell(self, order):
        self.feed.stdin.write(order + "\n")
        self.feed.stdin.flush()

    def ask(self, path, method="GET", body=None, **headers):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_S)
        link.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        headers = {"Host": f"127.0.0.1:{self.port}", **headers}
        if body is not None:
            headers["Content-Length"] = str(len(body))
        for name, value in headers.items():
            if value is not None:
                link.putheader(name, value)
        link.endheaders(body)
        answer = link.getresponse()
        answer.text = answer.read().decode()
        link.close()
        return answer

    def metric(self, name):
        for line in self.ask("/metrics").text.splitlines():
            if line.startswith(name + " "):
                return float(line.split()[1])
        return None

    def close(self):
        for child in self.children:
            child.send_signal(signal.SIGTERM)
        for child in self.children:
            child.wait(DEADLINE_S)
        said = self.web.stderr.read()
        for child in self.children:
            for pipe in (child.stdin, child.stdout, child.stderr):
                pipe.close()
        shutil.rmtree(self.folder)
        return self.web.returncode, said


class WebSocket:
    """Just enough of RFC 6455 to be an awkward browser."""

    def __init__(self, room, path="/ws", protocol="revhyper.v1", buffer=None, **headers):
        self.socket = socket.socket()
        if buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.settimeout(DEADLINE_S)
        self.socket.connect(("127.0.0.1", room.port))
        headers = {"Host": f"127.0.0.1:{room.port}", "Upgrade": "websocket",
                   "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
                   "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(), **headers}
        if protocol:
            headers["Sec-WebSocket-Protocol"] = protocol
        lines = [f"GET {path} HTTP/1.1"] + [f"{k}: {v}" for k, v in headers.items()]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.buffer = b""
        head = self.until_blank_line()
        self.status = int(head.split()[1]) if head else 0

    def until_blank_line(self):
        while b"\r\n\r\n" not in self.buffer:
            try:
                chunk = self.socket.recv(4096)
            except ConnectionError:
                chunk = b""
            if not chunk:
                return ""
            self.buffer += chunk
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        return head.decode()

    def take(self, count):
        while len(self.buffer) < count:
            chunk = self.socket.recv(65536)
            if not chunk:
                raise ConnectionError("closed")
            self.buffer += chunk
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def frame(self):
        first, length = self.take(2)
        if length == 126:
            length = struct.unpack(">H", self.take(2))[0]
        elif length == 127:
            length = struct.unpack(">Q", self.take(8))[0]
        return first & 15, self.take(length)

    def message(self):
        """(topic's name, body), or (None, close code)."""
        while True:
            kind, data = self.frame()
            if kind == 8:
                return None, struct.unpack(">H", data[:2])[0]
            if kind == 1:
                topic, body = data.decode().split(" ", 1)
                return topic.rsplit("/", 1)[1], json.loads(body)

    def wait_for(self, name):
        while True:
            heard, body = self.message()
            assert heard is not None, f"closed with {body}"
            if heard == name:
                return body

    def send(self, text):
        mask = os.urandom(4)
        masked = bytes(b ^ mask[i % 4] for i, b in enumerate(text.encode()))
        self.socket.sendall(bytes([0x81, 0x80 | len(masked)]) + mask + masked)

    def close(self):
        self.socket.close()


# --- the tests: each a sentence ------------------------------------------------------------


def pages_come_with_protective_headers(room):
    for path in ("/dash", "/", "/dash.js", "/uPlot.iife.min.js", "/nothing", "/metrics"):
        answer = room.ask(path)
        assert answer.status == (404 if path == "/nothing" else 200), (path, answer.status)
        assert answer.headers["content-security-policy"].startswith("default-src 'self';"), path
        assert answer.headers["x-content-type-options"] == "nosniff", path
        assert answer.headers["referrer-policy"] == "no-referrer", path
        assert int(answer.headers["content-length"]) == len(answer.text.encode()), path


def no_path_leads_out_of_the_pages(room):
    for path in ("/../../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
                 "//etc/passwd", "/./dash", "/.git/config", "/dash/../../../etc/passwd",
                 "/dash%00.html", "/pages/../../hub.c", "/" + "a" * 3000):
        try:
            answer = room.ask(path)
        except (ConnectionError, http.client.HTTPException):
            continue  # hung up on: refused as well
        assert answer.status in (400, 403, 404, 414) or path == "/./dash", (path, answer.status)
        assert "root:" not in answer.text, path
    assert room.ask("/dash").status == 200


def only_get_and_head_are_answered(room):
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = room.ask("/dash", method, b"a=b")
        assert answer.status == 405, (method, answer.status)
        assert answer.headers["allow"] == "GET, HEAD"
    head, get = room.ask("/dash", "HEAD"), room.ask("/dash")
    assert head.status == 200 and head.text == ""
    assert head.headers["content-length"] == get.headers["content-length"]


def foreign_names_and_origins_are_refused(room):
    port = room.port
    for host, origin, wanted in (
            (f"localhost:{port}", None, 200), ("gym.example", "http://gym.example", 200),
            ("evil.example", None, 403), (None, None, 403),
            (f"127.0.0.1:{port}", "http://evil.example", 403),
            (f"127.0.0.1:{port}", "null", 403),
            (f"127.0.0.1:{port}", f"http://127.0.0.1:{port}", 200)):
        for path in ("/dash", "/metrics", "/keys.json"):
            got = room.ask(path, Host=host, Origin=origin).status
            assert got == wanted, (host, origin, path, got)


def a_websocket_needs_its_path_its_protocol_and_its_own_site(room):
    room.play()
    good = WebSocket(room, Origin=f"http://127.0.0.1:{room.port}")
    assert good.status == 101
    good.wait_for("live")
    good.close()
    for bad in (WebSocket(room, path="/dash"), WebSocket(room, protocol="chat"),
                WebSocket(room, protocol=None), WebSocket(room, Origin="http://evil.example"),
                WebSocket(room, Host="evil.example")):
        assert bad.status != 101, bad.status
        bad.close()


def a_new_browser_is_served_the_last_values_at_once(room):
    room.play("--earlier", "6", "--fault", "stale_cells")
    until("six reps", lambda: 'topic="rep"} 6' in room.ask("/metrics").text)
    room.tell("pause")
    link = WebSocket(room)
    seen = []
    while len([name for name, _ in seen if name == "rep"]) < 6:
        seen.append(link.message())
    names = [name for name, _ in seen]
    assert names.index("state") < names.index("fault") < names.index("rep"), names
    assert all(body["snap"] for _, body in seen if _ != "live")
    assert [body["rep"] for name, body in seen if name == "rep"] == [1, 2, 3, 4, 5, 6]
    link.close()


def a_browser_cannot_say_anything(room):
    room.play()
    link = WebSocket(room)
    link.wait_for("live")
    link.send('{"verb":"stop"}')
    while True:
        name, body = link.message()
        if name is None:
            assert body == 1008, body
            break
    link.close()


def a_slow_browser_is_told_1013_and_nobody_else_notices(room):
    room.play()
    slow, quick = WebSocket(room, buffer=4096), WebSocket(room)
    slow.wait_for("live")
    for _ in range(32):  # 16 MB: the log's 4096 and every socket buffer overflow
        room.tell("burst 500")
        for number in range(500):  # the quick one loses none, in order
            body = quick.wait_for("event")
            assert body["load_kg"] == number, (body["load_kg"], number)
    until("the slow one is late", lambda: (drain(slow) or room.metric("revhyper_web_late_total") == 1))
    assert slow.code == 1013, slow.code
    quick.wait_for("live")
    quick.close()
    slow.close()


def drain(link):
    """Reads on until the close code has come, for a moment at most."""
    link.socket.settimeout(0.2)
    try:
        while True:
            name, body = link.message()
            if name is None:
                link.code = body
                return True
    except TimeoutError:
        return False


def live_reaches_a_browser_within_the_pace_of_the_stream(room):
    room.play()
    link = WebSocket(room)
    first = link.wait_for("live")
    ages_ms = []
    while len(ages_ms) < 100:
        body = link.wait_for("live")
        ages_ms.append((time.monotonic_ns() - body["mono_ns"]) / 1e6)
    skipped = body["seq"] - first["seq"] - 100
    ages_ms.sort()
    print(f"     p50 {ages_ms[50]:.2f} ms, p99 {ages_ms[98]:.2f} ms, skipped {skipped}")
    assert ages_ms[50] < 20
    link.close()


def the_event_stream_carries_the_same_messages(room):
    room.play("--earlier", "2")
    link = http.client.HTTPConnection("127.0.0.1", room.port, timeout=DEADLINE_S)
    link.request("GET", "/events")
    answer = link.getresponse()
    assert answer.headers["content-type"] == "text/event-stream"
    seen = {}
    while not {"state", "health", "rep", "live"} <= seen.keys():
        line = answer.readline().decode()
        assert line.startswith("event: "), line
        data = answer.readline().decode()
        assert data.startswith("data: ") and answer.readline() == b"\n"
        seen[line[7:-1]] = json.loads(data[6:])
    assert seen["rep"]["rep"] in (1, 2)
    link.close()


def health_follows_the_stream_and_the_daemon_may_come_and_go(room):
    assert room.ask("/healthz").status == 503
    room.play()
    until("healthy", lambda: room.ask("/healthz").status == 200)
    link = WebSocket(room)
    before = link.wait_for("live")["boot"]
    room.feed.send_signal(signal.SIGTERM)
    room.feed.wait(DEADLINE_S)
    room.play("--seed", "9")  # on another port
    until("the new daemon", lambda: link.wait_for("live")["boot"] != before)
    link.close()
    assert room.metric("revhyper_web_daemon_starts_total") == 2


def an_ipc_stream_that_is_bound_again_is_heard_again(room):
    endpoint = f"ipc://{room.folder}/stream"
    for start in (1, 2):
        room.play("--endpoint", endpoint, "--seed", str(start))
        until("heard", lambda: room.metric("revhyper_web_daemon_starts_total") == start)
        room.feed.send_signal(signal.SIGTERM)
        room.feed.wait(DEADLINE_S)


def metrics_hold_the_figures_of_health_and_reps(room):
    room.play("--earlier", "3")
    until("reps", lambda: room.metric("revhyper_rep_range_degrees"))
    text = until("health", lambda: room.metric("revhyper_uptime_seconds") and room.ask("/metrics").text)
    families = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    samples = [line for line in text.splitlines() if not line.startswith("#")]
    assert len(families) >= 24, families
    for line in samples:
        name, value = line.rsplit(" ", 1)
        assert name.split("{")[0] in families, line
        float(value)


def a_taken_port_is_named(room):
    done = subprocess.run([room.program, "--run-dir", room.folder, "--port", str(room.port)],
                          capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    assert done.returncode == 1, done.returncode
    assert f"127.0.0.1:{room.port}" in done.stderr and "--port" in done.stderr, done.stderr
    assert room.ask("/dash").status == 200


def it_ends_at_once_on_sigterm_with_browsers_connected(room):
    room.play()
    link = WebSocket(room)
    link.wait_for("live")
    start = time.monotonic()
    room.web.send_signal(signal.SIGTERM)
    assert room.web.wait(DEADLINE_S) == 0
    assert time.monotonic() - start < 2
    assert not os.path.exists(os.path.join(room.folder, "web.json"))
    link.close()


TESTS = [
    pages_come_with_protective_headers, no_path_leads_out_of_the_pages,
    only_get_and_head_are_answered, foreign_names_and_origins_are_refused,
    a_websocket_needs_its_path_its_protocol_and_its_own_site,
    a_new_browser_is_served_the_last_values_at_once, a_browser_cannot_say_anything,
    a_slow_browser_is_told_1013_and_nobody_else_notices,
    live_reaches_a_browser_within_the_pace_of_the_stream,
    the_event_stream_carries_the_same_messages,
    health_follows_the_stream_and_the_daemon_may_come_and_go,
    an_ipc_stream_that_is_bound_again_is_heard_again,
    metrics_hold_the_figures_of_health_and_reps, a_taken_port_is_named,
    it_ends_at_once_on_sigterm_with_browsers_connected,
]


def main():
    program, words = sys.argv[1], sys.argv[2:]
    failed = 0
    for test in TESTS:
        if words and not any(word in test.__name__ for word in words):
            continue
        room = Room(program)
        trouble = None
        try:
            test(room)
        except (AssertionError, OSError) as error:
            trouble = repr(error)
        status, said = room.close()
        if status != 0:  # a crash, or what a sanitizer found
            trouble = f"{trouble}; the gateway ended with {status}: {said}"
        print("ok  " if trouble is None else "FAIL", test.__name__, trouble or "", flush=True)
        failed += trouble is not None
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
