"""Times strata beside PyTorch and beside its own matrix products, in turn on this machine, and prints medians,
ratios and the goals that they are held to. Run it by tools/bench/goals.sh.

Each time is of a fresh process; of an epoch's seconds the first epoch is dropped. A group takes its turns
together: products, PyTorch, strata, then the next round.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PHASES = {1: [784, 400, 784], 2: [784, 400, 256, 400, 784], 3: [784, 400, 256, 10]}
STEPS = {1000: 60, 100: 300, 10: 600}  # an epoch
EPOCHS = 3
FLAGS = Path("/proc/cpuinfo").read_text().partition("flags")[2].splitlines()[0].split()
AMX = "amx_bf16" in FLAGS
BFLOAT16 = "avx512_bf16" in FLAGS

QUICK = [("float32", 1, 1000), ("float32", 1, 100), ("float32", 1, 10), ("float32", 2, 1000), ("float32", 3, 1000),
         ("float64", 1, 1000)]

# by batch: of PyTorch in float32, and of the faster library's products
FLOAT32 = {1000: (0.60, 1.25), 100: (0.45, None), 10: (0.25, None)}
MEDIUM = {1000: 0.25, 100: 0.27, 10: 0.22}
# an experiment, its settings that are shortened, and at most what part of PyTorch's time
RUNS = {
    "lecture": ("lecture/mnist-greedy.yaml", ["dtype=float32"], 0.64),
    "lecture, medium": ("lecture/mnist-greedy.yaml", ["dtype=float32", "matmul_precision=medium"], 0.35),
    "quickstart": ("quickstart.yaml", [], 0.55),
    "denoising": ("denoising.yaml", [], 0.8),
    "sparse": ("sparse.yaml", [], 0.8),
    "tied": ("tied.yaml", [], 0.8),
    "deep": ("deep.yaml", ["pretrain.epochs=4"], 0.8),
    "convolutional": ("convolutional.yaml", ["pretrain.epochs=1", "classify.epochs=1"], 1.0),
}


def folders_of_data(build):
    """Of the data sets that are here, by the names that torch_loops.py reads."""
    found = re.findall(r"^(\w+) +complete +[0-9.]+ \w+ +(.+) \(\w+\)$", output_of([build / "strata", "data", "list"]), re.M)
    return {name.upper(): folder for name, folder in found}


def environment(build):
    """What PyTorch does best with: idle threads that sleep."""
    return dict(os.environ, OMP_WAIT_POLICY="passive", **folders_of_data(build))


def output_of(command, **settings):
    return subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True,
                          **settings).stdout


def products(build, library, fmt, batch, phase, steps):
    """Seconds a step; None where the library has no such product here."""
    command = [build / "bench_products", library, fmt, len(os.sched_getaffinity(0)), batch, steps, *PHASES[phase]]
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True)
    return float(done.stdout) if done.returncode == 0 else None


def pytorch_phase(build, phase, batch, dtype):
    lines = output_of([sys.executable, ROOT / "tools/bench/torch_loops.py", "phase", phase, batch, dtype,
                       STEPS[batch], EPOCHS], env=environment(build))
    return [float(line) / STEPS[batch] for line in lines.splitlines()][1:]


def experiment(phase, batch, dtype, precision):
    pairs = [["{type: linear, units: 400}", "tanh"], ["{type: linear, units: 256}", "tanh"]]
    encoder = "\n".join(f"  - [{', '.join(pair)}]" for pair in (pairs[:1] if phase == 1 else pairs))
    stage = f"loss: {'nll' if phase == 3 else 'mse'}, epochs: {EPOCHS}"
    training = (f"pretrain: {{strategy: none}}\nclassify: {{{stage}, optimizer: {{type: sgd, lr: 0.1}}}}" if phase == 3
                else f"pretrain: {{{stage}, strategy: end_to_end, optimizer: {{type: sgd, lr: 0.98}}}}")
    return (f"name: bench\ndtype: {dtype}\nmatmul_precision: {precision}\ndevice: cpu\nimages: false\n"
            f"data: {{dataset: fashion_mnist, batch_size: {batch}, train_size: {STEPS[batch] * batch}, "
            f"test_size: 100}}\nencoder:\n{encoder}\n{training}\n")


def strata_phase(build, phase, batch, dtype, precision):
    with tempfile.TemporaryDirectory() as out:
        file = Path(out) / "bench.yaml"
        file.write_text(experiment(phase, batch, dtype, precision))
        output_of([build / "strata", "run", file, "--out", out, "--quiet"])
        (record,) = Path(out).glob("*/*/record.json")
        (stage,) = json.loads(record.read_text())["stages"]
        assert stage["engine"]["name"] == "fused", stage["engine"]
        return [epoch["seconds"] / STEPS[batch] for epoch in stage["epochs"]][1:]


def seconds_of(command, **settings):
    begin = time.perf_counter()
    output_of(command, **settings)
    return time.perf_counter() - begin


def strata_run(build, file, settings):
    with tempfile.TemporaryDirectory() as out:
        overrides = [word for setting in settings for word in ("--set", setting)]
        return seconds_of([build / "strata", "run", ROOT / "experiments" / file, "--out", out, "--quiet", *overrides])


def phase_group(build, phase, batch, dtype, rounds):
    seconds = {"onednn": [], "blas": [], "pytorch": [], "strata": [], "medium": []}
    for _ in range(rounds):
        for library in ("onednn", "blas"):
            taken = products(build, library, dtype, batch, phase, STEPS[batch])
            seconds[library] += [] if taken is None else [taken]
        seconds["pytorch"] += pytorch_phase(build, phase, batch, dtype)
        seconds["strata"] += strata_phase(build, phase, batch, dtype, "highest")
        if dtype == "float32" and BFLOAT16:
            seconds["medium"] += strata_phase(build, phase, batch, dtype, "medium")
    return {name: statistics.median(values) for name, values in seconds.items() if values}


def verdict(ratio, goal):
    return f"{ratio:.3f}" if goal is None else f"{ratio:.3f} of {goal}, {'met' if ratio <= goal else 'MISSED'}"


def report_phase(phase, batch, dtype, taken):
    bare = min(taken[name] for name in ("onednn", "blas") if name in taken)
    of_torch, of_products = FLOAT32[batch] if dtype == "float32" else (None, 1.12 if batch == 1000 else None)
    times = "  ".join(f"{name} {1e6 * value:.0f}" for name, value in taken.items())
    print(f"phase {phase} {dtype} batch {batch}: {times} us a step; of PyTorch "
          f"{verdict(taken['strata'] / taken['pytorch'], of_torch)}; of the products "
          f"{verdict(taken['strata'] / bare, of_products)}", flush=True)
    if dtype != "float32":
        return
    if "medium" not in taken:
        print("  medium: not on this machine", flush=True)
        return
    goal = MEDIUM[batch] if AMX else 0.50 if batch == 1000 else None
    print(f"  medium ({'AMX' if AMX else 'AVX512-BF16'}): of PyTorch in float32 "
          f"{verdict(taken['medium'] / taken['pytorch'], goal if phase == 1 else None)}", flush=True)


def run_group(build, name, rounds):
    file, settings, goal = RUNS[name]
    if "medium" in name and not BFLOAT16:
        print(f"{name}: not on this machine", flush=True)
        return
    dataset = "FASHION_MNIST" if name == "quickstart" else "MNIST"
    if dataset not in folders_of_data(build):
        print(f"{name}: not on this machine, which lacks the data set; `strata data fetch` gets it", flush=True)
        return
    strata, torch = [], []
    for _ in range(rounds):
        torch.append(seconds_of([sys.executable, ROOT / "tools/bench/torch_loops.py", "run", name.split(",")[0],
                                 "float32"], env=environment(build)))
        strata.append(strata_run(build, file, settings))
    ratio = statistics.median(strata) / statistics.median(torch)
    held = goal if "medium" not in name or AMX else None
    print(f"{name}: PyTorch {statistics.median(torch):.1f} s, strata {statistics.median(strata):.1f} s; "
          f"{verdict(ratio, held)}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", help="phases, runs, or the name of one of the runs")
    parser.add_argument("--quick", action="store_true", help="one round of what tells most, in some three minutes")
    arguments = parser.parse_args()
    model = Path("/proc/cpuinfo").read_text().partition("model name")[2].splitlines()[0].strip(" \t:")
    print(f"{model}; AVX-512 {'avx512f' in FLAGS}, AVX512-BF16 {BFLOAT16}, AMX {AMX}; {1 if arguments.quick else arguments.rounds} rounds; "
          f"load {Path('/proc/loadavg').read_text().split()[0]}", flush=True)
    if arguments.quick:
        for dtype, phase, batch in QUICK:
            report_phase(phase, batch, dtype, phase_group(arguments.build, phase, batch, dtype, 1))
        run_group(arguments.build, "quickstart", 1)
        return
    if arguments.only in (None, "phases"):
        for dtype in ("float32", "float64"):
            for phase in PHASES:
                for batch in STEPS if dtype == "float32" else (1000,):
                    report_phase(phase, batch, dtype,
                                 phase_group(arguments.build, phase, batch, dtype, arguments.rounds))
    for name in RUNS:
        if arguments.only in (None, "runs", name):
            run_group(arguments.build, name, arguments.rounds)


if __name__ == "__main__":
    main()
