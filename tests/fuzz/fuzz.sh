#!/usr/bin/env bash
# fuzz.sh SECONDS [TARGET...]: builds the targets (all, where none is named) and runs each so long, from
# the corpus beside this script and what earlier runs found. Exit code 77 without clang and its libFuzzer.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$(dirname "$here")")
seconds=$1
shift
if (($# == 0)); then
  for source in "$here"/*.cpp; do set -- "$@" "$(basename "${source%.cpp}")"; done
fi
command -v clang++-14 > /dev/null && compgen -G "/usr/lib/llvm-14/lib/clang/14*/lib/linux/libclang_rt.fuzzer-*.a" > /dev/null ||
  { echo "skipped: no clang-14 with libclang-rt-14-dev here"; exit 77; }
(cd "$root" && cmake --preset fuzz > build-fuzz.log 2>&1 && rm build-fuzz.log) || { cat "$root/build-fuzz.log"; exit 1; }
ninja -C "$root/build-fuzz" "${@/#/fuzz_}"
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1
for target in "$@"; do
  found=$root/build-fuzz/corpus/$target
  mkdir -p "$found"
  (cd "$found" && "$root/build-fuzz/fuzz/$target" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=4096 -max_len=65536 \
    -print_final_stats=1 -verbosity=0 -artifact_prefix="$root/build-fuzz/$target-" "$found" "$here/corpus/$target" 2>&1 |
    sed -n "s/^stat::\(number_of_executed_units\|average_exec_per_sec\): */$target: \1 /p; /ERROR\|SUMMARY/p")
done
