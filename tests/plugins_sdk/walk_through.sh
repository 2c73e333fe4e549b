#!/usr/bin/env bash
# walk_through.sh STRATA STRATA_DIR PAGE FOLDER: the code of docs/plugins.md, taken from the page (fences whose
# info names a file), built, checked and run.
set -euo pipefail
strata=$1 strata_dir=$2 page=$3 folder=$4
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"

awk '/^```[a-z]+ [^ ]+$/ { file = $2; next } /^```$/ { file = "" } file { print > file }' "$page"
ls
cmake -G Ninja -S . -B build -Dstrata_DIR="$strata_dir" > configured
cmake --build build
ctest --test-dir build --output-on-failure --no-tests=error

exec 3< <(exec /usr/bin/env python3 "${page%/docs/*}/tests/plugins_sdk/web_hook.py")
server=$!
trap 'kill $server' EXIT
read -r port <&3
export WEB_HOOK=http://127.0.0.1:$port/
for experiment in *.yaml; do
  "$strata" run --quiet "$experiment"
  grep -q '"status": "completed"' results/"${experiment%.yaml}"/*/record.json
  echo "$experiment: completed"
done
for format in torchscript onnx; do
  "$strata" export results/walk_through/* --format "$format" --plugin build/libswish.so --plugin build/libprelu.so \
    --plugin build/libsoft_sign.so --plugin build/libuntil_no_better.so
done
read -r posted <&3
echo "posted: $posted"
[[ $posted == *'"run":"walk_through (seed 0)"'*'"status":"completed"'* ]]
