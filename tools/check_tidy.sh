#!/usr/bin/env bash
# clang-tidy; any finding fails. By default over the sources that know no LibTorch: one that does
# takes it half a minute.
# Usage: bash tools/check_tidy.sh BUILD_FOLDER [FILE...]
set -euo pipefail
build=$(realpath "$1")
shift
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# GCC's precompiled header means nothing to clang: its text is included from a folder without it.
mkdir -p "$build/tidy"
cp "$build/framework/CMakeFiles/strata_pch.dir/cmake_pch.hxx" "$build/tidy/pch.hpp"
sed -E "s|-Winvalid-pch||; s|-include [^ ]*cmake_pch.hxx|-include $build/tidy/pch.hpp|" \
  "$build/compile_commands.json" >"$build/tidy/compile_commands.json"

if (($# == 0)); then
  mapfile -t files < <(find framework/{support,config,registry,data,record,report} \
    plugins/datasets tools/cli -name '*.cpp' | sort)
  set -- "${files[@]}"
fi
printf '%s\0' "$@" | xargs -0 -n 1 -P "$(nproc)" clang-tidy-14 --quiet -p "$build/tidy"
