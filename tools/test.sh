#!/usr/bin/env bash
# Installs what is missing, builds strata and its tests, and runs them through ctest. With --all, also the
# slow tiers: clang-tidy, the browser, the editor, long runs, sanitizers, link-time optimization.
# shellcheck source=tools/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

sections=(build test)
slow=OFF
for argument in "$@"; do
  case $argument in
    --all) slow=ON sections+=(all) ;;
    *)
      echo "usage: bash tools/test.sh [--all]   (--all adds the slow tiers)"
      [[ $argument == --help || $argument == -h ]] && exit 0 || exit 2
      ;;
  esac
done

install_packages "${sections[@]}"
cd "$root"

# MNIST beside the checkout, where nothing else is said.
if [[ -z ${STRATA_DATA:-} && -d $root/../shared/data/mnist ]]; then
  STRATA_DATA=$(cd "$root/../shared/data" && pwd)
  export STRATA_DATA
fi

build release "-DSTRATA_TESTS=ON -DSTRATA_SLOW_TESTS=$slow"
say "Testing"
ctest --test-dir build --no-tests=error --output-on-failure --parallel "$(cores)"
if [[ $slow == OFF ]]; then exit 0; fi

tier() {  # PRESET TEST...: builds and runs the tests of these names with another preset
  local preset=$1 targets=() names
  shift
  names=$(IFS='|' && echo "$*")
  targets=("${@/#/test_}")
  build "$preset" "-DSTRATA_CUDA=OFF" "${targets[@]}"
  say "Testing ($preset)"
  ctest --test-dir "build-$preset" --no-tests=error --output-on-failure --parallel "$(cores)" \
    --tests-regex "^($names)\$"
}

tier asan support yaml parameters composition registry data record report core train run
tier tsan record report        # where strata starts threads of its own
tier lto registry plugins      # no component is lost
