#!/usr/bin/env bash
# Runs the lecture's experiments over ten seeds and writes docs/lecture.md from their records, which lie in
# results/lecture/. What has finished is not run again: interrupt it and call it again as you like. All of
# it takes about five hours on two cores.
# shellcheck source=tools/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'END'
usage: bash tools/reproduce_lecture.sh [--seeds 0-9] [--page]
  --seeds LIST   the seeds (0-4, or 0,3,7); ten by default
  --page         writes docs/lecture.md from the records that are there, and runs nothing
END
}

write_page() {
  say "Writing docs/lecture.md from results/lecture/"
  python3 -B "$root/tools/lecture/page.py" "$root/results/lecture" "$root/docs/lecture.md" ||
    fail "the page could not be written (its message is above)" "the records are results/lecture/*/*/record.json"
}

# A run that diverges has a record that says so, and the page counts it: only mistakes and interruptions end this.
train() {  # SEEDS DTYPE NAME...
  local seeds=$1 dtype=$2 files=() name code=0
  shift 2
  for name in "$@"; do files+=("experiments/lecture/$name.yaml"); done
  say "Training ($dtype, seeds $seeds): $*"
  build/strata run "${files[@]}" --set "dtype=$dtype" --seeds "$seeds" --jobs "$(cores)" --keep-failed \
    --out results/lecture || code=$?
  if ((code > 1)); then exit "$code"; fi
}

seeds=0-9
page_only=no
while (($# > 0)); do
  case $1 in
    --seeds)
      if (($# < 2)); then usage >&2; exit 2; fi
      seeds=$2
      shift 2
      ;;
    --page) page_only=yes; shift ;;
    --help | -h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
if [[ $page_only == yes ]]; then write_page; exit 0; fi

install_packages build
build release "" strata
cd "$root"
build/strata data verify mnist || build/strata data fetch mnist ||
  fail "the lecture needs MNIST, which is not here and could not be fetched" \
    "put its four files into data/mnist/, then run this again"

# The most telling first, so that the page says much early.
train "$seeds" float32 mnist-greedy-again fashion-greedy mnist-spoken-rate
write_page
train "$seeds" float32 {mnist,fashion}-{no-pretraining,end-to-end,greedy-new}
write_page
train 0-2 float64 mnist-greedy fashion-greedy   # what single precision changes
train 0 float32 mnist-greedy   # that its ten epochs are the first of twenty
train "$seeds" float32 {mnist,fashion}-{no-pretraining,end-to-end,greedy-new}-equal-compute
train "$seeds" float32 mnist-{pretraining-rates,second-stage-rate,classifier-rates,more-epochs}
write_page
say "Done: docs/lecture.md. Next: build/strata report 'results/lecture/*greedy*' -o lecture.html"
