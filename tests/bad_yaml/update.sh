#!/usr/bin/env bash
# Writes the expected message of every file of the corpus anew: after a key was added or a message
# changed. Lists of components become "{layer}", so that a new one changes no file. Read the
# difference before it is committed.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
command=${STRATA_COMMAND:-../../build/strata}
lists=$(COLUMNS=1000 "$command" list | awk '
  /^[^ ]/ { family = $1; next }
  { list[family] = list[family] (list[family] == "" ? "" : ", ") $1 }
  END { for (family in list) if (list[family] ~ /,/) printf "s/%s/{%s}/g\n", list[family], family }')
for file in *.yaml; do
  "$command" check "$file" 2>&1 > /dev/null | LC_ALL=C sed "$lists" > "${file%.yaml}.expected"
done
