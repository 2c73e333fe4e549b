#!/usr/bin/env python3
"""Stands for the commands of Slurm, by the name under which it is called. FAKE_SLURM is a folder: each call is noted
in `calls`, the scripts are kept as `script-ID`, and what squeue, sacct and scontrol print is in files of their names."""
import json
import os
import pathlib
import sys

folder = pathlib.Path(os.environ["FAKE_SLURM"])
name = pathlib.Path(sys.argv[0]).name
with open(folder / "calls", "a") as calls:
    slurm = {key: value for key, value in os.environ.items() if key.startswith("SLURM")}
    calls.write(json.dumps([name, *sys.argv[1:], slurm]) + "\n")
if (folder / f"{name}.fails").exists():
    sys.exit((folder / f"{name}.fails").read_text())
if name == "sbatch":
    number = 1 + len(list(folder.glob("script-*")))
    (folder / f"script-{number}").write_text(pathlib.Path(sys.argv[-1]).read_text())
    print(number)
elif (folder / name).exists():
    asked = [word.split("=")[1] for word in sys.argv if word.startswith("--jobs=")]
    for line in (folder / name).read_text().splitlines():
        if not asked or line.split(" ", 1)[0] == asked[0]:
            print(line.split(" ", 1)[1] if asked else line)
