#!/usr/bin/env bash
# Times the reading of MNIST's training set, packed and unpacked, beside zcat of the same file, in turn on
# this machine, from the page cache. Usage: bash tools/bench/decode.sh [ROUNDS], 11 if not said.
# shellcheck source=tools/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

install_packages build
build release "" bench_decode
decode=$root/build/bench_decode

read -r images _ < <("$decode") ||
  fail "MNIST was not found" "build/strata data fetch mnist, or STRATA_DATA=FOLDER; then run this again"
[[ $images == *.gz ]] || fail "$images is not packed" "--data or STRATA_DATA with the .gz files first"
unpacked=$(mktemp -d)
trap 'rm -rf "$unpacked"' EXIT
mkdir "$unpacked/mnist"
for file in "$(dirname "$images")"/*.gz; do zcat "$file" > "$unpacked/mnist/$(basename "$file" .gz)"; done

TIMEFORMAT=%R
median() { sort -n | awk '{ s[NR] = $1 } END { printf "%.3f  %.3f  %.3f\n", s[int((NR + 1) / 2)], s[1], s[NR] }'; }
say "Timing (load on this machine now: $(cut -d' ' -f1-3 /proc/loadavg); it should be near 0)"
declare -A seconds
for ((round = 0; round < ${1:-11}; ++round)); do
  seconds[zcat]+="$({ time zcat "$images" > /dev/null; } 2>&1)"$'\n'
  seconds[packed]+="$("$decode" | cut -d' ' -f2)"$'\n'
  seconds[unpacked]+="$("$decode" "$unpacked" | cut -d' ' -f2)"$'\n'
done
printf '%-34s%s\n' "wall seconds" "median  best   worst"
printf '%-34s%s\n' "zcat > /dev/null" "$(median <<<"${seconds[zcat]%$'\n'}")"
printf '%-34s%s\n' "strata, packed images and labels" "$(median <<<"${seconds[packed]%$'\n'}")"
printf '%-34s%s\n' "strata, unpacked" "$(median <<<"${seconds[unpacked]%$'\n'}")"
