# Attacks, and the rules of the sources that keep them out.
set(attacks ${CMAKE_CURRENT_LIST_DIR})
add_test(NAME attacks.runpath COMMAND Python3::Interpreter ${attacks}/runpath.py
  ${PROJECT_BINARY_DIR}/strata ${PROJECT_BINARY_DIR}/libstrata.so ${PROJECT_BINARY_DIR}/libstrata_base.so
  ${PROJECT_BINARY_DIR}/tests)
add_test(NAME attacks.only_support COMMAND Python3::Interpreter ${attacks}/only_support.py ${PROJECT_SOURCE_DIR})
foreach(name outputs hostile starved)
  add_test(NAME attacks.${name} COMMAND Python3::Interpreter ${attacks}/${name}.py)
  set_tests_properties(attacks.${name} PROPERTIES TIMEOUT 900
    ENVIRONMENT "STRATA_COMMAND=${PROJECT_BINARY_DIR}/strata")
endforeach()
