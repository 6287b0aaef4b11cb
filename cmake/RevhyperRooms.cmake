# SPDX-License-Identifier: Apache-2.0
#
# The settings that every room shares, and the functions that make a room or a test.

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(RH_SANITIZE "Build with AddressSanitizer and UndefinedBehaviorSanitizer" OFF)

if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

# Assertions stay on: an abort is caught by the watchdog, a wrong value by nobody.
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g")

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

# -ffp-contract=off: the same inputs give the same outputs, bit for bit, on every
# machine, which replay and the reproducible simulation live on.
add_compile_options(
    -Wall -Wextra -Wconversion -Wdouble-promotion -Wshadow -Wstrict-prototypes
    -Wmissing-prototypes -Wformat=2 -Wundef -Wvla -Werror
    -ffp-contract=off -fno-math-errno)
# A service lives below /usr and /etc, or below the prefix that somebody names.
if(CMAKE_INSTALL_PREFIX_INITIALIZED_TO_DEFAULT)
    set_property(CACHE CMAKE_INSTALL_PREFIX PROPERTY VALUE /usr)
endif()
include(GNUInstallDirs)
add_compile_definitions(_GNU_SOURCE RH_VERSION="${PROJECT_VERSION}"
                        RH_SYSCONFDIR="${CMAKE_INSTALL_FULL_SYSCONFDIR}")

# The sanitisers' checks hide from gcc 12 what it knows of a buffer, so two of its warnings
# cry wolf there; the release build, of the same sources, keeps them.
if(RH_SANITIZE)
    add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined
                        -fno-omit-frame-pointer -Wno-restrict -Wno-format-truncation)
    add_link_options(-fsanitize=address,undefined)
endif()

# rh_room(NAME SOURCES a.c b.c [LINKS lib ...] [PACKAGES pkg ...])
# A static library whose folder is the include path of whoever links it. PACKAGES are
# pkg-config names; they stay private, so that no room's library leaks through a door.
function(rh_room name)
    cmake_parse_arguments(room "" "" "SOURCES;LINKS;PACKAGES" ${ARGN})
    add_library(${name} STATIC ${room_SOURCES})
    target_include_directories(${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
    target_link_libraries(${name} PUBLIC rh_hallway ${room_LINKS})
    foreach(package IN LISTS room_PACKAGES)
        rh_find_package(${package} found)
        target_link_libraries(${name} PRIVATE ${found})
    endforeach()
endfunction()

# rh_pure_room(NAME SOURCES ...): as rh_room, for the rooms whose objects may leave
# nothing (or next to nothing) undefined; see tests/house.
function(rh_pure_room name)
    rh_room(${name} ${ARGN})
    target_compile_options(${name} PRIVATE -fno-stack-protector)
endfunction()

# rh_find_package(PKG VAR): the imported target of a pkg-config package.
function(rh_find_package package out)
    string(MAKE_C_IDENTIFIER ${package} id)
    if(NOT TARGET PkgConfig::${id})
        pkg_check_modules(${id} REQUIRED IMPORTED_TARGET GLOBAL ${package})
    endif()
    set(${out} PkgConfig::${id} PARENT_SCOPE)
endfunction()

# rh_program(NAME SOURCES ... [LINKS ...] [PACKAGES ...])
function(rh_program name)
    cmake_parse_arguments(program "" "" "SOURCES;LINKS;PACKAGES" ${ARGN})
    add_executable(${name} ${program_SOURCES})
    target_link_libraries(${name} PRIVATE rh_hallway ${program_LINKS})
    foreach(package IN LISTS program_PACKAGES)
        rh_find_package(${package} found)
        target_link_libraries(${name} PRIVATE ${found})
    endforeach()
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
    rh_startable(${name})
endfunction()

# What a test starts lies in RH_BIN_DIR: the programs, or where they are another processor's,
# a script of that name that puts the emulator in front.
set(RH_BIN_DIR ${CMAKE_BINARY_DIR}/bin)
if(CMAKE_CROSSCOMPILING_EMULATOR)
    set(RH_BIN_DIR ${CMAKE_BINARY_DIR}/emulated)
endif()
function(rh_startable target)
    if(CMAKE_CROSSCOMPILING_EMULATOR)
        string(JOIN " " emulator ${CMAKE_CROSSCOMPILING_EMULATOR})
        file(GENERATE OUTPUT ${RH_BIN_DIR}/${target}
             CONTENT "#!/bin/sh\nexec ${emulator} $<TARGET_FILE:${target}> \"$@\"\n"
             FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
                              WORLD_READ WORLD_EXECUTE)
    endif()
endfunction()

# rh_start(VAR TARGET): what a script is given to start a program of the tests
function(rh_start out target)
    set(${out} $<TARGET_FILE:${target}> PARENT_SCOPE)
    if(CMAKE_CROSSCOMPILING_EMULATOR)
        rh_startable(${target})
        set(${out} ${RH_BIN_DIR}/${target} PARENT_SCOPE)
    endif()
endfunction()

# rh_test(NAME SOURCES ... [LINKS ...] [PACKAGES ...] [TIMEOUT s] [LABELS l ...])
# One cmocka program, run by ctest from the source folder's root. Its environment names
# the sources and the programs, so that a test finds both wherever the build stands.
function(rh_test name)
    cmake_parse_arguments(test "" "TIMEOUT" "SOURCES;LINKS;PACKAGES;LABELS" ${ARGN})
    if(NOT test_TIMEOUT)
        set(test_TIMEOUT 60)
    endif()
    add_executable(${name} ${test_SOURCES})
    rh_find_package(cmocka cmocka)
    target_link_libraries(${name} PRIVATE rh_hallway ${test_LINKS} ${cmocka})
    foreach(package IN LISTS test_PACKAGES)
        rh_find_package(${package} found)
        target_link_libraries(${name} PRIVATE ${found})
    endforeach()
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    rh_test_environment(${name} ${test_TIMEOUT} "${test_LABELS}")
endfunction()

# rh_script_test(NAME COMMAND prog args... [TIMEOUT s] [LABELS l ...])
function(rh_script_test name)
    cmake_parse_arguments(test "" "TIMEOUT" "COMMAND;LABELS" ${ARGN})
    if(NOT test_TIMEOUT)
        set(test_TIMEOUT 60)
    endif()
    add_test(NAME ${name} COMMAND ${test_COMMAND} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    rh_test_environment(${name} ${test_TIMEOUT} "${test_LABELS}")
endfunction()

function(rh_test_environment name timeout labels)
    if(CMAKE_CROSSCOMPILING_EMULATOR) # ten times slower is usual
        math(EXPR timeout "10 * ${timeout}")
    endif()
    set_tests_properties(${name} PROPERTIES
        TIMEOUT ${timeout} LABELS "${labels}"
        ENVIRONMENT "RH_SOURCE_DIR=${CMAKE_SOURCE_DIR};RH_BUILD_DIR=${CMAKE_BINARY_DIR};RH_BIN_DIR=${RH_BIN_DIR}")
endfunction()
