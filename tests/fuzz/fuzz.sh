#!/usr/bin/env bash
# fuzz.sh SECONDS [TARGET...]: builds the targets (all, where none is named) and runs each so long, from
# the corpus beside this script and what earlier runs found. Exit code 1 where one finds something, 77
# without clang and its libFuzzer. STRATA_FUZZ_SECONDS, where it is set, takes the place of SECONDS.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$(dirname "$here")")
seconds=${STRATA_FUZZ_SECONDS:-$1}
shift
if (($# == 0)); then
  for source in "$here"/*.cpp; do set -- "$@" "$(basename "${source%.cpp}")"; done
fi
command -v clang++-14 > /dev/null && compgen -G "/usr/lib/llvm-14/lib/clang/14*/lib/linux/libclang_rt.fuzzer-*.a" > /dev/null ||
  { echo "skipped: no clang-14 with libclang-rt-14-dev here"; exit 77; }
build() {
  (cd "$root" && cmake --preset fuzz) && ninja -C "$root/build-fuzz" "${@/#/fuzz_}"
}
mkdir -p "$root/build-fuzz"
build "$@" > "$root/build-fuzz/log" 2>&1 || { tail -n 40 "$root/build-fuzz/log"; exit 1; }
if [[ -w /dev/shm ]]; then export TMPDIR=/dev/shm; fi  # the targets write files
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1
lost=0
for target in "$@"; do
  found=$root/build-fuzz/corpus/$target
  mkdir -p "$found"
  # libFuzzer's own exit code for a finding is 77, what a skipped test ends with.
  "$root/build-fuzz/fuzz/$target" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=4096 -max_len=65536 \
    -error_exitcode=1 -print_final_stats=1 -verbosity=0 -artifact_prefix="$root/build-fuzz/$target-" \
    "$found" "$here/corpus/$target" > "$root/build-fuzz/$target.log" 2>&1 ||
    { lost=1 && echo "LOST $target:" && tail -n 40 "$root/build-fuzz/$target.log"; }
  sed -n "s/^stat::number_of_executed_units: */$target: inputs tried: /p" "$root/build-fuzz/$target.log"
done
exit "$lost"
