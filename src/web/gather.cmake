# SPDX-License-Identifier: Apache-2.0
#
# cmake -D SOURCE=… -D BUILD=… -D OUT=… -P gather.cmake
# Puts the pages together in OUT: src/web/pages as it is, and uPlot from node_modules:
# the one at the root when somebody ran `npm ci` there, else one of the build tree's own,
# which is installed from the lock file without running any script of a package.
function(install_packages folder)
    find_program(npm npm)
    if(NOT npm)
        message(FATAL_ERROR "The pages need uPlot, and npm was not found to fetch it. "
            "Install npm (Debian: apt-get install npm), or run "
            "`npm ci --ignore-scripts` in ${SOURCE} on a machine that has it.")
    endif()
    file(MAKE_DIRECTORY ${folder})
    file(COPY ${SOURCE}/package.json ${SOURCE}/package-lock.json DESTINATION ${folder})
    execute_process(
        COMMAND ${npm} ci --ignore-scripts --no-audit --no-fund
        WORKING_DIRECTORY ${folder} RESULT_VARIABLE status
        OUTPUT_VARIABLE said ERROR_VARIABLE said)
    if(NOT status EQUAL 0)
        message(FATAL_ERROR "`npm ci` in ${folder} failed, so the pages have no uPlot. "
            "Is the package registry reachable (npm ping)? It said:\n${said}")
    endif()
endfunction()

set(modules ${SOURCE}/node_modules)
if(NOT EXISTS ${modules}/uplot/dist/uPlot.iife.min.js)
    set(modules ${BUILD}/npm/node_modules)
    install_packages(${BUILD}/npm)
endif()

file(REMOVE_RECURSE ${OUT})
file(GLOB own ${SOURCE}/src/web/pages/*)
file(COPY ${own} DESTINATION ${OUT})
file(COPY ${modules}/uplot/dist/uPlot.iife.min.js ${modules}/uplot/dist/uPlot.min.css
    DESTINATION ${OUT})
configure_file(${modules}/uplot/LICENSE ${OUT}/uPlot.LICENSE.txt COPYONLY)
