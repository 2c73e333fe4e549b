"""Times one epoch of the lecture's first phase (784-tanh-400-sigmoid-784, mean-squared error, SGD 0.98,
batches of 1000, float32): strata, a PyTorch loop, and the matrix products alone, in turn.

Each is a fresh process a round; a round's first epoch is dropped. Run it by tools/bench/epoch.sh.
"""

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SAMPLES, PIXELS, UNITS, BATCH = 60000, 784, 400, 1000
EPOCHS = 4  # a round, as epoch.yaml says
IMAGES = "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte"


def pytorch_epochs():
    """The whole training set as floats in memory, all cores, nothing read back within an epoch."""
    import numpy
    import torch
    from torch import nn

    torch.set_num_threads(len(os.sched_getaffinity(0)))
    path = Path(IMAGES)
    raw = path.read_bytes() if path.exists() else gzip.open(str(path) + ".gz").read()
    pixels = numpy.frombuffer(raw, numpy.uint8, offset=16).reshape(SAMPLES, PIXELS)
    images = torch.from_numpy(pixels.astype(numpy.float32) / 255)
    model = nn.Sequential(nn.Linear(PIXELS, UNITS), nn.Tanh(), nn.Linear(UNITS, PIXELS), nn.Sigmoid())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.98)
    for _ in range(EPOCHS):
        begin = time.perf_counter()
        order = torch.randperm(SAMPLES)
        losses = torch.zeros(SAMPLES // BATCH)
        for k in range(SAMPLES // BATCH):
            x = images.index_select(0, order[k * BATCH : (k + 1) * BATCH])
            loss = nn.functional.mse_loss(model(x), x)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            losses[k] = loss.detach()
        mean = losses.mean().item()
        yield time.perf_counter() - begin, mean


def limit_epochs():
    """The five products of a step (two forward, three backward: the input needs no gradient)."""
    import torch

    torch.set_num_threads(len(os.sched_getaffinity(0)))
    x, y = torch.rand(BATCH, PIXELS), torch.rand(BATCH, PIXELS)  # input; output or its gradient
    h = torch.rand(BATCH, UNITS)  # code or its gradient
    encoder, decoder = torch.rand(UNITS, PIXELS), torch.rand(PIXELS, UNITS)
    h_out, y_out = torch.empty_like(h), torch.empty_like(y)
    encoder_out, decoder_out = torch.empty_like(encoder), torch.empty_like(decoder)
    for _ in range(EPOCHS):
        begin = time.perf_counter()
        for _ in range(SAMPLES // BATCH):
            torch.mm(x, encoder.t(), out=h_out)
            torch.mm(h, decoder.t(), out=y_out)
            torch.mm(y.t(), h, out=decoder_out)
            torch.mm(y, decoder, out=h_out)
            torch.mm(h.t(), x, out=encoder_out)
        yield time.perf_counter() - begin, None


def strata_epochs(command):
    with tempfile.TemporaryDirectory() as out:
        settings = Path(__file__).with_name("epoch.yaml")
        subprocess.run([command, "run", settings, "--out", out, "--quiet"], check=True)
        (record,) = Path(out).glob("*/*/record.json")
        stage = json.loads(record.read_text())["stages"][0]
        for epoch in stage["epochs"]:
            yield epoch["seconds"], epoch["loss"]


def in_fresh_process(part):
    """What `part` yields, from a process whose idle OpenMP threads sleep, as strata's do."""
    environment = dict(os.environ, OMP_WAIT_POLICY="passive")
    lines = subprocess.run([sys.executable, __file__, "--part", part], env=environment, check=True,
                           stdout=subprocess.PIPE, text=True).stdout
    return [json.loads(line) for line in lines.splitlines()]


def measure(command, rounds):
    seconds = {"limit": [], "pytorch": [], "strata": []}
    for number in range(rounds):
        for part in seconds:
            epochs = list(strata_epochs(command)) if part == "strata" else in_fresh_process(part)
            seconds[part] += [s for s, _ in epochs[1:]]
            loss = f", loss {epochs[-1][1]:.6f}" if epochs[-1][1] is not None else ""
            best = min(s for s, _ in epochs[1:])
            print(f"round {number + 1} of {rounds}  {part:8} best {best:.3f} s{loss}", flush=True)
    return seconds


def report(seconds):
    median = {part: statistics.median(values) for part, values in seconds.items()}
    print("\nseconds an epoch      median    best   worst")
    for part, values in seconds.items():
        print(f"{part:18} {median[part]:9.3f} {min(values):7.3f} {max(values):7.3f}")
    flops = 2 * 5 * SAMPLES * PIXELS * UNITS
    print(f"\nmatrix products: {flops / median['limit'] / 1e9:.0f} GFLOP/s")
    for above, below in (("strata", "pytorch"), ("strata", "limit"), ("pytorch", "limit")):
        print(f"{above}/{below}: {median[above] / median[below]:.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--strata", help="the command")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--part", choices=("pytorch", "limit"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.part:
        for epoch in pytorch_epochs() if arguments.part == "pytorch" else limit_epochs():
            print(json.dumps(epoch))
    else:
        report(measure(arguments.strata, arguments.rounds))


if __name__ == "__main__":
    main()
