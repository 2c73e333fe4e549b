# The slow tiers, which tools/test.sh --all runs: clang-tidy, and the scripts below browser/, editor/
# and long/.
function(strata_slow_test name label)
  cmake_parse_arguments(arg "" "" "COMMAND;ENVIRONMENT" ${ARGN})
  add_test(NAME ${name} COMMAND ${arg_COMMAND} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS "slow;${label}" TIMEOUT 1800
    SKIP_RETURN_CODE 77
    ENVIRONMENT "OMP_WAIT_POLICY=passive;${arg_ENVIRONMENT}")
endfunction()

strata_slow_test(clang_tidy lint COMMAND bash ${PROJECT_SOURCE_DIR}/tools/check_tidy.sh
  ${PROJECT_BINARY_DIR})

# Each of libFuzzer's targets, 20 seconds long, or as long as STRATA_FUZZ_SECONDS says.
strata_slow_test(fuzz fuzz COMMAND bash tests/fuzz/fuzz.sh 20)
set_tests_properties(fuzz PROPERTIES TIMEOUT 86400)

# What is exported to ONNX, in ONNX Runtime.
strata_slow_test(export.onnxruntime export COMMAND /usr/bin/python3 tests/export/onnxruntime.py
  ENVIRONMENT "STRATA_TEST_EXPORT=$<TARGET_FILE:test_export>")

# A seventh of a run's calls for files fails, in every way.
strata_slow_test(attacks.io_failures attacks COMMAND test_attacks
  ENVIRONMENT "STRATA_ATTACK_STEP=7")
foreach(name large full_disk)
  strata_slow_test(attacks.${name} attacks COMMAND Python3::Interpreter tests/attacks/${name}.py
    ENVIRONMENT "STRATA_COMMAND=${PROJECT_BINARY_DIR}/strata")
endforeach()

# The launcher 'slurm' against commands that only look like Slurm's: some 40 commands.
strata_slow_test(slurm.commands slurm
  COMMAND Python3::Interpreter tests/slurm/launcher_test.py ${PROJECT_BINARY_DIR}/tests/slurm/launcher
  ENVIRONMENT "STRATA_COMMAND=${PROJECT_BINARY_DIR}/strata")

# A study on a cluster of Slurm's, started for it, with faults thrown in.
strata_slow_test(slurm.cluster slurm
  COMMAND Python3::Interpreter tests/slurm/cluster_test.py ${PROJECT_BINARY_DIR}/tests/slurm/cluster
  ENVIRONMENT "STRATA_COMMAND=${PROJECT_BINARY_DIR}/strata")

# The longest first, so that none is left over at the end.
set_tests_properties(clang_tidy attacks.io_failures PROPERTIES COST 1000)

add_subdirectory(browser)
# tests/browser/*.py and tests/long/*.py: a script each, with the command in STRATA_COMMAND; exit
# code 77 means skipped.
foreach(label browser long)
  file(GLOB scripts CONFIGURE_DEPENDS ${label}/*.py)
  foreach(script ${scripts})
    get_filename_component(name ${script} NAME_WE)
    strata_slow_test(${label}.${name} ${label} COMMAND /usr/bin/python3 ${script}
      ENVIRONMENT "STRATA_COMMAND=${PROJECT_BINARY_DIR}/strata")
  endforeach()
endforeach()

# The schema in an editor's language server; test_command writes files for it.
strata_slow_test(editor.language_server editor
  COMMAND /usr/bin/python3 tests/editor/language_server.py
  ENVIRONMENT "STRATA_COMMAND=${PROJECT_BINARY_DIR}/strata")
