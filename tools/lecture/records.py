"""The records of the lecture's runs, as reproduce_lecture.sh leaves them under results/lecture."""

import json
import math

PHASES = {"phase 1 MSE": "pretrain-1", "phase 2 MSE": "pretrain-2", "phase 3 NLL": "classify"}
ACCURACY = "phase 3 test accuracy"


class Run:
    def __init__(self, record):
        self.record = record
        self.experiment = record["name"].removeprefix("lecture-")
        self.seed = record["seed"]
        self.config = record["config"]
        self.dtype = self.config["dtype"]
        self.status = record["status"]
        self.stages = {stage["name"]: stage for stage in record["stages"]}
        for stage in record["stages"]:  # as the records before schema version 2 had it
            stage.setdefault("settings", {"epochs": stage.get("epochs_planned")})

    def losses(self, stage):
        return [epoch["loss"] for epoch in self.stages[stage]["epochs"]]

    def tests(self, metric, stage="classify"):
        return [epoch["metrics"]["test"][metric] for epoch in self.stages[stage]["epochs"]]

    def series(self, name):
        """A column of the lecture's table, by epoch."""
        return self.tests("accuracy") if name == ACCURACY else self.losses(PHASES[name])

    def guessing(self):
        """The accuracy that guessing can reach, as `strata compare` counts it: the share of the commonest
        class among the test samples, and three standard deviations."""
        counts = self.record["data"]["splits"]["test"]["class_counts"]
        share = max(counts) / sum(counts)
        return share + 3 * math.sqrt(share * (1 - share) / sum(counts))

    def first_pretraining(self):
        return self.config["pretrain"]["optimizer"]["lr"]

    def rates(self):
        """Learning rates of phase 1, 2 and 3."""
        first = self.first_pretraining()
        stages = self.config["pretrain"].get("stages") or []
        own = stages[1].get("optimizer") if len(stages) > 1 else None
        return first, own["lr"] if own else first, self.config["classify"]["optimizer"]["lr"]

    def multiply_adds(self):
        """Of training, an image. A layer's weights are used once forward, once for their gradient,
        and once for the gradient of their input, which the first trained layer has no need of; frozen
        layers in front are used forward, once. Evaluation is left out."""
        sizes = {}
        for block in self.record["model"]["blocks"]:
            sizes[block["name"]] = [math.prod(layer["input_shape"]) * math.prod(layer["output_shape"])
                                    for layer in block["layers"] if layer["type"] == "linear"]
        total = 0
        for stage in self.stages.values():
            trained = [size for block in stage["blocks"] for size in sizes[block]]
            total += stage["settings"]["epochs"] * (3 * sum(trained) - trained[0])
            total += sum(size for block in stage["prefix"] for size in sizes[block])
        return total


class Records:
    """Every record below a folder; of one experiment, seed, dtype and rates the latest completed."""

    def __init__(self, folder):
        self.runs = {}
        for path in sorted(folder.glob("**/record.json")):
            run = Run(json.loads(path.read_text(encoding="utf-8")))
            if run.status in ("running", "interrupted"):
                continue
            key = (run.experiment, run.dtype, run.rates(), run.seed)
            if key not in self.runs or self.order(run) > self.order(self.runs[key]):
                self.runs[key] = run

    @staticmethod
    def order(run):
        return run.status == "completed", run.record["timing"]["start"]

    def of(self, experiment, dtype="float32", rates=None):
        """The runs of an experiment by seed, whatever became of them."""
        found = [run for run in self.runs.values()
                 if run.experiment == experiment and run.dtype == dtype and rates in (None, run.rates())]
        return {run.seed: run for run in sorted(found, key=lambda run: run.seed)}

    def completed(self, experiment, dtype="float32", rates=None):
        return {seed: run for seed, run in self.of(experiment, dtype, rates).items()
                if run.status == "completed"}

    def points(self, experiment):
        """The rates that an experiment was run with."""
        return sorted({run.rates() for run in self.runs.values() if run.experiment == experiment})
