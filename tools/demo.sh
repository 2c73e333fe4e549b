#!/usr/bin/env bash
# From a fresh Debian 12 machine to trained autoencoders: installs what is missing, builds strata, trains
# on Fashion-MNIST and MNIST with and without pretraining, and prints the comparison. What has finished
# before is not run again: remove results/demo-* to start anew.
# shellcheck source=tools/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

if (($# > 0)); then
  echo "usage: bash tools/demo.sh   (no arguments; it installs, builds, trains and compares)"
  [[ $1 == --help || $1 == -h ]] && exit 0 || exit 2
fi

install_packages build
build release "" strata
cd "$root"

sets=(fashion mnist)
if ! build/strata data list | grep '^mnist  *complete' >/dev/null; then
  say "MNIST is not on this machine: fetching it"
  if ! build/strata data fetch mnist; then
    say "MNIST cannot be had here: going on with Fashion-MNIST and synthetic_digits" \
      "(with the four MNIST files in data/mnist/, run this again)"
    sets=(fashion synthetic-digits)
  fi
fi

files=()
for set in "${sets[@]}"; do
  for way in greedy end-to-end no-pretraining; do files+=("experiments/demo/$set-$way.yaml"); done
done
say "Training: build/strata run ${files[*]}"
build/strata run "${files[@]}" ||
  fail "a run did not complete (its message is above)" \
    "the records under results/demo-* say how far each came; run this again to take up the missing ones"

say "Comparing: build/strata compare results/demo-*"
results=()
for file in "${files[@]}"; do results+=("results/demo-$(basename "$file" .yaml)"); done
build/strata compare "${results[@]}" ||
  fail "the comparison failed (its message is above)" "the records are under results/demo-*"
say "Done. Next: read and change experiments/demo/*.yaml, then build/strata run FILE"
