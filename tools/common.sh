# shellcheck shell=bash
# Sourced by the scripts beside it: what they print, the packages, the build.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
script=$(basename "$0")
trap 'exit 130' INT

say() { printf '\n[%s %d:%02d] %s\n' "$script" $((SECONDS / 60)) $((SECONDS % 60)) "$*"; }

fail() {  # WHAT_FAILED WHAT_TO_DO
  printf '\n%s: error: %s\n%s: %s\n' "$script" "$1" "$script" "$2" >&2
  exit 1
}

cores() { nproc; }

# Compilers that run at once: one a core, and 1.5 GB of memory for each (LibTorch's headers).
compile_jobs() {
  local kilobytes
  kilobytes=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
  local fit=$((kilobytes / 1500000)) all
  all=$(cores)
  if ((fit < 1)); then fit=1; fi
  echo $((fit < all ? fit : all))
}

packages_of() {  # SECTION...
  awk -v wanted=" $* " '
    { sub(/#.*/, "") }
    /^\[/ { gsub(/[][ \t]/, ""); section = $0; next }
    NF && index(wanted, " " section " ") { print $1 }' "$root/tools/packages.txt"
}

# Those that are not installed, nor provided by another (Node's own packages bring npm, say).
missing_packages() {  # PACKAGE...
  local installed
  # shellcheck disable=SC2016
  installed=$(dpkg-query -W -f '${Package} ${db:Status-Status} ${Provides}\n' |
    awk '$2 == "installed" {
      gsub(/[(][^)]*[)]|,/, " ")
      print $1
      for (i = 3; i <= NF; ++i) print $i
    }')
  local package
  for package in "$@"; do
    grep -qxF "$package" <<<"$installed" || echo "$package"
  done
}

# Installs what is missing of the sections of tools/packages.txt.
install_packages() {  # SECTION...
  local packages missing as_root=()
  mapfile -t packages < <(packages_of "$@")
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    fail "there is no apt-get here: the set-up is written for Debian 12" \
      "install the equivalents of tools/packages.txt, then: cmake --preset release && ninja -C build"
  fi
  mapfile -t missing < <(missing_packages "${packages[@]}")
  if ((${#missing[@]} == 0)); then return; fi
  say "Installing ${#missing[@]} packages: ${missing[*]}"
  if ((EUID != 0)); then
    command -v sudo >/dev/null ||
      fail "packages are missing, and installing them needs root (there is no sudo here)" \
        "as root: apt-get install ${missing[*]}"
    as_root=(sudo)
    if [[ ! -t 0 ]]; then as_root=(sudo -n); fi
    "${as_root[@]}" true ||
      fail "packages are missing, and sudo was refused (its message is above)" \
        "as root: apt-get install ${missing[*]}"
  fi
  # An earlier installation may have been cut off.
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive dpkg --configure -a </dev/null ||
    fail "an interrupted installation could not be completed (dpkg's message is above)" \
      "as root: dpkg --configure -a; then run this script again"
  apt_get update ||
    fail "apt-get update failed (its message is above)" \
      "check the network and /etc/apt/sources.list, or a proxy; then run this script again"
  apt_get install --yes --no-install-recommends "${missing[@]}" ||
    fail "apt-get could not install the packages (its message is above)" \
      "the names are those of Debian 12; check the disk's space too; then run this script again"
}

apt_get() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
    -o Acquire::Retries=3 -o Dpkg::Options::=--force-confold \
    -o Dpkg::Options::=--force-unsafe-io "$@" </dev/null
}

# Configures and builds with a preset of CMakePresets.json.
build() {  # PRESET "CMAKE OPTIONS" TARGET...
  local preset=$1 options=$2 folder=$root/build
  shift 2
  if [[ $preset != release ]]; then folder=$root/build-$preset; fi
  local log
  log=$(mktemp)
  say "Building ($preset, ${folder#"$root"/}/)"
  # shellcheck disable=SC2086
  if ! (cd "$root" && cmake --preset "$preset" $options) >"$log" 2>&1; then
    cat "$log" >&2  # told where it matters
    rm "$log"
    fail "CMake could not configure the $preset build (its message is above)" \
      "if the folder ${folder#"$root"/}/ is from another place or generator, remove it; then run this again"
  fi
  rm "$log"
  ninja -C "$folder" -j "$(compile_jobs)" "$@" ||
    fail "the $preset build failed: the first error is above" \
      "to see it alone: ninja -C ${folder#"$root"/} -j1"
}
