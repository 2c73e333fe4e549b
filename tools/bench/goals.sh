#!/usr/bin/env bash
# Times strata beside PyTorch and the bare matrix products, in turn on this machine, and prints each ratio beside
# its goal. Usage: bash tools/bench/goals.sh [--quick | --rounds N] [--only phases, runs, or the name of a run]
# shellcheck source=tools/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

install_packages build bench
build release "" strata bench_products
for set in mnist fashion_mnist; do "$root/build/strata" data fetch $set > /dev/null || true; done  # says below what is missing
say "Timing (load on this machine now: $(cut -d' ' -f1-3 /proc/loadavg); it should be near 0)"
/usr/bin/python3 "$root/tools/bench/goals.py" --build "$root/build" "$@"
