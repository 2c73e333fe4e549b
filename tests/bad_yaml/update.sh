#!/usr/bin/env bash
# Writes the expected message of every file of the corpus anew: after a component or key was added, as the
# messages list what is known. Read the difference before it is committed.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
for file in *.yaml; do
  "${STRATA_COMMAND:-../../build/strata}" check "$file" 2> "${file%.yaml}.expected"
done
exit 0
