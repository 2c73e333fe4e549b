"""What a run's pictures cost: processor seconds of a run with and without them, in turn.

They are drawn after each stage, however long it trained, so their cost is taken from runs that train on few
samples, where it shows, and set against a whole run of the experiment. Run it by tools/bench/images.sh.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
from pathlib import Path


def seconds(strata, experiment, *settings):
    """Processor seconds of a run in its own process."""
    with tempfile.TemporaryDirectory() as out:
        command = [strata, "run", experiment, "--quiet", "--threads", "1", "--out", out]
        for setting in settings:
            command += ["--set", setting]
        child = subprocess.Popen(command, env={**os.environ, "OMP_WAIT_POLICY": "passive"})
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
        (record,) = Path(out).glob("*/*/record.json")
        stages = [len(stage["epochs"]) for stage in json.loads(record.read_text())["stages"]]
        return usage.ru_utime + usage.ru_stime, stages


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strata", required=True)
    parser.add_argument("--experiment", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    few = ["data.train_size=1000", "pretrain.epochs=1", "classify.epochs=1"]
    costs = []
    for _ in range(arguments.rounds):
        with_pictures, _ = seconds(arguments.strata, arguments.experiment, "images=true", *few)
        without, _ = seconds(arguments.strata, arguments.experiment, "images=false", *few)
        costs.append(with_pictures - without)
    whole, stages = seconds(arguments.strata, arguments.experiment, "images=true")
    cost = statistics.median(costs)
    print(f"pictures: {cost:.3f} s (median of {len(costs)}, {min(costs):.3f} to {max(costs):.3f}); "
          f"a run of {arguments.experiment} (epochs {stages}): {whole:.1f} s; {100 * cost / whole:.2f} %")


if __name__ == "__main__":
    main()
