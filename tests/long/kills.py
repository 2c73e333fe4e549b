"""Kills a run at random moments, again and again, and takes it up by the same command each time.

Each run of three stages is killed up to five times, after a line of its output that a seeded generator draws, and
must end with the weights and figures of the run that nobody killed. The number of kills is the first argument: 10
in the ordinary suite, 100 in the slow one, 2,000 where STRATA_LONG is set.
"""

import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile

COMMAND = os.environ["STRATA_COMMAND"]
EXPERIMENT = """name: mortal
device: cpu
images: false
checkpoint: {every: 0.001 s}
data: {dataset: {type: synthetic_digits, train: 200, test: 30}, batch_size: 10, validation_size: 20}
encoder:
  - [{type: linear, units: 16}, tanh, {type: dropout, rate: 0.2}]
  - [{type: linear, units: 8}, tanh]
pretrain: {optimizer: {type: adam, lr: 0.01}, epochs: 6, corruption: masking}
classify: {epochs: 8, keep: best, optimizer: {type: sgd, lr: 0.1, momentum: 0.9}}
"""


def run(folder, out, kill_after=None):
    """The exit code; SIGKILL comes after so many lines of output."""
    command = [COMMAND, "run", "mortal.yaml", "--threads", "1", "--out", out]
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True)
    for number, _ in enumerate(process.stderr):
        if number == kill_after:
            process.kill()
    return process.wait()


def result(folder, out):
    """What a run computed, without what clocks say."""
    (path,) = folder.glob(f"{out}/mortal/*/record.json")
    record = json.loads(path.read_text())
    stages = [
        (stage["weights"]["sha256"], [(e["loss"], e["terms"], e["metrics"]) for e in stage["epochs"]])
        for stage in record["stages"]
    ]
    return record["status"], record["metrics"], stages


def main():
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 2000 if os.environ.get("STRATA_LONG") else 100
    draw = random.Random(16)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "mortal.yaml").write_text(EXPERIMENT)
        if run(folder, "whole") != 0:
            sys.exit("the run that nobody kills failed")
        whole = result(folder, "whole")
        kills = runs = held = 0
        while kills < wanted:
            out = f"out{runs}"
            runs += 1
            code = -signal.SIGKILL
            for _ in range(5):
                code = run(folder, out, draw.randrange(22))
                if code != -signal.SIGKILL:
                    break
                kills += 1
            if code == -signal.SIGKILL:
                code = run(folder, out)
            held += code == 0 and result(folder, out) == whole
    print(f"{kills} kills of {runs} runs; {held} ended with the bits of the run that nobody killed")
    sys.exit(0 if held == runs else 1)


main()
