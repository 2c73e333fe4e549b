# `cmake --install`: the command, the libraries with the components, the headers, and the package
# configuration with which a plugin project is built against them. The same configuration, with other
# paths, lies in the build tree: -Dstrata_DIR=<build folder> builds against it.
include(CMakePackageConfigHelpers)

install(TARGETS strata RUNTIME DESTINATION bin)
install(TARGETS strata_base strata_engine LIBRARY DESTINATION lib)
strata_runpath(strata "$ORIGIN" "$ORIGIN/../lib")
strata_runpath(strata_base "$ORIGIN")
strata_runpath(strata_engine "$ORIGIN")
install(DIRECTORY ${PROJECT_SOURCE_DIR}/framework/ DESTINATION include/strata
  FILES_MATCHING REGEX "[.](hpp|cuh)$")

if(STRATA_SANITIZE)
  set(STRATA_CONFIG_FLAGS "-fsanitize=${STRATA_SANITIZE}")
endif()
set(_tools ${PROJECT_SOURCE_DIR}/tools/cmake)
set(_version_file ${PROJECT_BINARY_DIR}/strataConfigVersion.cmake)
write_basic_package_version_file(${_version_file} COMPATIBILITY SameMinorVersion)

set(STRATA_CONFIG_TREE "a build tree")
set(STRATA_CONFIG_ROOT "\${_strata_here}")
set(STRATA_CONFIG_TOOLS ${_tools})
set(STRATA_CONFIG_COMMAND "\${_strata_root}/strata")
set(STRATA_CONFIG_LIBRARIES "\${_strata_root}")
set(STRATA_CONFIG_INCLUDES "")
file(GLOB _modules RELATIVE ${PROJECT_BINARY_DIR}/include ${PROJECT_BINARY_DIR}/include/*)
foreach(module ${_modules})
  string(APPEND STRATA_CONFIG_INCLUDES "\n    \${_strata_root}/include/${module}")
endforeach()
configure_file(${_tools}/strataConfig.cmake.in ${PROJECT_BINARY_DIR}/strataConfig.cmake @ONLY)

set(STRATA_CONFIG_TREE "an installed strata")
set(STRATA_CONFIG_ROOT "\${_strata_here}/../../..")
set(STRATA_CONFIG_TOOLS "\${_strata_here}")
set(STRATA_CONFIG_COMMAND "\${_strata_root}/bin/strata")
set(STRATA_CONFIG_LIBRARIES "\${_strata_root}/lib")
set(STRATA_CONFIG_INCLUDES "\${_strata_root}/include")
configure_file(${_tools}/strataConfig.cmake.in
  ${PROJECT_BINARY_DIR}/install/strataConfig.cmake @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/install/strataConfig.cmake ${_version_file}
  ${_tools}/StrataPlugin.cmake ${_tools}/StrataRunpath.cmake ${_tools}/StrataCuda.cmake ${_tools}/StrataTorch.cmake
  ${_tools}/plugin_stamp.cpp
  DESTINATION lib/cmake/strata)
