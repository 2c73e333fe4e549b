#!/usr/bin/env bash
# clang-tidy over the sources of framework/, plugins/ and tools/ that a build folder compiles; any finding
# fails. Usage: bash tools/check_tidy.sh BUILD_FOLDER
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
find framework plugins tools -name '*.cpp' ! -name '*_cuda.cpp' -print0 |
  xargs -0 -n 1 -P "$(nproc)" clang-tidy-14 --quiet -p "$1"
