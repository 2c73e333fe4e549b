#!/usr/bin/env python3
"""A small run of strata computed without strata: prints trajectory.json, which trajectory.cpp holds
the trainer to.

Everything is written out from its definition: Philox4x32-10, the streams' keys, the initial weights,
the order of an epoch, forward and backward passes, SGD with momentum, Adam. With --torch, the updates
are computed a second time by PyTorch's autograd and optimizers and must agree to 1e-12.
"""
import hashlib
import json
import math
import sys

import numpy as np

SEED = 11
BATCH = 3
EPOCHS = 4
CLASSES = 3
PIXELS = [
    [0, 51, 102, 153, 204, 255],
    [255, 204, 153, 102, 51, 0],
    [10, 200, 30, 180, 50, 160],
    [128, 128, 64, 64, 32, 32],
    [5, 250, 15, 240, 25, 230],
    [90, 80, 70, 60, 50, 40],
    [17, 34, 68, 136, 17, 34],
]
LABELS = [0, 1, 2, 1, 2, 0, 1]


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [p1 >> 32 ^ c[1] ^ k[0], p1 & 0xFFFFFFFF, p0 >> 32 ^ c[3] ^ k[1], p0 & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


def stream(purpose, component, stage=""):
    digest = hashlib.sha256("\0".join([str(SEED), purpose, component, stage]).encode()).digest()
    return int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:8], "little")


def uniform(key, element):
    w = philox((element, 0, 0, 0), key)
    return ((w[0] << 32 | w[1]) >> 11) * 2.0**-53


def draw(name, shape, fan_in):
    key, bound = stream("init", name), 1 / math.sqrt(fan_in)
    values = [bound * (2 * uniform(key, i) - 1) for i in range(math.prod(shape))]
    return np.array(values).reshape(shape)


def epoch_order(stage, epoch):
    key = stream("shuffle", "data", stage)

    def rank(sample):
        w = philox((sample, 0, epoch, 0), key)
        return (w[0] << 32 | w[1]) >> 1

    return sorted(range(len(PIXELS)), key=rank)


def forward(weights, layers, x):
    """The input of each layer, and the output."""
    passed = [x]
    for name, activation in layers:
        z = passed[-1] @ weights[name + ".weight"].T + weights[name + ".bias"]
        if activation == "tanh":
            z = np.tanh(z)
        elif activation == "sigmoid":
            z = 1 / (1 + np.exp(-z))
        elif activation == "log_softmax":
            z = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        passed.append(z)
    return passed


def loss_and_slope(kind, y, target):
    if kind == "mse":
        return ((y - target) ** 2).mean(), 2 * (y - target) / y.size
    slope = np.zeros_like(y)
    slope[np.arange(len(y)), target] = -1 / len(y)
    return -y[np.arange(len(y)), target].mean(), slope


def gradients(weights, layers, passed, slope):
    found = {}
    for (name, activation), x, y in reversed(list(zip(layers, passed[:-1], passed[1:]))):
        if activation == "tanh":
            slope = slope * (1 - y**2)
        elif activation == "sigmoid":
            slope = slope * y * (1 - y)
        elif activation == "log_softmax":
            slope = slope - np.exp(y) * slope.sum(axis=1, keepdims=True)
        found[name + ".weight"], found[name + ".bias"] = slope.T @ x, slope.sum(axis=0)
        slope = slope @ weights[name + ".weight"]
    return found


def sgd(weights, grads, state, lr=0.5, momentum=0.9):
    for name, g in grads.items():
        v = state.get(name)
        state[name] = v = g if v is None else momentum * v + g
        weights[name] = weights[name] - lr * v


def adam(weights, grads, state, lr=0.05, beta1=0.9, beta2=0.999, eps=1e-8):
    state["t"] = t = state.get("t", 0) + 1
    for name, g in grads.items():
        m, v = state.get(name, (0.0, 0.0))
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
        state[name] = m, v
        correct1, correct2 = 1 - beta1**t, 1 - beta2**t
        weights[name] = weights[name] - lr * (m / correct1) / (np.sqrt(v / correct2) + eps)


class Twin:
    """The same updates by PyTorch."""

    def __init__(self, weights, layers, kind):
        import torch

        self.torch, self.layers, self.kind = torch, layers, kind
        names = [n + part for n, _ in layers for part in (".weight", ".bias")]
        self.weights = {n: torch.tensor(weights[n], requires_grad=True) for n in names}
        if kind == "mse":
            self.optimizer = torch.optim.SGD(self.weights.values(), lr=0.5, momentum=0.9)
        else:
            self.optimizer = torch.optim.Adam(self.weights.values(), lr=0.05)

    def step(self, x, target):
        f = self.torch.nn.functional
        x, y = self.torch.tensor(x), self.torch.tensor(x)
        for name, activation in self.layers:
            y = f.linear(y, self.weights[name + ".weight"], self.weights[name + ".bias"])
            y = f.log_softmax(y, 1) if activation == "log_softmax" else getattr(y, activation)()
        loss = f.mse_loss(y, x) if self.kind == "mse" else f.nll_loss(y, self.torch.tensor(target))
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()

    def check(self, weights):
        for name, value in self.weights.items():
            assert np.abs(value.detach().numpy() - weights[name]).max() < 1e-12, name


def train(stage, layers, kind, weights, with_torch):
    images, labels = np.array(PIXELS) / 255.0, np.array(LABELS)
    state, result = {}, {"name": stage, "losses": [], "squares": []}
    twin = Twin(weights, layers, kind) if with_torch else None
    for epoch in range(1, EPOCHS + 1):
        order, total = epoch_order(stage, epoch), 0.0
        for first in range(0, len(order), BATCH):
            index = order[first : first + BATCH]
            x, target = images[index], images[index] if kind == "mse" else labels[index]
            passed = forward(weights, layers, x)
            loss, slope = loss_and_slope(kind, passed[-1], target)
            grads = gradients(weights, layers, passed, slope)
            (sgd if kind == "mse" else adam)(weights, grads, state)
            total += loss * len(index)
            result["squares"].append(float(sum((w**2).sum() for w in weights.values())))
            if twin:
                twin.step(x, target)
                twin.check(weights)
        result["losses"].append(float(total / len(order)))
    result["weights"] = {
        n + part: weights[n + part].flatten().tolist()
        for n, _ in layers
        for part in (".weight", ".bias")
    }
    return result


def main():
    with_torch = "--torch" in sys.argv
    shapes = {"encoder.0.0": (4, 6), "encoder.1.0": (3, 4), "decoder.0.0": (6, 4),
              "decoder.1.0": (4, 3), "head.0": (3, 3)}
    weights = {}
    for name, (units, inputs) in shapes.items():
        weights[name + ".weight"] = draw(name + ".weight", (units, inputs), inputs)
        weights[name + ".bias"] = draw(name + ".bias", (units,), inputs)
    e0, e1 = ("encoder.0.0", "tanh"), ("encoder.1.0", "tanh")
    d1, d0 = ("decoder.1.0", "tanh"), ("decoder.0.0", "sigmoid")
    stages = [
        train("pretrain-1", [e0, d0], "mse", weights, with_torch),
        train("pretrain-2", [e0, e1, d1, d0], "mse", weights, with_torch),
        train("classify", [e0, e1, ("head.0", "log_softmax")], "nll", weights, with_torch),
    ]
    json.dump({"seed": SEED, "batch_size": BATCH, "epochs": EPOCHS, "pixels": PIXELS,
               "labels": LABELS, "stages": stages}, sys.stdout, indent=0)
    print()


main()
