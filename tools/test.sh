#!/usr/bin/env bash
# Installs what is missing, builds strata and its tests, and runs them through ctest. With --all, also the
# slow tiers: clang-tidy, attacks, fuzzing, the browser, the editor, long runs, sanitizers, link-time
# optimization. With --long, what takes hours: every test with sanitizers, thousands of kills, a soak.
# Each tier prints its minutes; one that fails lets the others run.
# shellcheck source=tools/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

sections=(build test)
slow=OFF
long=OFF
for argument in "$@"; do
  case $argument in
    --all) slow=ON ;;
    --long) slow=ON long=ON ;;
    *)
      echo "usage: bash tools/test.sh [--all | --long]   (--all adds the slow tiers, --long hours more)"
      [[ $argument == --help || $argument == -h ]] && exit 0 || exit 2
      ;;
  esac
done
if [[ $slow == ON ]]; then sections+=(all slurm); fi

install_packages "${sections[@]}"
cd "$root"

# MNIST beside the checkout, where nothing else is said.
if [[ -z ${STRATA_DATA:-} && -d $root/../shared/data/mnist ]]; then
  STRATA_DATA=$(cd "$root/../shared/data" && pwd)
  export STRATA_DATA
fi
if [[ $long == ON ]]; then export STRATA_LONG=1; fi

failed=()
tier() {  # NAME FOLDER [CTEST_OPTION...]: runs the tests that are built there
  local name=$1 folder=$2 began=$SECONDS
  shift 2
  say "Testing ($name)"
  ctest --test-dir "$folder" --no-tests=error --output-on-failure --parallel "$(cores)" "$@" ||
    failed+=("$name")
  say "$name: $(((SECONDS - began + 30) / 60)) min"
}

with_preset() {  # PRESET [TEST...]: builds and runs the tests of these names, or all, with another preset
  local preset=$1 targets=() names
  shift
  names=$(IFS='|' && echo "$*")
  targets=("${@/#/test_}")
  build "$preset" "-DSTRATA_CUDA=OFF" "${targets[@]}"
  tier "$preset" "build-$preset" --tests-regex "^(${names:-.*})\$"
}

build release "-DSTRATA_TESTS=ON -DSTRATA_SLOW_TESTS=$slow"
tier ordinary build --label-exclude slow
if [[ $slow == ON ]]; then
  tier slow build --label-regex slow
  if [[ $long == ON ]]; then
    with_preset asan
  else
    with_preset asan support yaml parameters composition registry data record report  # --long: all
  fi
  with_preset tsan record report  # where strata starts threads of its own
  with_preset lto registry plugins  # no component is lost
fi

if ((${#failed[@]} > 0)); then
  fail "tests failed: ${failed[*]}" "see what they printed above"
fi
say "All tests passed"
