# Writes version.cpp: cmake -DSOURCE_DIR=... -DVERSION=... -DOUTPUT=... -P version.cmake. Run by every
# build, so that records name the commit that was built and not the one last configured.
find_program(git git)
set(commit unknown)
if(git)
  execute_process(COMMAND ${git} -C ${SOURCE_DIR} describe --always --dirty --abbrev=12
    OUTPUT_VARIABLE described OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(described)
    set(commit ${described})
  endif()
endif()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
#include "strata/support/version.hpp"

namespace strata {

const char* const build_version = "@VERSION@";
const char* const build_commit = "@commit@";

}  // namespace strata
]])
