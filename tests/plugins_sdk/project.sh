#!/usr/bin/env bash
# project.sh STRATA FAMILY FOLDER: a new plugin's project, built, checked and run by the commands of its own
# README and nothing else; then its component is one like any other.
set -euo pipefail
strata=$1 family=$2 folder=$3
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

"$strata" plugin new "$family" try_me project
cd project
sed -n 's/^    //p' README.md > commands
[[ $(wc -l < commands) -le 5 ]] || fail "the README needs more than five commands"
while read -r command; do
  echo "+ $command"
  bash -ec "$command" < /dev/null
done < commands

record=$(echo results/try_me/*/record.json)
grep -q '"status": "completed"' "$record" || fail "$record is not completed"
sum=$(sha256sum build/libtry_me.so | cut -d' ' -f1)
grep -q "$sum" "$record" || fail "$record does not name the library by its SHA-256"

plugin=(--plugin build/libtry_me.so)
COLUMNS=200 "$strata" list "${plugin[@]}" "$family" | grep 'try_me .*\[libtry_me.so\]' >/dev/null || fail "list lacks it"
"$strata" describe "${plugin[@]}" "$family/try_me" | grep try_me >/dev/null || fail "describe lacks it"
"$strata" schema "${plugin[@]}" | grep try_me >/dev/null || fail "the schema lacks it"
sed 's/type: try_me/type: try_mee/' try_me.yaml > typo.yaml
! "$strata" check typo.yaml 2> errors || fail "a misspelt name is taken"
grep -q "did you mean 'try_me'" errors || fail "no suggestion: $(cat errors)"

sed 's/libtry_me/libtry_you/' try_me.yaml > missing.yaml
code=0
"$strata" run missing.yaml 2> errors || code=$?
[[ $code == 2 ]] || fail "a missing library ends with code $code"
grep -q "there is no file build/libtry_you.so" errors || fail "unclear: $(cat errors)"
STRATA_PLUGIN_PATH=$PWD/build "$strata" list --plugin try_me "$family" | grep -q try_me ||
  fail "STRATA_PLUGIN_PATH is not searched"
if [[ $family == dataset ]]; then
  "$strata" data show try_me.yaml | grep '^try_me.yaml: .* classes' >/dev/null || fail "data show lacks it"
fi
echo "$family: passed"
