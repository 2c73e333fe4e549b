"""What strata exports, read back by PyTorch and numpy: every layer and network of test_export, and a run's files."""
import json
import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import numpy
    import torch
except ImportError:
    print("skipped: needs the packages python3-torch and python3-numpy")
    sys.exit(77)

EXPERIMENT = """name: given
dtype: float64
data: {dataset: synthetic_digits, train_size: 200, test_size: 100, batch_size: 50}
encoder: [[{type: linear, units: 12}, tanh]]
pretrain: {epochs: 1}
classify: {epochs: 1}
images: false
"""


def array(shape, values):
    return numpy.array(values, dtype=numpy.float32).reshape(shape)


def close(a, b):
    return a.shape == b.shape and bool(numpy.all(numpy.abs(a - b) <= 1e-5 * numpy.maximum(1, numpy.abs(b))))


def read_safetensors(path):
    """{name: array} and the metadata."""
    data = path.read_bytes()
    length, = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    metadata = header.pop("__metadata__")
    dtypes = {"F32": numpy.float32, "F64": numpy.float64}
    return {name: numpy.frombuffer(data[8 + length:][slice(*entry["data_offsets"])],
                                   dtypes[entry["dtype"]]).reshape(entry["shape"])
            for name, entry in header.items()}, metadata


def read_torchscript(path):
    """The module and the metadata."""
    files = {"strata.json": ""}
    return torch.jit.load(str(path), _extra_files=files), json.loads(files["strata.json"])


def every_model(folder):
    """The files that test_export leaves."""
    subprocess.run([os.environ["STRATA_TEST_EXPORT"], "-tc=Every layer*"], check=True, stdout=subprocess.DEVNULL,
                   env=os.environ | {"STRATA_EXPORT_FOLDER": str(folder)})
    said = sorted(folder.glob("*.json"))
    assert len(said) > 20, said
    for path in said:
        expected = json.loads(path.read_text())
        module, _ = read_torchscript(path.with_suffix(".pt"))
        with torch.no_grad():
            output = module(torch.from_numpy(array(expected["input_shape"], expected["input"]))).numpy()
        assert close(output, array(expected["output_shape"], expected["output"])), path.stem
    print(f"{len(said)} modules agree in PyTorch {torch.__version__}")


def a_run(folder):
    """A run's parts and formats agree with one another, and say what they take and give."""
    strata = os.environ["STRATA_COMMAND"]

    def export(*options):
        subprocess.run([strata, "export", run, *options], cwd=folder, check=True, stdout=subprocess.DEVNULL)

    (folder / "e.yaml").write_text(EXPERIMENT)
    subprocess.run([strata, "run", "--quiet", "e.yaml"], cwd=folder, check=True)
    run = str(next((folder / "results/given").iterdir()).relative_to(folder))
    export("--format", "safetensors")
    export("--format", "torchscript")
    tensors, metadata = read_safetensors(folder / "given-classify.safetensors")
    module, said = read_torchscript(folder / "given-classify.pt")
    assert said == metadata
    assert metadata["preprocessing"] == "pixels of 0 to 255 are divided by 255", metadata
    assert json.loads(metadata["classes"]) == [str(i) for i in range(10)], metadata
    shape = json.loads(metadata["input"])
    assert (shape["name"], shape["shape"], shape["dtype"]) == ("input", ["batch", 1, 28, 28], "float32"), shape

    x = numpy.random.default_rng(1).random((7, 1, 28, 28), dtype=numpy.float32)
    code = numpy.tanh(x.reshape(7, -1) @ tensors["encoder.0.0.weight"].T + tensors["encoder.0.0.bias"])
    scores = code @ tensors["head.0.weight"].T + tensors["head.0.bias"]
    logs = scores - numpy.log(numpy.exp(scores).sum(1, keepdims=True))
    with torch.no_grad():
        assert close(module(torch.from_numpy(x)).numpy(), logs)
    assert sorted(module.state_dict()) == sorted(tensors)

    export("--format", "torchscript", "--part", "encoder", "-o", "e.pt")
    export("--format", "torchscript", "--part", "decoder", "--stage", "pretrain-1", "-o", "d.pt")
    export("--format", "torchscript", "--stage", "pretrain-1", "-o", "ae.pt")
    encoder, decoder, both = (read_torchscript(folder / name)[0] for name in ("e.pt", "d.pt", "ae.pt"))
    with torch.no_grad():
        assert close(encoder(torch.from_numpy(x)).numpy(), code)
        rebuilt = both(torch.from_numpy(x))
        assert rebuilt.shape == (7, 1, 28, 28) and 0 <= rebuilt.min() and rebuilt.max() <= 1
    assert decoder(torch.zeros(2, 12)).shape == (2, 1, 28, 28)

    export("--dtype", "float64", "-o", "double.safetensors")
    doubles, _ = read_safetensors(folder / "double.safetensors")
    weight = doubles["encoder.0.0.weight"]
    assert weight.dtype == numpy.float64 and close(weight.astype(numpy.float32), tensors["encoder.0.0.weight"])
    assert numpy.any(weight != weight.astype(numpy.float32)), "the digits of float64 are lost"
    print("a run's parts and formats agree")


with tempfile.TemporaryDirectory() as place:
    place = Path(place)
    (place / "models").mkdir()
    every_model(place / "models")
    a_run(place)
