# Plugins outside the tree: projects as `strata plugin new` writes them, the code of docs/plugins.md, and
# the installed strata. Each compiles LibTorch's headers, so they do not run beside one another.
set(sdk ${CMAKE_CURRENT_LIST_DIR})
set(sdk_work ${PROJECT_BINARY_DIR}/tests/plugins_sdk)
function(strata_sdk_test name script)
  add_test(NAME plugins_sdk.${name} COMMAND bash ${sdk}/${script}.sh ${ARGN} ${sdk_work}/${name})
  set_tests_properties(plugins_sdk.${name} PROPERTIES TIMEOUT 1800 RESOURCE_LOCK compiler)
endfunction()
foreach(family layer strategy dataset)
  strata_sdk_test(${family} project ${PROJECT_BINARY_DIR}/strata ${family})
endforeach()
strata_sdk_test(templates templates ${PROJECT_BINARY_DIR}/strata)
strata_sdk_test(installed installed ${PROJECT_BINARY_DIR} dataset)
strata_sdk_test(inference inference ${PROJECT_BINARY_DIR} ${PROJECT_SOURCE_DIR}/docs/using.md)
strata_sdk_test(walk_through walk_through ${PROJECT_BINARY_DIR}/strata ${PROJECT_BINARY_DIR}
  ${PROJECT_SOURCE_DIR}/docs/plugins.md)
