"""Runs the lecture's greedy experiments in full and compares their curves with the lecture's figures.

The bounds are those of the lecture's own printed figures, widened by the spread over seeds that they were
reproduced with; the records' keys are those that readers rely on. Exit 77: no MNIST (ctest's "skipped").
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

COMMAND = os.environ["STRATA_COMMAND"]
EXPERIMENTS = Path(__file__).parents[2] / "experiments" / "lecture"


def run(name, out):
    done = subprocess.run([COMMAND, "run", EXPERIMENTS / f"{name}.yaml", "--out", out])
    if done.returncode == 2:  # the data are not here
        return None
    if done.returncode != 0:
        sys.exit(f"{name} failed (its message is above)")
    (path,) = Path(out, f"lecture-{name}").glob("*/record.json")
    return json.loads(path.read_text())


def curve(record, stage):
    return [epoch["loss"] for epoch in record["stages"][stage]["epochs"]]


class Checks:
    def __init__(self):
        self.failed = 0

    def between(self, what, low, value, high):
        good = low <= value <= high
        self.failed += not good
        print(f"{'ok  ' if good else 'FAIL'} {what}: {value:.6f}, expected {low} to {high}")


def check_mnist(record, checks):
    one, two = curve(record, 0), curve(record, 1)
    checks.between("MNIST, phase 1 ends", 0.0660, one[9], 0.0663)
    checks.between("MNIST, phase 2 ends", 0.0671, two[9], 0.0676)
    checks.between("MNIST, phase 2 never below phase 1's end", one[9], min(two), 1)
    checks.between("MNIST, test accuracy", 0.91, record["metrics"]["test"]["accuracy"], 0.925)


def check_fashion(record, checks):
    one, two = curve(record, 0), curve(record, 1)
    checks.between("Fashion-MNIST, phase 1 ends", 0.062, one[9], 0.064)
    checks.between("Fashion-MNIST, phase 2 starts", 0.087, two[0], 0.091)
    checks.between("Fashion-MNIST, phase 2 at epoch 5", 0, two[4], 0.0630)


def main():
    checks = Checks()
    with tempfile.TemporaryDirectory() as out:
        fashion = run("fashion-greedy", out)
        if fashion is None:
            sys.exit("Fashion-MNIST is missing: it is the package dataset-fashion-mnist")
        check_fashion(fashion, checks)
        mnist = run("mnist-greedy", out)
        if mnist is not None:
            check_mnist(mnist, checks)
    if checks.failed:
        sys.exit(f"{checks.failed} figures are out of bounds")
    if mnist is None:
        print("MNIST did not run (message above): its figures are not checked")
        sys.exit(77)


if __name__ == "__main__":
    main()
