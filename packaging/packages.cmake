# SPDX-License-Identifier: Apache-2.0
#
# Two packages for Debian: cpack -G DEB --config build/release/CPackConfig.cmake -B OUT
set(debian ${CMAKE_CURRENT_BINARY_DIR}/debian)
set(maintainer "Revhyper maintainers <maintainers@revhyper.invalid>")

# rh_package(NAME COMPONENT): copyright and changelog where Debian wants them, scripts.
function(rh_package name component)
    file(CONFIGURE OUTPUT ${debian}/${name}/changelog @ONLY CONTENT
"${name} (@PROJECT_VERSION@) stable; urgency=medium

  * The changes are those of the project's own history.

 -- @maintainer@  Sun, 01 Nov 2026 00:00:00 +0000
")
    execute_process(COMMAND ${RH_GZIP} -9nc ${debian}/${name}/changelog
                    OUTPUT_FILE ${debian}/${name}/changelog.gz COMMAND_ERROR_IS_FATAL ANY)
    install(FILES debian/copyright ${debian}/${name}/changelog.gz
            DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${name} COMPONENT ${component})
    foreach(script postinst prerm postrm)
        configure_file(debian/${name}.${script} ${debian}/${name}/${script} COPYONLY)
    endforeach()
endfunction()
rh_package(revhyper machine)
rh_package(revhyper-web web)

# Every shipped file below /etc is the owner's to change.
file(GLOB settings CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}/config
     ${CMAKE_SOURCE_DIR}/config/machines/* ${CMAKE_SOURCE_DIR}/config/devices/*)
list(TRANSFORM settings PREPEND "/etc/revhyper/")
list(JOIN settings "\n" settings)
file(WRITE ${debian}/revhyper/conffiles "/etc/revhyper/revhyper.conf\n${settings}\n")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME revhyper)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "motorised reverse hyper extension, open controller")
set(CPACK_PACKAGE_CONTACT ${maintainer})
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
    GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_ALL machine web)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SECTION misc)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_HOMEPAGE "")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_MACHINE_PACKAGE_NAME revhyper)
# udev: names an adapter by where it is plugged in, sets latency timer and groups
set(CPACK_DEBIAN_MACHINE_PACKAGE_DEPENDS "systemd (>= 252), init-system-helpers (>= 1.54), udev")
set(CPACK_DEBIAN_MACHINE_PACKAGE_SUGGESTS revhyper-web)
set(CPACK_DEBIAN_MACHINE_DESCRIPTION
"A daemon reads load cells and encoders over Modbus, gives the motor of a
reverse hyper extension a torque that is always vetted by a gate of its own,
counts and measures every rep, and publishes it on ZeroMQ. With the console
revhyperctl and a simulated machine for practice.")
set(CPACK_DEBIAN_MACHINE_PACKAGE_CONTROL_EXTRA
    ${debian}/revhyper/postinst ${debian}/revhyper/prerm ${debian}/revhyper/postrm
    ${debian}/revhyper/conffiles)

set(CPACK_DEBIAN_WEB_PACKAGE_NAME revhyper-web)
set(CPACK_DEBIAN_WEB_PACKAGE_DEPENDS "systemd (>= 252), init-system-helpers (>= 1.54)")
set(CPACK_DEBIAN_WEB_PACKAGE_RECOMMENDS revhyper)
set(CPACK_DEBIAN_WEB_DESCRIPTION
"The dashboard of a motorised reverse hyper extension, its live feed and
metrics, served to browsers; it can command nothing.")
set(CPACK_DEBIAN_WEB_PACKAGE_CONTROL_EXTRA
    ${debian}/revhyper-web/postinst ${debian}/revhyper-web/prerm ${debian}/revhyper-web/postrm)
include(CPack)
