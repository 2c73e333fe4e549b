#!/usr/bin/env bash
# inference.sh BUILD PAGE FOLDER: the program of docs/using.md (fences whose info names a file), built against an
# installed strata, and asked about pictures of which the command knows the answer.
set -euo pipefail
build=$1 page=$2 folder=$3
rm -rf "$folder"
mkdir -p "$folder/program"
cmake --install "$build" --prefix "$folder/prefix" > /dev/null
cd "$folder"
awk '/^```[a-z]+ [^ ]+$/ { file = "program/" $2; next } /^```$/ { file = "" } file { print > file }' "$page"
cmake -G Ninja -S program -B made -DCMAKE_PREFIX_PATH="$folder/prefix" > configured
cmake --build made

strata=$folder/prefix/bin/strata
printf '%s\n' 'name: small' 'device: cpu' 'data: {dataset: {type: synthetic_digits, train: 200, test: 40}}' \
  'encoder: [[{type: linear, units: 20}, tanh]]' 'pretrain: {epochs: 1}' 'classify: {epochs: 3}' > small.yaml
"$strata" run --quiet small.yaml
"$strata" data show synthetic_digits --png "$folder/digits.png" > /dev/null
"$strata" predict results/small "$folder/digits.png" --csv | tr -d '\r' | cut -d, -f2 | tail -n +2 > expected
made/classify results/small/* "$folder/digits.png" > said
grep -q "digits.png: $(cat expected), " said || { cat said expected >&2; exit 1; }
[ "$(ldd made/classify | grep -c "$folder/prefix/lib/libstrata")" = 2 ]
! made/classify "$folder" 2> refused
grep -q "is no run: there is no record.json in it" refused
