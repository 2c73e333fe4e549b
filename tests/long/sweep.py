"""A sweep of 60 runs, two side by side, killed in the middle with all its processes and taken up again.

Every run is made once: what was finished stays as it is, byte for byte, and the rest is made by the second
command. tests/command/sweep.cpp does the same with the runs one after another.
"""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile

COMMAND = os.environ["STRATA_COMMAND"]
EXPERIMENT = """name: sixty
device: cpu
images: false
data: {dataset: {type: synthetic_digits, train: 40, test: 30}, batch_size: 20}
encoder:
  - [{type: linear, units: 8}, tanh]
pretrain: {optimizer: sgd, epochs: 2}
classify: {epochs: 1}
sweep:
  pretrain.optimizer.lr: lin(0.1, 0.6, 6)
seeds: 0-9
"""
RUN = [COMMAND, "run", "sixty.yaml", "--jobs", "2"]


def records(folder):
    """The finished ones by their path, byte for byte."""
    found = {}
    for path in folder.glob("results/sixty/*/record.json"):
        content = path.read_bytes()
        if b'"status": "completed"' in content:
            found[path] = content
    return found


def check(what, good):
    print(f"{'ok  ' if good else 'FAIL'} {what}")
    return good


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "sixty.yaml").write_text(EXPERIMENT)
        first = subprocess.Popen(RUN, cwd=folder, stderr=subprocess.PIPE, text=True, start_new_session=True)
        wrote = 0
        for line in first.stderr:
            wrote += "  wrote " in line
            if wrote == 20:
                os.killpg(first.pid, signal.SIGKILL)
        first.wait()
        before = records(folder)
        second = subprocess.run(RUN, cwd=folder, stderr=subprocess.PIPE, text=True, check=False)
        after = records(folder)
        made = sum("  wrote " in line for line in second.stderr.splitlines())
        unfinished = [path for path in folder.rglob("*.tmp-*")]
        starts = [(path.parent / "events.jsonl").read_text().count('"event":"run_started"') for path in after]
        good = [
            check(f"the first command was killed after {len(before)} runs", 20 <= len(before) < 60),
            check(f"the second made the other {made}", second.returncode == 0 and made == 60 - len(before)),
            check(f"{len(after)} records are there", len(after) == 60),
            check("what was finished stayed as it was", all(after[path] == before[path] for path in before)),
            check("each run was started once where it finished", starts == [1] * 60),
            check("nothing half-written is left", not unfinished),
        ]
        sys.exit(0 if all(good) else 1)


main()
