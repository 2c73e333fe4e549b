# strata_add_plugin(<name> <source>... [TEST <source>...])
#
# A plugin library lib<name>.so, with the stamp that strata compares before it opens it. Sources are
# .cpp, and, after find_package(strata COMPONENTS cuda), .cu with kernels and *_cuda.cpp with what
# launches them; those are linked only where LibTorch has CUDA.
#
# Adds the test <name>.check, which is `strata plugin check`, and, with TEST, a program test_<name> of
# these sources and the plugin's.
include("${CMAKE_CURRENT_LIST_DIR}/StrataRunpath.cmake")

function(strata_add_plugin name)
  cmake_parse_arguments(arg "" "" "TEST" ${ARGN})
  set(sources ${arg_UNPARSED_ARGUMENTS})
  set(parts ${name}_objects)
  set(kernels ${sources})
  list(FILTER kernels INCLUDE REGEX "\\.cu$")
  list(FILTER sources EXCLUDE REGEX "\\.cu$")
  if(kernels)
    if(NOT COMMAND strata_split_cuda)
      message(FATAL_ERROR "${name} has CUDA kernels: write find_package(strata REQUIRED COMPONENTS cuda)")
    endif()
    strata_split_cuda(sources)
    strata_cuda_kernels(${name} strata::headers ${kernels})
    if(STRATA_NVCC)
      set_target_properties(strata_${name}_kernels PROPERTIES POSITION_INDEPENDENT_CODE ON)
    endif()
    if(STRATA_TORCH_CUDA)
      list(APPEND parts strata_${name}_kernels CUDA::cudart)
    endif()
  endif()

  add_library(${name}_objects OBJECT ${sources})
  set_target_properties(${name}_objects PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_link_libraries(${name}_objects PUBLIC strata::strata)
  add_library(${name} MODULE ${STRATA_PLUGIN_STAMP})
  target_compile_definitions(${name} PRIVATE STRATA_TORCH_VERSION="${STRATA_TORCH_VERSION}")
  target_link_libraries(${name} PRIVATE ${parts})
  target_link_options(${name} PRIVATE -Wl,--no-undefined)
  strata_runpath(${name})
  add_test(NAME ${name}.check COMMAND ${STRATA_COMMAND} plugin check $<TARGET_FILE:${name}>)

  if(arg_TEST)
    add_executable(test_${name} ${arg_TEST})
    target_link_libraries(test_${name} PRIVATE ${parts})
    add_test(NAME ${name}.test COMMAND test_${name})
  endif()
endfunction()
