"""A real full disk: a small file system in memory, filled until a run cannot write, and emptied again.

Needs to mount one: as root, or in a user namespace of its own.
"""
import os
import shutil
import subprocess
import sys
from pathlib import Path

from attack import STRATA, Attacks, workplace

PROBE = ["unshare", "--map-root-user", "--mount", "sh", "-c", "mount -t tmpfs -o size=64k none /mnt"]
# One experiment ends whole; then of the disk, some KB are left to the next, and in the end enough.
SCRIPT = """
mount -t tmpfs -o size=4m none results || exit 90
"$STRATA" run small.yaml -q --set name=before --set seed=1 || exit 91
cp -r results before
dd if=/dev/zero of=results/ballast bs=1k count=4096 2> /dev/null
truncate -s -$1k results/ballast
"$STRATA" run small.yaml -q 2> full.err
echo $? > full.code
"$STRATA" verify results/before > verified.out; echo $? > verified.code
find results -name '*.tmp-*' > leftovers
diff -r before/before results/before > differs; echo $? > differs.code
rm results/ballast
"$STRATA" run small.yaml -q 2> again.err; echo $? > again.code
"$STRATA" verify results; echo $? > all.code
"""


def main():
    if shutil.which("unshare") is None or subprocess.run(PROBE, check=False, capture_output=True).returncode != 0:
        print("skipped: no file system can be mounted here")
        sys.exit(77)
    attacks = Attacks("full disks")
    for kilobytes in (0, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256):
        with workplace() as place:
            os.mkdir(f"{place}/results")
            ended = subprocess.run(["unshare", "--map-root-user", "--mount", "sh", "-c", SCRIPT, "sh", str(kilobytes)],
                                   cwd=place, env=dict(os.environ, STRATA=STRATA, OMP_WAIT_POLICY="passive"),
                                   check=False, capture_output=True, text=True)
            text = {path.name: path.read_text() for path in Path(place).iterdir() if path.is_file()}
            code = {name[:-5]: int(value) for name, value in text.items() if name.endswith(".code")}
            whole = code.get("full") == 0
            told = whole or (code.get("full") == 1 and "No space left on device" in text["full.err"])
            held = (told and code.get("verified") == 0 and code.get("differs") == 0 and text["leftovers"] == ""
                    and code.get("again") == 0 and code.get("all") == 0)
            attacks.check(f"{kilobytes} KB left", held, (ended.returncode, ended.stderr[-200:], code, text.get("full.err")))
    attacks.end()


main()
