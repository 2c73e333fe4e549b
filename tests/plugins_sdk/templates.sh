#!/usr/bin/env bash
# templates.sh STRATA FOLDER: the template of every family that strata has, each written by `plugin new`; all
# of them built into one library, checked, and each one's experiment read.
set -euo pipefail
strata=$1 folder=$2
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"

families=$("$strata" list | sed -n 's/^\([a-z]*\):*$/\1/p')
[[ $(wc -w <<< "$families") -ge 10 ]] || { echo "FAILED: list names the families $families" >&2; exit 1; }
sources=
for family in $families; do
  "$strata" plugin new "$family" "my_$family" "$family" > /dev/null
  sources+=" $family/my_$family.cpp"
done
cat > CMakeLists.txt << EOF
cmake_minimum_required(VERSION 3.25)
project(templates LANGUAGES CXX)
find_package(strata REQUIRED)
strata_add_plugin(templates $sources)
set_target_properties(templates_objects PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
EOF
cmake -G Ninja -S . -B build -DCMAKE_BUILD_TYPE=Release -Dstrata_DIR="$(dirname "$strata")" > log
cmake --build build
"$strata" plugin check build/libtemplates.so
for family in $families; do
  sed -i "s|build/libmy_$family.so|../build/libtemplates.so|" "$family/my_$family.yaml"
  "$strata" check "$family/my_$family.yaml"
done
echo "$families: passed"
