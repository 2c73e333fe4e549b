"""runpath.py FILE|DIR...: reads the dynamic section of every program and shared library there.

An empty or relative entry of a RUNPATH means the working directory: a library that lies in a folder
which somebody downloaded would be loaded where strata is started in it.
"""
import re
import subprocess
import sys
from pathlib import Path


def binaries(places):
    for place in map(Path, places):
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.is_file() and not path.is_symlink() and path.suffix != ".o":
                with path.open("rb") as file:
                    if file.read(4) == b"\x7fELF":
                        yield path


def entries(path):
    dynamic = subprocess.run(["readelf", "--wide", "--dynamic", path], capture_output=True, text=True, check=True)
    for paths in re.findall(r"\((?:RUNPATH|RPATH)\).*\[(.*)\]", dynamic.stdout):
        yield from paths.split(":")


def is_safe(entry):
    return entry.startswith("/") or re.match(r"\$ORIGIN(/|$)", entry)


checked, wrong = 0, []
for path in binaries(sys.argv[1:]):
    checked += 1
    wrong += [f"{path}: '{entry}' in its RUNPATH" for entry in entries(path) if not is_safe(entry)]
print("\n".join(wrong + [f"{checked} binaries, {len(wrong)} entries that lead to the working directory"]))
sys.exit(1 if wrong or checked == 0 else 0)
