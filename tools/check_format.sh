#!/usr/bin/env bash
# Fails where a source is not formatted as .clang-format asks; says which lines.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
find framework plugins tests tools -path tools/plugin_templates -prune -o \
  \( -name '*.cpp' -o -name '*.hpp' -o -name '*.cu' \) -print0 |
  xargs -0 clang-format-14 --dry-run -Werror || {
  echo "to format a file: clang-format-14 -i FILE" >&2
  exit 1
}
