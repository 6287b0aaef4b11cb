#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Bash completion of revhyperctl, from the table of verbs as its --help prints it.

  completion.py OUT COMMAND...
"""
import re
import subprocess
import sys

HEAD = """# SPDX-License-Identifier: Apache-2.0
# Made from revhyperctl's own table of verbs.
declare -A _revhyperctl_words=(
"""
TAIL = """)

# Objects first, then an object's verbs, then what the verb takes; options anywhere.
_revhyperctl() {
    local word path='' i candidate
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        candidate=${path:+$path }$word
        [[ -v _revhyperctl_words[$candidate] ]] && path=$candidate
    done
    case ${COMP_WORDS[COMP_CWORD - 1]} in
    --config | --run-dir | --socket)
        mapfile -t COMPREPLY < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")
        return
        ;;
    esac
    word=${_revhyperctl_words[${path:-/}]}
    [[ ${COMP_WORDS[COMP_CWORD]} == -* ]] && word+=" ${_revhyperctl_words[--]}"
    mapfile -t COMPREPLY < <(compgen -W "$word" -- "${COMP_WORDS[COMP_CWORD]}")
}
complete -F _revhyperctl revhyperctl
"""


def run(command, *words):
    return subprocess.run([*command, *words], check=True, capture_output=True, text=True).stdout


def section(text, name):
    part = text.split(f"\n{name}\n", 1)[1].split("\n\n", 1)[0]
    return [line.strip() for line in part.splitlines()]


def main():
    out, command = sys.argv[1], sys.argv[2:]
    text = run(command, "--help")
    table = {"/": [], "--": [re.split(r"\s", row)[0] for row in section(text, "Options")]}
    for row in section(text, "Verbs"):
        words = re.split(r"\s{2,}", row)[0].split()
        takes = re.findall(r"--[a-z-]+", run(command, *words, "--help").split("\nOn the wire")[0].split("\n\n")[0])
        flags = re.findall(r"(?m)^  (--[a-z-]+)", run(command, *words, "--help"))
        if words[0] not in table["/"]:
            table["/"].append(words[0])
        table.setdefault(words[0], [])
        table[words[0]] += words[1:]
        table.setdefault(" ".join(words), [])
        table[" ".join(words)] += sorted(set(takes) | set(flags))
    rows = "".join(f"    ['{name}']='{' '.join(words)}'\n" for name, words in table.items())
    with open(out, "w", encoding="utf-8") as file:
        file.write(HEAD + rows + TAIL)


main()
