#!/usr/bin/env bash
# Installs what is missing, builds strata and its tests, and runs them through ctest. With --all, also the
# slow tiers: clang-tidy, the browser, an editor's language server, long runs.
# shellcheck source=tools/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

sections=(build test)
slow=OFF
for argument in "$@"; do
  case $argument in
    --all) slow=ON sections+=(all) ;;
    *)
      echo "usage: bash tools/test.sh [--all]   (--all adds clang-tidy, browser, editor, long runs)"
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
