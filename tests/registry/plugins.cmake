# The plugin libraries, most of them broken, that tests/registry/load.cpp and tests/command/plugins.cpp open:
# build/tests/plugins/*.so.
file(GLOB plugin_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/plugins/*.cpp)
foreach(source ${plugin_sources})
  get_filename_component(name ${source} NAME_WE)
  add_library(plugin_${name} MODULE ${source} ${PROJECT_SOURCE_DIR}/tools/cmake/plugin_stamp.cpp)
  set_target_properties(plugin_${name} PROPERTIES OUTPUT_NAME ${name}
    LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests/plugins)
  target_link_libraries(plugin_${name} PRIVATE strata_options strata_base)
  target_compile_definitions(plugin_${name} PRIVATE STRATA_TORCH_VERSION="${Torch_VERSION}")
  # A declaration that always throws makes GCC 12 warn about the list that it never returns.
  target_compile_options(plugin_${name} PRIVATE -Wno-array-bounds)
  add_dependencies(test_registry plugin_${name})
endforeach()
add_dependencies(test_command plugin_misbehaves)
