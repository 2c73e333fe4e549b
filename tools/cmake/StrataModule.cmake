# strata_module(<name> [TORCH] DEPENDS <module>... LIBS <target>... PRIVATE_LIBS <target>...)
#
# An object library strata_<name> of framework/<name>/*.cpp ("report/reading" makes
# strata_report_reading). Its headers are included as
# "strata/<name>/<header>.hpp", and only those of the modules it depends on can be found: the
# dependency rule of the architecture is kept by the include path.
function(strata_module name)
  cmake_parse_arguments(arg "TORCH" "" "DEPENDS;LIBS;PRIVATE_LIBS" ${ARGN})
  set(folder ${name})
  string(REPLACE / _ name ${name})
  string(REPLACE / _ arg_DEPENDS "${arg_DEPENDS}")
  set(source_dir ${PROJECT_SOURCE_DIR}/framework/${folder})
  file(GLOB sources CONFIGURE_DEPENDS ${source_dir}/*.cpp)
  file(GLOB kernels CONFIGURE_DEPENDS ${source_dir}/*.cu)
  strata_split_cuda(sources)
  set(include_dir ${PROJECT_BINARY_DIR}/include/${name})
  cmake_path(GET folder PARENT_PATH above)
  file(MAKE_DIRECTORY ${include_dir}/strata/${above})
  file(CREATE_LINK ${source_dir} ${include_dir}/strata/${folder} SYMBOLIC)

  add_library(strata_${name}_headers INTERFACE)
  target_include_directories(strata_${name}_headers INTERFACE ${include_dir})
  target_link_libraries(strata_${name}_headers INTERFACE ${arg_LIBS})
  foreach(dependency ${arg_DEPENDS})
    target_link_libraries(strata_${name}_headers INTERFACE strata_${dependency}_headers)
  endforeach()

  if(sources)
    add_library(strata_${name} OBJECT ${sources})
    target_link_libraries(strata_${name} PRIVATE strata_options strata_${name}_headers
      ${arg_PRIVATE_LIBS})
    strata_compile_together(strata_${name})
    if(arg_TORCH)
      strata_use_torch_headers(strata_${name})
    endif()
  endif()
  strata_cuda_kernels(${name} strata_${name}_headers ${kernels})
endfunction()

function(strata_compile_together target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${STRATA_UNITY} UNITY_BUILD_BATCH_SIZE 8)
endfunction()

# A precompiled header for everything that sees LibTorch.
function(strata_use_torch_headers target)
  if(NOT TARGET strata_pch)
    strata_precompile(strata_pch <fmt/format.h> [["strata/core/layer.hpp"]])
  endif()
  target_link_libraries(${target} PRIVATE strata_torch)
  target_precompile_headers(${target} REUSE_FROM strata_pch)
endfunction()

# strata_precompile(<target> <header>...): the object library whose precompiled header others reuse.
function(strata_precompile target)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/${target}.cpp CONTENT "")  # kept where it is there
  add_library(${target} OBJECT ${PROJECT_BINARY_DIR}/${target}.cpp)
  target_link_libraries(${target} PRIVATE strata_options strata_torch strata_core_headers)
  target_precompile_headers(${target} PRIVATE ${ARGN})
endfunction()
