#!/usr/bin/env bash
# Times `strata compare` on many records, made of those in results/lecture. Usage: bash tools/bench/compare.sh
# [COUNT], 5000 if not said.
# shellcheck source=tools/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

install_packages build bench
build release "" strata
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
say "Writing the records"
python3 "$root/tools/bench/many_records.py" "$folder" "${1:-5000}"
hyperfine --warmup 1 --runs 10 "$root/build/strata compare $folder"
