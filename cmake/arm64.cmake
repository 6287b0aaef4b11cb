# SPDX-License-Identifier: Apache-2.0
#
# Toolchain for a 64-bit ARM board from a Debian computer of another kind: the cross
# compiler and the :arm64 packages of the libraries (see scripts/port). RH_EMULATOR in the
# environment, or qemu-aarch64-static, runs the programs that the build and the tests start.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)

set(PKG_CONFIG_EXECUTABLE /usr/bin/pkg-config)
set(ENV{PKG_CONFIG_LIBDIR} /usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig)

if(DEFINED ENV{RH_EMULATOR})
    set(emulator $ENV{RH_EMULATOR})
else()
    find_program(emulator qemu-aarch64-static)
endif()
set(CMAKE_CROSSCOMPILING_EMULATOR ${emulator} CACHE STRING "in front of a program")
