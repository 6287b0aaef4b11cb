#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The schemas of docs/schema are those of the code, and every message obeys its own.

usage: schema_test.py SCHEMA_PRINT MESSAGES DOCS_SCHEMA_DIR
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import jsonschema

TOPICS = {"state", "live", "rep", "set", "session", "cue", "event", "fault", "health"}


def fail(text):
    print(f"schema_test: {text}", file=sys.stderr)
    sys.exit(1)


def closed(schema):
    """The schema with unknown keys forbidden, so that no undescribed key slips out."""
    schema = json.loads(json.dumps(schema))
    branches = schema.get("allOf", [])
    keys = set(schema["properties"])
    for branch in branches:
        keys |= set(branch["then"]["properties"])
    schema["propertyNames"] = {"enum": sorted(keys)}
    for inner in schema["properties"].values():
        inner = inner.get("items", inner)
        if "properties" in inner:
            inner["additionalProperties"] = False
    return schema


def strict(pairs):
    """A JSON object in which no key stands twice."""
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        fail(f"a key stands twice among {keys}")
    return dict(pairs)


def compare(printer, docs):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([printer, folder], check=True)
        made = {p.name: p.read_text() for p in pathlib.Path(folder).iterdir()}
    kept = {p.name: p.read_text() for p in docs.glob("*.schema.json")}
    if made != kept:
        differing = sorted(n for n in made.keys() | kept.keys()
                           if made.get(n) != kept.get(n))
        fail(f"docs/schema is not what the tables say: {', '.join(differing)}; "
             f"run: {printer} {docs}")
    return {n.split(".")[0]: json.loads(t) for n, t in made.items()}


def main():
    printer, messages, docs = sys.argv[1:4]
    schemas = compare(printer, pathlib.Path(docs))
    if set(schemas) != TOPICS:
        fail(f"topics are {sorted(schemas)}")
    validators = {}
    for topic, schema in schemas.items():
        jsonschema.Draft202012Validator.check_schema(schema)
        validators[topic] = jsonschema.Draft202012Validator(closed(schema))
    lines = subprocess.run([messages], check=True, stdout=subprocess.PIPE,
                           text=True, timeout=60).stdout.splitlines()
    seen = dict.fromkeys(TOPICS, 0)
    events, faults = set(), set()
    for line in lines:
        topic, _, body = line.partition(" ")
        name = topic.split("/")[-1]
        message = json.loads(body, object_pairs_hook=strict,
                             parse_constant=lambda c: fail(f"{c} is no JSON"))
        for error in validators[name].iter_errors(message):
            fail(f"{name}: {error.json_path}: {error.message}")
        seen[name] += 1
        events.add(message.get("event"))
        faults.add(message.get("fault"))
    words = schemas["event"]["properties"]["event"]["enum"]
    ids = schemas["state"]["properties"]["faults"]["items"]["enum"]
    missing = [t for t, n in seen.items() if n == 0] + \
        [w for w in words if w not in events] + [i for i in ids if i not in faults]
    if missing:
        fail(f"never published: {missing}")
    broken = dict(json.loads(lines[-1].partition(" ")[2]), uptime_s="long")
    if not list(validators["health"].iter_errors(broken)):
        fail("a broken message passes: this test proves nothing")
    print(f"{len(lines)} messages of {len(seen)} topics, "
          f"{len(words)} events and {len(ids)} faults obey their schemas")


main()
