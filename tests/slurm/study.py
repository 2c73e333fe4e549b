"""What the tests of launchers share: a place with a small experiment, the command run there, and tables to compare."""
import csv
import json
import os
import pathlib
import subprocess

STRATA = os.environ.get("STRATA_COMMAND", "build/strata")

EXPERIMENT = """name: tiny
data: {dataset: {type: synthetic_digits, train: 200, test: 100}, batch_size: 50}
encoder:
  - [{type: linear, units: 16}, tanh]
pretrain: {optimizer: {type: sgd, lr: 0.1}, epochs: 1}
classify: {optimizer: {type: sgd, lr: 0.1}, epochs: 2}
"""


class Place:
    """A folder with tiny.yaml, and what the command says there."""

    def __init__(self, folder, environment=None):
        self.path = pathlib.Path(folder)
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / "tiny.yaml").write_text(EXPERIMENT)
        self.environment = {**os.environ, "OMP_WAIT_POLICY": "passive", "COLUMNS": "200", **(environment or {})}

    def start(self, *arguments, **options):
        return subprocess.Popen([STRATA, *arguments], cwd=self.path, env=self.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)

    def run(self, *arguments, code=0):
        """Standard output and error together; fails where the exit code is another."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=600)
        said = out + err
        assert process.returncode == code, f"{' '.join(arguments)}: exit code {process.returncode}, not {code}\n{said}"
        return said

    def launches(self):
        return sorted((self.path / "results" / ".launches").glob("*"))

    def launch(self):
        """The newest launch, as it was written."""
        return json.loads((self.launches()[-1] / "launch.json").read_text())

    def records(self, name="tiny"):
        """Each run's record by its id."""
        return {path.parent.name: json.loads(path.read_text())
                for path in (self.path / "results" / name).glob("*/record.json")}

    def table(self):
        """compare's table but for what it took, and of each run what it came to, its weights by their checksums."""
        process = self.start("compare", "--csv", "results/tiny")
        rows = [{column: value for column, value in row.items() if not column.startswith("training_seconds")}
                for row in csv.DictReader(process.communicate(timeout=600)[0].splitlines())]
        assert process.returncode == 0 and rows
        return rows, {run: (record["status"], record["metrics"],
                            [stage["weights"]["sha256"] for stage in record["stages"] if "weights" in stage])
                      for run, record in self.records().items()}


def expect(text, *parts):
    for part in parts:
        assert part in text, f"expected {part!r} in:\n{text}"
