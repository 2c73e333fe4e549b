#!/usr/bin/env bash
# clang-tidy; any finding fails. By default over the sources that know no LibTorch: one that does
# takes it half a minute.
# Usage: bash tools/check_tidy.sh BUILD_FOLDER [FILE...]
set -euo pipefail
build=$(realpath "$1")
shift
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Each source alone, and without GCC's precompiled headers, which mean nothing to clang.
cmake -S . -B "$build/tidy" -G Ninja -DSTRATA_UNITY=OFF -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON \
  -DSTRATA_TESTS=OFF >/dev/null

if (($# == 0)); then
  mapfile -t files < <(find framework/{support,yaml,parameters,composition,registry,data,record,report} \
    plugins/datasets tools/command -name '*.cpp' | sort)
  set -- "${files[@]}"
fi
# It counts the warnings of other people's headers, which are none of ours.
printf '%s\0' "$@" | xargs -0 -n 1 -P "$(nproc)" clang-tidy-14 --quiet -p "$build/tidy" \
  2> >(grep -vE '^[0-9]+ warnings? generated\.$' >&2)
