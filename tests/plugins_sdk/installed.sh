#!/usr/bin/env bash
# installed.sh BUILD FAMILY FOLDER: strata installed from its build tree, and a plugin's project built against
# the installed tree alone.
set -euo pipefail
build=$1 family=$2 folder=$3
rm -rf "$folder"
cmake --install "$build" --prefix "$folder/prefix" > /dev/null
"$folder/prefix/bin/strata" list layer | grep -q linear
ldd "$folder/prefix/bin/strata" "$folder/prefix/lib/libstrata.so" | grep libstrata_base.so |
  grep -vq "$folder" && { echo "FAILED: it takes libraries from the build tree" >&2; exit 1; }
! grep -q "$build" "$folder/prefix/lib/cmake/strata/strataConfig.cmake"
bash "$(dirname "$0")/project.sh" "$folder/prefix/bin/strata" "$family" "$folder/work"
python3 "$(dirname "$0")/../attacks/runpath.py" "$folder"
