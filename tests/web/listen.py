#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""An independent subscriber: prints what it hears on a stream, one JSON object a line:
{"name": "live", "body": {…}}. It shares nothing with the gateway.

    listen.py ENDPOINT
"""

import ctypes
import json
import signal
import sys

import zmq


def main():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG: ends with its parent
    socket = zmq.Context.instance().socket(zmq.SUB)
    socket.set(zmq.SUBSCRIBE, b"rh/1/")
    socket.set(zmq.RCVHWM, 100000)
    socket.connect(sys.argv[1])
    while True:
        topic, body = socket.recv_multipart()
        name = topic.decode().rsplit("/", 1)[1]
        print(json.dumps({"name": name, "body": json.loads(body)}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
