"""What the attacks share: a small experiment, running the command, and counting what held."""
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

STRATA = os.environ["STRATA_COMMAND"]
SECURITY = Path(__file__).parents[2] / "docs/security.md"
SMALL = """name: small
data: {dataset: {type: synthetic_digits, train: 60, test: 30}, batch_size: 20}
encoder:
  - [{type: linear, units: 8}, tanh]
pretrain: {loss: mse, optimizer: {type: sgd, lr: 0.5}, epochs: 2}
classify: {head: [linear, log_softmax], loss: nll, optimizer: {type: sgd, lr: 0.1}, epochs: 2}
"""


class Attacks:
    """Counts attacks; ends the script with 1 where one did not hold, or docs/security.md claims more of them."""

    def __init__(self, what):
        self.what, self.tried, self.lost = what, 0, []

    def check(self, name, held, seen=""):
        self.tried += 1
        if not held:
            self.lost.append(name)
            print(f"LOST {name}: {seen}", flush=True)

    def end(self):
        print(f"{self.what}: {self.tried} tried, {self.tried - len(self.lost)} held")
        claimed = re.search(rf"^\| {self.what} \| ([0-9,]+) \|", SECURITY.read_text(), re.MULTILINE)
        true = claimed is None or int(claimed[1].replace(",", "")) <= self.tried
        if not true:
            print(f"docs/security.md says {claimed[1]} of {self.what}")
        sys.exit(0 if true and not self.lost and self.tried > 0 else 1)


class Ended:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __repr__(self):
        return f"exit {self.code}, out {self.out[-300:]!r}, err {self.err[-300:]!r}"


def strata(*arguments, folder, timeout=120, **options):
    """Runs the command to its end; one that hangs is killed and counts as exit -1. What is printed on a
    stream that the options redirect is empty here."""
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    options.setdefault("stdin", subprocess.DEVNULL)
    environment = dict(os.environ, OMP_WAIT_POLICY="passive", **options.pop("environment", {}))
    try:
        process = subprocess.run([STRATA, *map(str, arguments)], cwd=folder, timeout=timeout, env=environment,
                                 check=False, **options)
    except subprocess.TimeoutExpired:
        return Ended(-1, "", f"no end within {timeout} s")
    text = [(stream or b"").decode(errors="replace") for stream in (process.stdout, process.stderr)]
    return Ended(process.returncode, *text)


def workplace():
    """A temporary folder with small.yaml; it goes away with the object."""
    place = tempfile.TemporaryDirectory(prefix="strata-attack-")
    (Path(place.name) / "small.yaml").write_text(SMALL)
    return place
