"""PCA as an oracle: a linear autoencoder of 30 units ends at the error of the first 30 principal components.

experiments/pca.yaml runs on images made here, of 30 strong patterns and 70 weak ones, the same for training and for
test; NumPy gives the error of their principal components, to which the run's must come within a thousandth.
"""

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

UNITS, COUNT = 30, 4000
SOURCE = pathlib.Path(__file__).resolve().parents[2]


def images():
    random = numpy.random.default_rng(1)
    patterns = numpy.linalg.qr(random.normal(size=(784, 100)))[0]
    scales = numpy.concatenate([numpy.linspace(1, 0.6, UNITS), numpy.full(70, 0.15)])
    values = 0.5 + random.normal(size=(COUNT, 100)) * scales @ patterns.T
    return numpy.round(values.clip(0, 1) * 255).astype(numpy.uint8).reshape(COUNT, 1, 28, 28)


def components_error(pixels):
    x = pixels.reshape(COUNT, 784) / 255
    singular = numpy.linalg.svd(x - x.mean(0), compute_uv=False)
    return (singular[UNITS:] ** 2).sum() / x.size


with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    pixels = images()
    numpy.save(folder / "images.npy", pixels)
    numpy.save(folder / "labels.npy", (numpy.arange(COUNT) % 2).astype(numpy.uint8))
    part = "{images: images.npy, labels: labels.npy}"
    subprocess.run(
        [os.environ["STRATA_COMMAND"], "run", SOURCE / "experiments/pca.yaml", "--out", folder / "out",
         "--set", "data.batch_size=100", "--set",
         f"data.dataset={{type: npy, train: {part}, test: {part}, classes: 2, shape: [1, 28, 28]}}"],
        cwd=folder, check=True, stdout=subprocess.DEVNULL)
    (record,) = (json.loads(path.read_text()) for path in folder.glob("out/**/record.json"))
    learned, expected = record["metrics"]["test"]["reconstruction_error"], components_error(pixels)
    print(f"linear autoencoder {learned:.6f}, principal components {expected:.6f}")
    assert expected * 0.9999 < learned < expected * 1.001, "not within a thousandth"
