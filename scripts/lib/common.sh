# SPDX-License-Identifier: Apache-2.0
# Shared by the scripts: what a bare Debian needs, and how the project is built. Sourced.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# name of a package -> what shows that it is there (a command, a pkg-config module or a file)
BUILD_PACKAGES=(
    "gcc:command gcc" "libc6-dev:file /usr/include/stdio.h" "cmake:command cmake"
    "ninja-build:command ninja" "pkg-config:command pkg-config" "binutils:command nm"
    "libmodbus-dev:module libmodbus" "libgpiod-dev:module libgpiod" "libzmq3-dev:module libzmq" "libcmocka-dev:module cmocka"
    "libsqlite3-dev:module sqlite3" "libinih-dev:module inih" "libjansson-dev:module jansson"
    "libsystemd-dev:module libsystemd" "libwebsockets-dev:module libwebsockets"
    "nodejs:command node" "npm:command npm" "ca-certificates:file /etc/ssl/certs/ca-certificates.crt"
    "python3:file /usr/bin/python3" "python3-zmq:file /usr/lib/python3/dist-packages/zmq/__init__.py"
)
TEST_PACKAGES=(
    "python3-jsonschema:file /usr/lib/python3/dist-packages/jsonschema/__init__.py"
    "chromium:command chromium"
)
BENCH_PACKAGES=("valgrind:command valgrind")
LINT_PACKAGES=(
    "clang-format:command clang-format" "clang-tidy:command clang-tidy" "cppcheck:command cppcheck"
    "git:command git"
)

PACKAGE_PACKAGES=(
    "dpkg-dev:command dpkg-shlibdeps" "lintian:command lintian" "mmdebstrap:command mmdebstrap"
    "systemd-container:command systemd-nspawn" "util-linux:command nsenter"
)

is_there() {
    case "$1" in
    command) command -v "$2" >/dev/null ;;
    module) command -v pkg-config >/dev/null && pkg-config --exists "$2" ;;
    file) test -e "$2" ;;
    esac
}

# install_missing "package:kind name" ...
install_missing() {
    local missing=() row package how log
    for row in "$@"; do
        package=${row%%:*} how=${row#*:}
        # shellcheck disable=SC2086
        is_there $how || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        echo "missing packages; install them and try again:" >&2
        echo "  sudo apt-get install --no-install-recommends ${missing[*]}" >&2
        exit 1
    fi
    echo "installing: ${missing[*]}" >&2
    log=$(mktemp)
    if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
        --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
        tail -n 30 "$log" >&2
        rm -f "$log"
        exit 1
    fi
    rm -f "$log"
}

# build PRESET [targets...]: configures and builds quietly; the log is shown where it fails
build() {
    local preset=$1 log
    shift
    log=$(mktemp)
    if ! { cmake --preset "$preset" && cmake --build --preset "$preset" ${1:+--target "$@"}; } >"$log" 2>&1; then
        tail -n 60 "$log" >&2
        rm -f "$log"
        exit 1
    fi
    rm -f "$log"
}
