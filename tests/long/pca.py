"""PCA as an oracle: a linear autoencoder of 30 units ends at the error of the first 30 principal components.

Runs experiments/pca.yaml. NumPy takes the components of the training images that the record names; on those, and on
the test images, the run must come within a thousandth of their error.
"""

import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy
except ImportError:
    sys.exit(77)

UNITS = 30
EXPERIMENT = pathlib.Path(__file__).resolve().parents[2] / "experiments/pca.yaml"


def images(files, name):
    (path,) = (pathlib.Path(file["path"]) for file in files if name in file["name"])
    content = path.read_bytes()
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    return numpy.frombuffer(content, numpy.uint8, offset=16).reshape(-1, 784) / 255


def components_errors(train, test):
    mean = train.mean(0)
    covariance = train.T @ train / len(train) - numpy.outer(mean, mean)
    values, vectors = numpy.linalg.eigh(covariance)
    kept, rest = vectors[:, -UNITS:], test - mean
    return values[:-UNITS].sum() / 784, ((rest - rest @ kept @ kept.T) ** 2).mean()


def check(part, learned, expected):
    print(f"{part}: linear autoencoder {learned:.6f}, principal components {expected:.6f}")
    assert abs(learned / expected - 1) < 1e-3, "not within a thousandth"


with tempfile.TemporaryDirectory() as folder:
    run = subprocess.run([os.environ["STRATA_COMMAND"], "run", EXPERIMENT, "--out", folder], stderr=subprocess.PIPE,
                         text=True)
    if run.returncode == 2 and "strata data fetch" in run.stderr:  # the images are not here
        sys.exit(77)
    assert run.returncode == 0, run.stderr
    (record,) = (json.loads(path.read_text()) for path in pathlib.Path(folder).glob("**/record.json"))

files = record["data"]["files"]
of_train, of_test = components_errors(images(files, "train-images"), images(files, "t10k-images"))
check("training", record["stages"][0]["epochs"][-1]["loss"], of_train)
check("test", record["metrics"]["test"]["reconstruction_error"], of_test)
