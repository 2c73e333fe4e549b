# oneDNN's products, where LibTorch itself loads the library that is found: another one beside that of
# LibTorch, of which PyTorch's wheels hold a hidden one, would answer calls that are not its own.
# Sets STRATA_ONEDNN and makes the target strata_onednn, empty where there is none.
add_library(strata_onednn INTERFACE)
set(STRATA_ONEDNN OFF)
find_path(STRATA_ONEDNN_INCLUDE dnnl.hpp)
find_library(STRATA_ONEDNN_LIBRARY dnnl)
if(STRATA_ONEDNN_INCLUDE AND STRATA_ONEDNN_LIBRARY)
  get_target_property(_torch_cpu torch_cpu LOCATION)
  foreach(_library _torch_cpu STRATA_ONEDNN_LIBRARY)
    execute_process(COMMAND ${CMAKE_OBJDUMP} -p ${${_library}} OUTPUT_VARIABLE ${_library}_header
      ERROR_QUIET)
  endforeach()
  if(STRATA_ONEDNN_LIBRARY_header MATCHES "SONAME +(libdnnl[^ \n]*)"
      AND _torch_cpu_header MATCHES "NEEDED +${CMAKE_MATCH_1}")
    set(STRATA_ONEDNN ON)
    target_compile_definitions(strata_onednn INTERFACE STRATA_ONEDNN)
    target_include_directories(strata_onednn SYSTEM INTERFACE ${STRATA_ONEDNN_INCLUDE})
    target_link_libraries(strata_onednn INTERFACE ${STRATA_ONEDNN_LIBRARY})
  endif()
endif()
