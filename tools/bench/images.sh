#!/usr/bin/env bash
# What the pictures beside a record cost, as a part of the run. Usage: bash tools/bench/images.sh [ROUNDS]
# shellcheck source=tools/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

install_packages build
build release "" strata
python3 "$root/tools/bench/images.py" --strata "$root/build/strata" --rounds "${1:-5}" \
  --experiment "$root/experiments/quickstart.yaml"
