#!/usr/bin/env bash
# Times an epoch of strata beside a PyTorch loop and the bare matrix products, in turn on this machine, and
# prints medians and ratios. Usage: bash tools/bench/epoch.sh [ROUNDS], 5 if not said.
# shellcheck source=tools/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

install_packages build bench
build release "" strata
say "Timing (load on this machine now: $(cut -d' ' -f1-3 /proc/loadavg); it should be near 0)"
/usr/bin/python3 "$root/tools/bench/epoch.py" --strata "$root/build/strata" --rounds "${1:-5}"
