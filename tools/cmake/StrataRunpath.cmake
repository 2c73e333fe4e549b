# Where a binary looks for its libraries: beside itself. CMake would link what is installed twice, and
# pad the first RUNPATH with ':' to the length of the second; but an empty entry means the working
# directory, and a library lying there would be loaded (tests/attacks/runpath.py). So what is
# installed is linked once, with the RUNPATH that it keeps.
set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)

# strata_runpath(<target> <entry>...): the RUNPATH in the build tree and where it is installed, and
# the folders of libraries from elsewhere.
function(strata_runpath target)
  set_target_properties(${target} PROPERTIES BUILD_WITH_INSTALL_RPATH ON
    INSTALL_RPATH "${ARGN}" INSTALL_RPATH_USE_LINK_PATH ON)
endfunction()
